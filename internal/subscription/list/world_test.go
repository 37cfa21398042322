package list_test

import (
	"testing"

	"seatledger/internal/subscription/list"
	"seatledger/internal/testkit/pgtest"
)

// crowd fills a database with many subscriptions of many customers, in all states
// and verdicts. The ledger is left out, which only the owner may do.
func crowd(t testing.TB, n int) *pgtest.DB {
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
			SELECT gen_random_uuid(), 'Customer ' || i, 'person', now(), now() FROM generate_series(1, $1 / 50) i`,
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
		JOIN a ON a.n = i % ($1 / 50) + 1 JOIN p ON p.n = i % 400 + 1,
		LATERAL (SELECT CASE WHEN i % 20 = 0 THEN 'held' WHEN i % 11 = 0 THEN 'inactive' ELSE 'active' END AS state) s`,
		`INSERT INTO subscription_reviews (subscription_id, verdict, checks, fingerprint, refreshed_at)
			SELECT id, CASE review WHEN 'fail' THEN 'fail' WHEN 'warn' THEN 'warn'
			ELSE 'ok' END, '[]', md5(id::text), now() FROM subscriptions WHERE review IS NOT NULL`,
		`UPDATE subscriptions SET findings = CASE review WHEN 'fail' THEN ARRAY['customer.customer', 'pricing.price']
			WHEN 'warn' THEN ARRAY['pricing.margin'] ELSE '{}' END`,
		`ALTER TABLE subscriptions ENABLE TRIGGER USER`,
		`ALTER TABLE subscriptions DISABLE TRIGGER subscriptions_ledger_sums`,
	} {
		args := []any{}
		for i := range sql {
			if sql[i] == '$' {
				args = []any{n}
				break
			}
		}
		if _, err := db.Owner().Exec(t.Context(), sql, args...); err != nil {
			t.Fatalf("%.80s: %v", sql, err)
		}
	}
	if counts, rows, err := list.All.Mend(t.Context(), db.DB); err != nil || counts+rows > 0 {
		t.Fatalf("%d counts and %d rows had to be mended, %v", counts, rows, err)
	}
	for _, sql := range []string{`ALTER TABLE subscriptions ENABLE TRIGGER subscriptions_ledger_sums`, `VACUUM ANALYZE`} {
		if _, err := db.Owner().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	return db
}
