-- A day of a person is a row of the timeline as a session is. Opportunities, their contact roles, campaigns and their
-- members are made by rule.
ALTER TABLE crm_links_raw MODIFY COLUMN kind
  Enum8('contact' = 1, 'company' = 2, 'session' = 3, 'day' = 4, 'opportunity' = 5, 'role' = 6, 'campaign' = 7, 'member' = 8);

ALTER TABLE crm_deliveries_raw MODIFY COLUMN kind
  Enum8('contact' = 1, 'company' = 2, 'session' = 3, 'day' = 4, 'opportunity' = 5, 'role' = 6, 'campaign' = 7, 'member' = 8);

-- Opportunities of companies and people that we know, as last read. The history has one entry for each stage that was
-- seen: JSON list of at (ISO 8601), stage and amount.
CREATE TABLE IF NOT EXISTS opportunities_raw (
  ws UInt32,
  opportunity_id String,
  account_crm_id String,
  name String,
  stage LowCardinality(String),
  amount Nullable(Float64),
  currency LowCardinality(String),
  close_date Nullable(Date),
  is_closed UInt8,
  is_won UInt8,
  owner_id String,
  created_at DateTime64(3, 'UTC'),
  changed_at DateTime64(3, 'UTC'),
  contact_crm_ids Array(String),
  history String CODEC(ZSTD(3)),
  version UInt64,
  gone UInt8
) ENGINE = ReplacingMergeTree(version, gone)
ORDER BY (ws, opportunity_id)
SETTINGS index_granularity = 1024;

CREATE OR REPLACE VIEW crm_links AS SELECT * FROM crm_links_raw FINAL WHERE gone = 0;

CREATE OR REPLACE VIEW crm_deliveries AS SELECT * FROM crm_deliveries_raw FINAL;

-- Companies and contacts are those whose records these are now, after merges and conversions as well.
CREATE OR REPLACE VIEW opportunities AS
SELECT
  o.ws AS ws, o.opportunity_id AS opportunity_id, o.account_crm_id AS account_crm_id, o.name AS name,
  o.stage AS stage, o.amount AS amount, o.currency AS currency, o.close_date AS close_date,
  o.is_closed AS is_closed, o.is_won AS is_won, o.owner_id AS owner_id, o.created_at AS created_at,
  o.changed_at AS changed_at, o.contact_crm_ids AS contact_crm_ids, o.history AS history, o.version AS version,
  o.gone AS gone,
  k.id AS company_id, c.contact_ids AS contact_ids
FROM opportunities_raw AS o FINAL
LEFT ANY JOIN (
  SELECT ws, id, crm_id FROM crm_links_raw FINAL
  WHERE kind = 'company' AND gone = 0 AND status IN ('linked', 'stale')
) AS k ON k.ws = o.ws AND k.crm_id = o.account_crm_id
LEFT JOIN (
  SELECT p.ws AS ws, p.opportunity_id AS opportunity_id, groupUniqArray(l.id) AS contact_ids
  FROM (SELECT ws, opportunity_id, arrayJoin(contact_crm_ids) AS contact_crm_id FROM opportunities_raw FINAL) AS p
  INNER JOIN (
    SELECT ws, id, crm_id FROM crm_links_raw FINAL
    WHERE kind = 'contact' AND gone = 0 AND status IN ('linked', 'stale')
  ) AS l ON l.ws = p.ws AND l.crm_id = p.contact_crm_id
  GROUP BY ws, opportunity_id
) AS c ON c.ws = o.ws AND c.opportunity_id = o.opportunity_id
WHERE o.gone = 0;
