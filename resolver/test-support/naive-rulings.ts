import type { NaiveLead } from './naive-verdicts.ts'

/** What an operator said about two identifiers, or about one: then both ends are the same. */
export interface NaiveRuling {
  readonly id: string
  readonly atMs: number
  readonly action: 'join' | 'part' | 'quarantine' | 'release' | 'undo'
  readonly x: NaiveLead
  readonly y: NaiveLead
  /** undo: id of the ruling that no longer counts. */
  readonly undoes?: string
}

export interface NaiveJoin {
  readonly other: string
  readonly atMs: number
}

export interface NaiveOperators {
  isParted(x: NaiveLead, y: NaiveLead): boolean
  isQuarantined(x: NaiveLead): boolean
  /** What was joined with an identifier, of one kind; values, not leads. */
  joinedWith(x: NaiveLead, kind: 'user' | 'mail'): readonly NaiveJoin[]
  userJoins(): readonly { readonly low: string; readonly high: string; readonly atMs: number }[]
}

/** Of the rulings on a pair the latest that counts; a ruling counts unless a later undo that counts names it. */
export function createNaiveOperators(
  rulings: readonly NaiveRuling[],
  tieOrder: (lead: NaiveLead) => string,
): NaiveOperators {
  const isLater = (a: NaiveRuling, b: NaiveRuling): boolean =>
    a.atMs > b.atMs || (a.atMs === b.atMs && a.id > b.id)
  const counts = (one: NaiveRuling): boolean =>
    !rulings.some((undo) => undo.undoes === one.id && isLater(undo, one) && counts(undo))
  const standing = rulings.filter((one) => one.action !== 'undo' && counts(one))
  const isAbout = ({ x, y }: NaiveRuling, a: string, b: string): boolean =>
    (x === a && y === b) || (x === b && y === a)
  const decisive = standing.filter(
    (one) => !standing.some((other) => isAbout(other, one.x, one.y) && isLater(other, one)),
  )
  const says = (action: string, a: NaiveLead, b: NaiveLead): boolean =>
    decisive.some((one) => one.action === action && isAbout(one, a, b))
  const joins = decisive.filter(({ action }) => action === 'join')
  const valueOf = (lead: string): string => lead.slice(lead.indexOf(':') + 1)
  return {
    isParted: (x, y) => says('part', x, y),
    isQuarantined: (x) => says('quarantine', x, x),
    joinedWith: (lead, kind) =>
      joins
        .filter(({ x, y }) => x === lead || y === lead)
        .map(({ x, y, atMs }) => ({ other: x === lead ? y : x, atMs }))
        .filter(({ other }) => other.startsWith(`${kind}:`))
        .map(({ other, atMs }) => ({ other: valueOf(other), atMs })),
    userJoins: () =>
      joins
        .filter(({ x, y }) => x.startsWith('user:') && y.startsWith('user:'))
        .map(({ x, y, atMs }) => {
          const isSorted = tieOrder(x) < tieOrder(y)
          return { low: valueOf(isSorted ? x : y), high: valueOf(isSorted ? y : x), atMs }
        }),
  }
}
