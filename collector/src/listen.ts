import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import type { Settings } from '@leadline/contract'
import { TakenMessage } from './read-incoming.ts'

export interface Listening {
  /** http://host:port without a trailing slash. */
  readonly url: string
  /** Takes no new connection, answers what is under way, then cuts what is left after `graceMs`. */
  close(graceMs: number): Promise<void>
}

export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly limits: Pick<Settings['collector']['limits'], 'headerSeconds' | 'requestSeconds' | 'connections'>
}

/** Throws with one clear line when the address cannot be had. */
export async function listen(
  door: RequestListener<typeof TakenMessage>,
  where: ListenOptions,
): Promise<Listening> {
  const server = createServer(toServerOptions(where.limits), door)
  server.maxConnections = where.limits.connections
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(explainListen(cause, where)))
    server.listen(where.port, where.host, resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : where.port
  const host = where.host.includes(':') ? `[${where.host}]` : where.host
  return { url: `http://${host}:${port}`, close: (graceMs) => close(server, sockets, graceMs) }
}

/** Bounds of one connection, against clients that send slowly or never finish. */
function toServerOptions({
  headerSeconds,
  requestSeconds,
}: ListenOptions['limits']): ServerOptions<typeof TakenMessage> {
  const headersTimeout = headerSeconds * 1000
  const requestTimeout = Math.max(headersTimeout, requestSeconds * 1000)
  return {
    IncomingMessage: TakenMessage,
    headersTimeout,
    requestTimeout,
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: Math.min(5000, headersTimeout / 2),
    maxHeaderSize: 16 * 1024,
  }
}

function explainListen(cause: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): Error {
  const advice =
    cause.code === 'EADDRINUSE' ? 'is in use; stop the other program or choose another port' : 'cannot be had'
  return new Error(`collector: port ${port} of ${host} ${advice}`, { cause })
}

/** How often connections that have become idle are looked for while closing, in ms. */
const CLOSING_INTERVAL_MS = 20

async function close(
  server: Server<typeof TakenMessage>,
  sockets: ReadonlySet<Socket>,
  graceMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  // Browsers open connections ahead of need; to Node one that has never sent anything is not idle.
  for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  // A connection that was busy at close() is kept alive after its answer, and would hold the server open.
  const idle = setInterval(() => server.closeIdleConnections(), CLOSING_INTERVAL_MS)
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearInterval(idle)
  clearTimeout(cut)
}
