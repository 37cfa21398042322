package crm_test

import (
	"flag"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"seatledger/internal/crm"
	"seatledger/internal/testkit/listtest"
	"seatledger/internal/testkit/pgtest"
)

var rowsToWalk = flag.Int("list.rows", 20_000, "how many CRM accounts the walk over filters and sorts has")

const (
	providers = `INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number, currency, active,
		credentials_at, created_at, updated_at)
		SELECT lpad(i::text, 32, '0')::uuid, 'Provider ' || i, 'stellr', true, 'host' || i, '1', 'USD', true, now(),
			now(),
			now() FROM generate_series(1, 2) i`
	contracts = `INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing,
		billing_day,
		start_date, refunds, is_default, active, created_at, updated_at)
		SELECT gen_random_uuid(), id, 'Contract', 'USD', 'monthly', 'advance', 1, '2024-01-01', 'global', false, %s,
			now(),
			now() FROM crm_accounts WHERE %s`
	accounts = `INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state,
		crm_account_id,
		first_seen_at, updated_at)
		SELECT gen_random_uuid(), '00000000-0000-0000-0000-000000000001', id::text, name, 'active', 'mapped', id, now(),
			now() FROM crm_accounts WHERE %s`
)

func run(t *testing.T, db *pgtest.DB, statements ...string) {
	t.Helper()
	for _, sql := range statements {
		if _, err := db.Owner().Exec(t.Context(), sql); err != nil {
			t.Fatalf("%.60s: %v", sql, err)
		}
	}
}

func TestEveryFilterAndSortOfCRMAccountsStandsOnAnIndex(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	run(t, db, providers, fmt.Sprintf(`INSERT INTO crm_accounts (id, external_id, name, domain, source, created_at,
		updated_at)
		SELECT gen_random_uuid(), 'C-' || i, 'Customer ' || i %% 1000 || ' ' || i, 'c' || i || '.example', 'csv', now(),
			now() - make_interval(mins => i) FROM generate_series(1, %d) i`, *rowsToWalk),
		fmt.Sprintf(accounts, "substring(external_id FROM 3)::int % 50 <> 0"),
		fmt.Sprintf(contracts, "true", "substring(external_id FROM 3)::int % 100 > 1"))
	if err := crm.All.AddUp(t.Context(), db.DB); err != nil { // each row counted was written by itself
		t.Fatal(err)
	}
	run(t, db, "VACUUM FULL crm_account_counts", "VACUUM ANALYZE")
	listtest.Kept(t, db.DB, crm.All)
	listtest.Walk(t, db.Read(t.Context()), crm.All, listtest.Budget{Blocks: 800, Values: map[string][]string{
		"mapped": {"yes", "no"}, "contract": {"yes", "no"},
	}})
}

func TestPagesHoldEveryCRMAccountOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	run(t, db, providers, `INSERT INTO crm_accounts (id, external_id, name, source, created_at, updated_at)
		SELECT gen_random_uuid(), CASE WHEN i % 3 > 0 THEN 'C-' || i END, 'Customer ' || i % 4, 'csv', now(),
			date '2026-01-01' + i % 5 FROM generate_series(1, 40) i`,
		fmt.Sprintf(accounts, "external_id IS NOT NULL"), fmt.Sprintf(contracts, "true", "external_id IS NULL"))
	listtest.Pages(t, db.DB, crm.All, 40)
}

// Whatever is mapped, released, signed and ended, in any order: the kept counts are those of a fresh count.
func TestKeptCountsOfCRMAccountsAreThoseOfTheRows(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	run(t, db, providers, `INSERT INTO crm_accounts (id, name, source, created_at, updated_at)
		SELECT gen_random_uuid(), 'Customer ' || i, 'csv', now(), now() FROM generate_series(1, 4) i`)
	some := func(t *rapid.T, table string) string {
		return fmt.Sprintf("(SELECT id FROM %s ORDER BY id OFFSET %d LIMIT 1)", table, rapid.IntRange(0, 3).Draw(t,
			table))
	}
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			crmID, free := some(rt, "crm_accounts"), "crm_account_id IS NULL"
			if rapid.Bool().Draw(rt, "swap") {
				free = "true"
			}
			sql := rapid.SampledFrom([]string{
				fmt.Sprintf(`INSERT INTO provider_accounts (id, provider_id, external_id, provider_status, state,
					first_seen_at, updated_at) VALUES (gen_random_uuid(), '00000000-0000-0000-0000-000000000001', '%s',
					'active', 'unmapped', now(), now())`, uuid.New()),
				fmt.Sprintf(`UPDATE provider_accounts SET state = 'mapped', crm_account_id = %s WHERE id = %s AND %s
					AND NOT EXISTS (SELECT FROM provider_accounts o WHERE o.crm_account_id = %s)`, crmID,
					some(rt, "provider_accounts"), free, crmID),
				fmt.Sprintf(`UPDATE provider_accounts SET state = '%s', crm_account_id = NULL WHERE id = %s`,
					rapid.SampledFrom([]string{"unmapped", "excluded"}).Draw(rt, "state"), some(rt,
						"provider_accounts")),
				`DELETE FROM provider_accounts WHERE id = ` + some(rt, "provider_accounts"),
				fmt.Sprintf(`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency,
					timing,
					billing_day, start_date, refunds, is_default, active, created_at, updated_at)
					VALUES (gen_random_uuid(), %s, '%s', 'USD', 'monthly', 'advance', 1, '2024-01-01', 'global',
						false, true,
						now(), now())`, crmID, uuid.New()),
				`UPDATE billing_contracts SET active = NOT active WHERE id = ` + some(rt, "billing_contracts"),
				`DELETE FROM billing_contracts WHERE id = ` + some(rt, "billing_contracts"),
			}).Draw(rt, "step")
			run(t, db, sql)
		}
		var wrong int
		err := db.Read(t.Context()).Raw(`SELECT count(*) FROM crm_accounts a
			WHERE mapped_accounts <> (SELECT count(*) FROM provider_accounts m WHERE m.crm_account_id = a.id)
			OR active_contracts
				<> (SELECT count(*) FROM billing_contracts b WHERE b.crm_account_id = a.id AND b.active)`).
			Scan(&wrong).Error
		if err != nil || wrong > 0 {
			rt.Fatalf("%d accounts with wrong counts, %v", wrong, err)
		}
	})
}
