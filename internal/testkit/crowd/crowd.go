// Package crowd fills a database with very many records at once, for tests and measurements of
// lists. It writes as the owner, past the rules that rooms hold, and knows no room.
package crowd

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"seatledger/internal/testkit/pgtest"
)

// Subscriptions fills a database with n subscriptions of n/50 customers, in all states and
// verdicts, each customer with a contract and a mapped account. There is no ledger.
func Subscriptions(t testing.TB, n int) *pgtest.DB {
	t.Helper()
	return Of(t, n, n/50)
}

// Of is Subscriptions with so many customers.
func Of(t testing.TB, n, customers int) *pgtest.DB {
	t.Helper()
	db := pgtest.New(t)
	for _, sql := range []string{
		`ALTER TABLE subscriptions DISABLE TRIGGER USER`,
		`ALTER TABLE subscriptions ENABLE TRIGGER subscription_words`,
		`ALTER TABLE subscriptions ENABLE TRIGGER count_added`,
		`ALTER TABLE subscriptions ENABLE TRIGGER tally_added`,
		`INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number, currency, active,
			credentials_at, created_at, updated_at)
			SELECT gen_random_uuid(), 'Provider ' || i, 'stellr', true, 'host' || i, '1', 'USD', true, now(), now(),
				now() FROM generate_series(1, 2) i`,
		`INSERT INTO crm_accounts (id, name, source, created_at, updated_at)
			SELECT gen_random_uuid(), 'Customer ' || i, 'person', now(), now() FROM generate_series(1, $2) i`,
		`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
			start_date, refunds, is_default, active, created_at, updated_at)
			SELECT gen_random_uuid(), id, name || ' monthly', 'USD', 'monthly', 'advance', 1, '2024-01-01', 'global',
				true, true, now(), now() FROM crm_accounts`,
		`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, crm_account_id,
			first_seen_at, updated_at)
			SELECT gen_random_uuid(), (SELECT id FROM providers ORDER BY name
			LIMIT 1), 'A' || row_number() OVER (), lower(replace(name, ' ', '')) || '.example', 'active', 'mapped', id,
				now(), now() FROM crm_accounts`,
		`INSERT INTO products (id, vendor, part_number, name, created_at, updated_at)
			SELECT gen_random_uuid(), CASE WHEN i % 10 = 0 THEN 'Rare Vendor'
			ELSE 'Microsoft' END, 'PART' || i, 'Product ' || i, now(), now() FROM generate_series(1, 400) i`,
		`WITH a AS (SELECT a.*, b.id AS contract_id, row_number() OVER (ORDER BY a.id) AS n FROM provider_accounts a
			JOIN billing_contracts b ON b.crm_account_id = a.crm_account_id),
			p AS (SELECT *, row_number() OVER (ORDER BY id) AS n FROM products)
		INSERT INTO subscriptions (id, provider_id, account_id, external_id, vendor, kind, product_id, product_name,
			part_number, quantity, unit_cost, cost_period, cost_currency,
			billing_frequency, term, start_date, end_date, provider_status, provider_status_text, first_seen_at,
				facts_at, crm_account_id, contract_id, unit_price, price_period, currency,
			state, hold_reason, deactivated_by, deactivated_on, review, updated_at)
		SELECT gen_random_uuid(), a.provider_id, a.id, 'S-' || i, p.vendor, CASE WHEN i % 7 = 0 THEN 'usage'
		ELSE 'licence' END, p.id, p.name, p.part_number, i % 300, 18.7, 'month', 'USD',
			'monthly', 'annual', date '2025-01-01' + i % 600, CASE WHEN i % 9 > 0
			THEN date '2026-01-01' + i % 600 END, 'active', 'Active', now(), now(), a.crm_account_id, a.contract_id, 22,
				'month', 'USD',
			s.state, CASE s.state WHEN 'held' THEN 'unmapped' END, CASE s.state WHEN 'inactive'
			THEN 'provider' END, CASE s.state WHEN 'inactive' THEN date '2026-01-01' END,
			CASE s.state WHEN 'held' THEN 'fail' WHEN 'active'
			THEN (ARRAY['signed', 'signed', 'signed', 'ok', 'warn', 'fail'])[i % 6 + 1] END, now()
		FROM generate_series(1, $1) i
		JOIN a ON a.n = i % $2 + 1 JOIN p ON p.n = i % 400 + 1,
		LATERAL (SELECT CASE WHEN i % 20 = 0 THEN 'held' WHEN i % 11 = 0 THEN 'inactive' ELSE 'active' END AS state) s`,
		`INSERT INTO subscription_reviews (subscription_id, verdict, checks, fingerprint, refreshed_at)
			SELECT id, CASE review WHEN 'fail' THEN 'fail' WHEN 'warn' THEN 'warn'
			ELSE 'ok' END, '[]', md5(id::text), now() FROM subscriptions WHERE review IS NOT NULL`,
		`UPDATE subscriptions SET cause = CASE review WHEN 'fail' THEN 'customer' ELSE '' END,
			findings = CASE review WHEN 'fail' THEN ARRAY['customer.customer', 'pricing.price', '!customer']
			WHEN 'warn' THEN ARRAY['pricing.margin'] ELSE '{}' END`,
		`INSERT INTO subscription_finding_counts
			SELECT provider_id, state, coalesce(hold_reason, ''), coalesce(review, ''), kind, vendor, moved,
				CASE WHEN proposed_item_id IS NOT NULL THEN true END, ARRAY[f], count(*)
			FROM subscriptions, unnest(findings) f GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9`,
	} {
		run(t, db, sql, n, customers)
	}
	rest(t, db, "subscriptions")
	return db
}

