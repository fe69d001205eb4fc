import { isObject, type EventSubject } from '@leadline/contract'
import type { WireRequest, WireRequestEvent } from './dialects/dialect.ts'
import type { RequestFacts } from './request-facts.ts'

/** What an event says about its user's client: `context.ip` and `context.userAgent` of Segment's spec. */
export interface Said {
  readonly ip: string | undefined
  readonly userAgent: string | undefined
}

/** Whom the events of one request are of, where they say so themselves. */
export type Subjects = ReadonlyMap<WireRequestEvent, EventSubject>

const NONE: Subjects = new Map()

/** A browser speaks for itself: what its events say beside that changes nothing. */
export function findSubjects(
  events: readonly WireRequestEvent[],
  { defaults }: Pick<WireRequest, 'defaults'>,
  { describe }: Pick<RequestFacts, 'describe'>,
): Subjects {
  if (describe === undefined) return NONE
  const subjects = new Map<WireRequestEvent, EventSubject>()
  for (const event of events) {
    const said = {
      ...read(defaults.context),
      ...read(isObject(event.value) ? event.value['context'] : undefined),
    }
    if (said.ip !== undefined || said.userAgent !== undefined)
      subjects.set(event, describe({ ip: said.ip, userAgent: said.userAgent }))
  }
  return subjects
}

/** Without members for what is not said, so that the batch's own stands. */
function read(context: unknown): Partial<Said> {
  if (!isObject(context)) return {}
  const { ip, userAgent } = context
  return {
    ...(typeof ip === 'string' && { ip }),
    ...(typeof userAgent === 'string' && { userAgent }),
  }
}
