import { useConnection } from '@roost/react'

/** Whether the server is away, so that nothing can be sent. */
export const useOffline = (): boolean => useConnection(({ status }) => status === 'offline')
