import type { BatchDefaults, Envelope, EventType, Refusal } from '@leadline/contract'

/** One request in the words of its dialect, before anyone decided about it. */
export interface WireRequest {
  readonly dialect: Envelope['dialect']
  /** Key in the body, if any. A key in the headers comes first. */
  readonly key?: string | undefined
  /** One event whose type the path says. */
  readonly single?: { readonly type: EventType } | undefined
  readonly events: readonly WireRequestEvent[]
  readonly defaults: BatchDefaults
}

export interface WireRequestEvent {
  /** Its JSON text, without the key. */
  readonly text: string
  readonly value: unknown
}

export type ReadRequest =
  { readonly ok: true; readonly request: WireRequest } | { readonly ok: false; readonly refusal: Refusal }
