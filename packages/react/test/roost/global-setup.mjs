// Starts the contract server for the tests that ask for it (ROOST_SERVER), with an address that restarts it.
import { createServer } from 'node:http'

export default async function setup({ provide }) {
  if (!process.env.ROOST_SERVER) return undefined
  const { contractServer } = await import('../../../../tools/server.mjs')
  const server = await contractServer({ shards: 2 })
  const control = createServer((_request, response) => {
    server
      .stop('SIGKILL')
      .then(() => server.start())
      .then(
        () => response.end('restarted'),
        (error) => response.writeHead(500).end(String(error)),
      )
  })
  await new Promise((resolve) => control.listen(0, '127.0.0.1', resolve))
  provide('roost', { base: server.base, restart: `http://127.0.0.1:${control.address().port}/` })
  return async () => {
    control.close()
    await server.stop()
  }
}
