import { mkdir } from 'node:fs/promises'
import { checkSettings, writeYaml, type Environment } from '@leadline/config'
import type { Settings } from '@leadline/contract'
import { CommandError } from '../command.ts'
import { assertDiskSpace } from '../instance/disk-space.ts'
import type { InstancePaths } from '../instance/instance-paths.ts'
import { assertPortFree, LOOPBACK, type Ports } from '../instance/ports.ts'
import { writePrivateFile } from '../instance/private-file.ts'
import { keepSecrets, type Secrets } from '../instance/secrets.ts'
import { readDefaultDocument, readOwnDocument } from '../settings/read-documents.ts'
import { buildRunDocument, choosePorts, resolvePorts } from '../settings/run-document.ts'
import { findSandboxCrm } from './part-list.ts'

export interface StartOptions {
  /** --config */
  readonly config: string | undefined
  readonly port: number | undefined
  readonly host: string | undefined
  readonly seed: number | undefined
}

export interface PreparedInstance {
  readonly paths: InstancePaths
  readonly settings: Settings
  readonly ports: Ports
  readonly secrets: Secrets
  /** Of the children. */
  readonly environment: Environment
}

export async function makeDirectories(paths: InstancePaths): Promise<void> {
  try {
    await mkdir(paths.run, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new CommandError(
      `${paths.directory} cannot be made or written to; choose another directory with --data DIR`,
      { cause: error },
    )
  }
}

/** Everything that can be checked before a process is started. Throws CommandError or ConfigError. */
export async function prepareInstance(
  paths: InstancePaths,
  options: StartOptions,
  inherited: Environment,
): Promise<PreparedInstance> {
  await assertDiskSpace(paths.directory)
  const own = resolvePorts(await readOwnDocument(options.config), inherited)
  const defaults = await readDefaultDocument()
  const ports = await choosePorts({ port: options.port, own })
  const document = buildRunDocument({ own, defaults, ports, host: options.host, tagFile: paths.tag })
  const secrets = await keepSecrets(paths.secrets, options.seed)
  const environment = {
    ...inherited,
    ...secrets,
    LEADLINE_DATA: paths.directory,
    LEADLINE_CONFIG: paths.settings,
  }
  const settings = checkSettings(document, environment)
  await assertPortsFree(settings, ports)
  await writePrivateFile(paths.settings, writeYaml(document))
  return { paths, settings, ports, secrets, environment }
}

async function assertPortsFree(settings: Settings, ports: Ports): Promise<void> {
  await assertPortFree('collector', settings.collector.port, settings.collector.host)
  await assertPortFree('console', settings.console.port, LOOPBACK)
  await assertPortFree('demo', ports.demo, LOOPBACK)
  if (findSandboxCrm(settings, ports)) await assertPortFree('sandbox', ports.sandbox, LOOPBACK)
  if (settings.warehouse.kind !== 'embedded') return
  const { hostname, port } = new URL(settings.warehouse.url)
  await assertPortFree('clickhouse', Number(port), hostname.replace(/[[\]]/g, ''))
}
