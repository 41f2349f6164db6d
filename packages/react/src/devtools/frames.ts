import type { AnyRealtime } from '../core/realtime.js'
import { createCell, type Store } from '../core/store.js'

/** 100: what one can read. */
const frames_max = 100
/** 200 letters of a payload: the rest is for the network panel of the browser. */
const payload_letters_max = 200

export interface Frame {
  readonly number: number
  readonly at: number
  /** Ours, or the server's. */
  readonly is_ours: boolean
  readonly topic: string
  readonly event: string
  readonly payload: string
}

export interface FrameLog extends Store<readonly Frame[]> {
  /** Records from now on; the result stops it. */
  start(this: void): () => void
}

/** The last frames of a realtime, newest first. */
export function createFrameLog(realtime: AnyRealtime): FrameLog {
  const { link, clock } = realtime.internal
  const frames = createCell<readonly Frame[]>([])
  let number = 0
  return {
    ...frames,
    start: () =>
      link.tap((message, is_ours) => {
        const { topic, event, payload } = message as { readonly topic: string; readonly event: string; readonly payload: unknown }
        number += 1
        const frame = { number, at: clock.now(), is_ours, topic, event, payload: textOf(payload) }
        frames.set([frame, ...frames.getSnapshot()].slice(0, frames_max))
      }),
  }
}

function textOf(payload: unknown): string {
  if (payload instanceof ArrayBuffer) return `${payload.byteLength} bytes`
  const text = JSON.stringify(payload) ?? ''
  return text.length > payload_letters_max ? `${text.slice(0, payload_letters_max)}…` : text
}
