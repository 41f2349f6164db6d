import '../design/clicks.css'
import { wireChannel } from '@roost/react/reflux'
import { realtime } from '../common/realtime.js'
import { Shell } from '../common/Shell.js'
import { start } from '../common/start.js'
import { Clicks } from './Clicks.js'
import { clicks, hit } from './store.js'

wireChannel({
  realtime,
  topic: 'clicks',
  push: { hit },
  receive: { update_user: clicks.onUpdateUser, state: clicks.onState },
  joined: clicks.onJoined,
  channel: clicks.onChannel,
})

start(
  <Shell page="clicks">
    <Clicks />
  </Shell>,
)
