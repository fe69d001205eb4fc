import type {
  CompanyLeadsRow,
  ContactLeadsRow,
  LeadsRow,
  QualificationsRow,
  SessionsRow,
  Warehouse,
} from '@leadline/warehouse'
import type { NodeId } from '../identity/fact-source.ts'
import type { StoredFiring } from '../qualification/find-firings.ts'
import { readAssignments, readLeadNodes, type StoredAssignment } from './read-assignments.ts'
import { readFirings } from './read-firings.ts'
import {
  readCompanyLeads,
  readContactLeads,
  readLeads,
  readQualifications,
  readSessions,
  type Stored,
} from './read-stored-rows.ts'

/** One of the reconciler's own tables, by lead or by identifier. */
export type ReadStored<Row> = (ids: Iterable<NodeId>) => Promise<readonly Row[]>

export interface LeadNode {
  readonly lead_id: NodeId
  readonly node_id: NodeId
}

/** What the reconciler has written, by lead; assignments and firings by identifier. */
export interface StoredRows {
  readonly leads: ReadStored<Stored<LeadsRow>>
  readonly contactLeads: ReadStored<Stored<ContactLeadsRow>>
  readonly sessions: ReadStored<Stored<SessionsRow>>
  readonly companyLeads: ReadStored<Stored<CompanyLeadsRow>>
  readonly qualifications: ReadStored<Stored<QualificationsRow>>
  readonly leadNodes: ReadStored<LeadNode>
  readonly assignments: ReadStored<StoredAssignment>
  readonly firings: ReadStored<StoredFiring>
}

interface StoredSources {
  readonly warehouse: Warehouse
  readonly workspace: { readonly id: number }
  readonly stored?: StoredRows
}

/** Of one who reconciles, from what he remembers; others ask. */
export const storedRowsOf = ({ stored, warehouse, workspace }: StoredSources): StoredRows =>
  stored ?? askStoredRows(warehouse, workspace.id)

/** As it lies in the warehouse. */
export const askStoredRows = (warehouse: Warehouse, workspace: number): StoredRows => ({
  leads: (ids) => readLeads(warehouse, workspace, ids),
  contactLeads: (ids) => readContactLeads(warehouse, workspace, ids),
  sessions: (ids) => readSessions(warehouse, workspace, ids),
  companyLeads: (ids) => readCompanyLeads(warehouse, workspace, ids),
  qualifications: (ids) => readQualifications(warehouse, workspace, ids),
  leadNodes: (ids) => readLeadNodes(warehouse, workspace, ids),
  assignments: (ids) => readAssignments(warehouse, workspace, ids),
  firings: (ids) => readFirings(warehouse, workspace, ids),
})
