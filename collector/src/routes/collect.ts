import { LIMITS, type Refusal } from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import { acceptRequest, type Acceptance, type AcceptContext } from '../accept.ts'
import { acceptanceAnswer, preflightAnswer, refusalAnswer, toResponse, type Answer } from '../answers.ts'
import { parseAuthorization } from '../authorize.ts'
import { plainBody, unpackBody, type BodyText } from '../body-text.ts'
import { readContent } from '../content.ts'
import type { DialectRequest, Door, WireRequest } from '../dialects/dialect.ts'
import { doors } from '../dialects/doors.ts'
import type { Enrich } from '../enrich/enrich.ts'
import type { EventRequest } from '../event-request.ts'
import type { Feed } from '../feed/feed.ts'
import type { InFlight, Pass } from '../in-flight.ts'
import type { Admission, Turned } from '../limit/admission.ts'
import type { CollectorMetrics } from '../metrics.ts'
import { refusal } from '../refusals.ts'
import { clientAddress, readFacts, type AddressPolicy } from '../request-facts.ts'
import type { Sink } from '../sink.ts'
import { toEventRequest, type Route } from './route.ts'

export interface CollectDeps extends AcceptContext {
  readonly admission: Admission
  readonly inFlight: InFlight
  readonly sink: Sink
  readonly metrics: CollectorMetrics
  readonly addressPolicy: AddressPolicy
  readonly enrich: Enrich
  readonly feed: Feed
  /** Path under which everything is served too; may be empty. */
  readonly pathPrefix: string
  readonly log: Log
}

/** Answers one request with events. Never rejects. */
export type EventHandler = (request: EventRequest) => Promise<Answer>

const posted = doors.filter(({ method }) => method === 'POST')
const asked = doors.filter(({ method }) => method === 'GET')

/** The paths that events are posted to, by path: one behaviour for each, behind whatever server takes the request. */
export const buildEventHandlers = (deps: CollectDeps): ReadonlyMap<string, EventHandler> =>
  new Map(
    posted.flatMap((door) =>
      pathsOf(door, deps).map((path) => [path, (request: EventRequest) => collect(request, door, deps)]),
    ),
  )

/** The same as routes of the Hono app, each with its preflight, and the images. */
export const collectRoutes = (deps: CollectDeps): readonly Route[] => [
  ...[...buildEventHandlers(deps)].flatMap(([path, handler]): Route[] => [
    { method: 'POST', path, handle: async (context) => toResponse(await handler(toEventRequest(context))) },
    { method: 'OPTIONS', path, handle: () => toResponse(preflightAnswer) },
  ]),
  ...asked.flatMap((door) => pathsOf(door, deps).map((path) => toImageRoute(path, door, deps))),
]

const toImageRoute = (path: string, door: Door, deps: CollectDeps): Route => ({
  method: 'GET',
  path,
  async handle(context) {
    const answer = await collect(toEventRequest(context), door, deps)
    return (door.dress ?? toResponse)(answer)
  },
})

const pathsOf = ({ path }: Door, { pathPrefix }: CollectDeps): readonly string[] =>
  pathPrefix === '' ? [path] : [path, pathPrefix + path]

/** Enters, answers, leaves: when too much is under way a request is turned away before it is read. */
async function collect(request: EventRequest, door: Door, deps: CollectDeps): Promise<Answer> {
  const headers = { 'x-request-id': deps.newId() }
  const turned = deps.admission.refuseRequest(clientAddress(request, deps.addressPolicy.trustedProxies))
  const answer = turned ? turnAway(turned, headers) : await enter({ request, door, headers }, deps)
  deps.metrics.answered(answer.status)
  return answer
}

async function enter(entering: Omit<Received, 'pass'>, deps: CollectDeps): Promise<Answer> {
  const pass = deps.inFlight.enter()
  return pass ? await answerWithin({ ...entering, pass }, deps) : overloaded(entering.headers)
}

interface Received {
  readonly request: EventRequest
  readonly door: Door
  /** Of the answer. */
  readonly headers: Readonly<Record<string, string>>
  readonly pass: Pass
}

