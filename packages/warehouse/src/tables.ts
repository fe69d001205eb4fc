/** The rows that are written, by table: column names and JSON shapes of the migrations. Checked against the engine by a test. */

import type { ActionDeliveriesRow } from './rows/action-rows.ts'
import type { EventsRow, EventLeadsRow } from './rows/event-rows.ts'
import type {
  IdentityFactsRow,
  IdentityNodesRow,
  IdentityAssignmentsRow,
  LeadNodesRow,
  IdentityLogRow,
  TraitsRow,
  IdentityCommandsRow,
  IdentityRulingsRow,
  ErasuresRow,
  LadderStepsRow,
} from './rows/identity-rows.ts'
import type {
  LeadsRow,
  ContactLeadsRow,
  SessionsRow,
  QualificationsRow,
  RuleFiringsRow,
} from './rows/lead-rows.ts'
import type {
  CompaniesRow,
  GroupMembersRow,
  GroupDomainsRow,
  CompanyLeadsRow,
  CompanyDomainsRow,
} from './rows/company-rows.ts'
import type {
  CrmLinksRow,
  CrmShadowRow,
  CrmDeliveriesRow,
  CrmParkedRow,
  CrmCursorsRow,
  SettingsRow,
  CrmConnectionsRow,
  CrmLocksRow,
  CrmApiCallsRow,
  OpportunitiesRow,
} from './rows/crm-rows.ts'

export * from './rows/column-types.ts'
export * from './rows/action-rows.ts'
export * from './rows/event-rows.ts'
export * from './rows/identity-rows.ts'
export * from './rows/lead-rows.ts'
export * from './rows/company-rows.ts'
export * from './rows/crm-rows.ts'

export interface TableRows {
  readonly events_raw: EventsRow
  readonly event_leads: EventLeadsRow
  readonly identity_facts: IdentityFactsRow
  readonly identity_facts_by_hi: IdentityFactsRow
  readonly identity_nodes: IdentityNodesRow
  readonly identity_assignments: IdentityAssignmentsRow
  readonly lead_nodes: LeadNodesRow
  readonly identity_log: IdentityLogRow
  readonly traits: TraitsRow
  readonly leads_raw: LeadsRow
  readonly contact_leads: ContactLeadsRow
  readonly companies_raw: CompaniesRow
  readonly sessions_raw: SessionsRow
  readonly crm_links_raw: CrmLinksRow
  readonly crm_shadow: CrmShadowRow
  readonly crm_deliveries_raw: CrmDeliveriesRow
  readonly crm_parked: CrmParkedRow
  readonly crm_cursors: CrmCursorsRow
  readonly crm_connections: CrmConnectionsRow
  readonly crm_locks: CrmLocksRow
  readonly crm_api_calls: CrmApiCallsRow
  readonly opportunities_raw: OpportunitiesRow
  readonly identity_commands: IdentityCommandsRow
  readonly identity_rulings: IdentityRulingsRow
  readonly erasures: ErasuresRow
  readonly ladder_steps: LadderStepsRow
  readonly group_members: GroupMembersRow
  readonly group_domains: GroupDomainsRow
  readonly company_leads: CompanyLeadsRow
  readonly company_domains: CompanyDomainsRow
  readonly qualifications_raw: QualificationsRow
  readonly rule_firings: RuleFiringsRow
  readonly action_deliveries_raw: ActionDeliveriesRow
  readonly settings: SettingsRow
}
