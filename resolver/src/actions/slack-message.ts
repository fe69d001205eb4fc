import { fillTemplate, isObject, type SlackTarget } from '@leadline/contract'
import { readField } from '../qualification/field-test.ts'
import type { LeadMessage } from './lead-message.ts'

/** A message for an incoming webhook of Slack, as JSON. */
export function buildSlackMessage({ text, blocks }: SlackTarget, message: LeadMessage): string {
  const fields = toFields(message)
  const fill = (template: string): string =>
    fillTemplate(template, (name) => escapeMrkdwn(toText(readField(fields, name))))
  return JSON.stringify({ text: fill(text), ...(blocks ? { blocks: fillAll(blocks, fill) } : {}) })
}

/** By the names that a template may use. */
const toFields = ({ data: { lead, company, rule, stage, event } }: LeadMessage) => ({
  lead,
  company,
  rule,
  stage,
  event: { ...event, at: event.timestamp },
})

function fillAll(value: unknown, fill: (text: string) => string): unknown {
  if (typeof value === 'string') return fill(value)
  if (Array.isArray(value)) return value.map((one) => fillAll(one, fill))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillAll(one, fill)]))
}

const MAX_VALUE = 1000

const toText = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)

/** What visitors typed stays text: no links, mentions or lines of its own. */
const escapeMrkdwn = (text: string): string =>
  text
    .slice(0, MAX_VALUE)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
