package difference

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// match finds what each line of a bill is about: what a person has said, then the ids, the surest first, then what
// the line says of itself where only one subscription of the customer can be meant. What several can be stays with
// its customer and product, and is compared in sums. A line that is about the same as before stays untouched. What of
// a new line most likely comes out is written with it, and corrected where it does not: most lines of most bills are
// written once.
//
// Nearly all lines of a bill bear the id of one subscription, so these are written first, by a statement that knows
// no
// more than that.
func match(ctx context.Context, tx *gorm.DB, b bill) error {
	tx = tx.WithContext(ctx)
	if err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('supplier_matches ' || CAST(? AS text), 0))`,
		b.ID).Error; err != nil {
		return fmt.Errorf("lock the matches of bill %s: %w", b.ID, err)
	}
	var matched, said bool
	err := tx.Raw(`SELECT EXISTS (SELECT FROM supplier_matches WHERE bill_id = ?), EXISTS (SELECT FROM supplier_keys
		WHERE undone_at IS NULL AND provider_id IS NOT DISTINCT FROM CAST(? AS uuid))`, b.ID, b.ProviderID).Row().
		Scan(&matched, &said)
	first := !matched && !said
	if err == nil && first {
		err = tx.Exec(matchIDsSQL, map[string]any{"bill": b.ID, "provider": b.ProviderID}).Error
	}
	if err == nil {
		err = tx.Exec(matchSQL, map[string]any{"bill": b.ID, "rest": first}).Error
	}
	if err != nil {
		return fmt.Errorf("match the lines of bill %s: %w", b.ID, err)
	}
	return nil
}

// matchBeside matches bills that charge days of this one and were not matched yet: several come in at once, and
// what one
// of them charges is not lacking on another.
func (s Service) matchBeside(ctx context.Context, b bill) error {
	var others []bill
	err := s.DB.Read(ctx).Raw(`SELECT o.id, o.provider_id, o.lines FROM supplier_bills b JOIN supplier_bills o ON
		o.id <> b.id
			AND o.aside_at IS NULL AND o.provider_id IS NOT DISTINCT FROM b.provider_id AND o.from_on < b.to_on
			AND o.to_on > b.from_on
		WHERE b.id = ? AND NOT EXISTS (SELECT FROM supplier_matches m WHERE m.bill_id = o.id) ORDER BY o.id`, b.ID).
		Scan(&others).Error
	if err != nil {
		return fmt.Errorf("bills beside bill %s: %w", b.ID, err)
	}
	for _, o := range others {
		err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
			if err := o.hash(tx, true); err != nil {
				return err
			}
			return match(ctx, tx, o)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// An id that two subscriptions bear, but for case and blanks, is left to what looks at both.
const matchIDsSQL = `
INSERT INTO supplier_matches (line_id, bill_id, way, subscription_id, account_id, crm_account_id, certainty, reasons,
	answer, answer_why)
SELECT l.id, @bill, 'id', s.id, s.account_id, s.crm_account_id, 100, 'the same id of the subscription',
	CASE WHEN l.usage THEN 'incomparable' ELSE 'equal' END, CASE WHEN l.usage THEN 'usage has no expected cost' ELSE
		'' END
FROM supplier_bill_lines l JOIN subscriptions s ON supplier_id(s.external_id) =
	supplier_id(l.subscription_external_id)
WHERE l.bill_id = @bill AND l.subscription_external_id <> '' AND supplier_id(l.subscription_external_id) <> ''
	AND (CAST(@provider AS uuid) IS NULL OR s.provider_id = CAST(@provider AS uuid))
	AND NOT EXISTS (SELECT FROM subscriptions o WHERE supplier_id(o.external_id) = supplier_id(s.external_id)
		AND o.id <> s.id AND (CAST(@provider AS uuid) IS NULL OR o.provider_id = CAST(@provider AS uuid)))`

// A twin that waits for a person, or what has ended, gives way to what is active.
const matchSQL = `
WITH bill AS (SELECT provider_id FROM supplier_bills WHERE id = @bill),
lines AS MATERIALIZED (
	SELECT l.id, supplier_id(l.subscription_external_id) AS sid, supplier_id(l.vendor_subscription_id) AS vid,
		supplier_id(l.order_id) AS oid, l.part_number, l.customer_external_id, l.customer, l.tenant_id, l.to_on,
		abs(l.quantity) AS quantity, l.usage
	FROM supplier_bill_lines l WHERE l.bill_id = @bill
		AND (NOT @rest OR NOT EXISTS (SELECT FROM supplier_matches m WHERE m.bill_id = @bill AND m.line_id = l.id))),
subs AS NOT MATERIALIZED (
	SELECT s.id, s.account_id, s.crm_account_id, s.part_number, s.quantity, s.state, s.hold_reason, s.external_id,
		s.vendor_subscription_id, s.contract_no, s.start_date
	FROM subscriptions s, bill b WHERE b.provider_id IS NULL OR s.provider_id = b.provider_id),
