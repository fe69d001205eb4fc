-- What operators decided: the audit. One row per command; handling it again writes the same row.
CREATE TABLE IF NOT EXISTS identity_commands (
  ws UInt32,
  command_id UUID,
  at DateTime64(3, 'UTC'),
  actor String,
  action Enum8('join' = 1, 'part' = 2, 'quarantine' = 3, 'release' = 4, 'erase' = 5, 'undo' = 6),
  undoes UUID,
  leads UInt32,
  events UInt32,
  sessions UInt32
) ENGINE = ReplacingMergeTree
ORDER BY (ws, command_id)
SETTINGS index_granularity = 256;

-- The same by identifier, a row for each end: the operator facts of an identifier. Which of them count (the latest of a
-- pair that is not undone) is decided on reading, so rows are only ever added.
CREATE TABLE IF NOT EXISTS identity_rulings (
  ws UInt32,
  node_id UUID,
  node_type Enum8('anon' = 1, 'device' = 2, 'phone' = 3, 'mail' = 4, 'user' = 5),
  other_id UUID,
  other_type Enum8('anon' = 1, 'device' = 2, 'phone' = 3, 'mail' = 4, 'user' = 5),
  command_id UUID,
  at DateTime64(3, 'UTC'),
  action Enum8('join' = 1, 'part' = 2, 'quarantine' = 3, 'release' = 4, 'undo' = 6),
  undoes UUID
) ENGINE = ReplacingMergeTree
ORDER BY (ws, node_id, other_id, command_id)
SETTINGS index_granularity = 256;

-- Erased identifiers and single events, by the hash of the value without epoch (base_id). What was sent or happened up
-- to `until` is never stored again; what comes later gets ids of the next epoch. `node_id` is the id that was erased.
CREATE TABLE IF NOT EXISTS erasures (
  ws UInt32,
  base_id UUID,
  until DateTime64(3, 'UTC'),
  node_id UUID
) ENGINE = ReplacingMergeTree
ORDER BY (ws, base_id, until)
SETTINGS index_granularity = 256;

-- Which groups an identifier was ever put into. The id is the company's.
CREATE TABLE IF NOT EXISTS group_members (
  ws UInt32,
  node_id UUID,
  company_id UUID,
  t_first SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
  t_last SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
  trust SimpleAggregateFunction(max, UInt8),
  witness SimpleAggregateFunction(min, String)
) ENGINE = AggregatingMergeTree
ORDER BY (ws, node_id, company_id)
SETTINGS index_granularity = 256;

-- Registrable domains that groups ever named as theirs (traits website and domain). What the group itself said lies in
-- traits, with the company's id as node_id.
CREATE TABLE IF NOT EXISTS group_domains (
  ws UInt32,
  domain String,
  company_id UUID,
  t_first SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
  trust SimpleAggregateFunction(max, UInt8),
  witness SimpleAggregateFunction(min, String),
  INDEX by_company company_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = AggregatingMergeTree
ORDER BY (ws, domain, company_id)
SETTINGS index_granularity = 256;

-- Which leads name a company, by a group or by the domain of a mail; is_own where it is the lead's company now, is_member
-- where an event put it into that group.
CREATE TABLE IF NOT EXISTS company_leads (
  ws UInt32,
  company_id UUID,
  lead_id UUID,
  domain String,
  is_own UInt8,
  is_member UInt8,
  first_seen DateTime64(3, 'UTC'),
  last_seen DateTime64(3, 'UTC'),
  version UInt64,
  gone UInt8,
  INDEX by_lead lead_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = ReplacingMergeTree(version, gone)
ORDER BY (ws, company_id, lead_id)
SETTINGS index_granularity = 256;

-- Domains that are attached to a group: mail at them speaks for that company, and there is none of the domain alone.
CREATE TABLE IF NOT EXISTS company_domains (
  ws UInt32,
  domain String,
  company_id UUID,
  version UInt64,
  gone UInt8
) ENGINE = ReplacingMergeTree(version, gone)
ORDER BY (ws, domain)
SETTINGS index_granularity = 256;

ALTER TABLE companies_raw
  ADD COLUMN IF NOT EXISTS domains Array(String),
  ADD COLUMN IF NOT EXISTS traits String CODEC(ZSTD(3)),
  ADD COLUMN IF NOT EXISTS provenance String CODEC(ZSTD(3)),
  ADD COLUMN IF NOT EXISTS first_seen DateTime64(3, 'UTC'),
  ADD COLUMN IF NOT EXISTS last_seen DateTime64(3, 'UTC'),
  ADD COLUMN IF NOT EXISTS leads UInt32;

CREATE OR REPLACE VIEW companies AS
SELECT c.*, k.owner_id AS owner_id, k.owner_name AS owner_name, k.crm_id AS crm_id, k.object AS crm_object
FROM companies_raw AS c FINAL
LEFT JOIN (SELECT ws, id, owner_id, owner_name, crm_id, object FROM crm_links_raw FINAL WHERE kind = 'company' AND gone = 0) AS k
  ON k.ws = c.ws AND k.id = c.company_id
WHERE c.gone = 0;
