import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Account } from './auth.ts'
import type { Engine } from './engine.ts'
import { ClickHouseException } from './errors.ts'
import { execute } from './execute.ts'
import { NamedSessions } from './named-sessions.ts'
import { refusalForReader, toOutsideNames } from './reader-guard.ts'
import { readRequest, type EngineRequest, type RequestLimits } from './request.ts'
import { respond, respondError } from './respond.ts'
import { createSessionPool, type SessionSetup } from './session-pool.ts'

/** Idle sessions cost about 0.1 MB each. */
const MAX_IDLE_SESSIONS = 32
const MAX_NAMED_SESSIONS = 64

/** Statements after which a session is as it was before. */
const CLEAN_VERBS: ReadonlySet<string> = new Set([
  'select',
  'with',
  'insert',
  'describe',
  'desc',
  'show',
  'exists',
  'explain',
])

export interface QueryHandler {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Requests that are being worked on. */
  readonly inFlight: () => number
  /** Interrupts what is running. */
  interruptAll(): Promise<void>
  close(): void
}

export interface QueryHandlerOptions extends RequestLimits {
  readonly accounts: readonly Account[]
  /** Set on every session beneath what the request sets. */
  readonly baseSettings: Readonly<Record<string, string>>
}

/** Answers `/ping` and everything else as a query. */
export function createQueryHandler(engine: Engine, options: QueryHandlerOptions): QueryHandler {
  const pool = createSessionPool(engine.openSession, MAX_IDLE_SESSIONS)
  const named = new NamedSessions(engine.openSession, MAX_NAMED_SESSIONS)
  const outside = toOutsideNames(engine.tableFunctions)
  let inFlight = 0
  let count = 0

  const run = async (request: EngineRequest, response: ServerResponse): Promise<void> => {
    checkReader(request, outside)
    const setup = toSetup(request, options.baseSettings)
    const { session } = request
    const lease = await (session ? named.acquire(session.id, session.timeoutMs, setup) : pool.acquire(setup))
    const tag = `/*request:${++count}*/`
    const onClose = (): void => {
      // Where that fails, the statement runs to its end and nobody reads the answer.
      if (!response.writableFinished) engine.interrupt(tag).catch(() => undefined)
    }
    response.once('close', onClose)
    let reusable = false
    try {
      const answer = await execute(request, { session: lease.session, incoming: engine.incoming, tag })
      await respond(response, answer, { gzip: request.gzip, version: engine.version })
      reusable = CLEAN_VERBS.has(request.statement.verb)
    } finally {
      response.off('close', onClose)
      lease.release(reusable)
    }
  }

  return {
    handle: async (request, response) => {
      inFlight += 1
      try {
        setIdentity(request, response)
        if (request.url === '/ping' || request.url === '/replicas_status') response.end('Ok.\n')
        else await run(await readRequest(request, options.accounts, options), response)
      } catch (error) {
        respondError(response, error, engine.version)
      } finally {
        inFlight -= 1
      }
    },
    inFlight: () => inFlight,
    interruptAll: () => engine.interrupt('/*request:'),
    close: () => {
      pool.close()
      named.close()
    },
  }
}

function checkReader(request: EngineRequest, outside: ReadonlySet<string>): void {
  if (request.role !== 'reader') return
  const refusal = refusalForReader(request.statement, outside)
  if (refusal !== undefined)
    throw new ClickHouseException(164, 'READONLY', `Not allowed for a reader: ${refusal}`)
}

function toSetup(request: EngineRequest, baseSettings: Readonly<Record<string, string>>): SessionSetup {
  const settings = { ...baseSettings, ...request.settings }
  return {
    database: request.database === 'default' ? undefined : request.database,
    settings: request.role === 'reader' ? toReaderSettings(settings) : settings,
    params: request.params,
  }
}

/** The engine is also the one that stores events: a reader's question may not run for ever. */
const MAX_READER_QUERY_S = 60

function toReaderSettings(settings: Readonly<Record<string, string>>): Record<string, string> {
  const asked = Number(settings['max_execution_time'])
  const seconds = asked > 0 && asked < MAX_READER_QUERY_S ? asked : MAX_READER_QUERY_S
  return { ...settings, max_execution_time: String(seconds), readonly: '1' }
}

function setIdentity(request: IncomingMessage, response: ServerResponse): void {
  const search = new URL(request.url ?? '/', 'http://localhost').searchParams
  const given = search.get('query_id') ?? ''
  response.setHeader('X-ClickHouse-Query-Id', /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID())
  response.setHeader('X-ClickHouse-Server-Display-Name', 'leadline')
  response.setHeader('X-ClickHouse-Timezone', 'UTC')
}
