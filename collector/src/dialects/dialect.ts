import type { BatchDefaults, Envelope, EventType, Refusal } from '@leadline/contract'
import type { Answer } from '../answers.ts'

/** What a dialect reads: the body as text, unpacked, and whatever else a client may have put its words into. */
export interface DialectRequest {
  readonly text: string
  /** By lower-case name. */
  readonly header: (name: string) => string | undefined
  readonly query: (name: string) => string | undefined
}

/** One path of a dialect. */
export interface Door {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly read: (request: DialectRequest) => ReadRequest
  /** GET alone: puts the answer into the form that the client asked for. */
  readonly dress?: ((answer: Answer) => Response) | undefined
}

/** One request in the words of its dialect, before anyone decided about it. */
export interface WireRequest {
  readonly dialect: Envelope['dialect']
  /** Key in the body, the address or a header of the dialect's own, if any. An Authorization header comes first. */
  readonly key?: string | undefined
  /** The key stood in the address, where proxies log it: a secret one is refused. */
  readonly isKeyInUrl?: true | undefined
  /** The page that an image stands in, for requests on which browsers send no Origin. */
  readonly page?: string | undefined
  /** What of the body a signature with that secret covers; undefined when it is not signed so. */
  readonly signedPart?: ((secret: string) => 'all' | 'first event' | undefined) | undefined
  /** One event whose type the path says. */
  readonly single?: { readonly type: EventType } | undefined
  readonly events: readonly WireRequestEvent[]
  readonly defaults: BatchDefaults
  /** Events that the client gave up earlier, by reason. */
  readonly dropped?: Readonly<Record<string, number>> | undefined
}

export interface WireRequestEvent {
  /** Its JSON text, without the key. */
  readonly text: string
  readonly value: unknown
  /** Member names in the text as it came; more than the value has when one stands twice. */
  readonly members: number
}

export type ReadRequest =
  { readonly ok: true; readonly request: WireRequest } | { readonly ok: false; readonly refusal: Refusal }
