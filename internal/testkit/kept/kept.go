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
	"findings of subscriptions": `SELECT s.external_id FROM subscriptions s
		LEFT JOIN subscription_reviews r ON r.subscription_id = s.id
		WHERE ARRAY(SELECT unnest(array_remove(s.findings, '!' || s.cause)) ORDER BY 1) <>
			ARRAY(SELECT DISTINCT x->>'code' FROM jsonb_array_elements(coalesce(r.checks, '[]')) x WHERE x->>'verdict' IN ('fail', 'warn') ORDER BY 1)`,
	"causes of subscriptions": `SELECT s.external_id FROM subscriptions s
		LEFT JOIN subscription_reviews r ON r.subscription_id = s.id
		WHERE s.cause <> coalesce((SELECT x.found->>'code' FROM jsonb_array_elements(r.checks) WITH ORDINALITY
			AS x (found, n) WHERE x.found->>'verdict' = 'fail' ORDER BY x.n LIMIT 1), '')`,
	"counts of subscriptions": counts("subscription_counts", "subscriptions",
		"provider_id, state, coalesce(hold_reason, ''), coalesce(review, ''), kind, vendor, moved",
		"provider_id, state, hold_reason, review, kind, vendor, moved"),
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
	"counts of invoices": counts("invoice_counts", "invoices", "state, kind", "state, kind"),
	"words of lines": `SELECT l.id::text FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
		LEFT JOIN subscriptions s ON s.id = l.subscription_id
		WHERE (l.invoice_seq, l.invoice_contract_id, l.invoice_crm_account_id, l.customer_key, l.search_text)
			IS DISTINCT FROM (i.seq, i.contract_id, i.crm_account_id, i.customer_key,
				lower(concat_ws(' ', l.product_name, l.part_number, s.external_id)))`,
	"counts of lines": counts("invoice_line_counts", "invoice_lines", "kind", "kind"),
}

// counts are the groups whose kept count is another than that of the records.
func counts(kept, table, fresh, columns string) string {
	return `SELECT x::text FROM (SELECT sum(n) AS off, ` + columns + ` FROM (
		SELECT ` + columns + `, -n AS n FROM ` + kept + `
		UNION ALL SELECT ` + fresh + `, 1 FROM ` + table + `) both_ways
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
