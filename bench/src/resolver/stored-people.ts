import type { Warehouse } from '@leadline/warehouse'

/** Of each person: a user, a mail, two cookies. */
export const IDENTIFIERS_OF_ONE = 4
/** On either cookie, and as user. */
export const EVENTS_OF_ONE = 10

const AT_A_TIME = 50_000

export const IDENTITY_TABLES = [
  'identity_facts',
  'identity_facts_by_hi',
  'identity_nodes',
  'identity_assignments',
  'lead_nodes',
] as const

const NONE = `toUUID('00000000-0000-0000-0000-000000000000')`

/** The id of one kind that the person of this name has. */
export const idOf = (kind: string): string => `toUUID(UUIDNumToString(MD5('${kind}' || name)))`

const PEOPLE = `(SELECT toString(number) AS name, ${idOf('user')} AS user, ${idOf('mail')} AS mail, ${idOf('cookie')} AS cookie,
    ${idOf('other')} AS other, toString(${idOf('message')}) AS message,
    toDateTime64('2026-08-03 12:00:00', 3, 'UTC') + cityHash64(name) % (90 * 86400) AS t
  FROM numbers({from:UInt64}, {count:UInt64}))`

const FACTS = `SELECT 1, 'claim', pair.1, pair.2, 'user', user, ${NONE}, t, t, 1, message
   FROM people ARRAY JOIN [('mail', mail), ('anon', cookie), ('anon', other)] AS pair`

/** Each statement makes the rows of the people {from} to {from} + {count}. */
const IDENTITIES: readonly string[] = [
  `INSERT INTO identity_facts ${FACTS}`,
  `INSERT INTO identity_facts_by_hi ${FACTS}`,
  `INSERT INTO identity_nodes
   SELECT 1, pair.2, pair.1, pair.3, t, t
   FROM people ARRAY JOIN [('user', user, 'user-' || name), ('mail', mail, name || '@company' || name || '.example'),
     ('anon', cookie, toString(cookie)), ('anon', other, toString(other))] AS pair`,
  `INSERT INTO identity_assignments
   SELECT 1, node, toDateTime64('2000-01-01 00:00:00', 3, 'UTC'), toDateTime64('2299-12-31 00:00:00', 3, 'UTC'), user,
     if(node = mail, 'R4', 'R5'), 1, 0
   FROM people ARRAY JOIN [mail, cookie, other] AS node`,
  `INSERT INTO lead_nodes SELECT 1, user, node, 1, 0 FROM people ARRAY JOIN [mail, cookie, other] AS node`,
]

/** Five on each cookie, of which those of the first from the third on are signed. */
const EVENTS = `(SELECT *, k, k % 2 = 0 ? cookie : other AS anon, k % 2 = 0 AND k >= 4 ? user : anon AS node,
    t + intDiv(k, 2) * 60 + k % 2 * 4000 AS at
  FROM people ARRAY JOIN range(${EVENTS_OF_ONE}) AS k)`

const STAMPED: readonly string[] = [
  `INSERT INTO events_raw (ws, d, ts, received_at, message_id, type, event, anon_node, node_id, properties, context, traits,
     integrations, first_copy)
   SELECT 1, toDate(at), at, at, message || toString(k), if(k % 3 = 0, 'track', 'page'), if(k % 3 = 0, 'Clicked', ''), anon, node,
     '{"title":"Page ' || toString(k) || '"}', '{"page":{"url":"https://site.example/' || toString(k) || '"}}', '{}', '{}', 1
   FROM ${EVENTS}`,
  `INSERT INTO leads_raw (ws, lead_id, contact_id, company_id, identified, version)
   SELECT 1, user, mail, toUUID(UUIDNumToString(MD5('company' || toString(cityHash64(name) % 1000)))), 1, 1 FROM people`,
  `INSERT INTO event_leads SELECT 1, node, toDate(at), message || toString(k), user, ${NONE}, 1 FROM ${EVENTS}`,
]

/** What is known of so many people's identifiers, by SQL and not event by event. */
export const storeIdentities = (warehouse: Warehouse, people: number): Promise<void> =>
  store(warehouse, people, IDENTITIES)

/** Their events, and whose these are. Leads are hardly more than ids, and sessions are missing. */
export const storeEvents = (warehouse: Warehouse, people: number): Promise<void> =>
  store(warehouse, people, STAMPED)

async function store(warehouse: Warehouse, people: number, statements: readonly string[]): Promise<void> {
  for (let from = 0; from < people; from += AT_A_TIME) {
    const params = { from, count: Math.min(AT_A_TIME, people - from) }
    for (const sql of statements) await warehouse.command(sql.replace('people', PEOPLE), params)
  }
}
