import type { IdentityCommand } from '@leadline/contract'
import { toControlPair } from '../src/control/find-pairs.ts'
import type { NaiveLead } from './naive-verdicts.ts'
import type { NaiveRuling } from './naive-rulings.ts'
import type { Random } from './random-world.ts'
import { toRulingRows } from './ruling-rows.ts'
import { NOON_MS } from './world.ts'

const ACTIONS = ['join', 'join', 'part', 'part', 'quarantine', 'release', 'undo'] as const
const IDENTIFIERS: readonly NaiveLead[] = [
  ...[1, 2, 3, 4].map((n): NaiveLead => `user:user-${n}`),
  ...[1, 2, 3, 4].map((n): NaiveLead => `mail:p${n}@firmp${n}.io`),
  ...[1, 2, 3].map((n): NaiveLead => `anon:cookie-${n}`),
]

const pick = <T>(random: Random, items: readonly T[]): T => {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('nothing to pick')
  return item
}

/** Operators who know little of what they do, and take some of it back. */
export function createRulings(random: Random, count: number): readonly NaiveRuling[] {
  const rulings: NaiveRuling[] = []
  while (rulings.length < count) {
    const i = rulings.length
    const common = {
      id: `0000000${i}-0000-4000-8000-000000000000`,
      atMs: NOON_MS + Math.floor(random() * 9) * 1000,
    }
    const action = pick(random, ACTIONS)
    const [x, y] = [pick(random, IDENTIFIERS), pick(random, IDENTIFIERS)]
    const isSingle = action === 'quarantine' || action === 'release'
    if (action === 'undo') {
      const target = rulings[Math.floor(random() * i)]
      if (target) rulings.push({ ...common, action, x: target.x, y: target.y, undoes: target.id })
    } else if (isSingle) rulings.push({ ...common, action, x, y: x })
    else if (x !== y && !(x.startsWith('anon') && y.startsWith('anon')))
      rulings.push({ ...common, action, x, y })
  }
  return rulings
}

/** As an operator's command on its topic. */
export function toCommand(workspace: number, ruling: NaiveRuling): IdentityCommand {
  const [row] = toRulingRows(ruling)
  if (!row) throw new Error('a ruling has two ends')
  return {
    v: 1,
    workspace,
    id: ruling.id,
    at: new Date(ruling.atMs).toISOString(),
    actor: 'somebody',
    action: ruling.action,
    pairs: [toControlPair(row.node, row.other)],
    erased: [],
    erasedMessages: [],
    around: [],
    ...(ruling.undoes === undefined ? {} : { undoes: ruling.undoes }),
    effect: { leads: 0, events: 0, sessions: 0 },
  }
}
