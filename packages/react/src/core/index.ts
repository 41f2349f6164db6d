export { createRealtime } from './realtime.js'
export type { AnyRealtime, HydrationState, Realtime, RealtimeOptions, SocketOptions, UrlOptions } from './realtime.js'
export type { ChannelError, ChannelSnapshot, ChannelStatus, ChannelStore, JoinOptions } from './channel-types.js'
export type { Check, CheckFunction, Checks, StandardSchema, TopicChecks } from './checks.js'
export type { Clock } from './clock.js'
export type { ConnectionSnapshot, ConnectionStatus } from './connection.js'
export { topic } from './contract.js'
export type {
  AnyContract,
  AnyTopic,
  Entry,
  EventName,
  EventOf,
  MetaOf,
  ParamsOf,
  PatternParts,
  PayloadArgument,
  PushName,
  PushPayload,
  PushReply,
  Register,
  Registered,
  ReplyOf,
  StateOf,
  Topic,
  TopicContract,
  TopicOfPattern,
} from './contract.js'
export type { Counters } from './diagnostics.js'
export type { MessageKey } from './message-log.js'
export type { MessagesOptions, MessagesSnapshot } from './messages.js'
export type { ChannelLike, Params, Payload, PushLike, SocketLike } from './phoenix.js'
export type { PresenceCount, PresenceStore } from './presence.js'
export { syncChanges, syncDiff, syncState } from './presence-sync.js'
export type { PresenceChanges, PresenceDiff, PresenceEntry, PresenceMeta, PresenceState, WirePresences } from './presence-sync.js'
export type { PushFailure, PushOptions, PushResult } from './push.js'
export type { Store } from './store.js'
export type { FetchToken, Token } from './token.js'
