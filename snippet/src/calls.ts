import { isObject, toObject, toText, type LooseObject } from './loose-values.ts'

/** What each type of call takes: where its object of data goes, and the words that come before it. */
const FORMS = {
  identify: ['traits', 'userId'],
  track: ['properties', 'event'],
  page: ['properties', 'category', 'name'],
  group: ['traits', 'groupId'],
  alias: [undefined, 'userId', 'previousId'],
} as const

export type CallType = keyof typeof FORMS
export const isCallType = (name: unknown): name is CallType =>
  Object.keys(FORMS).some((type) => type === name)

/** Fields of the wire event that a call gives. */
export interface CallFields {
  userId?: string | undefined
  groupId?: string | undefined
  previousId?: string | undefined
  event?: string | undefined
  category?: string | undefined
  name?: string | undefined
  traits?: LooseObject | undefined
  properties?: LooseObject | undefined
}

/** One call of the page. */
export interface Call {
  readonly type: CallType
  readonly fields: CallFields
  /** Segment's options: `context`, `integrations`, `timestamp`, `messageId`. */
  readonly options: LooseObject
}

/** Reads Segment's positional forms. Words may be left out; a page with one word has a name. */
export function parseCall(type: CallType, args: readonly unknown[]): Call {
  const [data, ...words] = FORMS[type]
  const rest = args.filter((value) => typeof value !== 'function')
  const fields: CallFields = {}
  for (const word of words) {
    if (isObject(rest[0])) break
    fields[word] = toText(rest.shift())
  }
  if (type === 'page' && !fields.name) {
    fields.name = fields.category
    fields.category = undefined
  }
  if (data) fields[data] = toObject(rest.shift())
  return { type, fields, options: toObject(rest[0]) }
}
