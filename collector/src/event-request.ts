import type { Refusal } from '@leadline/contract'
import type { RequestSource } from './request-facts.ts'

/** What a body came to. */
export type ReadBytes =
  { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly refusal: Refusal }

/** A request for one of the event paths, whatever server took it. */
export interface EventRequest extends RequestSource {
  /** With its query; whole or from the path on. */
  readonly url: string
  /** Reads the body, compressed as it came, up to so many bytes. Called once at most. */
  readBody(maxBytes: number): Promise<ReadBytes>
  /** Nothing more is asked of it: what it holds need not be kept while its records are made durable. */
  letGo?(): void
}
