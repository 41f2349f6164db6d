import '../design/chat.css'
import { Shell } from '../common/Shell.js'
import { start } from '../common/start.js'
import { Chat } from './Chat.js'

start(
  <Shell page="chat">
    <Chat />
  </Shell>,
)
