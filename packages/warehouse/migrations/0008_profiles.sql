-- Attribution, qualification and score of leads and companies.

-- first_touch, last_touch (the latest that is not direct) and lead_touch (what preceded identification) are JSON objects:
-- at, channel, source, medium, campaign, term, content, referrer, landingPage, clickIds; {} where there is none.
-- score holds at score_at and halves every score_half_life_s from then on (0: never); score_parts: points by rule.
-- stage_at: time of the event with which the stage was reached.
ALTER TABLE leads_raw
  ADD COLUMN IF NOT EXISTS stage_at Nullable(DateTime64(3, 'UTC')),
  ADD COLUMN IF NOT EXISTS first_touch String CODEC(ZSTD(3)),
  ADD COLUMN IF NOT EXISTS last_touch String CODEC(ZSTD(3)),
  ADD COLUMN IF NOT EXISTS lead_touch String CODEC(ZSTD(3)),
  ADD COLUMN IF NOT EXISTS score Float64,
  ADD COLUMN IF NOT EXISTS score_at Nullable(DateTime64(3, 'UTC')),
  ADD COLUMN IF NOT EXISTS score_half_life_s UInt32,
  ADD COLUMN IF NOT EXISTS score_parts String CODEC(ZSTD(3));

-- Of a company: the earliest first and lead touch and the latest last touch of its leads, and the sum of their scores.
ALTER TABLE companies_raw
  ADD COLUMN IF NOT EXISTS first_touch String CODEC(ZSTD(3)),
  ADD COLUMN IF NOT EXISTS last_touch String CODEC(ZSTD(3)),
  ADD COLUMN IF NOT EXISTS lead_touch String CODEC(ZSTD(3)),
  ADD COLUMN IF NOT EXISTS score Float64,
  ADD COLUMN IF NOT EXISTS score_at Nullable(DateTime64(3, 'UTC')),
  ADD COLUMN IF NOT EXISTS score_half_life_s UInt32;

ALTER TABLE sessions_raw ADD COLUMN IF NOT EXISTS country LowCardinality(String);

-- When a lead met a rule, and why: a function of its events, so late ones may move or take away a row. `facts` are the
-- values on which the conditions held, message_id and node_id name the event with which they did.
CREATE TABLE IF NOT EXISTS qualifications_raw (
  ws UInt32,
  lead_id UUID,
  rule String,
  message_id String,
  node_id UUID,
  at DateTime64(3, 'UTC'),
  stage LowCardinality(String),
  facts String CODEC(ZSTD(3)),
  version UInt64,
  gone UInt8
) ENGINE = ReplacingMergeTree(version, gone)
ORDER BY (ws, lead_id, rule, message_id)
SETTINGS index_granularity = 256;

-- What was ever fired, for good: a rule does not fire again for whoever has the event it fired with, however leads join
-- and whatever arrives late. Hangs on the event's own identifier, so that who has the event is known after any join or
-- split. lead_id is who it was at the time.
CREATE TABLE IF NOT EXISTS rule_firings (
  ws UInt32,
  node_id UUID,
  rule String,
  message_id String,
  lead_id UUID,
  at DateTime64(3, 'UTC'),
  fired_at DateTime64(3, 'UTC'),
  stage LowCardinality(String),
  facts String CODEC(ZSTD(3)),
  version UInt64
) ENGINE = ReplacingMergeTree(version)
ORDER BY (ws, node_id, rule, message_id)
SETTINGS index_granularity = 256;

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

CREATE OR REPLACE VIEW companies AS
SELECT c.*, k.owner_id AS owner_id, k.owner_name AS owner_name, k.crm_id AS crm_id, k.object AS crm_object
FROM companies_raw AS c FINAL
LEFT JOIN (SELECT ws, id, owner_id, owner_name, crm_id, object FROM crm_links_raw FINAL WHERE kind = 'company' AND gone = 0) AS k
  ON k.ws = c.ws AND k.id = c.company_id
WHERE c.gone = 0;

CREATE OR REPLACE VIEW sessions AS
SELECT s.*, l.contact_id AS contact_id, l.company_id AS company_id
FROM sessions_raw AS s FINAL
LEFT JOIN (SELECT ws, lead_id, contact_id, company_id FROM leads_raw FINAL WHERE gone = 0) AS l
  ON l.ws = s.ws AND l.lead_id = s.lead_id
WHERE s.gone = 0;

CREATE OR REPLACE VIEW qualifications AS
SELECT ws, lead_id, rule, message_id, at, stage, facts FROM qualifications_raw FINAL WHERE gone = 0;

-- What changes as time passes, at the moment of the question: scores after decay, and who was there in the last 30 minutes.
CREATE OR REPLACE VIEW leads_now AS
SELECT ws, lead_id, last_seen > now64(3, 'UTC') - INTERVAL 30 MINUTE AS online,
  if(score_half_life_s = 0 OR score_at IS NULL, score,
     score * exp2(-greatest(0, dateDiff('second', assumeNotNull(score_at), now64(3, 'UTC'))) / score_half_life_s)) AS score
FROM leads_raw FINAL
WHERE gone = 0;

CREATE OR REPLACE VIEW companies_now AS
SELECT ws, company_id, last_seen > now64(3, 'UTC') - INTERVAL 30 MINUTE AS online,
  if(score_half_life_s = 0 OR score_at IS NULL, score,
     score * exp2(-greatest(0, dateDiff('second', assumeNotNull(score_at), now64(3, 'UTC'))) / score_half_life_s)) AS score
FROM companies_raw FINAL
WHERE gone = 0;
