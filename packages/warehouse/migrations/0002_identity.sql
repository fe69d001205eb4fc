-- Facts are unions: min, max and latest survive repeated inserts. See resolver/README.md for the rules over them.
CREATE TABLE IF NOT EXISTS identity_facts (
  ws UInt32,
  kind Enum8('claim' = 1, 'alias' = 2, 'join' = 3, 'part' = 4, 'erase' = 5),
  lo_type Enum8('anon' = 1, 'device' = 2, 'phone' = 3, 'mail' = 4, 'user' = 5),
  lo UUID,
  hi_type Enum8('anon' = 1, 'device' = 2, 'phone' = 3, 'mail' = 4, 'user' = 5),
  hi UUID,
  via UUID,
  t_first SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
  t_last SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
  trust SimpleAggregateFunction(max, UInt8),
  witness SimpleAggregateFunction(min, String)
) ENGINE = AggregatingMergeTree
ORDER BY (ws, lo_type, lo, hi_type, hi, via, kind)
SETTINGS index_granularity = 256;

-- The same facts, ordered for the question "who claims this user or mail?".
CREATE TABLE IF NOT EXISTS identity_facts_by_hi (
  ws UInt32,
  kind Enum8('claim' = 1, 'alias' = 2, 'join' = 3, 'part' = 4, 'erase' = 5),
  lo_type Enum8('anon' = 1, 'device' = 2, 'phone' = 3, 'mail' = 4, 'user' = 5),
  lo UUID,
  hi_type Enum8('anon' = 1, 'device' = 2, 'phone' = 3, 'mail' = 4, 'user' = 5),
  hi UUID,
  via UUID,
  t_first SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
  t_last SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
  trust SimpleAggregateFunction(max, UInt8),
  witness SimpleAggregateFunction(min, String)
) ENGINE = AggregatingMergeTree
ORDER BY (ws, hi_type, hi, lo_type, lo, via, kind)
SETTINGS index_granularity = 256;

CREATE TABLE IF NOT EXISTS identity_nodes (
  ws UInt32,
  node_id UUID,
  type Enum8('anon' = 1, 'device' = 2, 'phone' = 3, 'mail' = 4, 'user' = 5),
  value SimpleAggregateFunction(any, String),
  first_seen SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
  last_seen SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
) ENGINE = AggregatingMergeTree
ORDER BY (ws, node_id, type)
SETTINGS index_granularity = 256;

-- Only where the lead differs from the identifier itself. A shared cookie has several spans of time, all others one.
CREATE TABLE IF NOT EXISTS identity_assignments (
  ws UInt32,
  node_id UUID,
  from_ts DateTime64(3, 'UTC'),
  to_ts DateTime64(3, 'UTC'),
  lead_id UUID,
  rule LowCardinality(String),
  version UInt64,
  gone UInt8
) ENGINE = ReplacingMergeTree(version, gone)
ORDER BY (ws, node_id, from_ts)
SETTINGS index_granularity = 256;

-- The way back: which identifiers a lead has. A move leaves a `gone` row with the old lead.
CREATE TABLE IF NOT EXISTS lead_nodes (
  ws UInt32,
  lead_id UUID,
  node_id UUID,
  version UInt64,
  gone UInt8
) ENGINE = ReplacingMergeTree(version, gone)
ORDER BY (ws, lead_id, node_id)
SETTINGS index_granularity = 256;

-- Every change of an assignment, for audit. Output only.
CREATE TABLE IF NOT EXISTS identity_log (
  ws UInt32,
  version UInt64,
  at DateTime64(3, 'UTC'),
  node_id UUID,
  from_lead UUID,
  to_lead UUID,
  rule LowCardinality(String),
  witness String
) ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (ws, version, node_id);

-- Traits hang on identifiers, not on leads. Last write by (time, trust, hash of the message id) = rank.
CREATE TABLE IF NOT EXISTS traits (
  ws UInt32,
  node_id UUID,
  key String,
  value String,
  source LowCardinality(String),
  message_id String,
  ts DateTime64(3, 'UTC'),
  rank UInt128
) ENGINE = ReplacingMergeTree(rank)
ORDER BY (ws, node_id, key, source)
SETTINGS index_granularity = 256;
