import { LIMITS, isObject, refuseEvent, type Refusal } from '@leadline/contract'
import type { WireRequest, WireRequestEvent } from './dialects/dialect.ts'
import { refusal } from './refusals.ts'
import { isLongerThan, utf8Length } from './utf8-length.ts'

export interface SortedEvents {
  readonly good: readonly WireRequestEvent[]
  readonly bad: readonly BadEvent[]
}

export interface BadEvent {
  readonly event: WireRequestEvent
  /** Its place in the request. */
  readonly index: number
  readonly refusal: Refusal
}

/** Tells the good events of a request from the bad ones. */
export function sortEvents(request: WireRequest): SortedEvents {
  const good: WireRequestEvent[] = []
  const bad: BadEvent[] = []
  const maxBytes = LIMITS.eventBytes - sharedBytes(request)
  const type = request.single?.type
  for (const [index, event] of request.events.entries()) {
    const refusal = refuseSize(event.text, maxBytes) ?? refuseEvent(event.value, type, event.members)
    if (refusal) bad.push({ event, index, refusal: inRequest(refusal, request, index) })
    else good.push(event)
  }
  return { good, bad }
}

/** Readers put a batch's defaults beneath each of its events, so each event is measured with them. */
function sharedBytes({ defaults: { context, integrations } }: WireRequest): number {
  if (context === undefined && integrations === undefined) return 0
  return utf8Length(JSON.stringify({ context, integrations }))
}

const refuseSize = (text: string, maxBytes: number): Refusal | undefined =>
  isLongerThan(text, maxBytes)
    ? refusal('event_too_large', `is larger than ${LIMITS.eventBytes} bytes; send less with each event`)
    : undefined

/** In a batch the field's path begins at the body. */
function inRequest(refusal: Refusal, request: WireRequest, index: number): Refusal {
  if (request.single) return refusal
  const place = `batch[${index}]`
  return { ...refusal, field: refusal.field === undefined ? place : `${place}.${refusal.field}` }
}

/** The message id of an event as parsed, when it has one. */
export function messageIdOf(value: unknown): string | undefined {
  const id = isObject(value) ? value['messageId'] : undefined
  return typeof id === 'string' && id !== '' ? id : undefined
}
