import { LIMITS, type Refusal } from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import { acceptRequest, type Acceptance, type AcceptContext } from './accept.ts'
import { acceptanceAnswer, refusalAnswer, toJsonHeaders, type Answer, type JsonHeaders } from './answers.ts'
import { parseAuthorization } from './authorize.ts'
import { plainBody, unpackBody, type BodyText } from './body-text.ts'
import { readContent } from './content.ts'
import type { DialectRequest, Door, WireRequest } from './dialects/dialect.ts'
import type { Enrich } from './enrich/enrich.ts'
import type { EventRequest } from './event-request.ts'
import type { Feed, Sighting } from './feed/feed.ts'
import type { InFlight, Pass } from './in-flight.ts'
import type { Admission, Turned } from './limit/admission.ts'
import type { CollectorMetrics } from './metrics.ts'
import { refusal } from './refusals.ts'
import { clientAddress, readFacts, type AddressPolicy } from './request-facts.ts'
import type { Sink, Written } from './sink.ts'
import { isGzip } from './unpack.ts'

export interface AnswerDeps extends AcceptContext {
  readonly admission: Admission
  readonly inFlight: InFlight
  readonly sink: Sink
  /** Unlike message ids these need not be hard to guess. */
  readonly newRequestId: () => string
  readonly metrics: CollectorMetrics
  readonly addressPolicy: AddressPolicy
  readonly enrich: Enrich
  readonly feed: Feed
  readonly log: Log
}

/** Enters, answers, leaves: when too much is under way a request is turned away before it is read. */
export function answerRequest(request: EventRequest, door: Door, deps: AnswerDeps): Promise<Answer> {
  const received = { request, door, headers: toJsonHeaders(deps.newRequestId()) }
  const admitted = admit(received, deps)
  return 'status' in admitted ? Promise.resolve(counted(admitted, deps)) : work(received, admitted, deps)
}

function counted(answer: Answer, { metrics }: AnswerDeps): Answer {
  metrics.answered(answer.status)
  return answer
}

interface Received {
  readonly request: EventRequest
  readonly door: Door
  /** Of the answer. */
  readonly headers: JsonHeaders
}

function admit(
  { request, headers }: Received,
  { admission, addressPolicy, inFlight }: AnswerDeps,
): Answer | Pass {
  const turned = admission.refuseRequest(clientAddress(request, addressPolicy.trustedProxies))
  return turned ? turnAway(turned, headers) : (inFlight.enter() ?? overloaded(headers))
}

async function work(received: Received, pass: Pass, deps: AnswerDeps): Promise<Answer> {
  try {
    // What the decision was made from is free to go while its records are made durable: most of a request's memory.
    const decision = await decide(received, pass, deps)
    if (!('appends' in decision)) return counted(decision, deps)
    return counted(settle(decision, await deps.sink.write(decision.appends), deps), deps)
  } catch (error) {
    deps.log.error('a request failed unexpectedly', error, { requestId: received.headers['x-request-id'] })
    return counted(
      refusalAnswer(refusal('internal', 'an unexpected error; send it again'), received.headers),
      deps,
    )
  } finally {
    // Whatever happened: room that is not given back is lost until the next start.
    pass.leave()
  }
}

/** What was accepted, and the answer that it gets once it is durable. */
interface ToStore {
  readonly answer: Answer
  readonly appends: Acceptance['appends']
  readonly tally: Tally
  readonly sighting: Sighting
}

/** Reads a request and decides about it. */
function decide(
  received: Received,
  pass: Pass,
  deps: AnswerDeps,
): Promise<Answer | ToStore> | Answer | ToStore {
  const { request, door } = received
  const onText = (body: BodyText): Answer | ToStore => decideOn(body, pass, { received, deps })
  if (door.method === 'GET') return onText(NO_BODY)
  const content = readContent(request)
  if (!content.ok) return onText(content)
  const { packing } = content
  return request.readBody(LIMITS.batchBytes).then((body) => {
    if (!body.ok) return onText(body)
    if (packing !== 'none') return unpackBody(body.bytes, packing, LIMITS.batchBytes).then(onText)
    // Some clients pack what they send and say so nowhere.
    if (isGzip(body.bytes)) return unpackBody(body.bytes, 'gzip', LIMITS.batchBytes).then(onText)
    return onText(plainBody(body.bytes))
  })
}

