import type { SocketLike } from './phoenix.js'
import { createStore, type Store } from './store.js'

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
}

export interface Connection extends Store<ConnectionSnapshot> {
  /** We are about to connect, or to end this connection, on purpose: its end is no loss. */
  connecting(this: void): void
  /** Looks at the socket again: phoenix.js tells a heartbeat timeout to its channels only. */
  check(this: void): void
}

export function watchConnection(socket: SocketLike, now: () => number = Date.now): Connection {
  const isOpen = () => socket.connectionState() === 'open'
  const store = createStore<ConnectionSnapshot>({ status: isOpen() ? 'open' : 'connecting', since: now() })
  let closing_on_purpose = false

  const become = (status: ConnectionStatus) => {
    if (store.getSnapshot().status !== status) store.set({ status, since: now() })
  }
  const closed = () => {
    if (!isOpen() && !closing_on_purpose) become('offline')
  }
  socket.onOpen(() => {
    closing_on_purpose = false
    become('open')
  })
  socket.onClose(closed)
  socket.onError(() => {
    closing_on_purpose = false
    closed()
  })

  return {
    subscribe: store.subscribe,
    getSnapshot: store.getSnapshot,
    connecting() {
      closing_on_purpose = isOpen()
      become('connecting')
    },
    check: closed,
  }
}
