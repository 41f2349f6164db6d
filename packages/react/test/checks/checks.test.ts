import { describe, expect, expectTypeOf, it } from 'vitest'
import { anything, boolean, integer, list, nullable, number, object, oneOf, optional, record, text, type Checked } from '../../src/checks/index.js'

const message = object({
  id: integer,
  user: object({ name: text, age: optional(number) }),
  tags: list(text),
  hits: record(integer),
  kind: oneOf('note', 'event'),
  read: nullable(boolean),
  more: anything,
})
const good = { id: 1, user: { name: 'Ann' }, tags: ['a'], hits: { Tea: 1 }, kind: 'note', read: null, more: {} }

describe('a check', () => {
  it('lets through what fits, with fields that it does not know', () => {
    expect(message({ ...good, extra: 1 })).toBeUndefined()
    expect(message({ ...good, user: { name: 'Ann', age: 7 }, read: true, tags: [], hits: {} })).toBeUndefined()
  })

  it('names the path of the first thing that is wrong', () => {
    const problem = (change: object) => message({ ...good, ...change })
    expect(problem({ id: 1.5 })).toBe('id: expected an integer')
    expect(problem({ id: undefined })).toBe('id: expected an integer')
    expect(problem({ user: { name: 7 } })).toBe('user.name: expected a string')
    expect(problem({ user: { name: 'Ann', age: 'old' } })).toBe('user.age: expected a number')
    expect(problem({ tags: ['a', null] })).toBe('tags.1: expected a string')
    expect(problem({ tags: 'a' })).toBe('tags: expected a list')
    expect(problem({ hits: { Tea: 'many' } })).toBe('hits.Tea: expected an integer')
    expect(problem({ hits: [] })).toBe('hits: expected an object')
    expect(problem({ kind: 'other' })).toBe('kind: expected one of "note", "event"')
    expect(problem({ read: 0 })).toBe('read: expected true or false')
    for (const value of [null, [], 'x', 7, undefined]) expect(message(value)).toBe('expected an object')
  })

  it('takes fields from the object alone, not from what it inherits', () => {
    expect(object({ toString: anything, constructor: text })({})).toBe('constructor: expected a string')
  })

  it('tells its type', () => {
    type Message = Checked<typeof message>
    expectTypeOf<Message['user']['name']>().toEqualTypeOf<string>()
    expectTypeOf<Message['user']['age']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<Message['kind']>().toEqualTypeOf<'note' | 'event'>()
    expectTypeOf<Message['tags']>().toEqualTypeOf<readonly string[]>()
  })
})
