import type { PushResult } from '@roost/react'

/** Why a push did not do what was wanted, for people. */
export function failureOf(result: Exclude<PushResult, { status: 'ok' }>): string {
  if (result.status === 'error') return result.reason
  if (result.status === 'timeout') return 'The server did not answer.'
  return result.sent ? 'The connection was lost; it may or may not have arrived.' : 'The server is away.'
}
