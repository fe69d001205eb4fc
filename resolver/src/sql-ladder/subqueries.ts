/** SQL of which all steps are made. Parameters: ws, run and the limits of the workspace. */

export const NONE = `toUUID('00000000-0000-0000-0000-000000000000')`

/** What an earlier step of this run found. */
export const found = (step: string): string =>
  `(SELECT node_type, node_id, other_type, other_id, since FROM ladder_steps FINAL WHERE ws = {ws:UInt32} AND run = {run:UUID} AND step = '${step}')`

/** Node ids that an earlier step found, for IN. */
export const idsOf = (step: string): string => `(SELECT node_id FROM ${found(step)})`

/** Begins a statement that keeps what its SELECT finds: node_type, node_id, other_type, other_id, since. */
export const keep = (step: string, select: string): string =>
  `INSERT INTO ladder_steps
   SELECT {ws:UInt32}, {run:UUID}, '${step}', node_type, node_id, other_type, other_id, since, now64(3, 'UTC')
   FROM (${select})`

/** The columns of a step that says something of single identifiers. */
export const alone = (type: string, id: string): string =>
  `${type} AS node_type, ${id} AS node_id, ${type} AS other_type, ${id} AS other_id,
   toDateTime64(0, 3, 'UTC') AS since`

/** Facts of events that an operator did not part, and joins of operators. Mentions (trust 0) claim nothing. */
export const FACTS = `(
  SELECT CAST(kind, 'String') AS kind, lo_type, lo, hi_type, hi, via, t_first AS at, trust
  FROM identity_facts FINAL
  WHERE ws = {ws:UInt32} AND kind IN ('claim', 'alias') AND trust > 0
    AND (lo, hi) NOT IN (SELECT node_id, other_id FROM ${found('part')})
  UNION ALL
  SELECT 'join', node_type, node_id, other_type, other_id, ${NONE}, since, toUInt8(3) FROM ${found('join')}
)`

/** Identifiers that stood in an event of their own kind, with the first time. 2299 stands for never. */
export const SEEN = `(
  SELECT node_id, min(first_seen) AS seen_at FROM identity_nodes
  WHERE ws = {ws:UInt32} GROUP BY node_id HAVING seen_at < toDateTime64('2299-01-01 00:00:00', 3, 'UTC')
)`

/** What is said of a cookie and a user. An alias names a cookie only if an event carried that cookie. */
export const COOKIE_CLAIMS = `(
  SELECT lo AS cookie, hi AS user, kind, at FROM ${FACTS}
  WHERE lo_type = 'anon' AND hi_type = 'user'
    AND (kind != 'alias' OR lo IN (SELECT node_id FROM ${SEEN}))
)`

/** Users, not void, that claim a mail: those whom an operator joined with it, else those of the events. */
export const USERS_OF_MAILS = `(
  SELECT mail, user FROM (
    SELECT lo AS mail, hi AS user, kind = 'join' AS joined, max(joined) OVER (PARTITION BY lo) AS any_joined
    FROM ${FACTS} WHERE lo_type = 'mail' AND hi_type = 'user' AND hi NOT IN ${idsOf('void user')}
  ) WHERE joined = any_joined GROUP BY mail, user
)`
