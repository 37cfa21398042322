// Package kept compares everything that lists keep for speed (copies in rows, counts) with what
// the records say, reckoned anew. It knows tables only.
package kept

import (
	"context"
	"testing"

	"seatledger/internal/testkit/pgtest"
)

// wrong are the rows, by what is kept, that differ from a fresh reckoning.
var wrong = map[string]string{
	"words, customer and moved of subscriptions": `SELECT s.external_id FROM subscriptions s
		JOIN provider_accounts a ON a.id = s.account_id LEFT JOIN crm_accounts c ON c.id = s.crm_account_id
		WHERE (s.customer_key, s.moved, s.search_text) IS DISTINCT FROM (lower(coalesce(c.name, a.name)),
			coalesce(s.hold_reason = 'unmapped' AND a.state = 'mapped', false),
			lower(concat_ws(' ', s.product_name, s.part_number, s.external_id, c.name,
				a.name || ' ' || a.domain || ' ' || a.external_id || ' ' || a.tenant_id)))`,
	"names of products": `SELECT s.external_id FROM subscriptions s
		WHERE NOT EXISTS (SELECT FROM subscription_names n WHERE n.name = s.product_key)`,
	"findings of subscriptions": `SELECT s.external_id FROM subscriptions s
		LEFT JOIN subscription_reviews r ON r.subscription_id = s.id
		WHERE ARRAY(SELECT unnest(array_remove(s.findings, '!' || s.cause)) ORDER BY 1) <>
			ARRAY(SELECT DISTINCT x->>'code' FROM jsonb_array_elements(coalesce(r.checks, '[]')) x
			WHERE x->>'verdict' IN ('fail', 'warn') ORDER BY 1)`,
	"causes of subscriptions": `SELECT s.external_id FROM subscriptions s
		LEFT JOIN subscription_reviews r ON r.subscription_id = s.id
		WHERE s.cause <> coalesce((SELECT x.found->>'code' FROM jsonb_array_elements(r.checks) WITH ORDINALITY
			AS x (found, n) WHERE x.found->>'verdict' = 'fail' ORDER BY x.n LIMIT 1), '')`,
	"counts of subscriptions": counts("subscription_counts", "subscriptions",
		"provider_id, state, coalesce(hold_reason, ''), coalesce(review, ''), kind, vendor, moved, "+
			"CASE WHEN proposed_item_id IS NOT NULL THEN true END",
		"provider_id, state, hold_reason, review, kind, vendor, moved, proposed_item_id"),
	"counts of findings": counts("subscription_finding_counts", "subscriptions, unnest(findings) f",
		"provider_id, state, coalesce(hold_reason, ''), coalesce(review, ''), kind, vendor, moved, "+
			"CASE WHEN proposed_item_id IS NOT NULL THEN true END, ARRAY[f]",
		"provider_id, state, hold_reason, review, kind, vendor, moved, proposed_item_id, findings"),
	"counts of CRM accounts": `SELECT c.name FROM crm_accounts c WHERE (mapped_accounts, active_contracts)
		IS DISTINCT FROM ((SELECT count(*)::int FROM provider_accounts a WHERE a.crm_account_id = c.id
				AND a.state = 'mapped'),
			(SELECT count(*)::int FROM billing_contracts b WHERE b.crm_account_id = c.id AND b.active))`,
	"days of prices": `SELECT id::text FROM price_list_items i WHERE days IS DISTINCT FROM
		datemultirange(daterange(effective_from, effective_to)) - coalesce((
			SELECT range_agg(daterange(n.effective_from, n.effective_to)) FROM price_list_items n
			WHERE (n.product_id, n.price_list_id, n.term, n.billing_frequency)
				IS NOT DISTINCT FROM (i.product_id, i.price_list_id, i.term, i.billing_frequency)
				AND n.effective_from > i.effective_from), '{}')`,
	"days of the trail": `SELECT coalesce(f.seq, d.seq)::text FROM (
			SELECT seq, day FROM (SELECT seq, (at AT TIME ZONE 'UTC')::date AS day,
				lag((at AT TIME ZONE 'UTC')::date) OVER (ORDER BY seq) AS before FROM audit_events) e
			WHERE day IS DISTINCT FROM before) f
		FULL JOIN audit_days d ON d.seq = f.seq AND d.day = f.day WHERE f.seq IS NULL OR d.seq IS NULL`,
	"words of contracts": `SELECT k.name FROM billing_contracts k JOIN crm_accounts c ON c.id = k.crm_account_id
		WHERE (k.customer_key, k.search_text) IS DISTINCT FROM (lower(c.name),
			lower(concat_ws(' ', k.name, c.name, c.external_id, c.domain, c.tenant_id)))`,
	"counts of contracts": counts("contract_counts", "billing_contracts", "active, is_default, price_list_id",
		"active, is_default, price_list_id"),
	"words of accounts": `SELECT a.external_id FROM provider_accounts a
		LEFT JOIN crm_accounts c ON c.id = a.crm_account_id
		WHERE (a.customer_key, a.search_text) IS DISTINCT FROM (lower(coalesce(c.name, '')),
			lower(concat_ws(' ', a.name, a.domain, a.external_id, a.tenant_id, c.name)))`,
	"counts of accounts": counts("account_counts", "provider_accounts", "provider_id, state, provider_status",
		"provider_id, state, provider_status"),
	"facts of changes": `SELECT c.id::text FROM license_changes c JOIN license_change_status st ON st.change_id = c.id
		JOIN subscriptions s ON s.id = c.subscription_id
		WHERE (st.change_seq, st.change_subscription_id, st.change_provider_id, st.change_run_id, st.change_event,
			st.change_effective_at, st.change_estimated) IS DISTINCT FROM (c.seq, c.subscription_id, s.provider_id,
			c.sync_run_id, c.event, c.effective_at, c.estimated)`,
	"counts of changes": counts("change_counts", "license_change_status",
		"change_provider_id, change_event, billing_state, counted, change_estimated",
		"change_provider_id, change_event, billing_state, counted, change_estimated"),
	"words of invoices": `SELECT i.id::text FROM invoices i JOIN billing_contracts k ON k.id = i.contract_id
		JOIN crm_accounts a ON a.id = i.crm_account_id
		LEFT JOIN invoice_documents d ON d.invoice_id = coalesce(i.document_of, i.id)
		LEFT JOIN LATERAL (SELECT x AS says FROM jsonb_array_elements(d.document->'sections') x
			WHERE x->>'invoice' = i.id::text) part ON true,
		LATERAL (SELECT coalesce(part.says->>'contract', d.document->>'contract', k.name) AS contract,
			coalesce(nullif(part.says->>'for', ''), nullif(d.document->>'for', ''), d.document->'customer'->>'name',
				a.name) AS customer) shown
		WHERE (i.contract_name, i.customer_name, i.customer_key, i.due_key) IS DISTINCT FROM (shown.contract,
				shown.customer, lower(shown.customer), coalesce(d.due_on, 'infinity'))
			OR i.search_text NOT LIKE '%' || lower(a.name) || '%' OR i.search_text NOT LIKE '%' || lower(k.name) || '%'
			OR i.search_text NOT LIKE '%' || lower(i.number_text) || '%'
			OR i.search_text NOT LIKE '%' || lower(shown.customer) || '%'`,
	"what is open of invoices": `SELECT i.id::text FROM invoices i
		LEFT JOIN invoice_documents d ON d.invoice_id = i.id
		WHERE i.open_amount <> CASE WHEN i.state = 'billed' AND i.document_of IS NULL THEN coalesce(d.gross, 0)
			- coalesce((SELECT sum(p.amount) FROM invoice_payments p WHERE p.invoice_id = i.id
			AND p.undone_at IS NULL), 0)
			ELSE 0 END`,
	"sums of drafts and of what is open": `SELECT concat_ws(' ', tally, word, day, sum(n), sum(amount)) FROM (
			SELECT tally, word, day, n, amount FROM money_tallies WHERE tally IN ('draft', 'open')
			UNION ALL SELECT 'draft', currency, date '-infinity', -1, -total FROM invoices WHERE state = 'draft'
			UNION ALL SELECT 'open', i.currency, i.due_key, -1, -CASE WHEN i.document_of IS NULL THEN
				coalesce(d.gross, 0) - coalesce((SELECT sum(p.amount) FROM invoice_payments p
					WHERE p.invoice_id = i.id AND p.undone_at IS NULL), 0) ELSE 0 END
			FROM invoices i LEFT JOIN invoice_documents d ON d.invoice_id = i.id WHERE i.state = 'billed') both_sides
		GROUP BY tally, word, day HAVING sum(n) <> 0 OR sum(amount) <> 0`,
	"counts of invoices": counts("invoice_counts", "invoices", "state, kind, currency", "state, kind, currency"),
	"counts of invoices by month": counts("invoice_month_counts", "invoices", "state, kind, currency, "+
		"date_trunc('month', period_start)::date, date_trunc('month', period_end - 1)::date, "+
		"date_trunc('month', due_key)::date", "state, kind, currency, first_month, last_month, due_month"),
	"words of lines": `SELECT l.id::text FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
		LEFT JOIN subscriptions s ON s.id = l.subscription_id
		WHERE (l.invoice_seq, l.invoice_contract_id, l.invoice_crm_account_id, l.customer_key, l.search_text)
			IS DISTINCT FROM (i.seq, i.contract_id, i.crm_account_id, i.customer_key,
				lower(concat_ws(' ', l.product_name, l.part_number, s.external_id)))`,
	"the mapping queue": `SELECT coalesce(f.account_id, w.account_id)::text FROM (` + waiting + `) f
		FULL JOIN mapping_waiting w ON w.account_id = f.account_id
		WHERE (f.account_id, f.provider_id, f.band, f.probability, f.crm_account_id, f.holder_id, f.shelf, f.until,
			f.queue_key, f.name_key) IS DISTINCT FROM (w.account_id, w.provider_id, w.band, w.probability,
			w.crm_account_id, w.holder_id, w.shelf, w.snoozed_until, w.queue_key, w.name_key)`,
	"counts of lines": counts("invoice_line_counts", "invoice_lines l JOIN invoices i ON i.id = l.invoice_id",
		"l.kind, l.currency, i.state", "kind, currency, state"),
	"counts of lines by month": counts("invoice_line_month_counts",
		"invoice_lines l JOIN invoices i ON i.id = l.invoice_id", "l.kind, l.currency, i.state, "+
			"date_trunc('month', l.from_date)::date, date_trunc('month', l.to_date - 1)::date",
		"kind, currency, state, first_month, last_month"),
	"counts of CRM accounts by what they have": counts("crm_account_counts", "crm_accounts",
		"least(mapped_accounts, 1), least(active_contracts, 1)", "mapped_accounts, active_contracts"),
}

