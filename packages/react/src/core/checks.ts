import { fitsPattern } from './contract.js'
import { isObject } from './is-object.js'

/** What is wrong with a value, beginning with the path: "user.name: expected a string". undefined: it fits. */
export type CheckFunction = (value: unknown) => string | undefined

/** A schema of Zod, Valibot, ArkType and others: https://standardschema.dev. Only those that answer at once. */
export interface StandardSchema {
  readonly '~standard': {
    readonly validate: (value: unknown) => StandardResult | PromiseLike<StandardResult>
  }
}
interface StandardResult {
  readonly issues?: readonly StandardIssue[] | undefined
}
interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

export type Check = CheckFunction | StandardSchema

/** What to check of a topic at run time. What is not named is taken as it comes. */
export interface TopicChecks {
  readonly reply?: Check
  readonly events?: Readonly<Record<string, Check>>
  /** Of each meta. */
  readonly presence?: Check
  /** The replies to pushes, by event. */
  readonly replies?: Readonly<Record<string, Check>>
}

/** By topic pattern, as in the contract. */
export type Checks<C = Readonly<Record<string, unknown>>> = { readonly [Pattern in keyof C]?: TopicChecks }

/** The checks of one topic: its own entry, else that of the first pattern it fits. */
export function checksOf(checks: Checks | undefined, topic: string): TopicChecks {
  if (!checks) return {}
  if (Object.hasOwn(checks, topic)) return checks[topic] ?? {}
  return Object.entries(checks).find(([pattern]) => fitsPattern(pattern, topic))?.[1] ?? {}
}

/** Runs a check. A check that throws, or that is a promise, fits nothing. */
export function problemOf(check: Check | undefined, value: unknown): string | undefined {
  if (!check) return undefined
  try {
    // ArkType's schemas are functions and have "~standard" too.
    if ('~standard' in check) return firstIssue(check['~standard'].validate(value))
    return check(value)
  } catch (error) {
    return `the check threw: ${String(error)}`
  }
}

function firstIssue(result: StandardResult | PromiseLike<StandardResult>): string | undefined {
  if (!isObject(result) || 'then' in result) return 'the check does not answer at once'
  const issue = (result as StandardResult).issues?.[0]
  if (!issue) return undefined
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part))
  return path.length > 0 ? `${path.join('.')}: ${issue.message}` : issue.message
}
