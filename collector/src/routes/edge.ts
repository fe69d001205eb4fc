import { LIMITS } from '@leadline/contract'
import { jsonAnswer, refusalAnswer, toResponse, type Answer } from '../answers.ts'
import { decodeForwarded } from '../edge/forwarded.ts'
import { isSigned } from '../edge/signature.ts'
import type { EventRequest } from '../event-request.ts'
import type { InFlight } from '../in-flight.ts'
import type { CollectorMetrics } from '../metrics.ts'
import { refusal } from '../refusals.ts'
import type { Sink } from '../sink.ts'
import { toEventRequest, type Route } from './route.ts'

export interface EdgeRouteDeps {
  readonly edge: { readonly secret?: string | undefined }
  readonly sink: Sink
  readonly inFlight: InFlight
  readonly metrics: Pick<CollectorMetrics, 'accepted' | 'answered'>
  readonly now: () => Date
}

/** A request of 500 KB as records: its quotes are escaped, its dead letters are Base64. */
const MAX_BYTES = 4 * LIMITS.batchBytes

/** Records from edges, which have decided about them. Served when there is a secret to know them by. */
export const edgeRoutes = (deps: EdgeRouteDeps): readonly Route[] =>
  deps.edge.secret === undefined
    ? []
    : [{ method: 'POST', path: '/v1/edge', handle: (context) => take(toEventRequest(context), deps) }]

async function take(request: EventRequest, deps: EdgeRouteDeps): Promise<Response> {
  const pass = deps.inFlight.enter()
  try {
    const answer = pass ? await receive(request, deps, (bytes) => pass.hold(bytes)) : full
    deps.metrics.answered(answer.status)
    return toResponse(answer)
  } finally {
    pass?.leave()
  }
}

const full: Answer = refusalAnswer(refusal('unavailable', 'too much is under way; send it again'), {
  'retry-after': '1',
})

async function receive(
  request: EventRequest,
  { edge, sink, metrics, now }: EdgeRouteDeps,
  hold: (bytes: number) => boolean,
): Promise<Answer> {
  const read = await request.readBody(MAX_BYTES)
  if (!read.ok) return refusalAnswer(read.refusal)
  if (!hold(read.bytes.byteLength)) return full
  const body = new TextDecoder().decode(read.bytes)
  const timeMs = Number(request.header('leadline-time'))
  const signature = request.header('leadline-signature') ?? ''
  if (!(await isSigned(edge.secret ?? '', { signature, timeMs, body }, now().getTime())))
    return refusalAnswer(
      refusal('invalid_signature', 'the signature is wrong or too old; check secret and clock'),
    )
  const forwarded = decodeForwarded(body)
  if (forwarded === undefined)
    return refusalAnswer(refusal('invalid_field', 'the records cannot be read here; use the same version'))
  const written = await sink.write(forwarded.appends)
  if (!written.durable)
    return refusalAnswer(refusal('unavailable', 'events cannot be stored just now; send them again'), {
      'retry-after': String(written.retryAfterSeconds),
    })
  metrics.accepted(forwarded.events)
  return jsonAnswer(200, { success: true, accepted: forwarded.events })
}
