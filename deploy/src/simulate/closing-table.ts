import { formatCount, formatPairs, formatSeconds } from '../terminal/table.ts'
import type { RunOutcome } from './run-outcome.ts'

export interface SimulationResult {
  readonly seed: number
  readonly visitors: number
  readonly visits: number
  readonly events: number
  readonly requests: number
  /** Tries beyond the first of each request. */
  readonly repeats: number
  /** Events that the collector refused for good. */
  readonly refused: number
  readonly tookMs: number
  /** Null when only the collector was known. */
  readonly outcome: RunOutcome | null
}

/** The last thing a simulation prints. */
export function formatResult({ outcome, ...result }: SimulationResult): string {
  return formatPairs([
    ['visitors', formatCount(result.visitors)],
    ['visits', formatCount(result.visits)],
    [
      'events',
      `${formatCount(result.events)} in ${formatCount(result.requests)} requests, ${formatSeconds(result.tookMs)}`,
    ],
    ['repeated requests', formatCount(result.repeats)],
    ['refused events', formatCount(result.refused)],
    ...(outcome ? toOutcomeRows(outcome) : []),
  ])
}

const toOutcomeRows = ({ leads, companies, crmWrites, lagMs }: RunOutcome): [string, string][] => [
  ['leads', formatCount(leads)],
  ['companies', formatCount(companies)],
  ...Object.entries(crmWrites).map(([kind, count]): [string, string] => [`CRM: ${kind}`, formatCount(count)]),
  [
    'lag, event to CRM',
    lagMs ? `p50 ${formatSeconds(lagMs.p50)}, p99 ${formatSeconds(lagMs.p99)}` : 'not known',
  ],
]
