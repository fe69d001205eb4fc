import type { ContactLeadsRow, LeadsRow } from '@leadline/warehouse'
import type { Draft } from './build-lead.ts'

/** Rows to write so that what is stored becomes what is wanted: changed ones, and `gone` ones for what vanished. */
export function diffRows<Row extends { readonly gone: number }>(
  wanted: readonly Row[],
  stored: readonly Row[],
  keyOf: (row: Row) => string,
): readonly Row[] {
  const left = new Map(stored.map((row) => [keyOf(row), row]))
  const before = new Map(left)
  const changed: Row[] = []
  for (const row of wanted) {
    const key = keyOf(row)
    const former = before.get(key)
    if (!former || !isSameRow(row, former)) changed.push(row)
    left.delete(key)
  }
  return [...changed, ...[...left.values()].map((row) => ({ ...row, gone: 1 }))]
}

/** Rows of one table have the same columns: texts, numbers, nothing, or lists of texts. */
function isSameRow<Row extends object>(a: Row, b: Row): boolean {
  for (const key in a) if (!isSameValue(a[key], b[key])) return false
  return true
}

function isSameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
  return a.every((one, i) => one === b[i])
}

/** Leads that are new, vanished, or differ in more than when, how often and by what way they came. */
export const findRetold = (
  wanted: readonly Draft<LeadsRow>[],
  stored: readonly Draft<LeadsRow>[],
): readonly string[] =>
  diffRows(wanted.map(withoutCounts), stored.map(withoutCounts), ({ lead_id }) => lead_id).map(
    ({ lead_id }) => lead_id,
  )

const withoutCounts = (row: Draft<LeadsRow>): Draft<LeadsRow> => ({
  ...row,
  first_seen: '',
  last_seen: '',
  sessions: 0,
  events: 0,
  first_touch: '',
  last_touch: '',
  lead_touch: '',
  score: 0,
  score_at: null,
  score_half_life_s: 0,
  score_parts: '',
})

interface StoredContacts {
  readonly leads: readonly Draft<LeadsRow>[]
  readonly contacts: readonly Draft<ContactLeadsRow>[]
}

/**
 * Which contact has which leads. Only leads with a mailbox stand there. Must be written before the leads: where a try
 * was cut short in between, what differs from these is told to the CRM again. What such a try left over, and newer
 * facts do not want any more, differs from the stored contacts only.
 */
export function diffContacts(
  wanted: readonly Draft<LeadsRow>[],
  stored: StoredContacts,
): readonly Draft<ContactLeadsRow>[] {
  const rows = toContactRows(wanted)
  const changed = [toContactRows(stored.leads), stored.contacts].flatMap((before) =>
    diffRows(rows, before, contactKey),
  )
  return [...new Map(changed.map((row) => [contactKey(row), row])).values()]
}

const contactKey = ({ contact_id, lead_id }: Draft<ContactLeadsRow>): string => contact_id + lead_id

const toContactRows = (leads: readonly Draft<LeadsRow>[]): readonly Draft<ContactLeadsRow>[] =>
  leads
    .filter(({ primary_email }) => primary_email !== '')
    .map(({ ws, contact_id, lead_id }) => ({ ws, contact_id, lead_id, gone: 0 }))
