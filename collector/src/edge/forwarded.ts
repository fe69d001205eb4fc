import { DEAD_TOPIC, EVENTS_TOPIC, decodeDeadLetter, decodeEnvelope } from '@leadline/contract'
import { z } from 'zod'
import type { Append } from '../accept.ts'
import { parseJson } from '../dialects/read-events.ts'

/** What an edge sends to its region: records that are ready to be stored. */
const forwardedSchema = z.object({
  v: z.literal(1),
  appends: z
    .array(
      z.object({
        topic: z.enum([EVENTS_TOPIC, DEAD_TOPIC]),
        values: z.array(z.object({ key: z.string(), value: z.string() })).min(1),
      }),
    )
    .min(1),
})

const decoder = new TextDecoder()

export const encodeForwarded = (appends: readonly Append[]): string =>
  JSON.stringify({
    v: 1,
    appends: appends.map(({ topic, values }) => ({
      topic,
      values: values.map(({ key, value }) => ({
        key,
        value: typeof value === 'string' ? value : decoder.decode(value),
      })),
    })),
  })

export interface Forwarded {
  readonly appends: readonly Append[]
  readonly events: number
}

/** Undefined when one record of it could not be read by those who come after. */
export function decodeForwarded(text: string): Forwarded | undefined {
  const json = parseJson(text)
  const decoded = forwardedSchema.safeParse(json.ok ? json.value : undefined)
  if (!decoded.success) return undefined
  let events = 0
  for (const { topic, values } of decoded.data.appends) {
    for (const { value } of values) {
      const count = topic === EVENTS_TOPIC ? countEvents(value) : countLetters(value)
      if (count === undefined) return undefined
      events += count
    }
  }
  return { appends: decoded.data.appends, events }
}

function countEvents(value: string): number | undefined {
  const decoded = decodeEnvelope(value)
  return decoded.ok ? decoded.value.events.length : undefined
}

/** A letter holds an event that was refused. */
const countLetters = (value: string): number | undefined => (decodeDeadLetter(value).ok ? 0 : undefined)
