import type { CheckFunction } from '../core/checks.js'
import { isObject } from '../core/is-object.js'

/** A check of one type; its result names the first field that is wrong, "user.name: expected a string". */
export interface TypedCheck<T> extends CheckFunction {
  /** Only for types: what fits. */
  readonly fits?: T
}

/** The type of what a check lets through. */
export type Checked<C> = C extends TypedCheck<infer T> ? T : never

function simple<T>(name: string, fits: (value: unknown) => boolean): TypedCheck<T> {
  return (value) => (fits(value) ? undefined : `expected ${name}`)
}

export const text = simple<string>('a string', (value) => typeof value === 'string')
export const number = simple<number>('a number', (value) => typeof value === 'number')
export const integer = simple<number>('an integer', (value) => Number.isInteger(value))
export const boolean = simple<boolean>('true or false', (value) => typeof value === 'boolean')
export const anything: TypedCheck<unknown> = () => undefined

export function oneOf<const T extends string | number | boolean | null>(...values: readonly T[]): TypedCheck<T> {
  return simple<T>(`one of ${values.map((value) => JSON.stringify(value)).join(', ')}`, (value) => values.includes(value as T))
}

export function nullable<T>(check: TypedCheck<T>): TypedCheck<T | null> {
  return (value) => (value === null ? undefined : check(value))
}

/** A field that may be missing. */
export interface OptionalCheck<T> extends TypedCheck<T> {
  readonly is_optional: true
}
export function optional<T>(check: TypedCheck<T>): OptionalCheck<T> {
  return Object.assign((value: unknown) => (value === undefined ? undefined : check(value)), { is_optional: true } as const)
}

export function list<T>(check: TypedCheck<T>): TypedCheck<readonly T[]> {
  return (value) => (Array.isArray(value) ? first(Object.entries(value), () => check) : 'expected a list')
}

/** An object whose keys are free. */
export function record<T>(check: TypedCheck<T>): TypedCheck<Readonly<Record<string, T>>> {
  return (value) => (isObject(value) ? first(Object.entries(value), () => check) : 'expected an object')
}

type Fields = Readonly<Record<string, TypedCheck<unknown>>>
type OptionalNames<F> = { [Name in keyof F]: F[Name] extends OptionalCheck<unknown> ? Name : never }[keyof F]
type ObjectOf<F> = { readonly [Name in Exclude<keyof F, OptionalNames<F>>]: Checked<F[Name]> } & {
  readonly [Name in OptionalNames<F>]?: Checked<F[Name]>
}

/** An object with these fields; more are fine, so that a server may add some. */
export function object<F extends Fields>(fields: F): TypedCheck<ObjectOf<F>> {
  return (value) => {
    if (!isObject(value)) return 'expected an object'
    const own = Object.keys(fields).map((name) => [name, Object.hasOwn(value, name) ? value[name] : undefined] as const)
    return first(own, (name) => fields[name] ?? anything)
  }
}

/** The first problem of the entries, with its path. */
function first(entries: readonly (readonly [string, unknown])[], checkOf: (name: string) => CheckFunction): string | undefined {
  for (const [name, value] of entries) {
    const problem = checkOf(name)(value)
    if (problem !== undefined) return problem.startsWith('expected ') ? `${name}: ${problem}` : `${name}.${problem}`
  }
  return undefined
}