const NO_BODY: BodyText = { ok: true, text: '', bytes: 0 }

function decideOn(
  body: BodyText,
  pass: Pass,
  { received, deps }: { readonly received: Received; readonly deps: AnswerDeps },
): Answer | ToStore {
  if (!body.ok) return refuse(body.refusal, received, deps)
  if (!pass.hold(body.bytes)) return overloaded(received.headers)
  deps.metrics.received(body.bytes)
  const read = received.door.read(toDialectRequest(body.text, received.request))
  return read.ok ? judge(read.request, received, deps) : refuse(read.refusal, received, deps)
}

const toDialectRequest = (text: string, request: EventRequest): DialectRequest => ({
  text,
  header: (name) => request.header(name),
  query: (name) => new URLSearchParams(/\?(.*)/s.exec(request.url)?.[1]).get(name) ?? undefined,
})

function judge(wire: WireRequest, received: Received, deps: AnswerDeps): Answer | ToStore {
  const { request, headers } = received
  const accepted = acceptRequest(wire, readFacts(request, deps.addressPolicy, deps.enrich), deps)
  if (!accepted.ok) return refuse(accepted.refusal, { ...received, presented: wire.key }, deps)
  const { acceptance } = accepted
  const turned = deps.admission.refuseEvents(acceptance.key, acceptance.accepted)
  if (turned) return turnAway(turned, headers)
  request.letGo?.()
  return {
    answer: acceptanceAnswer(acceptance, wire.single !== undefined, headers),
    appends: acceptance.appends,
    tally: toTally(wire, acceptance),
    sighting: deps.feed.see(wire, acceptance),
  }
}

/** Only what is durable is counted, shown and answered. */
function settle(
  { answer, tally, sighting }: ToStore,
  written: Written,
  { metrics, feed }: AnswerDeps,
): Answer {
  if (!written.durable) {
    const retryAfter = { 'retry-after': String(written.retryAfterSeconds) }
    return unavailable('events cannot be stored just now; send them again', {
      ...answer.headers,
      ...retryAfter,
    })
  }
  count(tally, metrics)
  feed.show(sighting)
  return answer
}

interface Refused extends Received {
  /** Key outside of the header. */
  readonly presented?: string | undefined
}

/** Refuses all of a request; who watches sees it when it can be told whose it is. */
function refuse(why: Refusal, { request, door, headers, presented }: Refused, deps: AnswerDeps): Answer {
  const key = deps.keys.find(parseAuthorization(request.header('authorization')) ?? presented ?? '')
  if (key !== undefined) deps.feed.recordRefusal(key, door.path, why)
  return refusalAnswer(why, headers)
}

/** What is counted of a request once it is durable. */
interface Tally extends Pick<Acceptance, 'accepted' | 'discarded'> {
  readonly rejected: readonly string[]
  readonly dropped: WireRequest['dropped']
}

const toTally = ({ dropped }: WireRequest, { accepted, discarded, rejected }: Acceptance): Tally => ({
  accepted,
  discarded,
  rejected: rejected.map(({ code }) => code),
  dropped,
})

function count({ accepted, discarded, rejected, dropped }: Tally, metrics: CollectorMetrics): void {
  metrics.accepted(accepted - discarded)
  if (discarded > 0) metrics.discarded(discarded)
  for (const code of rejected) metrics.rejected(code)
  for (const [reason, events] of Object.entries(dropped ?? {})) metrics.dropped(reason, events)
}

const turnAway = ({ refusal: why, retryAfterSeconds }: Turned, headers: JsonHeaders): Answer =>
  refusalAnswer(why, { ...headers, 'retry-after': String(retryAfterSeconds) })

const overloaded = (headers: JsonHeaders): Answer =>
  unavailable('too much is under way; send it again', { ...headers, 'retry-after': '1' })

const unavailable = (message: string, headers: Answer['headers']): Answer =>
  refusalAnswer(refusal('unavailable', message), headers)
