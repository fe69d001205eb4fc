import { LIMITS } from '@leadline/contract'
import type { Context } from 'hono'
import { acceptRequest, type Acceptance, type AcceptContext } from '../accept.ts'
import { acceptanceAnswer, preflightAnswer, refusalAnswer } from '../answers.ts'
import { refuseContent } from '../content.ts'
import { readSegmentBody, segmentCalls, type SegmentCall } from '../dialects/segment.ts'
import type { InFlight } from '../in-flight.ts'
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

/** Takes room, answers, gives the room back: beyond the bound a request is turned away before it is read. */
async function collect(context: Context<Env>, call: SegmentCall, deps: CollectDeps): Promise<Response> {
  const source = toRequestSource(context)
  const declaredBytes = parseLength(source.header('content-length'))
  const room = Math.min(declaredBytes ?? LIMITS.batchBytes, LIMITS.batchBytes)
  const headers = { 'x-request-id': deps.newId() }
  const response = deps.inFlight.enter(room)
    ? await receive({ request: context.req.raw, source, declaredBytes, call, headers }, deps).finally(() =>
        deps.inFlight.leave(room),
      )
    : unavailable('too much is under way; send it again', { ...headers, 'retry-after': '1' })
  deps.metrics.answered(response.status)
  return response
}

interface Received {
  readonly request: Request
  readonly source: RequestSource
  readonly declaredBytes: number | undefined
  readonly call: SegmentCall
  /** Of the answer. */
  readonly headers: Readonly<Record<string, string>>
}

async function receive(received: Received, deps: CollectDeps): Promise<Response> {
  const { source, call, headers } = received
  const unfit = refuseContent(source)
  if (unfit) return refusalAnswer(unfit, headers)
  const body = await readBody(received.request, received.declaredBytes, LIMITS.batchBytes)
  if (!body.ok) return refusalAnswer(body.refusal, headers)
  deps.metrics.received(body.text.length)
  const read = readSegmentBody(call, body.text)
  if (!read.ok) return refusalAnswer(read.refusal, headers)
  const accepted = acceptRequest(read.request, readFacts(source, deps.addressPolicy), deps)
  if (!accepted.ok) return refusalAnswer(accepted.refusal, headers)
  const { acceptance } = accepted
  const written = await deps.sink.write(acceptance.appends)
  if (!written.durable)
    return unavailable('events cannot be stored just now; send them again', {
      ...headers,
      'retry-after': String(written.retryAfterSeconds),
    })
  count(acceptance, deps.metrics)
  return acceptanceAnswer(acceptance, read.request.single !== undefined, headers)
}

function count({ accepted, rejected }: Acceptance, metrics: CollectorMetrics): void {
  metrics.accepted(accepted)
  for (const { code } of rejected) metrics.rejected(code)
}

const unavailable = (message: string, headers: Readonly<Record<string, string>>): Response =>
  refusalAnswer(refusal('unavailable', message), headers)