// rest has the database know what it holds, and the table's own rules hold again.
func rest(t testing.TB, db *pgtest.DB, table string) {
	t.Helper()
	run(t, db, "ALTER TABLE "+table+" ENABLE TRIGGER USER")
	run(t, db, "VACUUM ANALYZE")
}

// run carries out a statement as the owner, with the numbers in place of $1 and $2.
func run(t testing.TB, db *pgtest.DB, sql string, numbers ...int) {
	t.Helper()
	for i, n := range numbers {
		sql = strings.ReplaceAll(sql, fmt.Sprintf("$%d", i+1), strconv.Itoa(n))
	}
	if _, err := db.Owner().Exec(t.Context(), sql); err != nil {
		t.Fatalf("%.80s: %v", sql, err)
	}
}

// Ledger adds rows of the ledger, in turn to all subscriptions, some set aside, some billed.
func Ledger(t testing.TB, db *pgtest.DB, rows int) {
	t.Helper()
	for _, sql := range []string{
		`ALTER TABLE license_change_status DISABLE TRIGGER USER`,
		`ALTER TABLE license_change_status ENABLE TRIGGER license_change_facts`,
		`ALTER TABLE license_change_status ENABLE TRIGGER count_added`,
		`WITH s AS (SELECT id, unit_price, row_number() OVER (ORDER BY id) AS n, count(*) OVER () AS all
			FROM subscriptions),
		said AS (INSERT INTO license_changes (id, subscription_id, event, effective_at, recorded_at, delta,
				quantity_after, estimated, unit_price, price_period, currency, source, actor_id, actor, note)
			SELECT gen_random_uuid(), s.id, CASE WHEN i % 50 = 0 THEN 'renew' WHEN i % 9 = 0 THEN 'cost'
				WHEN i % 7 = 0 THEN 'price' ELSE 'update' END, date '2025-01-01' + i % 700, now(),
				CASE WHEN i % 7 = 0 OR i % 9 = 0 THEN 0 ELSE 1 END, 5, i % 13 = 0, s.unit_price, 'month', 'USD',
				'sync', CASE WHEN i % 40 = 0 THEN gen_random_uuid() END,
				CASE WHEN i % 40 = 0 THEN 'Robin Example' ELSE 'Seatledger' END,
				CASE WHEN i % 1000 = 0 THEN 'by mail of the customer' ELSE '' END
			FROM generate_series(1, $1) i JOIN s ON s.n = i % s.all + 1 RETURNING id, delta)
		INSERT INTO license_change_status (change_id, counted, billing_state)
		SELECT id, row_number() OVER () % 100 > 0, CASE WHEN row_number() OVER () % 20 = 0 THEN 'open'
			WHEN row_number() OVER () % 3 = 0 THEN 'archived' ELSE 'invoiced' END FROM said`,
	} {
		run(t, db, sql, rows)
	}
	rest(t, db, "license_change_status")
}

// Invoices adds invoices of all contracts in turn with lines of their customers' subscriptions.
func Invoices(t testing.TB, db *pgtest.DB, invoices, linesEach int) {
	t.Helper()
	for _, sql := range []string{
		`WITH k AS (SELECT *, row_number() OVER (ORDER BY id) AS n, count(*) OVER () AS all FROM billing_contracts)
		INSERT INTO invoices (id, contract_id, crm_account_id, kind, state, number, number_series, number_text,
			currency, total, period_start, period_end, run_to, after_seq, drafted_by, drafted_at, issued_at, paid_at,
				voided_at)
		SELECT gen_random_uuid(), k.id, k.crm_account_id, 'change_log', st, no,
			CASE WHEN no IS NULL THEN '' ELSE 'all' END,
			CASE WHEN no IS NULL THEN '' ELSE 'INV-' || no END, 'USD', i % 5000, date '2024-01-01' + i % 900,
			date '2024-02-01' + i % 900, date '2024-02-01' + i % 900, 0, 'Robin Example', now(),
			CASE WHEN no IS NOT NULL THEN now() END, CASE st WHEN 'paid' THEN now() END,
			CASE st WHEN 'void' THEN now() END
		FROM (SELECT i, st, CASE WHEN st <> 'draft' THEN i END AS no FROM generate_series(1, $1) i,
			LATERAL (SELECT CASE WHEN i % 50 = 0 THEN 'draft' WHEN i % 60 = 0 THEN 'void' WHEN i % 5 = 0 THEN 'billed'
				ELSE 'paid' END AS st) s) i
		JOIN k ON k.n = i.i % k.all + 1`,
		`INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, kind, product_name, part_number,
			from_date,
			to_date, seats, unit_price, price_period, currency, amount, exact, live, standing)
		SELECT gen_random_uuid(), i.id, l, s.id, CASE WHEN (i.seq + l) % 90 = 0 THEN 'once' ELSE 'catch_up' END,
			s.product_name, s.part_number, i.period_start, i.period_end, 5, 22, 'month', 'USD', (i.seq + l) % 700, 0,
			i.state <> 'void', i.state <> 'void'
		FROM invoices i CROSS JOIN generate_series(1, $2) l
		CROSS JOIN LATERAL (SELECT * FROM subscriptions WHERE crm_account_id = i.crm_account_id
			ORDER BY id OFFSET l - 1 LIMIT 1) s`,
	} {
		run(t, db, sql, invoices, linesEach)
	}
	run(t, db, "VACUUM ANALYZE")
}
