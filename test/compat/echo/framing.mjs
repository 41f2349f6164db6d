// Sizes, pings and pongs, reserved bits, opcodes, fragments: groups 1 to 5 and 10 of the Autobahn fuzzing client (RFC 6455 §5).
import { OP, binary, echoCase, echoed, failed, fragments, frame, more, part, ping, pong, text, word } from './client.mjs'

export const cases = []
const add = (...args) => cases.push(echoCase(...args))

// The borders of the three forms of a length, and the size of a TCP segment.
const SIZES = [0, 1, 2, 125, 126, 127, 128, 1023, 1024, 1460, 32767, 65534, 65535, 65536, 65537]
const CHOPS = [1, 2, 3, 7, 13, 64, 125, 126, 997]
for (const size of SIZES) {
  const data = '*'.repeat(size)
  const bytes = Buffer.alloc(size, 0xfe)
  add('1 messages', `text of ${size} bytes`, () => [text(data)], echoed(word('text', data)))
  add('1 messages', `binary of ${size} bytes`, () => [binary(bytes)], echoed(word('binary', bytes)))
}
for (const chop of CHOPS) {
  const size = chop < 64 ? 300 : 65536
  const data = 'ä'.repeat(size / 2)
  add('1 messages', `text of ${size} bytes in chops of ${chop}`, () => [text(data)], echoed(word('text', data)), { chop })
  add('1 messages', `binary of ${size} bytes in chops of ${chop}`, () => [binary(data)], echoed(word('binary', data)), { chop })
}

const bytes125 = Buffer.alloc(125, 0xfe)
add('2 pings and pongs', 'an empty ping', () => [ping()], echoed('pong:'))
add('2 pings and pongs', 'a ping with text', () => [ping('hello')], echoed('pong:hello'))
add('2 pings and pongs', 'a ping with bytes', () => [ping(Buffer.from([0, 255, 254, 253, 0]))], echoed(word('pong', Buffer.from([0, 255, 254, 253, 0]))))
add('2 pings and pongs', 'a ping of 125 bytes', () => [ping(bytes125)], echoed(word('pong', bytes125)))
add('2 pings and pongs', 'a ping of 126 bytes', () => [ping(Buffer.alloc(126))], failed(1002))
add('2 pings and pongs', 'a ping of 125 bytes, byte by byte', () => [ping(bytes125)], echoed(word('pong', bytes125)), { chop: 1 })
add('2 pings and pongs', 'a pong nobody asked for', () => [pong()], echoed())
add('2 pings and pongs', 'a pong nobody asked for, with a payload', () => [pong('unasked')], echoed())
add('2 pings and pongs', 'a pong nobody asked for, then a ping', () => [pong('unasked'), ping('asked')], echoed('pong:asked'))
const ten = Array.from({ length: 10 }, (_, i) => `ping ${i}`)
for (const chop of [undefined, 1]) {
  add('2 pings and pongs', `ten pings${chop ? ', byte by byte' : ''}`, () => ten.map((data) => ping(data)), echoed(...ten.map((data) => `pong:${data}`)), { chop })
}

// Bit 4 is RSV1: legal on the first frame of a message only once compression was negotiated; here it is not.
for (const rsv of [1, 2, 3, 4, 5, 6, 7]) {
  const kinds = { text: (o) => text('x', o), binary: (o) => binary('x', o), ping: (o) => ping('x', o), close: (o) => frame(OP.close, Buffer.from([3, 232]), o) }
  for (const [name, make] of Object.entries(kinds)) {
    add('3 reserved bits', `RSV ${rsv} on a ${name} frame`, () => [make({ rsv })], failed(1002))
    add('3 reserved bits', `RSV ${rsv} on a ${name} frame behind a good message`, () => [text('good'), make({ rsv }), ping()], failed(1002, 'text:good'), { loose: [failed(1002)] })
  }
  add('3 reserved bits', `RSV ${rsv} on a text frame, byte by byte`, () => [text('good'), text('x', { rsv }), ping()], failed(1002, 'text:good'), { chop: 1, loose: [failed(1002)] })
}

for (const op of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
  add('4 opcodes', `opcode ${op}, empty`, () => [frame(op)], failed(1002))
  add('4 opcodes', `opcode ${op}, with a payload`, () => [frame(op, 'reserved')], failed(1002))
  add('4 opcodes', `opcode ${op} behind a good message`, () => [text('good'), frame(op, 'reserved'), ping()], failed(1002, 'text:good'), { loose: [failed(1002)] })
  add('4 opcodes', `opcode ${op}, byte by byte`, () => [text('good'), frame(op, 'reserved'), ping()], failed(1002, 'text:good'), { chop: 1, loose: [failed(1002)] })
}
add('4 opcodes', 'a frame without a mask', () => [text('bare', { mask: false })], failed(1002))

const group5 = '5 fragments'
add(group5, 'a ping in two fragments', () => [ping('one', part), more('two')], failed(1002))
add(group5, 'a pong in two fragments', () => [pong('one', part), more('two')], failed(1002))
add(group5, 'a close in two fragments', () => [frame(OP.close, Buffer.from([3, 232]), part), more('')], failed(1002))
for (const chop of [undefined, 1]) {
  const how = chop ? ', byte by byte' : ''
  add(group5, `text in two fragments${how}`, () => [text('one', part), more('two')], echoed('text:onetwo'), { chop })
  add(group5, `binary in two fragments${how}`, () => [binary('one', part), more('two')], echoed(word('binary', 'onetwo')), { chop })
  add(group5, `a ping between two fragments${how}`, () => [text('one', part), ping('p'), more('two')], echoed('pong:p', 'text:onetwo'), { chop })
  add(group5, `a pong between two fragments${how}`, () => [text('one', part), pong('p'), more('two')], echoed('text:onetwo'), { chop })
  for (const fin of [true, false]) {
    const nothing = `a continuation of nothing, FIN ${fin}`
    add(group5, `${nothing}${how}`, () => [more('lost', { fin }), text('next')], failed(1002), { chop })
    add(group5, `${nothing}, behind a whole message${how}`, () => [text('one', part), more('two'), more('lost', { fin }), text('next')], failed(1002, 'text:onetwo'), { chop, loose: [failed(1002)] })
    add(group5, `${nothing}, twice${how}`, () => [more('lost', { fin }), text('next'), more('lost', { fin }), text('next')], failed(1002), { chop })
  }
  add(group5, `a new message inside of a fragmented one${how}`, () => [text('one', part), text('two')], failed(1002), { chop })
  add(group5, `a binary message inside of a text message${how}`, () => [text('one', part), binary('two')], failed(1002), { chop })
  add(group5, `five fragments with two pings between${how}`,
    () => [text('1', part), more('2', part), ping('first'), more('3', part), more('4', part), ping('second'), more('5')],
    echoed('pong:first', 'pong:second', 'text:12345'), { chop })
  add(group5, `empty fragments around one with a payload${how}`, () => [text('', part), more('only', part), more('')], echoed('text:only'), { chop })
  add(group5, `three empty fragments${how}`, () => [text('', part), more('', part), more('')], echoed('text:'), { chop })
}

const long = 'auto '.repeat(13108).slice(0, 65536)
add('10 fragments of one size', '65,536 bytes in fragments of 1300', () => [fragments(OP.text, long, 1300)], echoed(word('text', long)))