said AS (
	SELECT l.id AS line, 1 AS place, 'person' AS way, 100 AS certainty, 'said by ' || k.actor AS reasons,
		k.subscription_id
	FROM supplier_bill_lines l, bill b, supplier_keys k
	WHERE l.bill_id = @bill AND k.undone_at IS NULL AND k.provider_id IS NOT DISTINCT FROM b.provider_id
		AND k.key = supplier_key(l.subscription_external_id, l.vendor_subscription_id, l.order_id,
			l.customer_external_id, l.customer, l.part_number)),
same AS MATERIALIZED (
	SELECT l.id AS line, s.id AS subscription_id, s.account_id, s.crm_account_id, s.state
	FROM lines l JOIN subs s ON supplier_id(s.external_id) = l.sid WHERE l.sid <> ''),
others AS MATERIALIZED (SELECT l.* FROM lines l WHERE NOT EXISTS (SELECT FROM same x WHERE x.line = l.id)),
found AS (
	SELECT f.*, s.account_id, s.crm_account_id, s.state FROM (
		SELECT * FROM said
		UNION ALL
		SELECT l.id, 3, 'vendor', 95, 'the same id at the vendor', s.id FROM others l JOIN subs s ON
			supplier_id(s.vendor_subscription_id) = l.vid AND s.vendor_subscription_id <> '' WHERE l.vid <> ''
		UNION ALL
		SELECT l.id, 4, 'vendor', 90, 'the bill''s id is the vendor''s', s.id FROM others l JOIN subs s ON
			supplier_id(s.vendor_subscription_id) = l.sid AND s.vendor_subscription_id <> '' WHERE l.sid <> ''
		UNION ALL
		SELECT l.id, 5, 'id', 90, 'the bill''s id of the vendor is ours', s.id FROM others l JOIN subs s ON
			supplier_id(s.external_id) = l.vid WHERE l.vid <> ''
		UNION ALL
		SELECT l.id, 6, 'order', 85, 'the same order and product', s.id FROM others l JOIN subs s ON
			supplier_id(s.contract_no) = l.oid AND supplier_part(s.part_number) = supplier_part(l.part_number)
		WHERE l.oid <> '' AND s.contract_no <> '') f JOIN subscriptions s ON s.id = f.subscription_id
	UNION ALL
	SELECT line, 2, 'id', 100, 'the same id of the subscription', subscription_id, account_id, crm_account_id, state
	FROM same),
by_id AS MATERIALIZED (
	SELECT DISTINCT ON (line) line, way, certainty, reasons, subscription_id, account_id, crm_account_id
	FROM found ORDER BY line, place, state = 'active' DESC, state, subscription_id),
unknown AS MATERIALIZED (
	SELECT l.id, l.to_on, l.quantity, l.usage, supplier_part(l.part_number) AS part,
		supplier_id(l.customer_external_id) AS cid, supplier_id(l.tenant_id) AS tid,
		lower(regexp_replace(btrim(l.customer), '\s+', ' ', 'g')) AS cname
	FROM lines l WHERE NOT EXISTS (SELECT FROM by_id i WHERE i.line = l.id)),
names AS MATERIALIZED (SELECT DISTINCT cid, tid, cname FROM unknown),
accounts AS (
	SELECT n.cid, n.tid, n.cname, 1 AS place, a.id, a.crm_account_id FROM names n, bill b, provider_accounts a
	WHERE n.cid <> '' AND supplier_id(a.external_id) = n.cid AND (b.provider_id IS NULL OR a.provider_id =
		b.provider_id)
	UNION ALL
	SELECT n.cid, n.tid, n.cname, 2, a.id, a.crm_account_id FROM names n, bill b, provider_accounts a
	WHERE n.tid <> '' AND lower(a.tenant_id) = n.tid AND (b.provider_id IS NULL OR a.provider_id = b.provider_id)
	UNION ALL
	SELECT n.cid, n.tid, n.cname, 3, a.id, a.crm_account_id FROM names n, bill b, provider_accounts a
	WHERE n.cname <> '' AND lower(regexp_replace(btrim(a.name), '\s+', ' ', 'g')) = n.cname
		AND (b.provider_id IS NULL OR a.provider_id = b.provider_id)
	UNION ALL
	SELECT n.cid, n.tid, n.cname, 4, NULL, c.id FROM names n, crm_accounts c
	WHERE n.cname <> '' AND lower(regexp_replace(btrim(c.name), '\s+', ' ', 'g')) = n.cname
	UNION ALL
	SELECT n.cid, n.tid, n.cname, 5, NULL, c.id FROM names n, crm_accounts c WHERE n.tid <> '' AND
		lower(c.tenant_id) = n.tid),
