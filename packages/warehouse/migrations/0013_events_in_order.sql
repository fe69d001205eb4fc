-- Events with their stamps, joined in the order that both tables lie in: neither is held in memory, whatever their size,
-- and a condition on a column of the key, or on d, holds for both. The rows of leads are few; they are looked up.
-- An event whose lead is not resolved yet shows its own identifier as provisional lead and contact.
CREATE OR REPLACE VIEW events AS
SELECT
  s.ws AS ws, s.d AS d, s.ts AS ts, s.received_at AS received_at, s.message_id AS message_id,
  s.type AS type, s.event AS event, s.anonymous_id AS anonymous_id, s.user_id AS user_id,
  s.anon_node AS anon_node, s.mail_node AS mail_node, s.node_id AS node_id, s.channel AS channel,
  s.source AS source, s.address AS address, s.user_agent AS user_agent, s.name AS name,
  s.category AS category, s.group_id AS group_id, s.previous_id AS previous_id, s.properties AS properties,
  s.traits AS traits, s.context AS context, s.integrations AS integrations, s.timestamp AS timestamp,
  s.original_timestamp AS original_timestamp, s.sent_at AS sent_at, s.impersonated AS impersonated,
  s.bot AS bot, s.country AS country, s.region AS region, s.imported AS imported,
  s.lead_id AS lead_id,
  if(l.version = 0, s.lead_id, l.contact_id) AS contact_id,
  l.company_id AS company_id,
  s.session_id AS session_id
FROM (
  SELECT e.*, if(r.version = 0, e.node_id, r.lead_id) AS lead_id, r.session_id AS session_id
  FROM events_raw AS e FINAL
  LEFT ANY JOIN (SELECT ws, node_id, d, message_id, lead_id, session_id, version FROM event_leads FINAL) AS r
    ON r.ws = e.ws AND r.node_id = e.node_id AND r.d = e.d AND r.message_id = e.message_id
  SETTINGS join_algorithm = 'full_sorting_merge', do_not_merge_across_partitions_select_final = 1
) AS s
LEFT ANY JOIN (SELECT ws, lead_id, contact_id, company_id, version FROM leads_raw FINAL) AS l
  ON l.ws = s.ws AND l.lead_id = s.lead_id;
