// UTF-8 in text messages: group 6 of the Autobahn fuzzing client (RFC 6455 §8.1, Unicode table 3-7).
import assert from 'node:assert/strict'
import { EchoClient, OP, close, echoCase, echoed, failed, fragments, frame, more, part, ping, text, word } from './client.mjs'

export const cases = []
const group = '6 UTF-8'
const hex = (bytes) => Buffer.from(bytes).toString('hex')

// The borders of each length, of the surrogates, and characters that Unicode keeps for no use, which are valid all the same.
const VALID = [0, 0x7f, 0x80, 0x7ff, 0x800, 0xfff, 0x1000, 0xd7ff, 0xe000, 0xfdd0, 0xfffd, 0xfffe, 0xffff, 0x10000, 0x1ffff, 0x3ffff, 0x40000, 0xfffff, 0x100000, 0x10fffe, 0x10ffff]
const word_ = Buffer.from('κόσμε')
const valid = [...VALID.map((code) => Buffer.from(`a${String.fromCodePoint(code)}z`)), word_, Buffer.from('Hello-µ@ßöäüàá-UTF-8!!')]

// Each with the number of bytes after which it can no longer become UTF-8; 0: only its end tells.
const INVALID = [
  ['80', 1], ['bf', 1], ['80bf', 1], ['80bf80bf80bf', 1], // continuations of nothing
  ['c0', 1], ['c1', 1], ['f5', 1], ['f8', 1], ['fc', 1], ['fe', 1], ['ff', 1], ['fefeffff', 1], // no first byte
  ['c220', 2], ['df20', 2], ['e02020', 2], ['ef20', 2], ['f020', 2], ['f420', 2], // a first byte and a space
  ['c2', 0], ['e0a0', 0], ['efbf', 0], ['f09080', 0], ['f48fbf', 0], ['e0', 0], ['f0', 0], // cut off
  ['c0af', 1], ['e080af', 2], ['f08080af', 2], ['f8808080af', 1], ['fc80808080af', 1], // overlong slash
  ['c1bf', 1], ['e09fbf', 2], ['f08fbfbf', 2], ['f887bfbfbf', 1], ['fc83bfbfbfbf', 1], // the greatest overlong
  ['c080', 1], ['e08080', 2], ['f0808080', 2], // overlong NUL
  ['eda080', 2], ['edadbf', 2], ['edae80', 2], ['edafbf', 2], ['edb080', 2], ['edbe80', 2], ['edbfbf', 2], // surrogates
  ['eda080edb080', 2], ['edadbfedb080', 2], ['edafbfedbfbf', 2], // pairs of surrogates
  ['f4908080', 2], ['f7bfbfbf', 1], ['fb bf bf bf bf'.replaceAll(' ', ''), 1], // beyond U+10FFFF
].map(([bytes, at]) => [Buffer.from(bytes, 'hex'), at])

for (const bytes of valid) {
  cases.push(echoCase(group, `valid ${hex(bytes)}`, () => [text(bytes)], echoed(word('text', bytes))))
  cases.push(echoCase(group, `valid ${hex(bytes)}, a fragment for each byte`, () => [fragments(OP.text, bytes, 1)], echoed(word('text', bytes))))
  cases.push(echoCase(group, `valid ${hex(bytes)}, byte by byte`, () => [text(bytes)], echoed(word('text', bytes)), { chop: 1 }))
}

for (const [bytes, at] of INVALID) {
  const message = Buffer.concat([word_, bytes])
  cases.push(echoCase(group, `invalid ${hex(bytes)}`, () => [text(message)], failed(1007)))
  cases.push(echoCase(group, `invalid ${hex(bytes)}, a fragment for each byte`, () => [fragments(OP.text, message, 1)], failed(1007)))
  cases.push(echoCase(group, `invalid ${hex(bytes)} inside of a binary message`, () => [frame(OP.binary, message)], echoed(word('binary', message))))
  if (at) cases.push(failsFastInFrame(bytes, at), failsFastBetweenFragments(bytes, at))
}

/** The frame is announced with 1,000 bytes more than are sent: the server must not wait for them. */
function failsFastInFrame(bytes, at) {
  return {
    group: '6 UTF-8, fail fast',
    title: `invalid ${hex(bytes)} is refused at its byte ${at} inside of a frame`,
    async run(server) {
      const client = await EchoClient.open(server)
      const message = Buffer.concat([word_, bytes.subarray(0, at)])
      client.wire.write(frame(OP.text, message, { length: message.length + 1000 }))
      assert.deepEqual(await client.rest(), failed(1007))
      return 'OK'
    },
  }
}

/** The byte before the wrong one does no harm: a ping behind it is answered. The wrong byte does, though the message goes on. */
function failsFastBetweenFragments(bytes, at) {
  return {
    group: '6 UTF-8, fail fast',
    title: `invalid ${hex(bytes)} is refused at its byte ${at} between fragments`,
    async run(server) {
      const client = await EchoClient.open(server)
      client.wire.write(Buffer.concat([text(word_, part), more(bytes.subarray(0, at - 1), part), ping('still there')]))
      assert.equal(await client.next(), 'pong:still there')
      client.wire.write(more(bytes.subarray(at - 1, at), part))
      assert.deepEqual(await client.rest(), failed(1007))
      return 'OK'
    },
  }
}

cases.push(echoCase(group, 'an empty text message', () => [text('')], echoed('text:')))
cases.push(echoCase(group, 'a character cut by a fragment with a ping in the cut', () => [text(word_.subarray(0, 1), part), ping(), more(word_.subarray(1)), close()], echoed('pong:', word('text', word_)), { closing: false }))