async function answerWithin(received: Received, deps: CollectDeps): Promise<Answer> {
  try {
    return await receive(received, deps)
  } catch (error) {
    deps.log.error('a request failed unexpectedly', error, { requestId: received.headers['x-request-id'] })
    return refusalAnswer(refusal('internal', 'an unexpected error; send it again'), received.headers)
  } finally {
    // Whatever happened: room that is not given back is lost until the next start.
    received.pass.leave()
  }
}

/** Up to the point where a request is understood. */
async function receive(received: Received, deps: CollectDeps): Promise<Answer> {
  const { request, door, headers, pass } = received
  const body = door.method === 'GET' ? NO_BODY : await readText(request)
  if (!body.ok) return refuse(body.refusal, received, deps)
  if (!pass.hold(body.bytes)) return overloaded(headers)
  deps.metrics.received(body.bytes)
  const read = door.read(toDialectRequest(body.text, request))
  return read.ok ? await store(read.request, received, deps) : refuse(read.refusal, received, deps)
}

const NO_BODY: BodyText = { ok: true, text: '', bytes: 0 }

async function readText(request: EventRequest): Promise<BodyText> {
  const content = readContent(request)
  if (!content.ok) return content
  const body = await request.readBody(LIMITS.batchBytes)
  if (!body.ok) return body
  return content.packing === 'none'
    ? plainBody(body.bytes)
    : await unpackBody(body.bytes, content.packing, LIMITS.batchBytes)
}

const toDialectRequest = (text: string, request: EventRequest): DialectRequest => ({
  text,
  header: (name) => request.header(name),
  query: (name) => new URLSearchParams(/\?(.*)/s.exec(request.url)?.[1]).get(name) ?? undefined,
})

/** From there to the answer: decide, make durable, count. */
async function store(wire: WireRequest, received: Received, deps: CollectDeps): Promise<Answer> {
  const { request, headers } = received
  const accepted = acceptRequest(wire, readFacts(request, deps.addressPolicy, deps.enrich), deps)
  if (!accepted.ok) return refuse(accepted.refusal, { ...received, presented: wire.key }, deps)
  const { acceptance } = accepted
  const turned = deps.admission.refuseEvents(acceptance.key, acceptance.accepted)
  if (turned) return turnAway(turned, headers)
  const written = await deps.sink.write(acceptance.appends)
  if (!written.durable) {
    const retryAfter = { 'retry-after': String(written.retryAfterSeconds) }
    return unavailable('events cannot be stored just now; send them again', { ...headers, ...retryAfter })
  }
  count(wire, acceptance, deps.metrics)
  deps.feed.record(wire, acceptance)
  return acceptanceAnswer(acceptance, wire.single !== undefined, headers)
}

interface Refused extends Received {
  /** Key outside of the header. */
  readonly presented?: string | undefined
}

/** Refuses all of a request; who watches sees it when it can be told whose it is. */
function refuse(why: Refusal, { request, door, headers, presented }: Refused, deps: CollectDeps): Answer {
  const key = deps.keys.find(parseAuthorization(request.header('authorization')) ?? presented ?? '')
  if (key !== undefined) deps.feed.recordRefusal(key, door.path, why)
  return refusalAnswer(why, headers)
}

function count({ dropped }: WireRequest, acceptance: Acceptance, metrics: CollectorMetrics): void {
  metrics.accepted(acceptance.accepted - acceptance.discarded)
  if (acceptance.discarded > 0) metrics.discarded(acceptance.discarded)
  for (const { code } of acceptance.rejected) metrics.rejected(code)
  for (const [reason, events] of Object.entries(dropped ?? {})) metrics.dropped(reason, events)
}

const turnAway = (
  { refusal: why, retryAfterSeconds }: Turned,
  headers: Readonly<Record<string, string>>,
): Answer => refusalAnswer(why, { ...headers, 'retry-after': String(retryAfterSeconds) })

const overloaded = (headers: Readonly<Record<string, string>>): Answer =>
  unavailable('too much is under way; send it again', { ...headers, 'retry-after': '1' })

const unavailable = (message: string, headers: Readonly<Record<string, string>>): Answer =>
  refusalAnswer(refusal('unavailable', message), headers)
