import { COOKIE_CLAIMS, FACTS, NONE, USERS_OF_MAILS, alone, found, idsOf, keep } from './subqueries.ts'

/** The latest command of each pair that is not undone; an undo counts against earlier ones, and may be undone itself. */
const RULINGS = `(
  SELECT node_id, node_type, other_id, other_type, decided.2 AS action, decided.3 AS since FROM (
    SELECT node_id, node_type, other_id, other_type,
      arrayFold(
        (state, row) -> if(state.2 != '' OR has(state.1, row.2), state,
          if(row.3 = 'undo', (arrayPushBack(state.1, row.4), '', state.3), (state.1, row.3, row.1))),
        arrayReverseSort(groupArray((at, toString(command_id), CAST(action, 'String'), toString(undoes)))),
        (CAST([], 'Array(String)'), '', toDateTime64(0, 3, 'UTC'))
      ) AS decided
    FROM identity_rulings FINAL WHERE ws = {ws:UInt32}
    GROUP BY node_id, node_type, other_id, other_type
  )
)`

const IS_LOWER = `(node_type < other_type OR (node_type = other_type AND toString(node_id) <= toString(other_id)))`

export const RULED: readonly string[] = [
  keep('part', `SELECT * FROM ${RULINGS} WHERE action = 'part'`),
  keep('quarantine', `SELECT * FROM ${RULINGS} WHERE action = 'quarantine' AND node_id = other_id`),
  keep('join', `SELECT * FROM ${RULINGS} WHERE action = 'join' AND ${IS_LOWER}`),
]

const MAIL_CLAIMS = `(SELECT DISTINCT lo AS mail, hi AS user FROM ${FACTS}
  WHERE kind = 'claim' AND lo_type = 'mail' AND hi_type = 'user')`
const USERS_OF_COOKIES = `(SELECT DISTINCT cookie, user FROM ${COOKIE_CLAIMS} WHERE kind != 'join')`

/** R1: too many mails, several that others claim too, or no mail and many cookies of two or three users. */
export const VOID_USERS = keep(
  'void user',
  `SELECT ${alone(`'user'`, 'user')} FROM (
     SELECT node_id AS user FROM ${found('quarantine')} WHERE node_type = 'user'
     UNION DISTINCT
     SELECT user FROM ${MAIL_CLAIMS} AS claims
       JOIN (SELECT mail, count() AS users FROM ${MAIL_CLAIMS} GROUP BY mail) AS mails USING (mail)
       GROUP BY user
       HAVING count() > {mailsPerUser:UInt32} OR countIf(users > 1) >= {sharedMailsPerUser:UInt32}
     UNION DISTINCT
     SELECT user FROM ${USERS_OF_COOKIES} AS claims
       JOIN (SELECT cookie, count() AS users FROM ${USERS_OF_COOKIES} GROUP BY cookie) AS cookies USING (cookie)
       WHERE users BETWEEN 2 AND 3 AND user NOT IN (SELECT user FROM ${MAIL_CLAIMS})
       GROUP BY user HAVING count() > {sharedCookiesPerUser:UInt32}
   )`,
)

/** R2: claimed by too many users, or by none and on too many cookies. */
export const VOID_MAILS = keep(
  'void mail',
  `SELECT ${alone(`'mail'`, 'mail')} FROM (
     SELECT node_id AS mail FROM ${found('quarantine')} WHERE node_type = 'mail'
     UNION DISTINCT
     SELECT mail FROM ${USERS_OF_MAILS} GROUP BY mail HAVING count() > {usersPerMail:UInt32}
     UNION DISTINCT
     SELECT hi AS mail FROM ${FACTS}
       WHERE kind = 'claim' AND lo_type = 'anon' AND hi_type = 'mail'
         AND hi NOT IN (SELECT mail FROM ${USERS_OF_MAILS})
       GROUP BY hi HAVING uniqExact(lo) > {cookiesPerMail:UInt32}
   )`,
)

/** The account of each user that is not void, by R3; `user` and `root`. */
const rootOf = (user: string): string => `if(roots.other_id = ${NONE}, ${user}, roots.other_id)`

const ACCOUNT_MAILS = `(
  SELECT ${rootOf('hi')} AS root, uniqExact(lo) AS mails
  FROM ${FACTS} AS facts LEFT JOIN ${found('root')} AS roots ON roots.node_id = facts.hi
  WHERE lo_type = 'mail' AND hi_type = 'user' AND hi NOT IN ${idsOf('void user')}
  GROUP BY root
)`

/** R4: the one account that claims a mail, or the one it is clearly most specific to, else the mail itself. */
export const MAIL_HOMES = keep(
  'home',
  `SELECT 'mail' AS node_type, mail AS node_id, if(home = mail, 'mail', 'user') AS other_type, home AS other_id,
     toDateTime64(0, 3, 'UTC') AS since
   FROM (
     SELECT mail, arraySort(groupArray((mails, toString(root), root))) AS accounts,
       if(length(accounts) = 1 OR accounts[1].1 * 2 < accounts[2].1, accounts[1].3, mail) AS home
     FROM (
       SELECT DISTINCT mail, ${rootOf('user')} AS root
       FROM ${USERS_OF_MAILS} AS users LEFT JOIN ${found('root')} AS roots ON roots.node_id = users.user
     ) AS claims JOIN ${ACCOUNT_MAILS} AS account_mails USING (root)
     GROUP BY mail
   )`,
)

/** Lead of a mail that is not void; joins `homes` and `joined`. */
const leadOfMail = (mail: string): string =>
  `multiIf(joined.other_id != ${NONE}, joined.other_id, homes.other_id != ${NONE}, homes.other_id, ${mail})`

