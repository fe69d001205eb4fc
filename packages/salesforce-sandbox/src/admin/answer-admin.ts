import { z } from 'zod'
import { headerOf, type HttpRequest } from '../http/http-request.ts'
import { json, type Reply } from '../http/reply.ts'
import { matchRoute } from '../http/router.ts'
import { SoqlError } from '../soql/soql-error.ts'
import { AdminError } from './admin-error.ts'
import { ADMIN_ROUTES } from './admin-routes.ts'
import { createAdmin, type OrgHolder } from './create-admin.ts'

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
