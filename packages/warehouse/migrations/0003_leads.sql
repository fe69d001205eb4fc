-- What an event resolves to: a user, else a mail, else a cookie (identified = 0).
CREATE TABLE IF NOT EXISTS leads_raw (
  ws UInt32,
  lead_id UUID,
  contact_id UUID,
  company_id UUID,
  primary_email String,
  name String,
  identified UInt8,
  quarantined UInt8,
  role UInt8,
  stage LowCardinality(String),
  first_seen DateTime64(3, 'UTC'),
  last_seen DateTime64(3, 'UTC'),
  sessions UInt32,
  events UInt32,
  traits String CODEC(ZSTD(3)),
  provenance String CODEC(ZSTD(3)),
  version UInt64,
  gone UInt8
) ENGINE = ReplacingMergeTree(version, gone)
ORDER BY (ws, lead_id)
SETTINGS index_granularity = 256;

-- One mailbox, one contact, one CRM record: which leads it has. by_lead is for the way back.
CREATE TABLE IF NOT EXISTS contact_leads (
  ws UInt32,
  contact_id UUID,
  lead_id UUID,
  version UInt64,
  gone UInt8,
  INDEX by_lead lead_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = ReplacingMergeTree(version, gone)
ORDER BY (ws, contact_id, lead_id)
SETTINGS index_granularity = 256;

CREATE TABLE IF NOT EXISTS companies_raw (
  ws UInt32,
  company_id UUID,
  key_kind Enum8('group' = 1, 'domain' = 2, 'manual' = 3),
  key String,
  name String,
  domain String,
  parent_id UUID,
  version UInt64,
  gone UInt8
) ENGINE = ReplacingMergeTree(version, gone)
ORDER BY (ws, company_id)
SETTINGS index_granularity = 256;

-- Runs of identify, track and page events of one lead with gaps under the session timeout.
CREATE TABLE IF NOT EXISTS sessions_raw (
  ws UInt32,
  lead_id UUID,
  session_id UUID,
  started_at DateTime64(3, 'UTC'),
  ended_at DateTime64(3, 'UTC'),
  duration_s UInt32,
  pages UInt32,
  events UInt32,
  entry_url String,
  exit_url String,
  top_pages Array(String),
  top_events Array(String),
  referrer String,
  source String,
  medium String,
  campaign String,
  term String,
  content String,
  click_ids String,
  device LowCardinality(String),
  browser LowCardinality(String),
  os LowCardinality(String),
  version UInt64,
  gone UInt8,
  INDEX by_session session_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = ReplacingMergeTree(version, gone)
ORDER BY (ws, lead_id, session_id)
SETTINGS index_granularity = 256;
