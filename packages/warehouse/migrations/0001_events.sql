-- Each event once, whole. `node_id` is its highest identifier at ingest (user, else mail, else cookie) and never
-- changes; who the event belongs to now stands in event_leads. `d` is the day of the raw client clock, so that a
-- redelivered copy has the same sort key; `first_copy` = 2^63 - receivedAt ms lets the earliest copy survive.
CREATE TABLE IF NOT EXISTS events_raw (
  ws UInt32,
  d Date,
  ts DateTime64(3, 'UTC'),
  received_at DateTime64(3, 'UTC'),
  message_id String,
  type LowCardinality(String),
  event String,
  anonymous_id String,
  user_id String,
  anon_node UUID,
  mail_node UUID,
  node_id UUID,
  channel LowCardinality(String),
  source LowCardinality(String),
  address String,
  user_agent String CODEC(ZSTD(3)),
  name String,
  category String,
  group_id String,
  previous_id String,
  properties String CODEC(ZSTD(3)),
  traits String CODEC(ZSTD(3)),
  context String CODEC(ZSTD(3)),
  integrations String CODEC(ZSTD(3)),
  timestamp Nullable(DateTime64(3, 'UTC')),
  original_timestamp Nullable(DateTime64(3, 'UTC')),
  sent_at Nullable(DateTime64(3, 'UTC')),
  impersonated UInt8,
  first_copy UInt64,
  INDEX by_message message_id TYPE bloom_filter(0.01) GRANULARITY 4,
  INDEX by_anon anon_node TYPE bloom_filter(0.01) GRANULARITY 4
) ENGINE = ReplacingMergeTree(first_copy)
PARTITION BY toYYYYMM(d)
ORDER BY (ws, node_id, d, message_id)
SETTINGS index_granularity = 256;

-- Whose each event is, and in which session it lies. Same key as events_raw.
CREATE TABLE IF NOT EXISTS event_leads (
  ws UInt32,
  node_id UUID,
  d Date,
  message_id String,
  lead_id UUID,
  session_id UUID,
  version UInt64
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(d)
ORDER BY (ws, node_id, d, message_id)
SETTINGS index_granularity = 256;
