export type MessageKey = string | number

/**
 * An ordered, bounded list of messages without repeats: oldest first, at most `max`, the oldest dropped.
 * Both functions return the list itself when nothing changes.
 */
export interface MessageLogRules<Message> {
  readonly id: (message: Message) => MessageKey
  readonly max: number
}

/** Adds a live message; one whose id is there already is ignored. */
export function appendMessage<Message>(
  log: readonly Message[],
  message: Message,
  { id, max }: MessageLogRules<Message>,
): readonly Message[] {
  const key = id(message)
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
  const fresh = reply.filter((message) => !seen.has(id(message)) && seen.add(id(message)))
  const first = fresh[0]
  const start = first === undefined ? -1 : log.findIndex((message) => id(message) === id(first))
  const older = log.slice(0, Math.max(start, 0)).filter((message) => !seen.has(id(message)))
  return [...older, ...fresh].slice(-max)
}
