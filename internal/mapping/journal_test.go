package mapping_test

import (
	"flag"
	"fmt"
	"testing"

	"seatledger/internal/mapping"
	"seatledger/internal/testkit/listtest"
	"seatledger/internal/testkit/pgtest"
)

var rowsToWalk = flag.Int("list.rows", 10_000, "how many decisions the walk over filters has")

// decided is a long history of decisions, noes and snoozes at one provider of two.
func decided(t *testing.T, n int) *pgtest.DB {
	t.Helper()
	db := pgtest.New(t)
	for _, sql := range []string{
		`INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number, currency, active,
			credentials_at, created_at, updated_at)
			SELECT lpad(i::text, 32, '0')::uuid, 'Provider ' || i, 'stellr', true, 'host' || i, '1', 'USD', true, now(),
				now(), now() FROM generate_series(1, 2) i`,
		`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, first_seen_at,
			updated_at)
			SELECT lpad(i::text, 32, '0')::uuid, lpad((i % 2 + 1)::text, 32, '0')::uuid, 'A' || i, 'Account ' || i,
				'active',
				'unmapped', now(), now() FROM generate_series(1, 200) i`,
		fmt.Sprintf(`INSERT INTO mapping_decisions (id, account_id, at, actor, by_person, action, from_state, to_state)
			SELECT gen_random_uuid(), lpad((i %% 200 + 1)::text, 32, '0')::uuid, '2026-01-01'::timestamptz +
				make_interval(secs => i), 'Ada Example', i %% 50 = 0,
					CASE WHEN i %% 100 = 1 THEN 'exclude' ELSE 'map' END,
				'unmapped', 'mapped'
			FROM generate_series(1, %d) i`, n),
		`INSERT INTO mapping_refusals (id, act_id, account_id, account_print, at, actor)
			SELECT gen_random_uuid(), gen_random_uuid(), id, '', '2026-01-01'::timestamptz + make_interval(secs => 3),
				'Ada'
			FROM provider_accounts WHERE external_id LIKE '%7'`,
		`INSERT INTO mapping_snoozes (id, account_id, until, at, actor)
			SELECT gen_random_uuid(), id, '2026-02-01', '2026-01-01'::timestamptz + make_interval(secs => 5), 'Ada'
			FROM provider_accounts WHERE external_id LIKE '%9'`,
		`VACUUM ANALYZE`,
	} {
		if _, err := db.Owner().Exec(t.Context(), sql); err != nil {
			t.Fatalf("%.60s: %v", sql, err)
		}
	}
	return db
}

func TestEveryFilterOfTheHistoryStandsOnAnIndex(t *testing.T) {
	t.Parallel()
	listtest.Walk(t, decided(t, *rowsToWalk).Read(t.Context()), mapping.Journal, listtest.Budget{Blocks: 1500,
		Values: map[string][]string{
			"provider": {"00000000-0000-0000-0000-000000000002"}, "account": {"00000000-0000-0000-0000-000000000009"},
			"batch": {"00000000-0000-0000-0000-000000000007"}, "by": {"person", "machine"},
			"action": {"map", "exclude", "no", "snooze", "undo"},
		}})
}

func TestPagesHoldEveryDecisionOnce(t *testing.T) {
	t.Parallel()
	db := decided(t, 100)
	listtest.Pages(t, db.DB, mapping.Journal, 140)
	for search, want := range map[string]int{"account 107": 1, "a107": 1, "nobody": 0} {
		if rows := listtest.Rows(t, db.DB, mapping.Journal, listtest.Asked{Search: search}); len(rows) != want {
			t.Errorf("%s: %d, want %d", search, len(rows), want)
		}
	}
}
