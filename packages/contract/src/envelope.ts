import { z } from 'zod'
import { decodeJson } from './decode-json.ts'
import { DIALECTS, type Dialect } from './dialects.ts'
import type { Decoded } from './result.ts'
import { isPlainEnvelope } from './plain-envelope.ts'
import { EVENT_TYPES, type EventType, type JsonObject } from './wire.ts'

/** Whom an event is of, as far as the collector can tell. */
export interface EventSubject {
  /** Client address, kept or truncated by setting; absent when dropped. */
  readonly address?: string | undefined
  /** The user agent says that no person is behind it. Kept and marked. */
  readonly bot?: true | undefined
  /** ISO 3166-1 alpha-2 and the subdivision's name, from the full address, where a database is set. */
  readonly country?: string | undefined
  readonly region?: string | undefined
}

/**
 * One accepted request, as it lies in `events.v1`. Events are kept as they came;
 * what the request said about all of them, and what the collector added, stands beside them.
 */
export interface Envelope extends EventSubject {
  readonly v: 1
  /** Workspace id, a UInt32. */
  readonly workspace: number
  /** Name of the key that was used (never the key). */
  readonly source: string
  /** Which door it came through. */
  readonly dialect: Dialect
  /** public: a browser's key, anyone may have it. secret: a server's. */
  readonly trust: 'public' | 'secret'
  /** ISO 8601 with milliseconds, by the collector's clock. */
  readonly receivedAt: string
  readonly userAgent?: string | undefined
  /** Of the request; beneath an event's own. */
  readonly sentAt?: string | undefined
  /** Type of the event of a single call, as its path says; overrides the event's own. */
  readonly type?: EventType | undefined
  /** Defaults of a batch, beneath each event's own. */
  readonly context?: JsonObject | undefined
  readonly integrations?: JsonObject | undefined
  /** Message ids given by the collector, by the event's index. */
  readonly assigned?: Readonly<Record<string, string>> | undefined
  /**
   * Whom events are of where a server says so (`context.ip`, `context.userAgent`), by the event's index; in place of
   * what the request itself says, which is about the server.
   */
  readonly subjects?: Readonly<Record<string, EventSubject>> | undefined
  /** Checked by `refuseEvent` before the request was acknowledged. */
  readonly events: readonly Readonly<Record<string, unknown>>[]
}

const jsonObject = z.record(z.string(), z.json())

const subject = {
  address: z.string().optional(),
  bot: z.literal(true).optional(),
  country: z.string().optional(),
  region: z.string().optional(),
}

export const envelopeSchema = z.object({
  v: z.literal(1),
  workspace: z.int().min(0).max(0xffffffff),
  source: z.string(),
  dialect: z.enum(DIALECTS),
  trust: z.enum(['public', 'secret']),
  receivedAt: z.iso.datetime(),
  ...subject,
  userAgent: z.string().optional(),
  sentAt: z.string().optional(),
  type: z.enum(EVENT_TYPES).optional(),
  context: jsonObject.optional(),
  integrations: jsonObject.optional(),
  assigned: z.record(z.string(), z.string()).optional(),
  subjects: z.record(z.string(), z.object(subject)).optional(),
  events: z.array(z.record(z.string(), z.unknown())).min(1),
})

/** The head of an envelope: everything but the events, whose bytes are passed on as they came. */
export type EnvelopeHead = Omit<Envelope, 'events'>

/** Joins a head and the events' JSON texts into one line. Line breaks between tokens become spaces. */
export function encodeEnvelope(head: EnvelopeHead, events: readonly string[]): string {
  const line = `${JSON.stringify(head).slice(0, -1)},"events":[${events.join(',')}]}`
  return line.includes('\n') || line.includes('\r') ? line.replace(/[\r\n]/g, ' ') : line
}

export const decodeEnvelope = (bytes: Uint8Array | string): Decoded<Envelope> =>
  decodeJson(bytes, envelopeSchema, isPlainEnvelope)
