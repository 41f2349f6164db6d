import { createAlarm, type Clock } from './clock.js'
import { createCell, type Store } from './store.js'

/**
 * connecting: nobody has asked yet, or an attempt that we made on purpose is on its way.
 * open: frames go both ways.
 * offline: it was lost or could not be opened; the client keeps trying by itself.
 */
export type ConnectionStatus = 'connecting' | 'open' | 'offline'

export interface ConnectionSnapshot {
  readonly status: ConnectionStatus
  /** Unix milliseconds since when the status has been this one; retries do not move it. */
  readonly since: number
  /**
   * When the connection was lost, told only once that has lasted for a while (lost_after_ms): what to show people,
   * who need not hear of every short loss. undefined while there is nothing to tell.
   */
  readonly lost_since: number | undefined
}

export interface Connection extends Store<ConnectionSnapshot> {
  become(this: void, status: ConnectionStatus): void
}

/** The state of one connection, told by who opens and closes it. */
export function createConnection(clock: Clock, lost_after_ms: number): Connection {
  const store = createCell<ConnectionSnapshot>({ status: 'connecting', since: clock.now(), lost_since: undefined })
  const patience = createAlarm(clock)

  const set = (change: Partial<ConnectionSnapshot>) => store.set({ ...store.getSnapshot(), ...change })
  return {
    subscribe: store.subscribe,
    getSnapshot: store.getSnapshot,
    getServerSnapshot: store.getServerSnapshot,
    become(status) {
      if (store.getSnapshot().status === status) return
      const since = clock.now()
      if (status === 'offline') patience.set(lost_after_ms, () => set({ lost_since: since }))
      else patience.off()
      set({ status, since, lost_since: status === 'open' ? undefined : store.getSnapshot().lost_since })
    },
  }
}
