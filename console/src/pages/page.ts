import type { html } from 'hono/html'
import type { WorkspaceSettings } from '@leadline/contract'
import type { Warehouse } from '@leadline/warehouse'

/** HTML in which every value was escaped: made by the `html` tag only. */
export type Markup = ReturnType<typeof html>

export interface PageRequest {
  readonly warehouse: Pick<Warehouse, 'query'>
  readonly workspace: WorkspaceSettings
  readonly workspaces: readonly WorkspaceSettings[]
  readonly search: URLSearchParams
  /** Of the path; empty where it has none. */
  readonly id: string
  readonly now: () => number
}

/** Reads and renders. Undefined: there is no such record. */
export type Page = (request: PageRequest) => Promise<Markup | undefined>
