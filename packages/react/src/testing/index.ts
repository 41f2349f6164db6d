export { deny, Denied, no_reply, TestServer } from './test-server.js'
export type { TestServerOptions, TopicHandlers } from './test-server.js'
