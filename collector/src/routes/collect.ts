import { LIMITS } from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import { acceptRequest, type AcceptContext } from '../accept.ts'
import { acceptanceAnswer, preflightAnswer, refusalAnswer, toResponse, type Answer } from '../answers.ts'
import { refuseContent } from '../content.ts'
import type { WireRequest } from '../dialects/dialect.ts'
import { readSegmentBody, segmentCalls, type SegmentCall } from '../dialects/segment.ts'
import type { EventRequest } from '../event-request.ts'
import type { InFlight, Pass } from '../in-flight.ts'
import type { CollectorMetrics } from '../metrics.ts'
import { refusal } from '../refusals.ts'
import { readFacts, type AddressPolicy } from '../request-facts.ts'
import type { Sink } from '../sink.ts'
import { toEventRequest, type Route } from './route.ts'

export interface CollectDeps extends AcceptContext {
  readonly inFlight: InFlight
  readonly sink: Sink
  readonly metrics: CollectorMetrics
  readonly addressPolicy: AddressPolicy
  readonly log: Log
}

/** Answers one POST of events. Never rejects. */
export type EventHandler = (request: EventRequest) => Promise<Answer>

/** The event paths of every dialect, by path: one behaviour for each, behind whatever server takes the request. */
export const buildEventHandlers = (deps: CollectDeps): ReadonlyMap<string, EventHandler> =>
  new Map(
    Object.entries(segmentCalls).map(([path, call]) => [path, (request) => collect(request, call, deps)]),
  )

/** The same as routes of the Hono app, each with its preflight. */
export const collectRoutes = (handlers: ReadonlyMap<string, EventHandler>): readonly Route[] =>
  [...handlers].flatMap(([path, handler]): Route[] => [
    { method: 'POST', path, handle: async (context) => toResponse(await handler(toEventRequest(context))) },
    { method: 'OPTIONS', path, handle: () => toResponse(preflightAnswer) },
  ])

/** Enters, answers, leaves: when too much is under way a request is turned away before it is read. */
async function collect(request: EventRequest, call: SegmentCall, deps: CollectDeps): Promise<Answer> {
  const headers = { 'x-request-id': deps.newId() }
  const pass = deps.inFlight.enter()
  const answer = pass ? await answerWithin({ request, call, headers, pass }, deps) : overloaded(headers)
  deps.metrics.answered(answer.status)
  return answer
}

interface Received {
  readonly request: EventRequest
  readonly call: SegmentCall
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

const decoder = new TextDecoder()

/** Up to the point where a request is understood. */
async function receive(received: Received, deps: CollectDeps): Promise<Answer> {
  const { request, call, headers } = received
  const unfit = refuseContent(request)
  if (unfit) return refusalAnswer(unfit, headers)
  const body = await request.readBody(LIMITS.batchBytes)
  if (!body.ok) return refusalAnswer(body.refusal, headers)
  const bytes = body.bytes.byteLength
  if (!received.pass.hold(bytes)) return overloaded(headers)
  deps.metrics.received(bytes)
  const read = readSegmentBody(call, decoder.decode(body.bytes))
  return read.ok ? await store(read.request, received, deps) : refusalAnswer(read.refusal, headers)
}

/** From there to the answer: decide, make durable, count. */
async function store(wire: WireRequest, { request, headers }: Received, deps: CollectDeps): Promise<Answer> {
  const accepted = acceptRequest(wire, readFacts(request, deps.addressPolicy), deps)
  if (!accepted.ok) return refusalAnswer(accepted.refusal, headers)
  const { acceptance } = accepted
  const written = await deps.sink.write(acceptance.appends)
  if (!written.durable) {
    const retryAfter = { 'retry-after': String(written.retryAfterSeconds) }
    return unavailable('events cannot be stored just now; send them again', { ...headers, ...retryAfter })
  }
  deps.metrics.accepted(acceptance.accepted)
  for (const { code } of acceptance.rejected) deps.metrics.rejected(code)
  return acceptanceAnswer(acceptance, wire.single !== undefined, headers)
}

const overloaded = (headers: Readonly<Record<string, string>>): Answer =>
  unavailable('too much is under way; send it again', { ...headers, 'retry-after': '1' })

const unavailable = (message: string, headers: Readonly<Record<string, string>>): Answer =>
  refusalAnswer(refusal('unavailable', message), headers)
