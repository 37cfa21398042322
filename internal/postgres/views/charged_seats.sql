-- Seats that were charged for days, by a live line or by another system, or are about to be, by an open row: what is
-- closed without refund and comes back is not charged for them again (internal/subscription/comeback.go). They also
-- hold for the subscription that has another's history: the days that are its own by now were charged on the other's
-- lines.
CREATE VIEW charged_seats AS
SELECT subscription_id, from_date, to_date, seats, kind = 'once' AS once
FROM invoice_lines
WHERE live AND kind IN ('cycle', 'catch_up', 'once')
UNION ALL
SELECT r.target_id,
       CASE WHEN r.taken THEN l.from_date ELSE greatest(l.from_date, coalesce(t.billable_from, l.from_date)) END,
       l.to_date, l.seats, l.kind = 'once'
FROM reassignments r
JOIN subscriptions t ON t.id = r.target_id
JOIN invoice_lines l ON l.subscription_id = r.source_id AND l.live AND l.kind IN ('cycle', 'catch_up', 'once')
WHERE r.undone_at IS NULL AND (r.taken OR t.billable_from IS NULL OR l.to_date > t.billable_from)
UNION ALL
SELECT c.subscription_id, c.effective_at, e.until, c.delta, false
FROM billed_elsewhere e
JOIN license_changes c ON c.id = e.change_id
JOIN license_change_status st ON st.change_id = c.id AND st.counted
WHERE e.until > c.effective_at
UNION ALL
SELECT c.subscription_id, c.effective_at, DATE '9999-12-31', c.delta, s.kind = 'one_time'
FROM license_changes c
JOIN license_change_status st ON st.change_id = c.id AND st.counted AND st.billing_state = 'open'
JOIN subscriptions s ON s.id = c.subscription_id
WHERE c.delta <> 0;

GRANT SELECT ON charged_seats TO seatledger_app;
