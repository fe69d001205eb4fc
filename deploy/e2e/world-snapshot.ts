import { createWarehouse, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { Endpoints } from '../src/instance/endpoints.ts'

/** Everything that a run leaves behind and that its events alone decide: no versions, no times of processing, no CRM ids. */
export interface WorldSnapshot {
  /** Message ids as often as they are visible. */
  readonly messageIds: readonly string[]
  readonly tables: Readonly<Record<string, readonly object[]>>
  readonly salesforce: Readonly<Record<string, readonly object[]>>
}

const VIEWS = {
  events:
    'SELECT message_id, type, ts, lead_id, contact_id, company_id, session_id FROM events ORDER BY message_id',
  leads: `SELECT lead_id, contact_id, company_id, primary_email, name, identified, quarantined, role, stage, first_seen,
    last_seen, sessions, events, traits, provenance FROM leads ORDER BY lead_id`,
  companies: 'SELECT company_id, key_kind, key, name, domain, parent_id FROM companies ORDER BY company_id',
  sessions: `SELECT * EXCEPT (version, gone) FROM sessions ORDER BY session_id`,
} as const

const QUERIES = {
  Lead: `SELECT Leadline_Id__c, Email, FirstName, LastName, Company, Title, Website, Leadline_First_Seen__c,
    Leadline_Last_Seen__c, Leadline_Sessions__c, Leadline_Stage__c, Leadline_Source__c FROM Lead ORDER BY Leadline_Id__c`,
  Account: 'SELECT Id, Name, Website, Leadline_Domain__c FROM Account ORDER BY Name, Website',
  Leadline_Activity__c: `SELECT Leadline_Id__c, Leadline_Lead__r.Leadline_Id__c, Leadline_Account__r.Name,
    Leadline_Start__c, Leadline_End__c, Leadline_Summary__c, Leadline_Pages__c, Leadline_Events__c, Leadline_Url__c
    FROM Leadline_Activity__c ORDER BY Leadline_Id__c`,
} as const

/**
 * Accounts of companies that somebody is in. One that was made for a domain before its people said which group they
 * are of stays behind, as nothing is deleted in an org: whether there is one depends on when a round looked.
 */
const ACCOUNTS = `SELECT DISTINCT crm_id FROM companies WHERE crm_id != '' AND company_id IN
  (SELECT company_id FROM leads WHERE primary_email != '')`

const row = z.record(z.string(), z.json())

export async function takeSnapshot({
  clickhouse,
  sandbox,
  sandboxClient,
}: Endpoints): Promise<WorldSnapshot> {
  if (!clickhouse || sandbox === null || !sandboxClient) throw new Error('a part is missing here')
  const warehouse = createWarehouse(clickhouse)
  try {
    const tables = await readViews(warehouse)
    const ids = await warehouse.query('SELECT message_id FROM events', {
      row: z.object({ message_id: z.string() }),
    })
    const accounts = await warehouse.query(ACCOUNTS, { row: z.object({ crm_id: z.string() }) })
    const current = new Set(accounts.map(({ crm_id }) => crm_id))
    const org = await readOrg(sandbox, sandboxClient)
    return {
      messageIds: ids.map(({ message_id }) => message_id),
      tables,
      salesforce: {
        ...org,
        Account: (org['Account'] ?? []).flatMap(({ Id, ...rest }) => (current.has(String(Id)) ? [rest] : [])),
      },
    }
  } finally {
    await warehouse.close()
  }
}

async function readViews(warehouse: Warehouse): Promise<Record<string, object[]>> {
  const entries = Object.entries(VIEWS).map(
    async ([name, sql]) => [name, await warehouse.query(sql, { row })] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

async function readOrg(
  sandbox: string,
  client: { id: string; secret: string },
): Promise<Record<string, Fields[]>> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: client.id,
    client_secret: client.secret,
  })
  const answer = await fetch(`${sandbox}/services/oauth2/token`, { method: 'POST', body })
  const { access_token: token } = z.object({ access_token: z.string() }).parse(await answer.json())
  const entries = Object.entries(QUERIES).map(
    async ([name, soql]) => [name, await readAll(sandbox, token, soql)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

type Fields = Readonly<Record<string, unknown>>

const pageSchema = z.object({ records: z.array(row), nextRecordsUrl: z.string().optional() })

async function readAll(sandbox: string, token: string, soql: string): Promise<Fields[]> {
  const records: Fields[] = []
  let next: string | undefined = `/services/data/v62.0/query?${new URLSearchParams({ q: soql }).toString()}`
  while (next !== undefined) {
    const answer = await fetch(sandbox + next, { headers: { authorization: `Bearer ${token}` } })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`the org answered ${answer.status}: ${text}`)
    const page = pageSchema.parse(JSON.parse(text))
    records.push(...page.records.map(withoutAddresses))
    next = page.nextRecordsUrl
  }
  return records
}

// `attributes` holds the record's address, in which its CRM id stands.
const withoutAddresses = (record: Record<string, z.core.util.JSONType>): Fields =>
  Object.fromEntries(
    Object.entries(record)
      .filter(([key]) => key !== 'attributes')
      .map(([key, value]) => [key, isRecord(value) ? withoutAddresses(value) : value]),
  )

const isRecord = (value: z.core.util.JSONType): value is Record<string, z.core.util.JSONType> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
