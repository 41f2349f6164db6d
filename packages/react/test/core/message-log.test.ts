import { describe, expect, it } from 'vitest'
import { appendMessage, mergeReply } from '../../src/core/message-log.js'

const rules = { id: (n: number) => n, max: 5 }

describe('appendMessage', () => {
  it('keeps order and drops the oldest past the bound', () => {
    expect([1, 2, 3, 4, 5, 6, 7].reduce((log: readonly number[], n) => appendMessage(log, n, rules), [])).toEqual([3, 4, 5, 6, 7])
  })
  it('returns the same list for a repeat', () => {
    const log = [1, 2, 3]
    expect(appendMessage(log, 2, rules)).toBe(log)
  })
})

describe('mergeReply', () => {
  it('keeps what is older than the reply and takes the rest from it', () => {
    expect(mergeReply([1, 2, 3], [2, 3, 4], rules)).toEqual([1, 2, 3, 4])
  })
  it('starts anew when the reply does not meet what we hold', () => {
    expect(mergeReply([1, 2, 3], [8, 9], rules)).toEqual([8, 9])
  })
  it('follows a server that lost its messages', () => {
    expect(mergeReply([1, 2, 3], [], rules)).toEqual([])
  })
  it('drops messages that the server no longer has', () => {
    expect(mergeReply([1, 2, 3], [1, 3], rules)).toEqual([1, 3])
  })
  it('leaves out repeats within the reply and keeps to the bound', () => {
    expect(mergeReply([], [1, 1, 2, 3, 4, 5, 6], rules)).toEqual([2, 3, 4, 5, 6])
  })
})