const OWNERS = `(
  SELECT cookie, ${rootOf('user')} AS lead, kind, at
  FROM ${COOKIE_CLAIMS} AS claims LEFT JOIN ${found('root')} AS roots ON roots.node_id = claims.user
  WHERE user NOT IN ${idsOf('void user')}
  UNION ALL
  SELECT lo AS cookie, ${leadOfMail('hi')} AS lead, kind, at
  FROM ${FACTS} AS facts
    LEFT JOIN ${found('joined mail')} AS joined ON joined.node_id = facts.hi
    LEFT JOIN ${found('home')} AS homes ON homes.node_id = facts.hi
  WHERE lo_type = 'anon' AND hi_type = 'mail' AND hi NOT IN ${idsOf('void mail')}
    AND (via = ${NONE} OR via IN ${idsOf('void user')})
)`

/** R5: the leads of each cookie, those of operators before those of events, by first claim. */
const COOKIES = `(
  SELECT cookie, arraySort(groupArray((since, toString(lead), lead))) AS owners FROM (
    SELECT cookie, lead, min(at) AS since FROM (
      SELECT *, kind = 'join' AS joined, max(joined) OVER (PARTITION BY cookie) AS any_joined FROM ${OWNERS}
    ) WHERE joined = any_joined AND cookie NOT IN ${idsOf('quarantine')}
    GROUP BY cookie, lead
  ) GROUP BY cookie
)`

const toOwner = (place: 1 | 2): string =>
  `SELECT 'anon' AS node_type, cookie AS node_id, 'user' AS other_type, owners[${place}].3 AS other_id,
     owners[${place}].1 AS since
   FROM ${COOKIES} WHERE length(owners) >= ${place}`

export const COOKIE_OWNERS: readonly string[] = [
  keep('first owner', toOwner(1)),
  keep('second owner', toOwner(2)),
]

const USER = `if(node_id = mail_node OR node_id = anon_node, ${NONE}, node_id)`

const EVENTS = `(SELECT *, ${USER} AS user FROM events_raw FINAL WHERE ws = {ws:UInt32})`

/** With whose each is said to be. Both tables are read in their order, and neither is held in memory. */
const STAMPED_EVENTS = `(
  SELECT *, ${USER} AS user FROM (
    SELECT e.*, r.lead_id AS stored FROM events_raw AS e FINAL
    LEFT ANY JOIN (SELECT ws, node_id, d, message_id, lead_id FROM event_leads FINAL WHERE ws = {ws:UInt32}) AS r
      ON r.ws = e.ws AND r.node_id = e.node_id AND r.d = e.d AND r.message_id = e.message_id
    WHERE e.ws = {ws:UInt32}
    SETTINGS join_algorithm = 'full_sorting_merge', do_not_merge_across_partitions_select_final = 1
  )
)`

/** R7: whom each of these events was signed by; NONE when by nobody that is not void. */
const signed = (events: string): string => `(
  SELECT events.*,
    multiIf(
      user != ${NONE} AND user NOT IN ${idsOf('void user')}, ${rootOf('user')},
      mail_node = ${NONE} OR mail_node IN ${idsOf('void mail')}, ${NONE},
      ${leadOfMail('mail_node')}) AS signed_by
  FROM ${events} AS events
    LEFT JOIN ${found('root')} AS roots ON roots.node_id = events.user
    LEFT JOIN ${found('joined mail')} AS joined ON joined.node_id = events.mail_node
    LEFT JOIN ${found('home')} AS homes ON homes.node_id = events.mail_node
)`

/** R6: events of shared cookies by visit, gaps under 30 minutes. What staff signed as a customer is no visit of his. */
const VISITS = `(
  SELECT *, sum(begins) OVER (PARTITION BY anon_node ORDER BY ts, message_id) AS visit FROM (
    SELECT *, dateDiff('millisecond', lagInFrame(ts, 1, ts) OVER (
        PARTITION BY anon_node ORDER BY ts, message_id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW
      ), ts) >= 1800000 AS begins
    FROM ${signed(EVENTS)}
    WHERE anon_node IN ${idsOf('second owner')} AND NOT (impersonated AND signed_by != ${NONE})
  )
)`

const PLACED = `(
  SELECT message_id, d, node_id, groupUniqArrayIf(signed_by, signed_by != ${NONE}) OVER (
    PARTITION BY anon_node, visit) AS signers
  FROM ${VISITS}
)`

/** Events, and whose each is by R5 to R7, beside whose it is said to be; only those of which the two differ. */
export const DIFFERENT_EVENTS = `
  SELECT message_id, node_id, stored, expected FROM (
    SELECT events.message_id AS message_id, events.node_id AS node_id, events.stored AS stored, multiIf(
      signed_by != ${NONE}, signed_by,
      anon_node = ${NONE}, events.node_id,
      second.other_id = ${NONE}, if(first.other_id = ${NONE}, anon_node, first.other_id),
      length(signers) = 1, signers[1],
      empty(signers) AND events.ts < second.since, first.other_id,
      anon_node) AS expected
    FROM ${signed(STAMPED_EVENTS)} AS events
      LEFT JOIN ${found('first owner')} AS first ON first.node_id = events.anon_node
      LEFT JOIN ${found('second owner')} AS second ON second.node_id = events.anon_node
      LEFT JOIN ${PLACED} AS placed
        ON placed.node_id = events.node_id AND placed.d = events.d AND placed.message_id = events.message_id
  )
  WHERE stored != expected`
