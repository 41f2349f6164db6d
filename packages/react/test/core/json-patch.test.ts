import { describe, expect, it } from 'vitest'
import examples from 'json-patch-test-suite/spec_tests.json'
import others from 'json-patch-test-suite/tests.json'
import { applyPatch, share } from '../../src/core/json-patch.js'

interface Example {
  readonly comment?: string
  readonly doc: unknown
  readonly patch: unknown
  readonly expected?: unknown
  readonly error?: string
  readonly disabled?: boolean
}

const freeze = (value: unknown): unknown => {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze)
  return value
}

describe('applyPatch passes the common suite of RFC 6902', () => {
  for (const [i, { comment, doc, patch, expected, error, disabled }] of ([...examples, ...others] as Example[]).entries()) {
    if (disabled || patch === undefined) continue
    it(`${i}: ${comment ?? JSON.stringify(patch)}`, () => {
      freeze(doc)
      if (error !== undefined) expect(() => applyPatch(doc, patch)).toThrow()
      else if (expected !== undefined) expect(applyPatch(doc, patch)).toEqual(expected)
      else expect(applyPatch(doc, patch)).toBeDefined()
    })
  }
})

describe('applyPatch', () => {
  const document = { a: { b: [1, { c: 2 }] }, d: { e: 3 } }

  it('copies only what is on the way to a change', () => {
    const after = applyPatch(freeze(document), [{ op: 'replace', path: '/a/b/0', value: 9 }]) as typeof document
    expect(after).toEqual({ a: { b: [9, { c: 2 }] }, d: { e: 3 } })
    expect(after.d).toBe(document.d)
    expect(after.a.b[1]).toBe(document.a.b[1])
  })

  it.each([
    ['no list', { op: 'add', path: '', value: 1 }],
    ['no operation', ['add']],
    ['no operation', [null]],
    ['no value', [{ op: 'add', path: '/x' }]],
    ['no value', [{ op: 'replace', path: '/a' }]],
    ['a name that is inherited', [{ op: 'replace', path: '/constructor', value: 1 }]],
    ['a name that is inherited', [{ op: 'test', path: '/toString', value: null }]],
    ['a name that would set the prototype', [{ op: 'add', path: '/__proto__/polluted', value: 1 }]],
    ['a name that would set the prototype', [{ op: 'add', path: '/__proto__', value: {} }]],
    ['the length of a list', [{ op: 'replace', path: '/a/b/length', value: 0 }]],
    ['an index beyond the end', [{ op: 'add', path: '/a/b/3', value: 0 }]],
    ['the end of a list, where something must be', [{ op: 'remove', path: '/a/b/-' }]],
    ['a number with a zero before it', [{ op: 'remove', path: '/a/b/01' }]],
    ['a value moved into itself', [{ op: 'move', from: '/a', path: '/a/b/0' }]],
    ['a bad escape', [{ op: 'add', path: '/~2', value: 0 }]],
    ['a path into a number', [{ op: 'add', path: '/d/e/f', value: 0 }]],
    ['a place to copy from that is not there', [{ op: 'copy', from: '/x', path: '/y' }]],
    ['a later operation that fails', [{ op: 'remove', path: '/d' }, { op: 'remove', path: '/d' }]],
  ])('takes no patch with %s', (_what, patch) => {
    const before = structuredClone(document)
    expect(() => applyPatch(before, patch)).toThrow()
    expect(before).toEqual(document)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

describe('share', () => {
  it('keeps what is the same, however deep', () => {
    const before = { list: [{ id: 1 }, { id: 2 }], same: { x: [1] }, gone: 1 }
    const after = share(before, { list: [{ id: 1 }, { id: 3 }], same: { x: [1] } }) as typeof before
    expect(after).toEqual({ list: [{ id: 1 }, { id: 3 }], same: { x: [1] } })
    expect(after.list[0]).toBe(before.list[0])
    expect(after.same).toBe(before.same)
  })

  it('gives the very value when nothing changed, whatever the order of the keys', () => {
    const before = { a: 1, b: [null, 'x', true] }
    expect(share(before, { b: [null, 'x', true], a: 1 })).toBe(before)
    expect(share(before, { a: 1, b: [null, 'x', true], c: 0 })).not.toBe(before)
    expect(share([1], { 0: 1 })).toEqual({ 0: 1 })
    expect(share({}, [])).toEqual([])
    expect(share(null, {})).toEqual({})
  })
})
