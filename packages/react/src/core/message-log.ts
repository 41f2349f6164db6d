export type MessageKey = string | number

/**
 * An ordered, bounded list of messages without repeats: oldest first, at most `max`, the oldest dropped.
 * Both functions return the list itself when nothing changes.
 */
export interface MessageLogRules<Message> {
  readonly id: (message: Message) => MessageKey | undefined
  readonly max: number
}

/** Adds a live message; one whose id is there already is ignored. Without an id it is never a repeat. */
export function appendMessage<Message>(
  log: readonly Message[],
  message: Message,
  { id, max }: MessageLogRules<Message>,
): readonly Message[] {
  const key = id(message)
  if (key === undefined) return [...log, message].slice(-max)
  // From the end: a repeat is nearly always of a recent message.
  for (let i = log.length - 1; i >= 0; i -= 1) if (id(log[i] as Message) === key) return log
  return [...log, message].slice(-max)
}

/**
 * Takes the list of a join reply, which is the truth from its first message on: what we hold from before
 * that message stays in front of it. When we do not hold that message, there may be a hole between, or
 * the server may have begun anew: then its list stands alone. A hole is never papered over.
 */
export function mergeReply<Message>(
  log: readonly Message[],
  reply: readonly Message[],
  { id, max }: MessageLogRules<Message>,
): readonly Message[] {
  const seen = new Set<MessageKey>()
  const is_new = (message: Message) => {
    const key = id(message)
    return key === undefined || (!seen.has(key) && seen.add(key) !== undefined)
  }
  const fresh = reply.filter(is_new)
  const first = fresh[0] === undefined ? undefined : id(fresh[0])
  const start = first === undefined ? -1 : log.findIndex((message) => id(message) === first)
  const older = log.slice(0, Math.max(start, 0)).filter(is_new)
  return shareWith(log, [...older, ...fresh].slice(-max), id)
}

/** `next` with the objects of `log` where they say the same; `log` itself when all of it does. */
function shareWith<Message>(log: readonly Message[], next: readonly Message[], id: MessageLogRules<Message>['id']): readonly Message[] {
  const held = new Map(log.map((message) => [id(message), message]))
  const shared = next.map((message) => {
    const key = id(message)
    const before = key === undefined ? undefined : held.get(key)
    return before !== undefined && JSON.stringify(before) === JSON.stringify(message) ? before : message
  })
  return shared.length === log.length && shared.every((message, i) => message === log[i]) ? log : shared
}
