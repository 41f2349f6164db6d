import '../design/home.css'
import { start } from '../common/start.js'
import { Home } from './Home.js'

start(<Home />)
