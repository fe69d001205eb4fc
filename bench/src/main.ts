import { runCollectorBench } from './collector.ts'
import { runCrmSyncBench } from './crm-sync.ts'
import { runLatencyBench } from './latency/run.ts'
import { runResolverBench } from './resolver/run.ts'
import { runSnippetBench } from './snippet/run.ts'

/** Every bench by name: `npm run bench -- NAME [seconds [further counts]]`. */
const benches: Readonly<Record<string, (options: BenchOptions) => Promise<string>>> = {
  collector: runCollectorBench,
  'crm-sync': runCrmSyncBench,
  latency: runLatencyBench,
  resolver: runResolverBench,
  snippet: runSnippetBench,
}

interface BenchOptions {
  /** Length of one measurement. */
  readonly seconds: number
  /** Further sizes, for who has the time. */
  readonly counts: readonly number[]
}

const [name = '', seconds = '2', ...counts] = process.argv.slice(2)
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined
if (bench === undefined || !(Number(seconds) > 0)) {
  process.stderr.write(
    `usage: npm run bench -- ${Object.keys(benches).join('|')} [seconds of each measurement]\n`,
  )
  process.exitCode = 2
} else {
  process.stdout.write(`${await bench({ seconds: Number(seconds), counts: counts.map(Number) })}\n`)
}
