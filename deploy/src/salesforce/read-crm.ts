import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadSettings, parseSettings } from '@leadline/config'
import type { CrmSettings, Settings } from '@leadline/contract'
import { SalesforceError, adviceFor } from '@leadline/crm-sync/operate'
import { createWarehouse, type Warehouse } from '@leadline/warehouse'
import { CommandError, type Flag } from '../command.ts'
import { dataFlag } from '../commands/data-flag.ts'
import { readEnvironment } from '../config.ts'
import type { FlagValues } from '../flag-values.ts'
import { buildInstancePaths, DEFAULT_DIRECTORY } from '../instance/instance-paths.ts'
import { readSecrets } from '../instance/secrets.ts'

const PACKAGES = join(import.meta.dirname, '../../salesforce')

export const FORCE_APP = join(PACKAGES, 'force-app')

/** SFDX source of what an org needs for these settings. */
export const packageFolders = ({ timeline, campaigns, opportunities }: CrmSettings): readonly string[] => [
  FORCE_APP,
  ...(timeline.as === 'task' ? [join(PACKAGES, 'optional/tasks')] : []),
  ...(campaigns.visits || campaigns.rules.length > 0 ? [join(PACKAGES, 'optional/campaigns')] : []),
  ...(opportunities.create.length > 0 ? [join(PACKAGES, 'optional/opportunities')] : []),
]

/** Flags of every command that talks to an org. */
export const salesforceFlags: Readonly<Record<string, Flag>> = {
  data: dataFlag,
  config: {
    type: 'string',
    value: 'FILE',
    help: 'The leadline.yaml of services that run by themselves, instead of --data (default: LEADLINE_CONFIG)',
  },
  workspace: {
    type: 'string',
    value: 'SLUG',
    help: 'Which workspace (default: the first with crm settings)',
  },
  json: { type: 'boolean', help: 'Print one JSON object' },
}

export interface CrmWorkspace {
  readonly ws: number
  readonly slug: string
  readonly crm: CrmSettings
  readonly warehouse: Warehouse
  readonly settings: Settings
}

/** Runs `use` on the workspace that the flags name. What Salesforce refuses becomes one line that says what to do. */
export async function withCrm<T>(
  flags: FlagValues,
  use: (workspace: CrmWorkspace) => Promise<T>,
): Promise<T> {
  const settings = await readSettings(flags)
  const warehouse = createWarehouse(settings.warehouse)
  try {
    return await use({ ...pickWorkspace(settings, flags.text('workspace')), warehouse, settings })
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error
    const { code, detail } = error.failure
    // Nobody takes up again what a command began.
    const advice =
      error.failure.class === 'unknown'
        ? 'run it again; what was done already stays'
        : adviceFor(error.failure)
    throw new CommandError(`${code}: ${detail}; what to do: ${advice}`, { cause: error })
  } finally {
    await warehouse.close()
  }
}

async function readSettings(flags: FlagValues): Promise<Settings> {
  const environment = readEnvironment()
  const paths = buildInstancePaths(flags.text('data') ?? DEFAULT_DIRECTORY)
  const config = flags.text('config') ?? (flags.isSet('data') ? undefined : environment['LEADLINE_CONFIG'])
  if (config !== undefined) return await loadSettings({ ...environment, LEADLINE_CONFIG: config })
  const secrets = await readSecrets(paths.secrets)
  if (!secrets || !(await isThere(paths.settings)))
    throw new CommandError(
      `nothing runs on ${paths.directory}; \`npm start\` starts it, or name a --config FILE`,
    )
  const text = await readFile(paths.settings, 'utf8')
  return parseSettings(text, { ...environment, ...secrets, LEADLINE_DATA: paths.directory })
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

function pickWorkspace(
  settings: Settings,
  slug: string | undefined,
): Omit<CrmWorkspace, 'warehouse' | 'settings'> {
  const known = settings.workspaces.flatMap(({ id, slug, crm }) => (crm ? [{ ws: id, slug, crm }] : []))
  const found = known.find((workspace) => slug === undefined || workspace.slug === slug)
  if (found) return found
  throw new CommandError(
    known.length === 0
      ? 'no workspace has crm settings; add a section crm to its leadline.yaml'
      : `no workspace ${slug ?? ''} with crm settings; known: ${known.map((workspace) => workspace.slug).join(', ')}`,
  )
}
