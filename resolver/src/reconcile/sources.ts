import type { Warehouse } from '@leadline/warehouse'
import type { FactView } from '../reads/fact-view.ts'
import type { Workspace } from '../workspaces.ts'

/** What one reconcile of a workspace reads from. */
export interface Sources {
  readonly warehouse: Warehouse
  readonly workspace: Workspace
  readonly view: FactView
}
