import { COLLECTOR_PARTS, runCollectorBench } from './collector.ts'
import { runCrmSyncBench } from './crm-sync.ts'
import { runLatencyBench } from './latency/run.ts'
import { RESOLVER_PARTS, runResolverBench } from './resolver/run.ts'
import { runSnippetBench } from './snippet/run.ts'

interface BenchOptions {
  /** Length of one measurement. */
  readonly seconds: number
  /** Further sizes, for who has the time. */
  readonly counts: readonly number[]
  /** One of the bench's parts; undefined for all of it. */
  readonly part: string | undefined
}

interface Bench {
  readonly run: (options: BenchOptions) => Promise<string>
  /** What can be measured alone. */
  readonly parts?: readonly string[]
}

/** Every bench by name: `npm run bench -- NAME [part] [seconds [further counts]]`. */
const benches: Readonly<Record<string, Bench>> = {
  collector: { run: runCollectorBench, parts: COLLECTOR_PARTS },
  'crm-sync': { run: runCrmSyncBench },
  latency: { run: runLatencyBench },
  resolver: { run: runResolverBench, parts: RESOLVER_PARTS },
  snippet: { run: runSnippetBench },
}

const usage = (): string =>
  Object.entries(benches)
    .map(([name, { parts }]) => `${name}${parts === undefined ? '' : ` [${parts.join('|')}]`}`)
    .map((words) => `  npm run bench -- ${words} [seconds of each measurement]\n`)
    .join('')

const isNumber = (word: string): boolean => Number(word) > 0

const [name = '', ...rest] = process.argv.slice(2)
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined
const [part, ...unknown] = rest.filter((word) => !isNumber(word))
const [seconds = 2, ...counts] = rest.filter(isNumber).map(Number)
const isPart = part === undefined || bench?.parts?.includes(part) === true
if (bench === undefined || !isPart || unknown.length > 0) {
  process.stderr.write(`usage:\n${usage()}`)
  process.exitCode = 2
} else {
  process.stdout.write(`${await bench.run({ seconds, counts, part })}\n`)
}
