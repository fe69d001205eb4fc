-- What the collector saw: a user agent without a person behind it, and where the address lies (if a database is set).
ALTER TABLE events_raw
  ADD COLUMN IF NOT EXISTS bot UInt8,
  ADD COLUMN IF NOT EXISTS country LowCardinality(String),
  ADD COLUMN IF NOT EXISTS region LowCardinality(String);

-- An event whose lead is not resolved yet shows its own identifier as provisional lead and contact.
CREATE OR REPLACE VIEW events AS
SELECT
  e.ws AS ws, e.d AS d, e.ts AS ts, e.received_at AS received_at, e.message_id AS message_id,
  e.type AS type, e.event AS event, e.anonymous_id AS anonymous_id, e.user_id AS user_id,
  e.anon_node AS anon_node, e.mail_node AS mail_node, e.node_id AS node_id, e.channel AS channel,
  e.source AS source, e.address AS address, e.user_agent AS user_agent, e.name AS name,
  e.category AS category, e.group_id AS group_id, e.previous_id AS previous_id, e.properties AS properties,
  e.traits AS traits, e.context AS context, e.integrations AS integrations, e.timestamp AS timestamp,
  e.original_timestamp AS original_timestamp, e.sent_at AS sent_at, e.impersonated AS impersonated,
  e.bot AS bot, e.country AS country, e.region AS region,
  if(r.version = 0, e.node_id, r.lead_id) AS lead_id,
  if(l.version = 0, if(r.version = 0, e.node_id, r.lead_id), l.contact_id) AS contact_id,
  l.company_id AS company_id,
  r.session_id AS session_id
FROM events_raw AS e FINAL
LEFT ANY JOIN (SELECT ws, node_id, d, message_id, lead_id, session_id, version FROM event_leads FINAL) AS r
  ON r.ws = e.ws AND r.node_id = e.node_id AND r.d = e.d AND r.message_id = e.message_id
LEFT ANY JOIN (SELECT ws, lead_id, contact_id, company_id, version FROM leads_raw FINAL) AS l
  ON l.ws = r.ws AND l.lead_id = r.lead_id;
