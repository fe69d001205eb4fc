import { LIMITS } from '@leadline/contract'
import type { Context } from 'hono'
import { acceptRequest, type AcceptContext } from '../accept.ts'
import { acceptanceAnswer, preflightAnswer, refusalAnswer } from '../answers.ts'
import { refuseContent } from '../content.ts'
import type { WireRequest } from '../dialects/dialect.ts'
import { readSegmentBody, segmentCalls, type SegmentCall } from '../dialects/segment.ts'
import type { InFlight, Pass } from '../in-flight.ts'
import type { CollectorMetrics } from '../metrics.ts'
import { parseLength, readBody } from '../read-body.ts'
import { refusal } from '../refusals.ts'
import { readFacts, type AddressPolicy, type RequestSource } from '../request-facts.ts'
import type { Sink } from '../sink.ts'
import { toRequestSource, type Env, type Route } from './route.ts'

export interface CollectDeps extends AcceptContext {
  readonly inFlight: InFlight
  readonly sink: Sink
  readonly metrics: CollectorMetrics
  readonly addressPolicy: AddressPolicy
}

/** The event routes of every dialect, each with its preflight. */
export function collectRoutes(deps: CollectDeps): readonly Route[] {
  return Object.entries(segmentCalls).flatMap(([path, call]): Route[] => [
    { method: 'POST', path, handle: (context) => collect(context, call, deps) },
    { method: 'OPTIONS', path, handle: preflightAnswer },
  ])
}

/** Enters, answers, leaves: when too much is under way a request is turned away before it is read. */
async function collect(context: Context<Env>, call: SegmentCall, deps: CollectDeps): Promise<Response> {
  const headers = { 'x-request-id': deps.newId() }
  const pass = deps.inFlight.enter()
  const response = pass
    ? await receive({ request: context.req.raw, source: toRequestSource(context), call, headers, pass }, deps)
        // Whatever happened: room that is not given back is lost until the next start.
        .finally(() => pass.leave())
    : overloaded(headers)
  deps.metrics.answered(response.status)
  return response
}

interface Received {
  readonly request: Request
  readonly source: RequestSource
  readonly call: SegmentCall
  /** Of the answer. */
  readonly headers: Readonly<Record<string, string>>
  readonly pass: Pass
}

/** Up to the point where a request is understood. */
async function receive(received: Received, deps: CollectDeps): Promise<Response> {
  const { source, call, headers } = received
  const unfit = refuseContent(source)
  if (unfit) return refusalAnswer(unfit, headers)
  const declaredBytes = parseLength(source.header('content-length'))
  const body = await readBody(received.request, declaredBytes, LIMITS.batchBytes)
  if (!body.ok) return refusalAnswer(body.refusal, headers)
  const bytes = declaredBytes ?? body.text.length
  if (!received.pass.hold(bytes)) return overloaded(headers)
  deps.metrics.received(bytes)
  const read = readSegmentBody(call, body.text)
  return read.ok ? await store(read.request, received, deps) : refusalAnswer(read.refusal, headers)
}

/** From there to the answer: decide, make durable, count. */
async function store(request: WireRequest, received: Received, deps: CollectDeps): Promise<Response> {
  const { source, headers } = received
  const accepted = acceptRequest(request, readFacts(source, deps.addressPolicy), deps)
  if (!accepted.ok) return refusalAnswer(accepted.refusal, headers)
  const { acceptance } = accepted
  const written = await deps.sink.write(acceptance.appends)
  if (!written.durable) {
    const retryAfter = { 'retry-after': String(written.retryAfterSeconds) }
    return unavailable('events cannot be stored just now; send them again', { ...headers, ...retryAfter })
  }
  deps.metrics.accepted(acceptance.accepted)
  for (const { code } of acceptance.rejected) deps.metrics.rejected(code)
  return acceptanceAnswer(acceptance, request.single !== undefined, headers)
}

const overloaded = (headers: Readonly<Record<string, string>>): Response =>
  unavailable('too much is under way; send it again', { ...headers, 'retry-after': '1' })

const unavailable = (message: string, headers: Readonly<Record<string, string>>): Response =>
  refusalAnswer(refusal('unavailable', message), headers)
