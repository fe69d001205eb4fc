import { createServer, type RequestListener, type Server } from 'node:http'

export interface Listening {
  /** http://host:port without a trailing slash. */
  readonly url: string
  /** Takes no new connection, answers what is under way, then cuts what is left after `graceMs`. */
  close(graceMs: number): Promise<void>
}

/** Bounds of one connection, against clients that send slowly or never finish. */
const serverOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5000,
  maxHeaderSize: 16 * 1024,
}

/** Throws with one clear line when the address cannot be had. */
export async function listen(
  door: RequestListener,
  where: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const server = createServer(serverOptions, door)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(explainListen(cause, where)))
    server.listen(where.port, where.host, resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : where.port
  const host = where.host.includes(':') ? `[${where.host}]` : where.host
  return { url: `http://${host}:${port}`, close: (graceMs) => close(server, graceMs) }
}

function explainListen(cause: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): Error {
  const advice =
    cause.code === 'EADDRINUSE' ? 'is in use; stop the other program or choose another port' : 'cannot be had'
  return new Error(`collector: port ${port} of ${host} ${advice}`, { cause })
}

/** How often connections that have become idle are looked for while closing, in ms. */
const CLOSING_INTERVAL_MS = 20

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  // A connection that was busy at close() is kept alive after its answer, and would hold the server open.
  const idle = setInterval(() => server.closeIdleConnections(), CLOSING_INTERVAL_MS)
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearInterval(idle)
  clearTimeout(cut)
}
