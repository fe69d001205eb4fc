import { join } from 'node:path'
import type { Environment } from '@leadline/config'
import type { CrmSettings, Settings } from '@leadline/contract'
import type { InstancePaths } from '../instance/instance-paths.ts'
import { LOOPBACK, type Ports } from '../instance/ports.ts'
import type { Part } from '../supervisor/part.ts'
import { toSandboxUrl } from '../settings/run-document.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** The simulated org has all of it, so that any setting can be tried. */
const PACKAGES = ['force-app', 'optional'].map((name) => join(ROOT, 'deploy/salesforce', name))

/** Libuv threads of the embedded ClickHouse: each running query holds one. */
const CLICKHOUSE_THREADS = '16'

/** Megabytes for young objects: a batch of events outlives the usual 16, and copying it costs a sixth of the work. */
const RESOLVER_NODE_OPTIONS = '--max-semi-space-size=32'
/** A round of a backfill outlives any of it, so that more would only be kept besides; see keep-heap-small.ts there. */
const CRM_SYNC_NODE_OPTIONS = '--max-semi-space-size=8'
/** Under load Node takes up to 64: 100 MB more, and pauses twice as long, for a twentieth of the work. */
const COLLECTOR_NODE_OPTIONS = '--max-semi-space-size=16'

export interface PartListInput {
  readonly settings: Settings
  readonly ports: Ports
  readonly paths: InstancePaths
  /** With the secrets and LEADLINE_CONFIG. */
  readonly environment: Environment
}

/** What runs here, in steps: the parts of a step start together, after those of the steps before. */
export interface PartList {
  /** What the others stand on. */
  readonly foundation: readonly Part[]
  /** The deployables and the demo site. */
  readonly services: readonly Part[]
}

export const STOP_ORDER: readonly (readonly string[])[] = [
  ['collector'],
  ['demo', 'console'],
  ['resolver'],
  ['crm-sync'],
  ['sandbox'],
  ['clickhouse'],
]

/** Processes between the collector's door and the CRM: `idle` is about these. */
export const PIPELINE: readonly string[] = ['collector', 'resolver', 'crm-sync']

/** The CRM settings that point at the sandbox of this run; undefined when all workspaces use another org, or none. */
export const findSandboxCrm = (settings: Settings, ports: Ports): CrmSettings | undefined =>
  settings.workspaces.find(({ crm }) => crm?.loginUrl === toSandboxUrl(ports))?.crm

export function buildPartList(input: PartListInput): PartList {
  const { settings, ports, environment } = input
  const part: PartMaker = (name, entry, args = []) => ({
    name,
    entry: join(ROOT, entry),
    args: args.map((argument) => JSON.stringify(argument)),
    environment,
  })
  const sandboxCrm = findSandboxCrm(settings, ports)
  const foundation = [
    ...(settings.warehouse.kind === 'embedded' ? [buildClickhouse(part)] : []),
    ...(sandboxCrm ? [buildSandbox(part, input, sandboxCrm)] : []),
  ]
  const services = [
    withNodeOptions(part('resolver', 'resolver/src/main.ts'), RESOLVER_NODE_OPTIONS),
    withNodeOptions(part('crm-sync', 'crm-sync/src/main.ts'), CRM_SYNC_NODE_OPTIONS),
    withNodeOptions(part('collector', 'collector/src/main.ts'), COLLECTOR_NODE_OPTIONS),
    part('console', 'console/src/main.ts'),
    part('demo', 'deploy/local/demo/main.ts', [
      { host: LOOPBACK, port: ports.demo, collectorUrl: toCollectorUrl(settings) },
    ]),
  ]
  return { foundation, services }
}

type PartMaker = (name: string, entry: string, args?: readonly object[]) => Part

function buildClickhouse(part: PartMaker): Part {
  const clickhouse = part('clickhouse', 'packages/warehouse/src/embedded/main.ts')
  return { ...clickhouse, environment: { ...clickhouse.environment, UV_THREADPOOL_SIZE: CLICKHOUSE_THREADS } }
}

function withNodeOptions(part: Part, options: string): Part {
  const given = part.environment['NODE_OPTIONS'] ?? ''
  return { ...part, environment: { ...part.environment, NODE_OPTIONS: `${given} ${options}`.trim() } }
}

/** Arguments are public on a machine, so the client's secret goes by the environment. */
function buildSandbox(part: PartMaker, { ports, paths }: PartListInput, crm: CrmSettings): Part {
  const sandbox = part('sandbox', 'packages/salesforce-sandbox/src/main.ts', [
    { port: ports.sandbox, dataDir: paths.sandbox, schemaDirs: PACKAGES, clockMode: 'wall' },
  ])
  const { id, secret } = toSandboxClient(crm)
  const client = { LEADLINE_SANDBOX_CLIENT_ID: id, LEADLINE_SANDBOX_CLIENT_SECRET: secret }
  return { ...sandbox, environment: { ...sandbox.environment, ...client } }
}

/** The app of the simulated org, however the settings name it. */
export function toSandboxClient({ auth, clientId, clientSecret }: CrmSettings): {
  readonly id: string
  readonly secret: string
} {
  const secret = auth && 'clientSecret' in auth ? auth.clientSecret : clientSecret
  return { id: auth?.clientId ?? clientId ?? '', secret: secret ?? '' }
}

/** Where this machine reaches the collector, whatever pages are told. */
export function toCollectorUrl({ collector: { host, port } }: Settings): string {
  const reachable = host === '0.0.0.0' || host === '::' ? LOOPBACK : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}
