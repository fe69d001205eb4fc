import { z } from 'zod'
import { isOwnable } from '../companies/website-domain.ts'
import type { Sources } from '../reconcile/sources.ts'

/** Two leads, or two companies, that may be one. Never applied by itself: an operator joins, or does not. */
export interface Suggestion {
  readonly kind:
    'alias' | 'same-phone' | 'same-name' | 'same-local-part' | 'same-cookie' | 'two-groups-one-domain'
  readonly a: string
  readonly b: string
  readonly because: string
}

/** `domain`: which one a suggestion about companies is about. */
const row = z.object({ a: z.string(), b: z.string(), because: z.string(), domain: z.string().optional() })

/** The leads of a user, mail or cookie as they are stored. */
const LEAD_OF = `(SELECT node_id, argMax(lead_id, version) AS lead FROM identity_assignments FINAL
  WHERE ws = {ws:UInt32} AND gone = 0 AND rule != 'R6' GROUP BY node_id)`

const LEADS = `(SELECT lead_id, primary_email, name, company_id FROM leads_raw FINAL
  WHERE ws = {ws:UInt32} AND gone = 0 AND identified = 1 AND quarantined = 0)`

const NO_COMPANY = `'00000000-0000-0000-0000-000000000000'`

const QUERIES: readonly { readonly kind: Suggestion['kind']; readonly sql: string }[] = [
  // A browser said that one user id replaces another: recorded, never applied.
  {
    kind: 'alias',
    sql: `SELECT toString(f.lo) AS a, toString(f.hi) AS b, 'a browser said that the one replaces the other' AS because
    FROM (SELECT lo, hi FROM identity_facts WHERE ws = {ws:UInt32} AND kind = 'alias' AND lo_type = 'user'
      GROUP BY lo, hi HAVING max(trust) = 1) AS f
    INNER JOIN (SELECT node_id FROM identity_nodes WHERE ws = {ws:UInt32} AND type = 'user'
      GROUP BY node_id HAVING min(first_seen) < toDateTime64('2299-01-01 00:00:00', 3, 'UTC')) AS n ON n.node_id = f.lo
    LEFT JOIN ${LEAD_OF} AS x ON x.node_id = f.lo
    LEFT JOIN ${LEAD_OF} AS y ON y.node_id = f.hi
    WHERE if(x.lead = toUUID(${NO_COMPANY}), f.lo, x.lead) != if(y.lead = toUUID(${NO_COMPANY}), f.hi, y.lead)`,
  },
  {
    kind: 'same-phone',
    sql: `SELECT toString(min(lead)) AS a, toString(max(lead)) AS b, 'both named one phone number' AS because
    FROM (SELECT f.lo AS lo, if(x.lead = toUUID(${NO_COMPANY}), f.hi, x.lead) AS lead
      FROM (SELECT lo, hi FROM identity_facts WHERE ws = {ws:UInt32} AND kind = 'claim' AND lo_type = 'phone'
        GROUP BY lo, hi) AS f
      LEFT JOIN ${LEAD_OF} AS x ON x.node_id = f.hi)
    GROUP BY lo HAVING uniqExact(lead) = 2`,
  },
  {
    kind: 'same-name',
    sql: `SELECT toString(min(lead_id)) AS a, toString(max(lead_id)) AS b,
      concat('both are called ', any(name), ' and are of one company') AS because
    FROM ${LEADS} WHERE name != '' AND company_id != toUUID(${NO_COMPANY})
    GROUP BY company_id, lowerUTF8(name) HAVING count() = 2`,
  },
  {
    kind: 'same-local-part',
    sql: `SELECT toString(min(lead_id)) AS a, toString(max(lead_id)) AS b,
      concat('addresses of one company begin alike: ', arrayStringConcat(arraySort(groupArray(primary_email)), ', ')) AS because
    FROM ${LEADS} WHERE primary_email != '' AND company_id != toUUID(${NO_COMPANY})
    GROUP BY company_id, splitByChar('@', primary_email)[1] AS local HAVING count() = 2 AND uniqExact(primary_email) = 2`,
  },
  // Two mails typed with one cookie within half an hour: a work mail in a form, another one at sign-up.
  {
    kind: 'same-cookie',
    sql: `SELECT toString(min(lead_id)) AS a, toString(max(lead_id)) AS b,
      'two addresses were typed with one cookie within half an hour' AS because
    FROM (SELECT e.anon_node AS cookie, e.ts AS ts, e.mail_node AS mail, r.lead_id AS lead_id
      FROM (SELECT * FROM events_raw FINAL WHERE ws = {ws:UInt32} AND anon_node != toUUID(${NO_COMPANY})
        AND mail_node != toUUID(${NO_COMPANY})) AS e
      INNER JOIN (SELECT * FROM event_leads FINAL WHERE ws = {ws:UInt32}) AS r
        ON r.ws = e.ws AND r.node_id = e.node_id AND r.d = e.d AND r.message_id = e.message_id
      SETTINGS join_algorithm = 'full_sorting_merge')
    GROUP BY cookie HAVING uniqExact(lead_id) = 2 AND uniqExact(mail) = 2 AND dateDiff('minute', min(ts), max(ts)) < 30`,
  },
  {
    kind: 'two-groups-one-domain',
    sql: `SELECT toString(min(company_id)) AS a, toString(max(company_id)) AS b,
      concat('both name the domain ', domain) AS because, domain
    FROM (SELECT domain, company_id FROM group_domains WHERE ws = {ws:UInt32} GROUP BY domain, company_id)
    GROUP BY domain HAVING count() = 2`,
  },
]

/**
 * What may belong together, for a person to look at; pairs only, since of larger crowds none is likely. Scans the
 * workspace's leads, facts and mail events: for a person who asks, not for a request.
 */
export async function findSuggestions(
  { warehouse, workspace }: Pick<Sources, 'warehouse' | 'workspace'>,
  limit: number,
): Promise<readonly Suggestion[]> {
  const found = await Promise.all(
    QUERIES.map(async ({ kind, sql }) => {
      const rows = await warehouse.query(`${sql} ORDER BY a, b LIMIT {limit:UInt32}`, {
        row,
        params: { ws: workspace.id, limit },
      })
      return rows
        .filter(({ domain }) => domain === undefined || isOwnable(domain, workspace.lists))
        .map(({ a, b, because }): Suggestion => ({ kind, a, b, because }))
    }),
  )
  return found.flat().slice(0, limit)
}
