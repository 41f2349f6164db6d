import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const page = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// Where `vite` finds the demo server; the built pages are served by that server itself.
const server = process.env['ROOST_DEMO'] ?? 'http://127.0.0.1:4000'

export default defineConfig({
  plugins: [react()],
  appType: 'mpa',
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: { '/socket': { target: server, ws: true } },
  },
  build: {
    target: 'es2022',
    rollupOptions: {
      input: { home: page('index.html'), clicks: page('clicks/index.html'), chat: page('chat/index.html') },
    },
  },
})