customers AS MATERIALIZED (
	SELECT DISTINCT ON (cid, tid, cname) cid, tid, cname, place, id AS account_id, crm_account_id
	FROM (SELECT *, count(*) OVER (PARTITION BY cid, tid, cname, place) AS n FROM accounts) a
	WHERE n = 1 OR place < 3 ORDER BY cid, tid, cname, place, id),
rest AS MATERIALIZED (
	SELECT u.*, c.place, c.account_id, c.crm_account_id FROM unknown u LEFT JOIN customers c USING (cid, tid, cname)),
meant AS MATERIALIZED (
	SELECT r.id AS line, s.id AS subscription_id, s.account_id, s.crm_account_id,
		r.quantity = s.quantity AS agrees, count(*) OVER (PARTITION BY r.id) AS n,
		count(*) FILTER (WHERE r.quantity = s.quantity) OVER (PARTITION BY r.id) AS same
	FROM rest r JOIN subs s ON supplier_part(s.part_number) = r.part
		AND (s.account_id = r.account_id OR s.crm_account_id = r.crm_account_id)
	WHERE r.part <> '' AND NOT r.usage AND s.state <> 'inactive'
		AND (s.start_date IS NULL OR r.to_on IS NULL OR s.start_date < r.to_on)
		AND NOT EXISTS (SELECT FROM by_id i WHERE i.subscription_id = s.id)
		AND (NOT @rest OR NOT EXISTS (SELECT FROM supplier_matches m WHERE m.bill_id = @bill AND m.subscription_id =
		s.id))),
facts AS (
	SELECT line, subscription_id, account_id, crm_account_id,
		CASE WHEN n = 1 AND agrees THEN 80 WHEN n = 1 THEN 70 ELSE 60 END AS certainty,
		CASE WHEN n = 1 AND agrees THEN 'the customer''s only one of this product, with as many seats'
			WHEN n = 1 THEN 'the customer''s only one of this product'
			ELSE 'of this product the only one with as many seats' END AS reasons
	FROM meant WHERE n = 1 OR same = 1 AND agrees),
now AS MATERIALIZED (
	SELECT l.id AS line_id, coalesce(i.way, CASE WHEN f.line IS NOT NULL THEN 'facts'
			WHEN r.crm_account_id IS NULL AND r.account_id IS NULL THEN 'none'
			WHEN x.line IS NOT NULL THEN 'sums' ELSE 'customer' END) AS way,
		coalesce(i.subscription_id, f.subscription_id) AS subscription_id,
		coalesce(i.account_id, f.account_id, r.account_id) AS account_id,
		coalesce(i.crm_account_id, f.crm_account_id, r.crm_account_id) AS crm_account_id,
		coalesce(i.certainty, f.certainty, CASE WHEN r.crm_account_id IS NULL AND r.account_id IS NULL THEN 0 ELSE 50
			END) AS certainty,
		coalesce(i.reasons, f.reasons, CASE r.place WHEN 1 THEN 'the same id of the customer' WHEN 2 THEN
			'the same tenant'
			WHEN 3 THEN 'the same name of the customer' WHEN 4 THEN 'the same name of the CRM account'
			WHEN 5 THEN 'the same tenant of the CRM account' ELSE
			'neither the subscription nor the customer is known here' END) AS reasons, l.usage
	FROM lines l LEFT JOIN by_id i ON i.line = l.id LEFT JOIN facts f ON f.line = l.id LEFT JOIN rest r ON r.id = l.id
	LEFT JOIN (SELECT DISTINCT line FROM meant) x ON x.line = l.id),
changed AS (
	UPDATE supplier_matches m SET way = n.way, subscription_id = n.subscription_id, account_id = n.account_id,
		crm_account_id = n.crm_account_id, certainty = n.certainty, reasons = n.reasons
	FROM now n WHERE m.bill_id = @bill AND m.line_id = n.line_id
		AND (m.way, m.subscription_id, m.account_id, m.crm_account_id, m.certainty, m.reasons) IS DISTINCT FROM
			(n.way, n.subscription_id, n.account_id, n.crm_account_id, n.certainty, n.reasons))
INSERT INTO supplier_matches (line_id, bill_id, way, subscription_id, account_id, crm_account_id, certainty, reasons,
	answer, answer_why)
SELECT n.line_id, @bill, n.way, n.subscription_id, n.account_id, n.crm_account_id, n.certainty, n.reasons, a.answer,
	CASE WHEN n.usage THEN 'usage has no expected cost' WHEN a.answer <> 'equal' THEN 'no subscription of ours' ELSE
		'' END
FROM now n CROSS JOIN LATERAL (SELECT CASE WHEN n.usage OR n.subscription_id IS NULL THEN 'incomparable' ELSE 'equal'
	END AS answer) a
WHERE NOT EXISTS (SELECT FROM supplier_matches m WHERE m.bill_id = @bill AND m.line_id = n.line_id)
ON CONFLICT DO NOTHING`
