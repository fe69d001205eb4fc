/** Texts with `{{name}}` in them, as they are sent to people. */

const NAMES = [
  'lead.id',
  'lead.email',
  'lead.name',
  'lead.stage',
  'lead.score',
  'lead.owner',
  'company.name',
  'company.domain',
  'company.leads',
  'rule.name',
  'stage',
  'event.type',
  'event.name',
  'event.url',
  'event.at',
] as const
const FREE = /^(?:(?:lead|company)\.traits|event\.properties)(?:\.[^.{}]+)+$/
const PLACE = /\{\{([^{}]*)\}\}/g

/** What a template may name, in words. */
export const TEMPLATE_NAMES = [
  ...NAMES,
  'lead.traits.KEY',
  'company.traits.KEY',
  'event.properties.KEY',
] as const

const KNOWN: ReadonlySet<string> = new Set(NAMES)

/** Whether all that stands in double braces is known. */
export const isTemplate = (text: string): boolean =>
  [...text.matchAll(PLACE)].every(([, name = '']) => KNOWN.has(name.trim()) || FREE.test(name.trim()))

/** Puts what `valueOf` says in place of each name. */
export const fillTemplate = (text: string, valueOf: (name: string) => string): string =>
  text.replace(PLACE, (_, name: string) => valueOf(name.trim()))
