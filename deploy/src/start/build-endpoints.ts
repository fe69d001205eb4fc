import type { Settings } from '@leadline/contract'
import type { Endpoints } from '../instance/endpoints.ts'
import { LOOPBACK, type Ports } from '../instance/ports.ts'
import type { PartState } from '../supervisor/part.ts'
import { toSandboxUrl } from '../settings/run-document.ts'
import { findSandboxCrm, toCollectorUrl, toSandboxClient } from './part-list.ts'

interface Running {
  readonly pid: number
  readonly parts: readonly Pick<PartState, 'name' | 'url'>[]
}

/** Where each part of this run is, and the keys of its first workspace. */
export function buildEndpoints(settings: Settings, ports: Ports, { pid, parts }: Running): Endpoints {
  const urlOf = (name: string): string | null => parts.find((part) => part.name === name)?.url ?? null
  const sandboxCrm = findSandboxCrm(settings, ports)
  return {
    pid,
    collector: toCollectorUrl(settings),
    console: `http://${LOOPBACK}:${settings.console.port}`,
    sandbox: sandboxCrm ? toSandboxUrl(ports) : null,
    demo: `http://${LOOPBACK}:${ports.demo}`,
    ...buildAccess(settings),
    clickhouse: buildReader(settings.warehouse),
    sandboxClient: sandboxCrm ? toSandboxClient(sandboxCrm) : null,
    metrics: { resolver: urlOf('resolver'), crmSync: urlOf('crm-sync') },
  }
}

function buildAccess({ workspaces }: Settings): Pick<Endpoints, 'workspace' | 'writeKey' | 'secretKey'> {
  const [first] = workspaces
  if (!first) throw new Error('the settings have no workspace, which their schema rules out')
  return {
    workspace: first.id,
    writeKey: first.writeKeys[0]?.key ?? '',
    secretKey: first.secretKeys[0]?.key ?? null,
  }
}

/** The read-only user of the embedded ClickHouse; a server of the operator's has users of its own. */
const buildReader = (warehouse: Settings['warehouse']): Endpoints['clickhouse'] =>
  warehouse.kind === 'embedded'
    ? { url: warehouse.url, user: 'reader', password: warehouse.readerPassword }
    : null
