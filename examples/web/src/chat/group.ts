import { dayName } from '../common/time.js'
import type { Message } from '../contract.js'

/** 5 min: a pause after which the same author begins a new block. */
const pause_s = 300

/** Messages of one author in one go. */
export interface Group {
  readonly key: number
  readonly user: Message['user']
  readonly messages: readonly Message[]
  /** Set where a new day begins. */
  readonly day: string | undefined
}

/** Puts messages together by author; a new day or a long pause begins a new group. */
export function groupMessages(messages: readonly Message[]): Group[] {
  const groups: { key: number; user: Message['user']; messages: Message[]; day: string | undefined }[] = []
  let before: Message | undefined
  for (const message of messages) {
    const day = dayName(message.at * 1_000)
    const same_day = before !== undefined && dayName(before.at * 1_000) === day
    const group = groups.at(-1)
    if (group && before && same_day && goesOn(before, message)) group.messages.push(message)
    else groups.push({ key: message.id, user: message.user, messages: [message], day: same_day ? undefined : day })
    before = message
  }
  return groups
}

function goesOn(before: Message, message: Message): boolean {
  return before.user.id === message.user.id && before.user.name === message.user.name && message.at - before.at < pause_s
}
