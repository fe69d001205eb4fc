/** Date literals as spans of time from `fromMs` to before `toMs`, in the org's time zone (UTC). */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

type Unit = 'DAY' | 'WEEK' | 'MONTH' | 'QUARTER' | 'YEAR'

/** First unit relative to the current one, and how many units; `count` comes with the literal. */
type Shape = (count: number) => readonly [unit: Unit, first: number, units: number]

const UNITS: readonly Unit[] = ['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR']

const FIXED: Readonly<Record<string, Shape>> = {
  TODAY: () => ['DAY', 0, 1],
  YESTERDAY: () => ['DAY', -1, 1],
  TOMORROW: () => ['DAY', 1, 1],
  LAST_90_DAYS: () => ['DAY', -90, 91],
  NEXT_90_DAYS: () => ['DAY', 1, 90],
  ...Object.fromEntries(
    UNITS.slice(1).flatMap((unit): [string, Shape][] => [
      [`LAST_${unit}`, () => [unit, -1, 1]],
      [`THIS_${unit}`, () => [unit, 0, 1]],
      [`NEXT_${unit}`, () => [unit, 1, 1]],
    ]),
  ),
}

/** LAST_N_DAYS includes today; weeks and longer count whole units before this one. */
const COUNTED: Readonly<Record<string, Shape>> = {
  LAST_N_DAYS: (count) => ['DAY', -count, count + 1],
  ...Object.fromEntries(
    UNITS.flatMap((unit): [string, Shape][] => [
      ...(unit === 'DAY'
        ? []
        : [[`LAST_N_${unit}S`, (count: number) => [unit, -count, count]] satisfies [string, Shape]]),
      [`NEXT_N_${unit}S`, (count) => [unit, 1, count]],
      [`N_${unit}S_AGO`, (count) => [unit, -count, 1]],
    ]),
  ),
}

export function isSpanName(name: string): boolean {
  return name in FIXED
}

/** Whether a number follows the name: `LAST_N_DAYS:7`. */
export function isCounted(name: string): boolean {
  return name in COUNTED
}

export function spanOf(name: string, count: number, nowMs: number): Span {
  const shape = FIXED[name] ?? COUNTED[name]
  const [unit, first, units] = shape?.(count) ?? (['DAY', 0, 1] as const)
  return { fromMs: startOf(unit, first, nowMs), toMs: startOf(unit, first + units, nowMs) }
}

/** Start of the unit that lies `offset` units from the current one; weeks start on Sunday. */
function startOf(unit: Unit, offset: number, nowMs: number): number {
  const now = new Date(nowMs)
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()]
  const starts: Readonly<Record<Unit, () => number>> = {
    DAY: () => Date.UTC(year, month, day + offset),
    WEEK: () => Date.UTC(year, month, day - now.getUTCDay() + 7 * offset),
    MONTH: () => Date.UTC(year, month + offset, 1),
    QUARTER: () => Date.UTC(year, Math.floor(month / 3) * 3 + 3 * offset, 1),
    YEAR: () => Date.UTC(year + offset, 0, 1),
  }
  return starts[unit]()
}
