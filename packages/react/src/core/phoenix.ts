/**
 * The part of the official phoenix client that we use, as structure: its Socket fits SocketLike.
 * Written out so that nothing we export depends on untyped values.
 */
export type Payload = object

/** Join or connect params; a function is evaluated anew at every join (or connect). */
export type Params = Payload | (() => Payload)

export interface PushLike {
  receive(status: 'ok' | 'error' | 'timeout', callback: (response: unknown) => void): unknown
}

export interface ChannelLike {
  join(): PushLike
  leave(): PushLike
  push(event: string, payload: Payload, timeout?: number): PushLike
  /** `callback(payload, ref, join_ref)`: join_ref is that of the channel's current join. */
  on(event: string, callback: (...args: unknown[]) => void): number
  off(event: string, ref?: number): void
  onClose(callback: (...args: unknown[]) => void): unknown
  onError(callback: (reason?: unknown) => void): unknown
  /** Ours to replace: sees every message of the channel, and gives back its payload. */
  onMessage?: (event: string, payload: unknown, ref: unknown) => unknown
}

export interface SocketLike {
  connect(): void
  disconnect(callback?: () => void): void
  connectionState(): string
  channel(topic: string, params?: Params): ChannelLike
  onOpen(callback: () => void): string
  onClose(callback: (event: CloseEvent) => void): string
  onError(callback: (error: unknown) => void): string
  off(refs: string[]): void
  /** Since phoenix 1.6; false: not connected. */
  ping?(callback: (round_trip_ms: number) => void): boolean
  onMessage?(callback: (message: object) => void): string
}
