import { screen, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import { RealtimeDevtools } from '../../src/devtools/index.js'
import { useChannel, useMessages, usePresenceOf } from '../../src/index.js'
import { FakeServer } from '../support/fake-server.js'
import { mount, pass, useFakeTime } from '../support/harness.js'

useFakeTime()

const Room = () => {
  useChannel('room:1')
  usePresenceOf('room:1', 'ann')
  return useMessages('room:1', { event: 'new_msg' }).messages.length
}
const rows = () => screen.getAllByRole('row').map((row) => within(row).queryAllByRole('cell').map(({ textContent }) => textContent))

it('the devtools show topics with their leases and renders, and the last frames', async () => {
  const { server, unmount } = await mount([<Room key="room" />, <RealtimeDevtools key="tools" open={true} />])
  await server.reply('room:1', 'phx_join', 'ok')
  await server.broadcast('room:1', 'new_msg', { id: 1, body: 'x'.repeat(300) })
  await server.push('room:1', 'presence_state', { bob: { metas: [{ phx_ref: '1', name: 'Bob' }] } })
  await pass(500)
  expect(screen.getByRole('button').textContent).toBe('Roost: open')
  const [, topic, , presence, message, ...older] = rows()
  // The join and the message; of the presences nobody looks at Bob.
  expect(topic).toEqual(['room:1', 'joined', '3', '2'])
  expect(presence?.slice(1, 4)).toEqual(['←', 'room:1', 'presence_state'])
  expect(message?.slice(1, 4)).toEqual(['←', 'room:1', 'new_msg'])
  expect(message?.[4]).toHaveLength(201)
  expect(older.map((row) => row.slice(1, 4))).toEqual([
    ['←', 'room:1', 'phx_reply'],
    ['→', 'room:1', 'phx_join'],
  ])
  unmount()
  await pass(1_000)
})

it('the devtools are not there in production', async () => {
  const server = new FakeServer()
  const { container } = await mount(<RealtimeDevtools open={true} />, server, server.realtime({ development: false }))
  expect(container.innerHTML).toBe('')
})
