import {
  fromDateTime,
  type IdentityAssignmentsRow,
  type LeadNodesRow,
  type RuleFiringsRow,
  type Warehouse,
} from '@leadline/warehouse'
import type { NodeId } from '../identity/fact-source.ts'
import type { StoredFiring } from '../qualification/find-firings.ts'
import { readKnownIds, type KnownIds } from './known-ids.ts'
import type { StoredAssignment } from './read-assignments.ts'
import { RememberedTable, type Reading, type TableSpec, type Written } from './remembered-table.ts'
import { askStoredRows, type StoredRows } from './stored-rows.ts'

type Draft<Row> = Omit<Row, 'version'>
type RowOf<Table extends keyof StoredRows> = Awaited<ReturnType<StoredRows[Table]>>[number]

/** The rows that one reconcile writes, those with `gone` in the place of what vanishes. */
export interface WrittenRows {
  readonly leads: readonly RowOf<'leads'>[]
  readonly contactLeads: readonly RowOf<'contactLeads'>[]
  readonly sessions: readonly RowOf<'sessions'>[]
  readonly companyLeads: readonly RowOf<'companyLeads'>[]
  readonly qualifications: readonly RowOf<'qualifications'>[]
  readonly leadNodes: readonly Draft<LeadNodesRow>[]
  readonly assignments: readonly Draft<IdentityAssignmentsRow>[]
  readonly firings: readonly Draft<RuleFiringsRow>[]
}

/**
 * What the owner of a workspace has read and written of his own tables, so that he need not ask for it: nobody else writes
 * there. What takes rows away, or leaves it open what was written (an erasure, a failure), has to call `clear`; a new
 * claim `forget`. What others have found to be wrong is to be `asked` for, whatever stands here.
 */
export class RememberedRows {
  readonly #warehouse: Warehouse
  readonly #workspace: number
  readonly #maxBytes: number
  readonly #tables
  #bytes = 0
  #known: KnownIds | undefined
  #isLoaded = false

  constructor(warehouse: Warehouse, workspace: number, maxBytes: number) {
    this.#warehouse = warehouse
    this.#workspace = workspace
    this.#maxBytes = maxBytes
    this.#tables = this.#createTables()
  }

  /** What is remembered of rows. */
  clear(): void {
    for (const table of Object.values(this.#tables)) table.clear()
    this.#bytes = 0
  }

  /** Everything: another process may have written since. */
  forget(): void {
    this.clear()
    this.#known = undefined
    this.#isLoaded = false
  }

  /** To be called when the workspace is claimed, before anything is read. */
  async load(): Promise<void> {
    if (this.#isLoaded && !this.#known?.isFull()) return
    this.#known = await readKnownIds(this.#warehouse, this.#workspace)
    this.#isLoaded = true
  }

  rows(reading: Reading): StoredRows {
    const tables = this.#tables
    return {
      leads: (ids) => tables.leads.read(ids, reading),
      contactLeads: (ids) => tables.contactLeads.read(ids, reading),
      sessions: (ids) => tables.sessions.read(ids, reading),
      companyLeads: (ids) => tables.companyLeads.read(ids, reading),
      qualifications: (ids) => tables.qualifications.read(ids, reading),
      leadNodes: (ids) => tables.leadNodes.read(ids, reading),
      assignments: (ids) => tables.assignments.read(ids, reading),
      firings: (ids) => tables.firings.read(ids, reading),
    }
  }

  /** To be called before any of these is written: they may be there even if the write fails. */
  announce(written: WrittenRows): void {
    const { assignments, firings, ...byLead } = written
    for (const rows of Object.values(byLead)) for (const { lead_id } of rows) this.#known?.add(lead_id)
    for (const { node_id } of [...assignments, ...firings]) this.#known?.add(node_id)
  }

  /** To be called when all of these are written. */
  apply(written: WrittenRows): void {
    const tables = this.#tables
    tables.leads.apply(withGone(written.leads))
    tables.contactLeads.apply(withGone(written.contactLeads))
    tables.sessions.apply(withGone(written.sessions))
    tables.companyLeads.apply(withGone(written.companyLeads))
    tables.qualifications.apply(withGone(written.qualifications))
    tables.leadNodes.apply(
      written.leadNodes.map(({ lead_id, node_id, gone }) => ({
        row: { lead_id, node_id },
        isGone: gone === 1,
      })),
    )
    tables.assignments.apply(written.assignments.map(toAssignment))
    tables.firings.apply(written.firings.map((row) => ({ row: toFiring(row), isGone: false })))
  }

  #createTables() {
    const asked = askStoredRows(this.#warehouse, this.#workspace)
    const table = <Row extends object>(spec: TableSpec<Row>): RememberedTable<Row> =>
      new RememberedTable(spec, {
        mayHave: (id) => this.#known?.mayHave(id) ?? true,
        know: (id) => this.#know(id),
        grow: (bytes) => this.#grow(bytes),
      })
    const idOf = ({ lead_id }: { readonly lead_id: NodeId }): NodeId => lead_id
    return {
      leads: table({ ask: asked.leads, idOf, keyOf: ({ lead_id }) => lead_id }),
      contactLeads: table({ ask: asked.contactLeads, idOf, keyOf: ({ contact_id }) => contact_id }),
      sessions: table({ ask: asked.sessions, idOf, keyOf: ({ session_id }) => session_id }),
      companyLeads: table({ ask: asked.companyLeads, idOf, keyOf: ({ company_id }) => company_id }),
      qualifications: table({
        ask: asked.qualifications,
        idOf,
        keyOf: ({ rule, message_id }) => `${rule} ${message_id}`,
      }),
      leadNodes: table({ ask: asked.leadNodes, idOf, keyOf: ({ node_id }) => node_id }),
      assignments: table({
        ask: asked.assignments,
        idOf: ({ node }) => node,
        keyOf: ({ fromMs }) => String(fromMs).padStart(15, '0'),
      }),
      firings: table({
        ask: asked.firings,
        idOf: ({ node }) => node,
        keyOf: ({ rule, messageId }) => `${rule} ${messageId}`,
      }),
    }
  }

  #know(id: NodeId): void {
    if (this.#known?.mayHave(id) === false) this.#known.add(id)
  }

  /** Half of it is of late, half of it from before that. */
  #grow(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes < this.#maxBytes / 2) return
    for (const table of Object.values(this.#tables)) table.age()
    this.#bytes = 0
  }
}

const withGone = <Row extends { readonly gone: number }>(rows: readonly Row[]): readonly Written<Row>[] =>
  rows.map((row) => ({ row, isGone: row.gone === 1 }))

const toAssignment = (row: Draft<IdentityAssignmentsRow>): Written<StoredAssignment> => ({
  row: {
    node: row.node_id,
    fromMs: fromDateTime(row.from_ts),
    toMs: fromDateTime(row.to_ts),
    lead: row.lead_id,
    rule: row.rule,
  },
  isGone: row.gone === 1,
})

const toFiring = (row: Draft<RuleFiringsRow>): StoredFiring => ({
  rule: row.rule,
  node: row.node_id,
  messageId: row.message_id,
  atMs: fromDateTime(row.at),
  owner: row.owner,
})
