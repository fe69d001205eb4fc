import { createServer, Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { Settings } from '@leadline/contract'
import type { Log, RunningService } from '@leadline/runtime'
import { createWarehouse, type WarehouseConnection } from '@leadline/warehouse'
import { createApp } from './app.ts'

const LOOPBACK = '127.0.0.1'
/** Longest that an answer under way is waited for when stopping, in ms. */
const STOP_GRACE_MS = 3000

/** Listens on loopback only: there are no accounts yet, so whoever can reach it can read everything. */
export async function startConsole(settings: Settings, log: Log): Promise<RunningService> {
  const warehouse = createWarehouse(toReader(settings.warehouse))
  const app = createApp({ warehouse, workspaces: settings.workspaces, now: () => Date.now(), log })
  const server = createAdaptorServer({ fetch: app.fetch, createServer })
  if (!(server instanceof Server))
    throw new Error('the adapter made another kind of server than was asked for')
  const port = await listen(server, settings.console.port)
  return {
    url: `http://${LOOPBACK}:${port}`,
    report: () => ({ idle: true, steps: {} }),
    stop: async () => {
      await close(server)
      await warehouse.close()
    },
  }
}

/** The embedded server has a user that can only read. */
const toReader = (warehouse: Settings['warehouse']): WarehouseConnection =>
  warehouse.kind === 'embedded'
    ? { url: warehouse.url, user: 'reader', password: warehouse.readerPassword }
    : { url: warehouse.url, user: warehouse.user, password: warehouse.password }

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const advice = 'stop the other program or choose another port (console.port)'
      reject(new Error(`console: port ${port} of ${LOOPBACK} cannot be had; ${advice}`, { cause }))
    })
    server.listen(port, LOOPBACK, resolve)
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS)
  await closed
  clearTimeout(cut)
}
