-- Our contact, company or session, and the record in the CRM that stands for it. A link may change its record, so a
-- look-up by record needs FINAL with use_skip_indexes_if_final_exact_mode, which is the default where FINAL uses
-- skip indexes by default.
CREATE TABLE IF NOT EXISTS crm_links_raw (
  ws UInt32,
  kind Enum8('contact' = 1, 'company' = 2, 'session' = 3),
  id UUID,
  object LowCardinality(String),
  external_id String,
  crm_id String,
  owner_id String,
  owner_name String,
  owner_active UInt8,
  status LowCardinality(String),
  version UInt64,
  gone UInt8,
  INDEX by_record crm_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = ReplacingMergeTree(version, gone)
ORDER BY (ws, kind, id)
SETTINGS index_granularity = 1024;

-- The CRM's record as we last saw or wrote it: fields as JSON, and of those the values that are ours.
CREATE TABLE IF NOT EXISTS crm_shadow (
  ws UInt32,
  object LowCardinality(String),
  crm_id String,
  external_id String,
  fields String CODEC(ZSTD(3)),
  written String CODEC(ZSTD(3)),
  modstamp String,
  version UInt64,
  gone UInt8
) ENGINE = ReplacingMergeTree(version, gone)
ORDER BY (ws, object, crm_id)
SETTINGS index_granularity = 1024;

-- One row per record and attempt, both directions: what was sent or taken over, why, and what came of it.
CREATE TABLE IF NOT EXISTS crm_deliveries_raw (
  ws UInt32,
  at DateTime64(3, 'UTC'),
  delivery_id UUID,
  direction Enum8('out' = 1, 'in' = 2),
  kind Enum8('contact' = 1, 'company' = 2, 'session' = 3),
  id UUID,
  object LowCardinality(String),
  operation LowCardinality(String),
  external_id String,
  crm_id String,
  reason String,
  fields String CODEC(ZSTD(3)),
  outcome LowCardinality(String),
  code LowCardinality(String),
  message String,
  request_id String,
  attempt UInt16,
  latency_ms UInt32
) ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (ws, at, delivery_id);

CREATE TABLE IF NOT EXISTS crm_cursors (
  ws UInt32,
  name String,
  value String,
  version UInt64
) ENGINE = ReplacingMergeTree(version)
ORDER BY (ws, name);

-- Facts about the data itself, e.g. the fingerprint of the identity key it was made with.
CREATE TABLE IF NOT EXISTS settings (
  ws UInt32,
  name String,
  value String,
  version UInt64
) ENGINE = ReplacingMergeTree(version)
ORDER BY (ws, name);
