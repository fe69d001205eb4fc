import { createServer } from 'node:http'
import { serveTarget } from './usage.ts'

/** The yardstick: the least that a Node process must do to take JSON over HTTP. */
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    JSON.parse(Buffer.concat(chunks).toString())
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{"success":true}')
  })
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const address = server.address()
const port = typeof address === 'object' && address !== null ? address.port : 0
await serveTarget({
  url: `http://127.0.0.1:${port}`,
  stop: () => Promise.resolve(server.closeAllConnections()),
})
