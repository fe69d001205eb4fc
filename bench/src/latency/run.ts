import { kindOfCall, logEntrySchema, type CallKind, type LogEntry } from '@leadline/salesforce-sandbox'
import { z } from 'zod'
import { buildTable } from '../table.ts'
import { readLags, type Lag } from './read-lags.ts'
import { sendVisits } from './send-visits.ts'
import { startInstance, type Instance } from './start-instance.ts'

/** From the event at the collector to the record in the org, at 100 events a second, and the calls that it cost. */
export async function runLatencyBench({ seconds }: { readonly seconds: number }): Promise<string> {
  const instance = await startInstance()
  try {
    await instance.idle()
    const before = await readLog(instance, 0)
    const sent = await sendVisits({ url: instance.collector, writeKey: instance.writeKey, seconds })
    await instance.idle()
    const calls = await readLog(instance, before.at(-1)?.seq ?? 0)
    const lags = await readLags(instance)
    const heading = `${sent.events} events of ${sent.people} people in ${seconds} s, ${sent.errors} not answered 200`
    const times = buildTable(LAG_COLUMNS, [
      toCells('event to Lead', lags.people),
      toCells('of that, in crm-sync', lags.work),
      toCells('event to timeline row', lags.rows),
    ])
    return [heading, times, countCalls(calls, lags.people.count)].join('\n\n')
  } finally {
    await instance.stop()
  }
}

const LAG_COLUMNS = ['in ms', 'records', 'p50', 'p99', 'max']

const toCells = (name: string, { count, p50, p99, max }: Lag): readonly string[] =>
  [name, count, p50, p99, max].map(String)

function countCalls(entries: readonly LogEntry[], people: number): string {
  const kinds = entries.filter(({ counted }) => counted).map(kindOfCall)
  const count = (wanted: CallKind): number => kinds.filter((kind) => kind === wanted).length
  const rows = (['write', 'read', 'describe', 'poll'] as const).map((kind) => [
    kind,
    String(count(kind)),
    ((count(kind) / people) * 1000).toFixed(1),
  ])
  return buildTable(['calls', 'number', 'for 1,000 people'], rows)
}

async function readLog({ sandbox }: Instance, since: number): Promise<readonly LogEntry[]> {
  const answer = await fetch(`${sandbox}/__admin/log?since=${since}`)
  return z.array(logEntrySchema).parse(await answer.json())
}
