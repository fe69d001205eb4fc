import { z } from 'zod'
import { headerOf, type HttpRequest } from '../http/http-request.ts'
import { empty, json, type Reply } from '../http/reply.ts'
import { matchRoute, type Route } from '../http/router.ts'
import { faultRuleSchema } from '../faults/fault-rule.ts'
import { SoqlError } from '../soql/soql-error.ts'
import { createAdmin, type Admin, type OrgHolder } from './create-admin.ts'
import { AdminError } from './admin-error.ts'
import { actSchema } from './run-act.ts'

interface AdminCall {
  readonly admin: Admin
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: unknown
}

type AdminHandler = (call: AdminCall) => Reply

const clockSchema = z.strictObject({
  /** ISO date-time */
  set: z.iso.datetime().optional(),
  advanceMs: z.number().int().optional(),
})

const ADMIN_ROUTES: readonly Route<AdminHandler>[] = [
  { pattern: 'reset', methods: { POST: reset } },
  { pattern: 'clock', methods: { GET: showClock, POST: moveClock } },
  { pattern: 'act', methods: { POST: ({ admin, body }) => json(200, admin.act(actSchema.parse(body))) } },
  { pattern: 'records/:object', methods: { GET: listRecords } },
  {
    pattern: 'records/:object/:id/history',
    methods: { GET: ({ admin, params }) => json(200, admin.history(params['id'] ?? '')) },
  },
  { pattern: 'log', methods: { GET: ({ admin, query }) => json(200, admin.log(sinceOf(query))) } },
  { pattern: 'stats', methods: { GET: ({ admin, query }) => json(200, admin.stats(sinceOf(query))) } },
  {
    pattern: 'faults',
    methods: { GET: ({ admin }) => json(200, admin.faults.list()), POST: addFault, DELETE: removeFaults },
  },
  { pattern: 'faults/:id', methods: { DELETE: removeFaults } },
]

export function isAdminPath(request: HttpRequest): boolean {
  return request.segments[0] === '__admin'
}

/** The scripting API. It asks for no session, so it refuses what a page on another site could send. */
export function answerAdmin(holder: OrgHolder, request: HttpRequest): Reply {
  if (isForeign(request)) return problem(403, 'Send application/json, and not from a web page.')
  const match = matchRoute(ADMIN_ROUTES, request.method, request.segments.slice(1))
  if (match.kind === 'none') return problem(404, 'There is no such admin call.')
  if (match.kind === 'wrongMethod') return problem(405, `Use ${match.allowed.join(' or ')}.`)
  const { handler, params } = match
  return orProblem(() => {
    const body: unknown = request.body === '' ? {} : JSON.parse(request.body)
    return handler({ admin: createAdmin(holder), params, query: request.query, body })
  })
}

function isForeign(request: HttpRequest): boolean {
  if (request.method === 'GET') return false
  const isJson = /^application\/json\b/i.test(headerOf(request, 'content-type') ?? '')
  return request.headers.origin !== undefined || (request.body !== '' && !isJson)
}

function orProblem(run: () => Reply): Reply {
  try {
    return run()
  } catch (error) {
    if (error instanceof z.ZodError) return problem(400, z.prettifyError(error))
    if (error instanceof SyntaxError || error instanceof SoqlError || error instanceof AdminError) {
      return problem(400, error.message)
    }
    throw error
  }
}

function problem(status: number, message: string): Reply {
  return json(status, { error: message })
}

function reset({ admin, body }: AdminCall): Reply {
  const { seed } = z
    .strictObject({ seed: z.number().int().optional(), fixtures: z.literal('small').optional() })
    .parse(body)
  admin.reset(seed)
  return empty(204)
}

function showClock({ admin }: AdminCall): Reply {
  return json(200, { now: new Date(admin.clock.now()).toISOString() })
}

function moveClock(call: AdminCall): Reply {
  const { set, advanceMs } = clockSchema.parse(call.body)
  if (set !== undefined) call.admin.clock.set(Date.parse(set))
  if (advanceMs !== undefined) call.admin.clock.advance(advanceMs)
  return showClock(call)
}

function listRecords({ admin, params, query }: AdminCall): Reply {
  return json(200, admin.records(params['object'] ?? '', query.get('where') ?? undefined))
}

function addFault({ admin, body }: AdminCall): Reply {
  return json(201, { id: admin.faults.add(faultRuleSchema.parse(body)) })
}

function removeFaults({ admin, params }: AdminCall): Reply {
  admin.faults.remove(params['id'])
  return empty(204)
}

function sinceOf(query: URLSearchParams): number {
  return Number(query.get('since') ?? 0) || 0
}
