import { LIMITS } from '@leadline/contract'
import type { Context } from 'hono'
import { acceptRequest, type AcceptContext } from '../accept.ts'
import { acceptanceAnswer, preflightAnswer, refusalAnswer } from '../answers.ts'
import { refuseContent } from '../content.ts'
import { readSegmentBody, segmentCalls, type SegmentCall } from '../dialects/segment.ts'
import type { InFlight } from '../in-flight.ts'
import type { CollectorMetrics } from '../metrics.ts'
import { declaredLength, readBody } from '../read-body.ts'
import { refusal } from '../refusals.ts'
import { readFacts, type AddressPolicy } from '../request-facts.ts'
import type { Sink } from '../sink.ts'
import type { Env, Route } from './route.ts'

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
  const request = context.req.raw
  const headers = { 'x-request-id': deps.newId() }
  const room = Math.min(declaredLength(request) ?? LIMITS.batchBytes, LIMITS.batchBytes)
  const response = deps.inFlight.enter(room)
    ? await receive(context, { call, headers }, deps).finally(() => deps.inFlight.leave(room))
    : unavailable('too much is under way; send it again', { ...headers, 'retry-after': '1' })
  deps.metrics.answered(response.status)
  return response
}

interface Answering {
  readonly call: SegmentCall
  readonly headers: Readonly<Record<string, string>>
}

async function receive(context: Context<Env>, answering: Answering, deps: CollectDeps): Promise<Response> {
  const { call, headers } = answering
  const unfit = refuseContent(context.req.raw.headers)
  if (unfit) return refusalAnswer(unfit, headers)
  const body = await readBody(context.req.raw, LIMITS.batchBytes)
  if (!body.ok) return refusalAnswer(body.refusal, headers)
  deps.metrics.received(body.text.length)
  const read = readSegmentBody(call, body.text)
  if (!read.ok) return refusalAnswer(read.refusal, headers)
  const accepted = acceptRequest(read.request, factsOf(context, deps), deps)
  if (!accepted.ok) return refusalAnswer(accepted.refusal, headers)
  const { acceptance } = accepted
  const written = await deps.sink.write(acceptance.appends)
  if (!written.durable)
    return unavailable('events cannot be stored just now; send them again', {
      ...headers,
      'retry-after': String(written.retryAfterSeconds),
    })
  deps.metrics.accepted(acceptance.accepted)
  for (const { code } of acceptance.rejected) deps.metrics.rejected(code)
  return acceptanceAnswer(acceptance, read.request.single !== undefined, headers)
}

const factsOf = (context: Context<Env>, deps: CollectDeps): ReturnType<typeof readFacts> =>
  readFacts(
    {
      header: (name) => context.req.raw.headers.get(name) ?? undefined,
      peer: context.env.incoming?.socket.remoteAddress,
    },
    deps.addressPolicy,
  )

const unavailable = (message: string, headers: Readonly<Record<string, string>>): Response =>
  refusalAnswer(refusal('unavailable', message), headers)
