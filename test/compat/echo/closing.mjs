// The end of a connection: group 7 of the Autobahn fuzzing client (RFC 6455 §5.5.1, §7; PROTOCOL W5).
import { OP, close, echoCase, echoed, failed, fragments, frame, more, part, ping, text, word } from './client.mjs'

export const cases = []
const group = '7 closing'
const add = (title, frames, strict, options) => cases.push(echoCase(group, title, frames, strict, { closing: false, ...options }))

add('a message, then a close', () => [text('last'), close()], echoed('text:last'))
add('two closes', () => [close(), close()], echoed())
add('a ping behind the close', () => [close(), ping('late')], echoed())
add('a message behind the close', () => [close(), text('late')], echoed())
add('a close inside of a fragmented message', () => [text('one', part), close(), more('two')], echoed())
const large = '*'.repeat(256 * 1024)
add('256 KiB, a message, a close and a ping at once', () => [text(large), text('small'), close(), ping()],
  [echoed(word('text', large), 'text:small')], { loose: [echoed(word('text', large)), echoed()], informational: true })
add('a close without a code', () => [frame(OP.close)], [['close', 'end'], ['close:1000', 'end']])
add('a close with half of a code', () => [frame(OP.close, Buffer.from([3]))], failed(1002))
for (const size of [0, 1, 2, 50, 122, 123]) add(`a reason of ${size} bytes`, () => [close(1000, 'r'.repeat(size))], echoed())
add('a reason of 124 bytes', () => [close(1000, 'r'.repeat(124))], failed(1002))
add('a reason in several languages, byte by byte', () => [close(1000, 'κόσμε ende 終')], echoed(), { chop: 1 })
for (const reason of ['ff', 'c3', 'cebae1bdb9eda080', 'f4908080']) {
  add(`a reason that is not UTF-8: ${reason}`, () => [close(1000, Buffer.from(reason, 'hex'))], failed(1007), { loose: [failed(1002)] })
}

// RFC 6455 §7.4 and the registry of IANA: 1012 to 1014 were added later, and may be sent.
const LEGAL = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3001, 3999, 4000, 4001, 4999]
const ILLEGAL = [0, 1, 2, 500, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999]
for (const code of LEGAL) {
  add(`code ${code}`, () => [close(code)], [['close:1000', 'end'], [`close:${code}`, 'end']])
  add(`code ${code} with a reason`, () => [close(code, 'because')], [['close:1000', 'end'], [`close:${code}`, 'end']])
}
for (const code of ILLEGAL) add(`code ${code}, which must not be sent`, () => [close(code)], failed(1002))
for (const code of [1012, 1013, 1014, 5000, 32768, 65535]) {
  add(`code ${code}, which is nowhere decided`, () => [close(code)], [['close:1000', 'end'], [`close:${code}`, 'end'], failed(1002)], { informational: true })
}
for (const chop of [1, 2, 3]) add(`a close in chops of ${chop}`, () => [close(1000, 'bye')], echoed(), { chop })
add('a close in the middle of many fragments', () => [fragments(OP.binary, Buffer.alloc(1000), 10).subarray(0, 16 * 10), close()], echoed())
