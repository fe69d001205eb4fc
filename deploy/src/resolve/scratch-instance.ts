import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkSettings, type Environment } from '@leadline/config'
import { TOPICS, type Settings } from '@leadline/contract'
import { openStream, type Stream } from '@leadline/stream'
import { createWarehouse, migrate, type Warehouse } from '@leadline/warehouse'
import { assertDiskSpace } from '../instance/disk-space.ts'
import { Supervisor } from '../supervisor/supervisor.ts'
import type { Document } from '../settings/fill-document.ts'

/** Log and engine of their own in a temporary directory, empty, which `close` removes. */
export interface ScratchInstance {
  readonly stream: Stream
  readonly warehouse: Warehouse
  readonly settings: Settings
  close(): Promise<void>
}

const ENGINE = join(import.meta.dirname, '../../../packages/warehouse/src/embedded/main.ts')
const CLICKHOUSE_THREADS = '16'

export async function openScratchInstance(
  workspace: Document,
  environment: Environment,
): Promise<ScratchInstance> {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-resolve-'))
  const supervisor = new Supervisor({
    logDirectory: join(directory, 'logs'),
    events: {
      onProcess: () => undefined,
      onLog: () => undefined,
      onDeath: () => undefined,
      onRecovery: () => undefined,
    },
  })
  const closers = [
    () => rm(directory, { recursive: true, force: true }),
    () => supervisor.stop([['clickhouse']]),
  ]
  const close = async (): Promise<void> => {
    for (let next = closers.pop(); next; next = closers.pop()) await next()
  }
  try {
    await assertDiskSpace(directory)
    const document = buildDocument(directory, workspace)
    const settings = checkSettings(document, environment)
    const url = await startEngine(supervisor, { document, directory }, environment)
    const connection = { ...settings.warehouse, url }
    await migrate(connection)
    const stream = await openStream(settings.stream)
    closers.push(() => stream.close())
    await stream.admin.ensureTopics(TOPICS)
    const warehouse = createWarehouse(connection)
    closers.push(() => warehouse.close())
    return { stream, warehouse, settings, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function startEngine(
  supervisor: Supervisor,
  { document, directory }: { readonly document: Document; readonly directory: string },
  environment: Environment,
): Promise<string> {
  const file = join(directory, 'leadline.yaml')
  await writeFile(file, JSON.stringify(document), { mode: 0o600 })
  const url = await supervisor.start({
    name: 'clickhouse',
    entry: ENGINE,
    args: [],
    environment: { ...environment, LEADLINE_CONFIG: file, UV_THREADPOOL_SIZE: CLICKHOUSE_THREADS },
  })
  if (url === undefined) throw new Error('the embedded ClickHouse did not say where it listens')
  return url
}

const draw = (): string => randomBytes(24).toString('hex')

function buildDocument(directory: string, workspace: Document) {
  return {
    workspaces: [
      { ...workspace, id: 1, slug: 'resolve', writeKeys: [{ name: 'file', key: `pub_${draw()}` }] },
    ],
    stream: { kind: 'embedded', directory: join(directory, 'stream'), maxBytes: Number.MAX_SAFE_INTEGER },
    warehouse: {
      kind: 'embedded',
      directory: join(directory, 'clickhouse'),
      url: 'http://127.0.0.1:0',
      password: draw(),
      readerPassword: draw(),
    },
  }
}
