import { isObject } from './is-object.js'

type Container = Record<string, unknown> & unknown[]
type Path = readonly string[]

/**
 * Applies a JSON Patch (RFC 6902): all of it, or it throws. Nothing is changed in place: what the patch does not touch
 * is the same object in the result. An operation that makes no sense, or that is about what is not there, is an error:
 * whoever sent it has another document than we have.
 */
export function applyPatch(document: unknown, ops: unknown): unknown {
  if (!Array.isArray(ops)) return fail()
  // "" is the document, "/a" its a: the first token of every pointer is empty.
  const whole = (ops as unknown[]).reduce(apply, { '': document }) as Readonly<Record<string, unknown>>
  return whole[''] ?? null
}

function apply(whole: unknown, op: unknown): unknown {
  if (!isObject(op)) return fail()
  const path = parse(op['path'])
  const value = () => (Object.hasOwn(op, 'value') ? op['value'] : fail())
  switch (op['op']) {
    case 'add':
      return add(whole, path, value())
    case 'remove':
      return remove(whole, path)
    case 'replace':
      return edit(whole, path, (parent, token) => (parent[keyOf(parent, token)] = value()))
    case 'copy':
      return add(whole, path, read(whole, parse(op['from'])))
    case 'move': {
      const from = parse(op['from'])
      const moved = read(whole, from)
      // Into itself: the place is gone, and the patch fails there.
      return from.join('/') === path.join('/') ? whole : add(remove(whole, from), path, moved)
    }
    case 'test':
      return isSame(read(whole, path), value()) ? whole : fail()
    default:
      return fail()
  }
}

const add = (whole: unknown, path: Path, value: unknown): unknown =>
  edit(whole, path, (parent, token) => {
    if (Array.isArray(parent)) parent.splice(token === '-' ? parent.length : indexOf(token, parent.length), 0, value)
    else parent[token as never] = value as never
  })

const remove = (whole: unknown, path: Path): unknown =>
  edit(whole, path, (parent, token) => {
    const key = keyOf(parent, token)
    if (Array.isArray(parent)) parent.splice(key, 1)
    else delete parent[key]
  })

/** Copies all containers on the way to `path`, and changes the last one. */
function edit(node: unknown, [token, ...rest]: Path, change: (parent: Container, token: string) => unknown): unknown {
  const copy = (Array.isArray(node) ? [...(node as unknown[])] : isObject(node) ? { ...node } : fail()) as Container
  if (rest.length === 0) change(copy, token!)
  else {
    const key = keyOf(copy, token!)
    copy[key] = edit(copy[key], rest, change)
  }
  return copy
}

const read = (whole: unknown, path: Path): unknown => path.reduce((node, token) => (node as Container)[keyOf(node, token)], whole)

/** Of what is there. */
const keyOf = (node: unknown, token: string): number =>
  Array.isArray(node) ? indexOf(token, node.length - 1) : isObject(node) && Object.hasOwn(node, token) ? (token as never) : fail()

const indexOf = (token: string, max: number): number => (/^(0|[1-9]\d*)$/.test(token) && +token <= max ? +token : fail())

/** RFC 6901: "/a~1b" -> ["", "a/b"]. "__proto__" is a name that we cannot set: who patches there gets the snapshot. */
function parse(pointer: unknown): string[] {
  if (typeof pointer !== 'string' || !/^(\/([^~/]|~[01])*)*$/.test(pointer) || pointer.includes('/__proto__')) return fail()
  return pointer.split('/').map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function fail(): never {
  throw new Error('the patch does not fit')
}

const isSame = (a: unknown, b: unknown): boolean => share(a, b) === a

/** `after`, with those parts of `before` that say the same: a value that did not change stays the same object. */
export function share(before: unknown, after: unknown): unknown {
  const is_list = Array.isArray(after)
  if (before === after || is_list !== Array.isArray(before) || !isContainer(before) || !isContainer(after)) return after
  const keys = Object.keys(after)
  const shared = keys.map((key) => (Object.hasOwn(before, key) ? share(before[key], after[key]) : after[key]))
  if (keys.length === Object.keys(before).length && keys.every((key, i) => Object.hasOwn(before, key) && shared[i] === before[key])) return before
  return is_list ? shared : Object.fromEntries(keys.map((key, i) => [key, shared[i]]))
}

const isContainer = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null
