-- What rules do when they fire: messages to others, and owners.

-- One row for each firing and action. `due` until it went through; `done`; `parked` when a person has to look; `skipped`
-- when it never was to be (too_old, imported); `dropped` when the firing it was prepared for was not written. What is
-- written before its firing counts only once the firing is there. `at` is the time of the event and part of the key, so
-- that what is due is found without reading what was done long ago. `message` is made at the first try, is the same at
-- each, and is cleared when it is done. `stage` and `error` are what was, `target` is whom it went to.
CREATE TABLE IF NOT EXISTS action_deliveries_raw (
  ws UInt32,
  at DateTime64(3, 'UTC'),
  delivery_id UUID,
  node_id UUID,
  message_id String,
  rule String,
  action String,
  lead_id UUID,
  stage LowCardinality(String),
  state Enum8('due' = 1, 'done' = 2, 'parked' = 3, 'skipped' = 4, 'dropped' = 5),
  created_at DateTime64(3, 'UTC'),
  next_at DateTime64(3, 'UTC'),
  attempts UInt32,
  status UInt32,
  error String,
  latency_ms UInt32,
  message String CODEC(ZSTD(3)),
  version UInt64
) ENGINE = ReplacingMergeTree(version)
ORDER BY (ws, at, delivery_id)
SETTINGS index_granularity = 256;

-- Whom the rule gave the lead to when it fired; for good, as the firing is.
ALTER TABLE rule_firings ADD COLUMN IF NOT EXISTS owner String;
-- Mail of the owner by the lead's firings; empty where no rule assigned one.
ALTER TABLE leads_raw ADD COLUMN IF NOT EXISTS assigned_owner String;
-- Came as history, by an import: no news.
ALTER TABLE events_raw ADD COLUMN IF NOT EXISTS imported UInt8;

CREATE OR REPLACE VIEW leads AS
SELECT l.*, k.owner_id AS owner_id, k.owner_name AS owner_name, k.crm_id AS crm_id, k.object AS crm_object,
  JSONExtractString(l.first_touch, 'channel') AS first_channel,
  JSONExtractString(l.first_touch, 'source') AS first_source,
  JSONExtractString(l.first_touch, 'medium') AS first_medium,
  JSONExtractString(l.first_touch, 'campaign') AS first_campaign,
  JSONExtractString(l.last_touch, 'channel') AS last_channel,
  JSONExtractString(l.last_touch, 'source') AS last_source,
  JSONExtractString(l.last_touch, 'medium') AS last_medium,
  JSONExtractString(l.last_touch, 'campaign') AS last_campaign
FROM leads_raw AS l FINAL
LEFT JOIN (SELECT ws, id, owner_id, owner_name, crm_id, object FROM crm_links_raw FINAL WHERE kind = 'contact' AND gone = 0) AS k
  ON k.ws = l.ws AND k.id = l.contact_id
WHERE l.gone = 0;

CREATE OR REPLACE VIEW action_deliveries AS
SELECT ws, delivery_id, at, created_at, rule, action, lead_id, stage, state, attempts, next_at, status, error, latency_ms
FROM action_deliveries_raw FINAL
WHERE state != 'dropped'
  AND (ws, node_id, rule, message_id) IN (SELECT ws, node_id, rule, message_id FROM rule_firings);
