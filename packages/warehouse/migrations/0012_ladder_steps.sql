-- Working rows of the ladder in SQL (resolver/src/sql-ladder), one set per run. A run deletes its own; what a killed one
-- leaves goes after a day.
CREATE TABLE IF NOT EXISTS ladder_steps (
  ws UInt32,
  run UUID,
  step LowCardinality(String),
  node_type Enum8('anon' = 1, 'device' = 2, 'phone' = 3, 'mail' = 4, 'user' = 5),
  node_id UUID,
  other_type Enum8('anon' = 1, 'device' = 2, 'phone' = 3, 'mail' = 4, 'user' = 5),
  other_id UUID,
  since DateTime64(3, 'UTC'),
  at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree
ORDER BY (ws, run, step, node_id, other_id)
TTL toDateTime(at) + INTERVAL 1 DAY
SETTINGS index_granularity = 1024;
