import { startFakeDemo } from './fake-demo.js'
import { fillWithLife } from './fake-life.js'
import { FakeTopics } from './fake-topics.js'

/** The built pages with the stand-in behind them, for working on the pages alone: PORT, default 4000. */
const topics = new FakeTopics()
fillWithLife(topics)
const { port } = await startFakeDemo(Number(process.env['PORT'] ?? 4000), topics)
console.log(`fake demo server: http://127.0.0.1:${port}/`)
