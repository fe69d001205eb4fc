import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { CommandError } from '../command.ts'

/** Which part listens where. Only the collector may listen beyond loopback. */
export interface Ports {
  readonly collector: number
  readonly console: number
  readonly sandbox: number
  readonly clickhouse: number
  readonly demo: number
}

export const LOOPBACK = '127.0.0.1'
export const DEFAULT_PORT = 4400
/** The collector's port at most, so that the other four fit above it. */
export const MAX_BASE_PORT = 65_531

/** Collector N, then console, sandbox, clickhouse and demo. */
export const toPorts = (base: number): Ports => ({
  collector: base,
  console: base + 1,
  sandbox: base + 2,
  clickhouse: base + 3,
  demo: base + 4,
})

/** Five ports that are free now. */
export async function pickFreePorts(): Promise<Ports> {
  const servers = await Promise.all(Array.from({ length: 5 }, () => listen(LOOPBACK, 0)))
  const [collector = 0, console = 0, sandbox = 0, clickhouse = 0, demo = 0] = servers.map(portOf)
  await Promise.all(servers.map(close))
  return { collector, console, sandbox, clickhouse, demo }
}

/** Throws CommandError that names the port, the part it is for, and what to change. */
export async function assertPortFree(part: string, port: number, host: string): Promise<void> {
  try {
    await close(await listen(host, port))
  } catch (error) {
    throw new CommandError(`${explainListenError(error, `${host}:${port}`)} (${part}). ${remedy(part)}`, {
      cause: error,
    })
  }
}

function explainListenError(error: unknown, address: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return `port ${address} is in use`
  if (code === 'EACCES') return `port ${address} may not be opened by this user`
  if (code === 'EADDRNOTAVAIL') return `${address} is no address of this machine`
  return `cannot listen on ${address}`
}

const remedy = (part: string): string =>
  part === 'collector'
    ? 'Stop what listens there, or choose other ports with --port N (the other parts take N+1 to N+4; 0 picks free ones)'
    : 'Stop what listens there, or move all five with --port N (collector N, console N+1, sandbox N+2, clickhouse N+3, demo N+4; 0 picks free ones)'

async function listen(host: string, port: number): Promise<Server> {
  const server = createServer()
  server.listen({ host, port, exclusive: true })
  await once(server, 'listening')
  return server
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function close(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}
