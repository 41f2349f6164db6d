import { useEffect, useMemo, useReducer, useState, type CSSProperties, type ReactElement } from 'react'
import { useRealtime } from '../react/context.js'
import { useConnection } from '../react/use-connection.js'
import { useSnapshot } from '../react/use-snapshot.js'
import { createFrameLog } from './frames.js'

/** 500 ms: counts that one can read. */
const refresh_ms = 500

const styles = {
  button: { position: 'fixed', right: 12, bottom: 12, zIndex: 2_147_483_000, font: '12px system-ui', padding: '6px 10px', borderRadius: 16, border: '1px solid #8888', background: '#16181d', color: '#eee', cursor: 'pointer' },
  panel: { position: 'fixed', right: 12, bottom: 52, zIndex: 2_147_483_000, width: 'min(640px, calc(100vw - 24px))', maxHeight: '60vh', overflow: 'auto', font: '12px ui-monospace, monospace', padding: 12, borderRadius: 8, border: '1px solid #8888', background: '#16181d', color: '#eee' },
  table: { width: '100%', borderCollapse: 'collapse', margin: '8px 0' },
  short: { padding: '2px 8px 2px 0', verticalAlign: 'top', whiteSpace: 'nowrap' },
  cell: { textAlign: 'left', padding: '2px 8px 2px 0', verticalAlign: 'top', overflowWrap: 'anywhere' },
} satisfies Record<string, CSSProperties>

export interface RealtimeDevtoolsProps {
  /** Whether it is open at first. */
  readonly open?: boolean
}

/**
 * A panel that shows the connection, who holds which topic, how many renders each caused, and the last frames. In
 * development only: in production it renders nothing.
 */
export function RealtimeDevtools({ open = false }: RealtimeDevtoolsProps): ReactElement | null {
  const { development } = useRealtime().internal.diagnostics
  return development ? <Panel open={open} /> : null
}

function Panel({ open }: { open: boolean }): ReactElement {
  const realtime = useRealtime()
  const [shown, show] = useState(open)
  const log = useMemo(() => createFrameLog(realtime), [realtime])
  useEffect(() => log.start(), [log])
  const { status } = useConnection()
  return (
    <>
      <button type="button" style={styles.button} aria-expanded={shown} onClick={() => show(!shown)}>
        Roost: {status}
      </button>
      {shown && (
        <section style={styles.panel} aria-label="Roost devtools">
          <Topics />
          <Frames log={log} />
        </section>
      )}
    </>
  )
}

function Topics(): ReactElement {
  const realtime = useRealtime()
  const { registry, clock } = realtime.internal
  const [, refresh] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    let off = () => undefined as void
    const again = () => {
      refresh()
      off = clock.after(refresh_ms, again)
    }
    off = clock.after(refresh_ms, again)
    return () => off()
  }, [clock])
  const { status, since } = useConnection()
  const counters = Object.entries(realtime.counters()).map(([name, count]) => `${name} ${count}`)
  return (
    <>
      <div>
        {status} since {new Date(since).toLocaleTimeString()} · {counters.join(' · ')}
      </div>
      <table style={styles.table}>
        <Head names={['topic', 'status', 'leases', 'renders']} />
        <tbody>
          {registry.used().map((channel) => (
            <Row key={channel.topic} cells={[channel.topic, channel.getSnapshot().status, channel.leases, channel.renders]} />
          ))}
        </tbody>
      </table>
    </>
  )
}

function Frames({ log }: { log: ReturnType<typeof createFrameLog> }): ReactElement {
  return (
    <table style={styles.table}>
      <Head names={['at', '', 'topic', 'event', 'payload']} />
      <tbody>
        {useSnapshot(log).map(({ number, at, is_ours, topic, event, payload }) => (
          <Row key={number} cells={[new Date(at).toLocaleTimeString(), is_ours ? '→' : '←', topic, event, payload]} />
        ))}
      </tbody>
    </table>
  )
}

function Head({ names }: { names: readonly string[] }): ReactElement {
  return (
    <thead>
      <tr>
        {names.map((name) => (
          <th key={name} style={styles.cell}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
  )
}

function Row({ cells }: { cells: readonly (string | number)[] }): ReactElement {
  return (
    <tr>
      {cells.map((cell, i) => (
        <td key={i} style={i === cells.length - 1 ? styles.cell : styles.short}>
          {cell}
        </td>
      ))}
    </tr>
  )
}
