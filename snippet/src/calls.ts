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
export const isCallType = (name: string): name is CallType => Object.hasOwn(FORMS, name)

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
  /** `context`, `integrations`, `timestamp`, and ids for this event alone: `messageId`, `anonymousId`, `userId`, `groupId`. */
  readonly options: LooseObject
}

/** May stand in the single object of a call beside what the type itself takes. */
const OPTIONS = 'messageId anonymousId userId groupId context integrations timestamp'.split(' ')

/** Reads Segment's positional forms, and the single object that holds everything by its name. */
export function parseCall(type: CallType, args: readonly unknown[]): Call {
  const [data, ...words] = FORMS[type]
  const values = args.filter((value) => typeof value !== 'function')
  const names = [data, ...words, ...OPTIONS]
  const isNamed =
    isObject(values[0]) && Object.keys(values[0]).every((name) => names.some((known) => known === name))
  const named = isNamed ? toObject(values[0]) : toNamed(type, values)
  const fields: CallFields = {}
  for (const word of words) {
    const text = toText(named[word])
    if (text) fields[word] = text
  }
  if (data) fields[data] = toObject(named[data])
  return { type, fields, options: named }
}

/** Words may be left out; a page with one word has a name. */
function toNamed(type: CallType, values: unknown[]): LooseObject {
  const [data, ...words] = FORMS[type]
  const named: Record<string, unknown> = {}
  for (const word of words) if (!isObject(values[0])) named[word] = values.shift()
  if (type === 'page' && !toText(named['name'])) {
    named['name'] = named['category']
    delete named['category']
  }
  if (data) named[data] = values.shift()
  return { ...toObject(values[0]), ...named }
}
