import type { Warehouse } from '@leadline/warehouse'
import type { Ladder } from '../identity/ladder.ts'
import type { EventSource } from '../reads/event-source.ts'
import type { FactView } from '../reads/fact-view.ts'
import { askProfiles, type ProfileSource } from '../reads/profile-source.ts'
import type { StoredRows } from '../reads/stored-rows.ts'
import type { Foresight } from './foresight.ts'
import type { Workspace } from '../workspaces.ts'

/** What one reconcile of a workspace reads from. */
export interface Sources {
  readonly warehouse: Warehouse
  readonly workspace: Workspace
  readonly view: FactView
  readonly events: EventSource
  /** Where a good part of them all is asked about; others ask as they go. */
  readonly profiles?: ProfileSource
  /** Of the process that reconciles; others ask as they go. */
  readonly foresight?: Foresight
  /** Of the process that reconciles; others ask. */
  readonly stored?: StoredRows
  /** Everything is in memory: reading costs nothing any more. */
  readonly isHeld?: boolean
}

export const profilesOf = ({ profiles, warehouse, workspace }: Sources): ProfileSource =>
  profiles ?? askProfiles(warehouse, workspace.id)

/** The rules over what is stored, under the workspace's limits. For use within `view.complete`. */
export const ladderOf = ({ view, workspace }: Pick<Sources, 'view' | 'workspace'>): Ladder =>
  view.ladder(workspace.settings.identity)
