import type { RulingRow } from '../src/identity/rulings.ts'
import { NO_NODE, type NodeRef } from '../src/identity/fact-source.ts'
import type { NaiveLead } from './naive-verdicts.ts'
import type { NaiveRuling } from './naive-rulings.ts'
import { hash } from './resolve-world.ts'

const HASHED = ['user', 'mail', 'anon', 'message'] as const

/** Under the key of the tests. */
export function toId(lead: NaiveLead): string {
  const at = lead.indexOf(':')
  const kind = HASHED.find((one) => one === lead.slice(0, at))
  if (!kind) throw new Error(`no kind of lead: ${lead}`)
  return hash(kind, lead.slice(at + 1))
}

function toRef(lead: NaiveLead): NodeRef {
  const kind = lead.slice(0, lead.indexOf(':'))
  if (kind !== 'user' && kind !== 'mail' && kind !== 'anon') throw new Error(`no identifier: ${lead}`)
  return { kind, id: toId(lead) }
}

/** A row for each end, as they are stored. */
export function toRulingRows(ruling: NaiveRuling): readonly RulingRow[] {
  const [x, y] = [toRef(ruling.x), toRef(ruling.y)]
  const said = {
    command: ruling.id,
    atMs: ruling.atMs,
    action: ruling.action,
    undoes: ruling.undoes ?? NO_NODE,
  }
  const row = { ...said, node: x, other: y }
  return x.id === y.id ? [row] : [row, { ...said, node: y, other: x }]
}