// waiting is who waits in the mapping queue: the best candidate is the first that nobody said no to, and one that
// another account has is never more than unclear.
const waiting = `SELECT a.id AS account_id, a.provider_id, x.band, b.probability, b.crm_account_id, b.holder_id,
		CASE WHEN b.crm_account_id IS NULL AND EXISTS (SELECT FROM mapping_refusals r WHERE r.account_id = a.id
			AND r.crm_account_id IS NULL AND coalesce(r.revoked_at, r.lapsed_at) IS NULL) THEN 'no_match'
			ELSE 'open' END AS shelf,
		coalesce((SELECT z.until FROM mapping_snoozes z WHERE z.account_id = a.id AND z.ended_at IS NULL),
			'-infinity') AS until,
		array_position(ARRAY['certain', 'likely', 'unclear', 'none'], x.band) - 1
			|| lpad((10000 - coalesce(b.probability, 0) * 10000)::int::text, 5, '0') || lower(a.name) AS queue_key,
		lower(a.name) AS name_key
	FROM provider_accounts a
	LEFT JOIN LATERAL (SELECT s.crm_account_id, s.probability, s.band, (SELECT h.id FROM provider_accounts h
			WHERE h.provider_id = a.provider_id AND h.state = 'mapped' AND h.crm_account_id = s.crm_account_id)
			AS holder_id
		FROM mapping_suggestions s WHERE s.account_id = a.id AND s.crm_account_id NOT IN (SELECT r.crm_account_id
			FROM mapping_refusals r WHERE r.account_id = a.id AND r.crm_account_id IS NOT NULL
			AND coalesce(r.revoked_at, r.lapsed_at) IS NULL)
		ORDER BY s.rank LIMIT 1) b ON true,
	LATERAL (SELECT CASE WHEN b.band IS NULL THEN 'none' WHEN b.holder_id IS NOT NULL THEN 'unclear'
		ELSE b.band END) x (band)
	WHERE a.state = 'unmapped' AND a.provider_status <> 'gone'`

// counts are the groups whose kept count is another than that of the records.
func counts(kept, table, fresh, columns string) string {
	return `SELECT x::text FROM (SELECT sum(n) AS off, ` + columns + ` FROM (
		SELECT ` + columns + `, -n AS n FROM ` + kept + `
		UNION ALL SELECT ` + fresh + `, 1 FROM ` + table + `) both_sides
		GROUP BY ` + columns + ` HAVING sum(n) <> 0) x`
}

// Check fails for everything kept that is not what the records say.
func Check(ctx context.Context, t Failer, db *pgtest.DB) {
	t.Helper()
	for what, sql := range wrong {
		var rows []string
		if err := db.Read(ctx).Raw(sql).Scan(&rows).Error; err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if len(rows) > 0 {
			t.Errorf("%s: %d are not what the records say: %.300q", what, len(rows), rows)
		}
	}
}

// Failer is a test, also one of rapid.
type Failer interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

var _ Failer = (testing.TB)(nil)
