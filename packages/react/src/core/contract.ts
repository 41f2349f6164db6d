/**
 * What a page and its server say to each other, as one type: topics or topic patterns, and what each carries.
 *
 *     type Contract = {
 *       'room:{id}': {
 *         reply: { messages: Message[] }
 *         events: { new_msg: Message }
 *         pushes: { new_msg: { payload: { body: string }; reply: { id: number } } }
 *         presence: { name: string }
 *       }
 *     }
 *
 * All parts may be left out: params (of the join), reply (to it), events (from the server), pushes (to it, with
 * their replies), presence (the meta of an entry), state (what the server owns there, for useAgent).
 */
export interface TopicContract {
  readonly params?: object
  readonly reply?: unknown
  readonly events?: object
  readonly pushes?: object
  readonly presence?: unknown
  readonly state?: unknown
}

/** Where an application names its contract: `declare module '@roost/react' { interface Register { contract: Contract } }`. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface Register {}

/** No contract: every topic and event, and values that nobody knows. */
export type AnyContract = Record<string, AnyTopic>

export interface AnyTopic {
  readonly params: object
  readonly reply: unknown
  readonly events: Record<string, unknown>
  readonly pushes: Record<string, AnyPush>
  readonly presence: unknown
  readonly state: unknown
}
export interface AnyPush {
  readonly payload: object
  readonly reply: unknown
}

/** The contract of the application, or AnyContract. */
export type Registered = Register extends { readonly contract: infer C } ? C : AnyContract

/** "room:{id}" -> `room:${string}`. */
export type TopicOfPattern<Pattern extends string> = Pattern extends `${infer Head}{${string}}${infer Tail}`
  ? `${Head}${string}${TopicOfPattern<Tail>}`
  : Pattern

/** "room:{id}" -> {id: string | number}. */
export type PatternParts<Pattern extends string> = Pattern extends `${string}{${infer Name}}${infer Tail}`
  ? { readonly [N in Name]: string | number } & PatternParts<Tail>
  : unknown

/** Every topic of a contract. A `string` is none: build it with `topic()`, or inline as a template. */
export type Topic<C = Registered> = { [Pattern in keyof C & string]: TopicOfPattern<Pattern> }[keyof C & string]

/** The part of the contract that is about topic `T`: its own entry, else those of the patterns that it fits. */
export type Entry<C, T extends string> = T extends keyof C
  ? C[T]
  : { [Pattern in keyof C & string]: T extends TopicOfPattern<Pattern> ? C[Pattern] : never }[keyof C & string]

type Part<E, Name extends string, Default> = E extends { readonly [N in Name]: infer P } ? P : Default
type None = Record<never, never>

/** The parts of one entry, each with what it is when the contract does not say. */
export type ParamsOf<E> = Part<E, 'params', object>
export type ReplyOf<E> = Part<E, 'reply', unknown>
export type EventsOf<E> = Part<E, 'events', None>
export type EventName<E> = keyof EventsOf<E> & string
export type EventOf<E, Event> = Event extends keyof EventsOf<E> ? EventsOf<E>[Event] : never
export type PushesOf<E> = Part<E, 'pushes', None>
export type PushName<E> = keyof PushesOf<E> & string
export type PushPayload<E, Event> = Event extends keyof PushesOf<E> ? Part<PushesOf<E>[Event], 'payload', None> : never
export type PushReply<E, Event> = Event extends keyof PushesOf<E> ? Part<PushesOf<E>[Event], 'reply', unknown> : never
export type MetaOf<E> = Part<E, 'presence', unknown>
export type StateOf<E> = Part<E, 'state', unknown>

/** The arguments that say what to push: the payload may be left out where nothing in it is required. */
export type PayloadArgument<Payload> = None extends Payload ? [payload?: Payload] : [payload: Payload]

/** A topic of the contract: topic('room:{id}', { id: 42 }) is "room:42". Throws when a part is missing or empty. */
export function topic<Pattern extends keyof C & string, C = Registered>(
  pattern: Pattern,
  parts: PatternParts<Pattern>,
): TopicOfPattern<Pattern> {
  const given = (parts ?? {}) as Readonly<Record<string, string | number>>
  return pattern.replace(/\{([^}]*)\}/g, (_whole, name: string) => {
    const part = Object.hasOwn(given, name) ? String(given[name]) : ''
    if (part === '') throw new Error(`@roost/react: topic("${pattern}") needs ${name}`)
    return part
  }) as TopicOfPattern<Pattern>
}

/** Whether `name` is a topic of `pattern`. */
export function fitsPattern(pattern: string, name: string): boolean {
  const parts = pattern.split(/\{[^}]*\}/)
  const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${escaped.join('.+')}$`, 's').test(name)
}
