/**
 * What a client puts on the wire, as plain types and constants.
 *
 * The Segment spec is the source of every name here: https://segment.com/docs/connections/spec/.
 * This file imports nothing, because the snippet imports it and must stay small.
 */

export const EVENT_TYPES = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const
export type EventType = (typeof EVENT_TYPES)[number]

export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }
export type JsonObject = { readonly [key: string]: JsonValue }

/** One call of a client. Fields that a type does not use are ignored, unknown fields are kept. */
export interface WireEvent {
  readonly type: EventType
  /** Chosen by the client, the same on each try; the collector assigns one when it is absent. */
  readonly messageId?: string | null | undefined
  /** Cookie or device level identifier. An event needs this or `userId`. */
  readonly anonymousId?: string | number | null | undefined
  readonly userId?: string | number | null | undefined
  /** ISO 8601, by the client's clock. */
  readonly timestamp?: string | null | undefined
  readonly originalTimestamp?: string | null | undefined
  readonly sentAt?: string | null | undefined
  readonly context?: JsonObject | null | undefined
  readonly integrations?: JsonObject | null | undefined
  /** track: what happened. */
  readonly event?: string | null | undefined
  /** page, screen. */
  readonly name?: string | null | undefined
  readonly category?: string | null | undefined
  /** track, page, screen. */
  readonly properties?: JsonObject | null | undefined
  /** identify, group. */
  readonly traits?: JsonObject | null | undefined
  readonly groupId?: string | number | null | undefined
  /** alias: the identifier that `userId` replaces. */
  readonly previousId?: string | number | null | undefined
}

/** Body of `POST /v1/batch`. `context` and `integrations` are defaults beneath those of each event. */
export interface WireBatch {
  /** The key, for clients that send no Authorization header. */
  readonly writeKey?: string | undefined
  readonly batch: readonly WireEvent[]
  readonly sentAt?: string | null | undefined
  readonly context?: JsonObject | null | undefined
  readonly integrations?: JsonObject | null | undefined
  /** Events that the client gave up since its last batch, by reason; counted, not kept. */
  readonly dropped?: Readonly<Record<string, number>> | undefined
}

/** Why one event, or a whole request, was refused. */
export interface Refusal {
  readonly code: string
  /** Path of the field, as in `batch[2].properties.price`. */
  readonly field?: string | undefined
  /** What is wrong, the value's shape, and what to do. */
  readonly message: string
}

/**
 * Answer to a single call (`rejected` is absent) and to a batch. A batch of which every event is refused is
 * answered 400 with `success: false` and `rejected`: all of it was read, and none of it is worth another try.
 */
export interface WireAnswer {
  readonly success: boolean
  readonly accepted?: number | undefined
  readonly rejected?:
    readonly (Refusal & { readonly index: number; readonly messageId?: string | undefined })[] | undefined
}

/** Limits of the collector, in UTF-8 bytes and counts. The snippet keeps below them. */
export const LIMITS = {
  eventBytes: 32 * 1024,
  batchBytes: 500 * 1024,
  batchEvents: 2500,
  idLength: 512,
  eventNameLength: 512,
  /** Nesting of properties, traits, context and integrations; the object itself is depth 1. */
  depth: 10,
  /** Keys of one event, all levels together. */
  keys: 1000,
} as const
