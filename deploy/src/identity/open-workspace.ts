import { readFile } from 'node:fs/promises'
import { loadSettings, parseSettings } from '@leadline/config'
import type { Settings } from '@leadline/contract'
import { ErasureBook } from '@leadline/resolver/src/control/erasures.ts'
import { readMailLists } from '@leadline/resolver/src/profile/mail-domains.ts'
import { buildWorkspaces, type Workspace } from '@leadline/resolver/src/workspaces.ts'
import { openStream, type Stream } from '@leadline/stream'
import { createWarehouse, type Warehouse } from '@leadline/warehouse'
import { CommandError, type Flag } from '../command.ts'
import { dataFlag } from '../commands/data-flag.ts'
import { readEnvironment } from '../config.ts'
import type { FlagValues } from '../flag-values.ts'
import { readEndpoints } from '../instance/endpoints.ts'
import { buildInstancePaths, DEFAULT_DIRECTORY } from '../instance/instance-paths.ts'
import { readSecrets } from '../instance/secrets.ts'

/** Flags of every command that looks into a workspace. */
export const workspaceFlags: Readonly<Record<string, Flag>> = {
  data: dataFlag,
  config: {
    type: 'string',
    value: 'FILE',
    help: 'The leadline.yaml of services that run by themselves, instead of --data',
  },
  workspace: { type: 'string', value: 'SLUG', help: 'Which workspace (default: the first)' },
}

/** What a command needs of a running instance. */
export interface OpenWorkspace {
  readonly warehouse: Warehouse
  readonly stream: Stream
  readonly workspace: Workspace
}

/** Runs `use` on the workspace that the flags name, and closes it. Throws CommandError where nothing runs. */
export async function withWorkspace<T>(
  flags: FlagValues,
  use: (open: OpenWorkspace) => Promise<T>,
): Promise<T> {
  const settings = await readSettings(flags)
  const warehouse = createWarehouse(settings.warehouse)
  const stream = await openStream(settings.stream)
  try {
    const erasures = new ErasureBook()
    await erasures.refresh(warehouse)
    const workspaces = [...buildWorkspaces(settings.workspaces, readMailLists(), erasures).values()]
    return await use({ warehouse, stream, workspace: pickWorkspace(workspaces, flags.text('workspace')) })
  } finally {
    await stream.close()
    await warehouse.close()
  }
}

async function readSettings(flags: FlagValues): Promise<Settings> {
  const environment = readEnvironment()
  const config = flags.text('config')
  if (config !== undefined) return await loadSettings({ ...environment, LEADLINE_CONFIG: config })
  const paths = buildInstancePaths(flags.text('data') ?? DEFAULT_DIRECTORY)
  const [endpoints, secrets] = await Promise.all([readEndpoints(paths.endpoints), readSecrets(paths.secrets)])
  if (!endpoints || !secrets)
    throw new CommandError(`nothing runs on ${paths.directory}; \`npm start\` starts it`)
  const text = await readFile(paths.settings, 'utf8')
  return parseSettings(text, { ...environment, ...secrets, LEADLINE_DATA: paths.directory })
}

function pickWorkspace(workspaces: readonly Workspace[], slug: string | undefined): Workspace {
  const found = workspaces.find(({ settings }) => slug === undefined || settings.slug === slug)
  if (found) return found
  const known = workspaces.map(({ settings }) => settings.slug).join(', ')
  throw new CommandError(`no workspace ${slug ?? ''}; known: ${known}`)
}
