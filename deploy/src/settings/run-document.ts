import { resolveReferences, type Environment } from '@leadline/config'
import { DEFAULT_PORT, LOOPBACK, pickFreePorts, toPorts, type Ports } from '../instance/ports.ts'
import { fillDocument, isMap, type Document } from './fill-document.ts'

export interface PortChoice {
  /** --port */
  readonly port: number | undefined
  /** The file of --config. */
  readonly own: Document
}

/** The flag wins, then the own file, then 4400; the console may be placed by the own file alone. */
export async function choosePorts({ port, own }: PortChoice): Promise<Ports> {
  const base = port ?? readPort(own['collector']) ?? DEFAULT_PORT
  if (base === 0) return await pickFreePorts()
  const ports = toPorts(base)
  return port === undefined ? { ...ports, console: readPort(own['console']) ?? ports.console } : ports
}

/**
 * The own file with its ports known: where they are references, the other parts' places still follow from them, and
 * --port still wins. What is no port stays, so that the check can name it.
 */
export function resolvePorts(own: Document, environment: Environment): Document {
  const { value } = resolveReferences({ collector: own['collector'], console: own['console'] }, environment)
  const resolved = toMap(value)
  const withPort = (name: string): Document => {
    const port = readPort(resolved[name])
    return port === undefined ? {} : { [name]: { ...toMap(own[name]), port } }
  }
  return { ...own, ...withPort('collector'), ...withPort('console') }
}

function readPort(section: unknown): number | undefined {
  const port = isMap(section) ? section['port'] : undefined
  return isPort(port) ? port : undefined
}

const MAX_PORT = 65_535

const isPort = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_PORT

export interface RunDocumentParts {
  readonly own: Document
  readonly defaults: Document
  readonly ports: Ports
  /** --host */
  readonly host: string | undefined
  readonly tagFile: string
}

/** The document that the parts start from, its references unresolved: no secret is written down in it. */
export function buildRunDocument({ own, defaults, ports, host, tagFile }: RunDocumentParts): Document {
  const filled = fillDocument(own, placeDefaults(defaults, ports))
  const collector = placeAt(ports.collector, filled['collector'])
  return {
    ...filled,
    collector: isMap(collector)
      ? { tagFile, ...collector, ...(host === undefined ? {} : { host }) }
      : collector,
    console: placeAt(ports.console, filled['console']),
    stream: placeSpool(filled['stream']),
  }
}

/** Beside the rest of the data, unless the own file has another place for it. */
function placeSpool(stream: unknown): unknown {
  if (!isMap(stream) || stream['kind'] !== 'kafka') return stream
  return { ...stream, spool: { directory: '${LEADLINE_DATA}/spool', ...toMap(stream['spool']) } }
}

// What is no section, or no port, stays, so that the check can name it.
function placeAt(port: number, section: unknown): unknown {
  if (section !== undefined && !isMap(section)) return section
  const map = toMap(section)
  return map['port'] === undefined || isPort(map['port']) ? { ...map, port } : map
}

/** The default file with the addresses of this run. */
function placeDefaults(defaults: Document, ports: Ports): Document {
  const workspaces: readonly unknown[] = Array.isArray(defaults['workspaces']) ? defaults['workspaces'] : []
  return {
    ...defaults,
    workspaces: workspaces.map((workspace) => {
      const map = toMap(workspace)
      return { ...map, crm: { ...toMap(map['crm']), loginUrl: toSandboxUrl(ports) } }
    }),
    warehouse: { ...toMap(defaults['warehouse']), url: `http://${LOOPBACK}:${ports.clickhouse}` },
  }
}

const toMap = (value: unknown): Document => (isMap(value) ? value : {})

export const toSandboxUrl = (ports: Ports): string => `http://${LOOPBACK}:${ports.sandbox}`
