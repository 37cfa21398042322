-- What ends, renews or can be reduced, one row a subscription and day. What renews by itself each month is none of it.
-- Microsoft takes seats back for 168 hours after a start or renewal; the distributor gives no hour, so the day is about.
-- A row has its subscription's id, and a window, which may stand beside the end of the same term, one of its own.
CREATE VIEW renewals AS
SELECT s.id, s.id AS subscription_id, s.end_key AS day,
       CASE WHEN s.ends_on IS NOT NULL OR s.at_end = 'ends' OR s.auto_renew = 'no' THEN 'ends'
            WHEN s.at_end = 'renews' OR s.auto_renew = 'yes' THEN 'renews' ELSE 'unknown' END AS what
FROM subscriptions s
WHERE s.state <> 'inactive' AND s.hold_reason IS DISTINCT FROM 'excluded' AND s.kind IN ('licence', 'trial', 'unknown')
  AND s.end_key < 'infinity'
  AND (s.term <> 'monthly' OR s.ends_on IS NOT NULL OR s.at_end = 'ends' OR s.auto_renew = 'no')
UNION ALL
SELECT md5('reduce ' || s.id::text)::uuid, s.id, s.term_start + 7, 'reduce'
FROM subscriptions s
WHERE s.state <> 'inactive' AND s.hold_reason IS DISTINCT FROM 'excluded' AND s.kind = 'licence'
  AND s.term_start IS NOT NULL AND s.term NOT IN ('monthly', 'trial', 'one_time') AND lower(s.vendor) LIKE 'microsoft%';

GRANT SELECT ON renewals TO seatledger_app;
