import { CommandError, type Command } from '../command.ts'
import type { FlagValues } from '../flag-values.ts'
import { readEndpoints, type Endpoints } from '../instance/endpoints.ts'
import { buildInstancePaths, DEFAULT_DIRECTORY } from '../instance/instance-paths.ts'
import { awaitIdle } from '../simulate/await-idle.ts'
import { formatResult, type SimulationResult } from '../simulate/closing-table.ts'
import { deliverRequests, type DeliveryProgress } from '../simulate/deliver-requests.ts'
import { openIdFile } from '../simulate/id-file.ts'
import { planRequests, type SimulationPlan } from '../simulate/plan-requests.ts'
import { readRunOutcome } from '../simulate/run-outcome.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { dataFlag } from './data-flag.ts'

const DEFAULT_VISITORS = 40
const DEFAULT_SECONDS = 15
const PATIENCE_MS = 10 * 60_000
const IDLE_WAIT_MS = 120_000

export const simulate: Command = {
  name: 'simulate',
  summary: 'send the events of invented visitors through the collector',
  details: [
    'Visitors browse, sign up, come back on other days and devices. Ids, message ids, times and people follow from',
    'the seed: the same seed sends the same bytes. Each event is repeated with the same id until it is answered.',
    'Without --to it takes address and key from the instance on DIR, waits until that is idle, and adds what became',
    'of the visitors.',
  ].join('\n'),
  flags: {
    to: { type: 'string', value: 'URL', help: 'Collector, e.g. http://127.0.0.1:4400 (with --key)' },
    key: { type: 'string', value: 'K', help: 'Write key' },
    data: dataFlag,
    seed: { type: 'string', value: 'N', help: 'What the visitors follow from (default 1)' },
    visitors: { type: 'string', value: 'N', help: `How many (default ${DEFAULT_VISITORS})` },
    seconds: { type: 'string', value: 'N', help: `Spread over this time (default ${DEFAULT_SECONDS})` },
    acked: { type: 'string', value: 'FILE', help: 'Append each message id after it was answered with 200' },
    sent: { type: 'string', value: 'FILE', help: 'Append each message id before it is sent' },
    json: { type: 'boolean', help: 'Print the result as one JSON object' },
  },
  exitCodes: { 0: 'every event was answered', 1: 'it gave up; the reason is the last line' },
  async run(flags, terminal) {
    const target = await findTarget(flags)
    const seed = flags.wholeNumber('seed', { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 1
    const visitors = flags.wholeNumber('visitors', { min: 1, max: 1_000_000 }) ?? DEFAULT_VISITORS
    const durationMs = (flags.wholeNumber('seconds', { min: 0, max: 86_400 }) ?? DEFAULT_SECONDS) * 1000
    const plan = planRequests({ seed, visitors, writeKey: target.key })
    const from = performance.now()
    const delivered = await deliver({ plan, target, durationMs, flags, terminal })
    const tookMs = performance.now() - from
    const outcome = target.instance ? await readOutcome(target.instance, plan, terminal) : null
    const { visits, events, requests } = plan
    const result: SimulationResult = {
      seed,
      visitors,
      visits,
      events,
      tookMs: Math.round(tookMs),
      outcome,
      requests: requests.length,
      repeats: delivered.tries - requests.length,
      refused: delivered.eventsRefused,
    }
    terminal.line(flags.isSet('json') ? JSON.stringify(result) : formatResult(result))
    return 0
  },
}

interface Target {
  readonly url: string
  readonly key: string
  /** Undefined when only the collector is known. */
  readonly instance: { readonly endpoints: Endpoints; readonly control: string } | undefined
}

async function findTarget(flags: FlagValues): Promise<Target> {
  const to = flags.text('to')
  const key = flags.text('key')
  const paths = buildInstancePaths(flags.text('data') ?? DEFAULT_DIRECTORY)
  const endpoints = to === undefined || flags.isSet('data') ? await readEndpoints(paths.endpoints) : undefined
  const instance = endpoints && { endpoints, control: paths.control }
  if (endpoints)
    return { url: trimSlash(to ?? endpoints.collector), key: key ?? endpoints.writeKey, instance }
  if (to === undefined)
    throw new CommandError(
      `nothing runs on ${paths.directory}; start it with \`npm start\`, or give --to URL and --key K`,
    )
  if (key === undefined) throw new CommandError('--to needs the write key as well: --key K')
  return { url: trimSlash(to), key, instance }
}

const trimSlash = (url: string): string => url.replace(/\/+$/, '')

interface DeliverInput {
  readonly plan: SimulationPlan
  readonly target: Target
  readonly durationMs: number
  readonly flags: FlagValues
  readonly terminal: Terminal
}

async function deliver({
  plan,
  target,
  durationMs,
  flags,
  terminal,
}: DeliverInput): Promise<DeliveryProgress> {
  const sent = openIdFile(flags.text('sent'))
  const acked = openIdFile(flags.text('acked'))
  try {
    return await deliverRequests({
      url: target.url,
      requests: plan.requests,
      durationMs,
      patienceMs: PATIENCE_MS,
      onSend: (ids) => sent.append(ids),
      onAcknowledged: (ids) => acked.append(ids),
      onProgress: ({ eventsDone, trouble }) =>
        terminal.progress(
          `  ${eventsDone} of ${plan.events} events answered${trouble === undefined ? '' : `; trying again: ${trouble}`}`,
        ),
    })
  } finally {
    terminal.progress('')
    sent.close()
    acked.close()
  }
}

async function readOutcome(
  { endpoints, control }: NonNullable<Target['instance']>,
  { anonymousIds }: SimulationPlan,
  terminal: Terminal,
): Promise<SimulationResult['outcome']> {
  terminal.progress('  waiting until the instance is idle')
  const isIdle = await awaitIdle(control, IDLE_WAIT_MS)
  terminal.progress('')
  if (!isIdle) terminal.error('leadline: the instance is still at work; the numbers below are of this moment')
  return (await readRunOutcome(endpoints, anonymousIds)) ?? null
}
