import { Socket } from 'phoenix'
import { backoff, type Random } from './backoff.js'
import type { Diagnostics } from './diagnostics.js'
import { evaluate } from './params.js'
import type { Params, SocketLike } from './phoenix.js'
import type { TokenSource } from './token.js'

export interface SocketConfig {
  readonly url: string
  readonly params: Params
  readonly token: TokenSource | undefined
  readonly auth_param: string | undefined
  readonly socket_options: object
  readonly random: Random
  readonly diagnostics: Diagnostics
}

type Decode = (raw: unknown, then: (message: unknown) => unknown) => unknown

/** The phoenix Socket of a url, with our schedule for reconnects and rejoins. */
export function makeSocket(config: SocketConfig): SocketLike {
  const { token, auth_param, random } = config
  const params = () => ({
    roost: 1, // a Roost server may then say more than Phoenix does; Phoenix doesn't mind
    ...guardedParams(config),
    ...(token && auth_param !== undefined && { [auth_param]: token.text }),
  })
  const in_header = token !== undefined && auth_param === undefined
  const socket = new Socket(config.url, {
    reconnectAfterMs: (tries: number) => backoff(tries, random),
    rejoinAfterMs: (tries: number) => backoff(tries + 2, random), // up to 1 s at first: a channel that crashes is no emergency
    ...config.socket_options,
    params,
    ...(in_header && { authToken: () => token.text }),
  } as object)
  const made = socket as unknown as SocketLike & { authToken?: unknown; decode?: Decode }
  if (in_header && made.authToken === undefined)
    throw new Error('@roost/react: this version of phoenix has no authToken (it came with 1.8): name an auth_param, or update it')
  if (made.decode) made.decode = guarded(made.decode, config.diagnostics)
  return made
}

/** A function that throws must not get in the way of phoenix.js: the server then decides about no params. */
function guardedParams({ params, diagnostics }: SocketConfig): object {
  try {
    return evaluate(params)
  } catch (error) {
    diagnostics.threw('phoenix', 'connect params', error)
    return {}
  }
}

/** A frame that cannot be decoded is dropped; phoenix.js would throw where nobody can catch it. */
function guarded(decode: Decode, diagnostics: Diagnostics): Decode {
  return (raw, then) => {
    const pass = (message: unknown) => (isMessage(message) ? then(message) : diagnostics.undecodable(raw))
    let at_once = true
    let decoded: { readonly message: unknown } | undefined
    try {
      decode(raw, (message) => (at_once ? (decoded = { message }) : pass(message)))
    } catch (error) {
      return diagnostics.undecodable(error)
    } finally {
      at_once = false
    }
    // Not within the try: what handlers throw is not the decoder's fault.
    if (decoded) pass(decoded.message)
  }
}

/** Topic and event as strings, and a payload: phoenix.js reads all three unasked. */
function isMessage(message: unknown): boolean {
  const { topic, event, payload } = (message ?? {}) as Record<string, unknown>
  return typeof topic === 'string' && typeof event === 'string' && payload !== undefined && payload !== null
}
