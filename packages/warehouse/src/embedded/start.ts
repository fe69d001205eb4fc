import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { totalmem } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Account } from './auth.ts'
import { openEngine } from './engine.ts'
import { loadChdb, type ChdbModule } from './load-chdb.ts'
import { createQueryHandler, type QueryHandler } from './query-handler.ts'

export interface EmbeddedServerOptions {
  /** Made when it is absent. One process at a time; another one's lock is waited for. */
  readonly directory: string
  /** 0 picks a free one. */
  readonly port: number
  /** Loopback only: everything else is refused. */
  readonly host: '127.0.0.1' | 'localhost' | '::1'
  readonly user: string
  readonly password: string
  /** Of the user `reader`, who may only SELECT. */
  readonly readerPassword: string
  readonly lockWaitMs?: number | undefined
  readonly maxBodyBytes?: number | undefined
  readonly load?: (() => Promise<ChdbModule>) | undefined
}

export interface EmbeddedServer {
  /** Without a trailing slash. */
  readonly url: string
  /** Requests in hand. */
  readonly inFlight: () => number
  /** Takes no new requests, lets those in hand finish, interrupts what takes too long, closes the data. */
  readonly stop: () => Promise<void>
}

const LOCK_WAIT_MS = 15_000
const MAX_BODY_BYTES = 64 * 1024 ** 2
const DRAIN_MS = 10_000
const GB = 1024 ** 3
/** Query texts may be long: parameters are SET as text, and lists of ids go into them. */
const MAX_QUERY_BYTES = 64 * 1024 ** 2

/**
 * ClickHouse's HTTP interface over chDB, in this process. Run it in a process of its own, with UV_THREADPOOL_SIZE=16
 * set by whoever spawns it: each running statement holds a thread of that pool, and Node reads the size at its start.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  if (!['127.0.0.1', 'localhost', '::1'].includes(options.host)) {
    throw new Error(
      `the embedded ClickHouse listens on loopback only, not on ${options.host}; use a ClickHouse server`,
    )
  }
  const chdb = await loadChdb(options.load)
  const maxMemoryBytes = Math.min(4 * GB, Math.floor(totalmem() / 2))
  const engine = await openEngine(chdb, {
    directory: options.directory,
    maxMemoryBytes,
    lockWaitMs: options.lockWaitMs ?? LOCK_WAIT_MS,
  })
  const handler = createQueryHandler(engine, {
    accounts: toAccounts(options),
    maxBodyBytes: options.maxBodyBytes ?? MAX_BODY_BYTES,
    baseSettings: toBaseSettings(maxMemoryBytes),
  })
  const server = createServer({ maxHeaderSize: 1024 ** 2, keepAliveTimeout: 30_000, requestTimeout: 0 })
  server.on('request', (request, response) => void handler.handle(request, response))
  try {
    const port = await listen(server, options)
    return {
      url: `http://${toHostName(options.host)}:${port}`,
      inFlight: handler.inFlight,
      stop: () => stop(server, handler, engine),
    }
  } catch (error) {
    await engine.close()
    throw error
  }
}

const toHostName = (host: string): string => (host.includes(':') ? `[${host}]` : host)

const toAccounts = (options: EmbeddedServerOptions): readonly Account[] => [
  { user: options.user, password: options.password, role: 'owner' },
  { user: 'reader', password: options.readerPassword, role: 'reader' },
]

/** `implicit_select` and introspection are on in chDB and off on a server. */
const toBaseSettings = (maxMemoryBytes: number): Readonly<Record<string, string>> => ({
  max_query_size: String(MAX_QUERY_BYTES),
  max_memory_usage: String(Math.floor(maxMemoryBytes * 0.75)),
  implicit_select: '0',
  allow_introspection_functions: '0',
})

async function listen(server: Server, options: EmbeddedServerOptions): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  const address: AddressInfo | string | null = server.address()
  return typeof address === 'object' && address ? address.port : options.port
}

async function stop(
  server: Server,
  handler: QueryHandler,
  engine: { close(): Promise<void> },
): Promise<void> {
  server.close()
  server.closeIdleConnections()
  const deadline = performance.now() + DRAIN_MS
  while (handler.inFlight() > 0 && performance.now() < deadline) await delay(20)
  if (handler.inFlight() > 0) await handler.interruptAll()
  server.closeAllConnections()
  handler.close()
  await engine.close()
}
