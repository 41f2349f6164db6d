import { createRealtime } from '@roost/react'
import type {} from '../contract.js'
import { me, onRename } from './identity.js'

/** The one socket of a page, on the server that served it. */
export const realtime = createRealtime({
  url: '/socket',
  params: () => ({ user_id: me().id, name: me().name }),
})

// The server learns a name at connect: a new name needs a new connection.
onRename(realtime.reconnect)
