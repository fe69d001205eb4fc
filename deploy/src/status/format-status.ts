import { formatCount, formatPairs } from '../terminal/table.ts'
import type { Status, StatusRecords } from './status.ts'

/** Status as a person reads it. */
export function formatStatus(status: Status): string {
  const { steps, records, person, problems } = status
  return [
    `Leadline ${status.phase} (pid ${status.pid}), ${status.idle ? 'idle' : 'at work'}`,
    '',
    'Parts',
    formatPairs(status.parts.map((part) => [part.name, describePart(part)])),
    '',
    'Steps',
    formatPairs(Object.entries(steps).map(([name, count]) => [name, formatCount(count)])),
    ...formatLag(status.lag),
    ...(records ? formatRecords(records) : []),
    ...(problems.length > 0 ? ['', 'Problems', ...problems.map((problem) => `  ${problem}`)] : []),
    ...(person ? ['', 'Person', formatPerson(person)] : []),
  ].join('\n')
}

function describePart({ phase, pid, url, restarts, lastProblem }: Status['parts'][number]): string {
  const place = [pid === null ? '' : `pid ${pid}`, url ?? ''].filter((text) => text !== '').join('  ')
  const history = restarts > 0 ? `  restarted ${restarts} times; last: ${lastProblem ?? ''}` : ''
  return `${phase}  ${place}${history}`
}

function formatLag(lag: Status['lag']): string[] {
  const behind = Object.entries(lag).flatMap(([group, partitions]) => {
    const chunks = Object.values(partitions).reduce((sum, count) => sum + count, 0)
    return chunks > 0 ? [[group, `${formatCount(chunks)} chunks behind`] as const] : []
  })
  return behind.length > 0 ? ['', 'Lag', formatPairs(behind)] : []
}

function formatRecords({
  leads,
  companies,
  sessions,
  links,
  deliveries,
  failures,
  latest,
}: StatusRecords): string[] {
  const known = `${formatCount(leads.all)} (${formatCount(leads.identified)} identified, ${formatCount(leads.qualified)} qualified)`
  return [
    '',
    'Records',
    formatPairs([
      ['leads', known],
      ['companies', formatCount(companies)],
      ['sessions', formatCount(sessions)],
      ['in the CRM', formatCounts(links)],
      ['deliveries', formatCounts(deliveries)],
      ...(Object.keys(failures).length > 0 ? [['failures', formatCounts(failures)] as const] : []),
    ]),
    ...(latest.length > 0 ? ['', 'Latest deliveries', ...latest.map(formatDelivery)] : []),
  ]
}

const formatCounts = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${formatCount(count)}`)
    .join(', ') || 'none'

const formatDelivery = (delivery: StatusRecords['latest'][number]): string =>
  `  ${delivery.at}  ${delivery.direction.padEnd(3)}  ${delivery.object}  ${delivery.operation}  ${delivery.outcome}` +
  `${delivery.code === '' ? '' : ` ${delivery.code}`}  ${delivery.kind} ${delivery.id}`

const formatPerson = ({ lead, company, crm, reason }: NonNullable<Status['person']>): string =>
  formatPairs([
    ['lead', lead ?? 'none'],
    ['company', company ?? 'none'],
    ['CRM', crm ? `${crm.object} ${crm.status} ${crm.url}` : 'none'],
    ...(reason === null ? [] : [['reason', reason] as const]),
  ])
