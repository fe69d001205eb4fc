import { isObject, toObject, toText, type LooseObject } from './loose-values.ts'

/** What each type of call takes: leading words, then data, then Segment's options. */
const FORMS = {
  identify: { words: ['userId'], data: 'traits' },
  track: { words: ['event'], data: 'properties' },
  page: { words: ['category', 'name'], data: 'properties' },
  group: { words: ['groupId'], data: 'traits' },
  alias: { words: ['userId', 'previousId'], data: undefined },
} as const

export type CallType = keyof typeof FORMS
export const isCallType = (name: unknown): name is CallType => Object.keys(FORMS).includes(toText(name) ?? '')

/** Fields of the wire event that a call gives. */
export interface CallFields {
  userId?: string
  groupId?: string
  previousId?: string
  event?: string
  category?: string
  name?: string
  traits?: LooseObject
  properties?: LooseObject
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
  const { words, data } = FORMS[type]
  const rest = args.filter((value) => typeof value !== 'function')
  const firstObject = rest.findIndex(isObject)
  const given = rest.splice(0, firstObject < 0 ? words.length : Math.min(firstObject, words.length))
  if (type === 'page' && given[1] === undefined) given.unshift(undefined)

  const fields: CallFields = {}
  words.forEach((field, index) => {
    const text = toText(given[index])
    if (text) fields[field] = text
  })
  if (data) fields[data] = toObject(rest.shift())
  return { type, fields, options: toObject(rest[0]) }
}
