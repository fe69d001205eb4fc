-- The org that a workspace is connected to, and its tokens, encrypted. One row for a workspace.
CREATE TABLE IF NOT EXISTS crm_connections (
  ws UInt32,
  org_id String,
  user_id String,
  instance_url String,
  tokens String,
  is_dead UInt8,
  version UInt64
) ENGINE = ReplacingMergeTree(version)
ORDER BY ws;

-- Who holds a lock, or wants it: the lowest ticket goes first. Rows of those who died expire.
CREATE TABLE IF NOT EXISTS crm_locks (
  ws UInt32,
  name String,
  holder UUID,
  ticket UInt32,
  is_choosing UInt8,
  until_ms UInt64,
  version UInt64,
  gone UInt8
) ENGINE = ReplacingMergeTree(version, gone)
ORDER BY (ws, name, holder);

-- API calls of each process by hour and lane, so that all processes together stay within one budget.
CREATE TABLE IF NOT EXISTS crm_api_calls (
  ws UInt32,
  hour DateTime64(3, 'UTC'),
  lane LowCardinality(String),
  process UUID,
  calls UInt32,
  version UInt64
) ENGINE = ReplacingMergeTree(version)
ORDER BY (ws, hour, lane, process);

-- What stood in a field when we wrote over it: when it comes back, a flow of the org insists on it.
ALTER TABLE crm_shadow ADD COLUMN IF NOT EXISTS replaced String CODEC(ZSTD(3)) AFTER written;

-- Contacts and companies that are not wholly in Salesforce, one row for each and its cause. Failures of one cause share
-- their signature (object, code, fields, message without values) and are let go together once one of them goes through.
CREATE TABLE IF NOT EXISTS crm_parked (
  ws UInt32,
  kind Enum8('contact' = 1, 'company' = 2),
  id UUID,
  signature String,
  code LowCardinality(String),
  message String,
  since DateTime64(3, 'UTC'),
  version UInt64,
  gone UInt8
) ENGINE = ReplacingMergeTree(version, gone)
ORDER BY (ws, kind, id, signature)
SETTINGS index_granularity = 1024;
