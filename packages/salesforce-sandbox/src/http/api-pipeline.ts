import { createAccess } from '../access/access.ts'
import { toDmlError, type Fault } from '../faults/fault-engine.ts'
import { bearerOf } from '../oauth/identity.ts'
import { findSession } from '../oauth/sessions.ts'
import { OPEN_ROUTES } from '../oauth/routes.ts'
import type { Org } from '../org.ts'
import { API_ROUTES } from '../rest/api-routes.ts'
import type { Trace } from '../log/request-log.ts'
import type { DmlError } from '../dml/dml-result.ts'
import { answerSoap } from '../soap/answer-soap.ts'
import { admitCaller } from './admit-caller.ts'
import { orgAsOf } from '../store/past-store.ts'
import { limitInfo } from './call-budget.ts'
import { readSaveOptions } from './save-options.ts'
import { describeCall } from './describe-call.ts'
import { headerOf, readOptions, type HttpRequest } from './http-request.ts'
import { fail, failDml, html, notFound, type Reply } from './reply.ts'
import { matchRoute, type RouteMatch } from './router.ts'

const OLDEST_VERSION = 31

/** POST with `_HttpMethod=PATCH` is a PATCH, for clients that cannot send one. */
export function effectiveMethod(request: HttpRequest): string {
  return (request.method === 'POST' && request.query.get('_HttpMethod')) || request.method
}

/** The fault that hits this request, before anything else looks at it. */
export function takeFault(org: Org, request: HttpRequest): Fault | undefined {
  const userId = findSession(org, bearerOf(request) ?? '')?.userId ?? null
  const { method, target } = request
  return org.faults.onRequest({
    method,
    path: target,
    userId,
    nowMs: org.clock.nowMs(),
    identity: `${method} ${target} ${request.body}`,
    ...describeCall(request, effectiveMethod(request)),
  })
}

/** Notes what a request is about. */
export function describeIncoming(request: HttpRequest, trace: Trace): void {
  Object.assign(trace, describeCall(request, effectiveMethod(request)))
}

/** Answers one request of the Salesforce API: the steps and their order are what clients rely on. */
export function answerApi(org: Org, given: Omit<Incoming, 'method'>): Reply {
  const { request } = given
  const method = effectiveMethod(request)
  if (/\/\//.test(request.path)) return notFound()
  const open = matchRoute(OPEN_ROUTES, method, request.segments)
  if (open.kind === 'found') return open.handler(org, request)
  if (open.kind === 'wrongMethod') return wrongMethod(method, open)
  const [services, api] = request.segments
  if (services === 'services' && api === 'Soap') return answerSoap(org, given)
  if (services !== 'services' || api !== 'data') return notFound()
  const reply = answerInSession(org, { ...given, method })
  return { ...reply, headers: { ...reply.headers, 'sforce-limit-info': limitInfo(org) } }
}

/** What a fault answers instead of the org's own answer; undefined for those that only delay or drop. */
export function answerFault(fault: Fault): Reply | undefined {
  const { action } = fault
  if (action.type === 'error') return failDml(toDmlError(action))
  if (action.type === 'http') return { status: action.status, headers: action.headers, body: action.body }
  return action.type === 'html503' ? html(503, MAINTENANCE_PAGE) : undefined
}

const MAINTENANCE_PAGE =
  '<!doctype html><html><head><title>Server Unavailable</title></head><body>We are down for maintenance.</body></html>'

interface Incoming {
  readonly request: HttpRequest
  readonly method: string
  readonly trace: Trace
  /** Requests that have been open for long. */
  readonly longOpen: number
  /** Queries answer from so many ms ago. */
  readonly staleMs: number
}

function answerInSession(org: Org, incoming: Incoming): Reply {
  const { request, method, trace, longOpen, staleMs } = incoming
  const admitted = admitCaller(org, { ...callerOf(request), longOpen }, trace)
  if (!admitted.ok) {
    return admitted.error.code === 'INVALID_SESSION_ID' ? refuseToken(request) : failTransport(admitted.error)
  }
  trace.client = readOptions(request, 'sforce-call-options').get('client') ?? null
  return dispatch({ org, trace, staleMs, userId: admitted.value.userId }, request, method)
}

function callerOf(request: HttpRequest): { token: string; host: string | undefined } {
  return { token: bearerOf(request) ?? '', host: request.headers.host }
}

function failTransport({ code, message, status }: DmlError): Reply {
  return fail(status, { code, message })
}

function refuseToken(request: HttpRequest): Reply {
  const header = headerOf(request, 'authorization')
  if (header !== undefined && !/^(Bearer|OAuth)\b/i.test(header)) {
    return fail(401, { code: 'INVALID_AUTH_HEADER', message: 'INVALID_HEADER_TYPE' })
  }
  return fail(401, { code: 'INVALID_SESSION_ID', message: 'Session expired or invalid' })
}

function refuseVersion(org: Org, request: HttpRequest): Reply | undefined {
  const version = /^v(\d+\.0)$/.exec(request.segments[2] ?? '')?.[1]
  if (version !== undefined && Number(version) < OLDEST_VERSION) {
    return fail(410, { code: 'GONE', message: 'The requested API version is retired.' })
  }
  return version !== undefined && org.settings.apiVersions.includes(version) ? undefined : notFound()
}

interface Caller {
  readonly org: Org
  readonly trace: Trace
  readonly userId: string
  readonly staleMs: number
}

/** Runs one call, or one subrequest of a composite call, as a user whose session has been checked. */
function dispatch(caller: Caller, request: HttpRequest, method: string): Reply {
  const { org, trace, userId } = caller
  const refused = refuseVersion(org, request)
  if (refused) return refused
  const [, , version = '', ...rest] = request.segments
  const route = matchRoute(API_ROUTES, method === 'HEAD' ? 'GET' : method, rest)
  if (route.kind === 'none') return notFound()
  if (route.kind === 'wrongMethod') return wrongMethod(method, route)
  const apiVersion = Number(version.slice(1))
  const access = createAccess(org, userId)
  const actor = { userId, via: 'rest', client: trace.client, apiVersion, access }
  const [resource = ''] = rest
  return route.handler({
    org: seenBy(caller, resource),
    request,
    method,
    params: route.params,
    dml: { org, actor, options: readSaveOptions(request) },
    base: `/services/data/${version}`,
    version: apiVersion,
    trace,
    dispatch: (sub) => dispatch(caller, sub, effectiveMethod(sub)),
  })
}

const LAGGING: ReadonlySet<string> = new Set(['query', 'queryAll', 'search', 'parameterizedSearch'])

/** The org as it is, or as an index that lags behind shows it. */
function seenBy({ org, staleMs }: Caller, resource: string): Org {
  const isSearch = resource === 'search' || resource === 'parameterizedSearch'
  const searchLagMs = org.cells.limits.get().searchLagMs ?? org.settings.features.searchLagMs
  const lagMs = LAGGING.has(resource) ? Math.max(staleMs, isSearch ? searchLagMs : 0) : 0
  return lagMs === 0 ? org : orgAsOf(org, org.clock.nowMs() - lagMs)
}

function wrongMethod(method: string, match: Extract<RouteMatch<unknown>, { kind: 'wrongMethod' }>): Reply {
  const allowed = match.allowed.includes('GET') ? ['HEAD', ...match.allowed] : match.allowed
  const list = allowed.join(',')
  const message = `HTTP Method '${method}' not allowed. Allowed are ${list}`
  const reply = fail(405, { code: 'METHOD_NOT_ALLOWED', message })
  return { ...reply, headers: { ...reply.headers, allow: list } }
}
