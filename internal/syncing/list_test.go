package syncing_test

import (
	"flag"
	"fmt"
	"testing"

	"seatledger/internal/listing"
	"seatledger/internal/syncing"
	"seatledger/internal/testkit/listtest"
	"seatledger/internal/testkit/pgtest"
)

var rowsToWalk = flag.Int("list.rows", 10_000, "how many runs the walk over filters and sorts has")

// manyRuns is a history of runs of three providers, with and without figures.
func manyRuns(t *testing.T, n int) *pgtest.DB {
	t.Helper()
	db := pgtest.New(t)
	for _, sql := range []string{
		`INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number, currency, active,
			credentials_at, created_at, updated_at)
			SELECT lpad(i::text, 32, '0')::uuid, 'Provider ' || i, 'stellr', true, 'host' || i, '1', 'USD', true, now(),
				now(), now() FROM generate_series(1, 3) i`,
		fmt.Sprintf(`INSERT INTO sync_runs (id, provider_id, kind, trigger, state, requested_by, requested_at,
			started_at,
			finished_at, message, seats_lost, seats_gained, money_month, uncosted)
			SELECT gen_random_uuid(), lpad((i %% 3 + 1)::text, 32, '0')::uuid,
				CASE WHEN i %% 2 = 0 THEN 'accounts' ELSE 'subscriptions' END,
				CASE WHEN i %% 50 = 0 THEN 'person' ELSE 'nightly' END,
				CASE WHEN i %% 100 = 7 THEN 'failed' WHEN i %% 10 = 3 THEN 'partial' ELSE 'succeeded' END, 'Seatledger',
				'2024-01-01'::timestamptz + make_interval(mins => i), CASE WHEN i %% 5 > 0
					THEN '2024-01-01'::timestamptz + make_interval(mins => i) END, now(), '=1+1', x.seats, x.seats,
						x.money,
				x.seats
			FROM generate_series(1, %d) i, LATERAL (SELECT CASE i %% 4 WHEN 0 THEN NULL ELSE i %% 4 - 1 END AS seats,
				CASE i %% 4 WHEN 2 THEN '[{"amount": "-12.50", "currency": "EUR"}, {"amount": "3", "currency": "USD"}]'
					WHEN 1 THEN '[]' WHEN 3 THEN 'null' END::jsonb AS money) x`, n),
		`VACUUM ANALYZE`,
	} {
		if _, err := db.Owner().Exec(t.Context(), sql); err != nil {
			t.Fatalf("%.60s: %v", sql, err)
		}
	}
	return db
}

// runs is the list with its days in UTC, as a screen says them.
func runs() *listing.List[syncing.Row] {
	l := *syncing.Runs
	l.Filters = append([]listing.Filter{}, l.Filters...)
	for i, f := range l.Filters {
		if f.IsDate {
			l.Filters[i].Args = func(day string) []any { return []any{day + "T00:00:00Z"} }
		}
	}
	return &l
}

func TestEveryFilterAndSortOfRunsStandsOnAnIndex(t *testing.T) {
	t.Parallel()
	db := manyRuns(t, *rowsToWalk)
	listtest.Walk(t, db.Read(t.Context()), runs(), listtest.Budget{Blocks: 1500, Values: map[string][]string{
		"provider": {"00000000-0000-0000-0000-000000000002"}, "kind": {"accounts", "listing"},
		"state": {"failed", "succeeded", "running"}, "trigger": {"person", "nightly"}, "since": {"2024-01-02",
			"2026-01-01"},
	}})
}

func TestEveryFilterAndSortOfTheAccountsOfARunStandsOnAnIndex(t *testing.T) {
	t.Parallel()
	db := manyRuns(t, 3)
	for _, sql := range []string{fmt.Sprintf(`INSERT INTO sync_run_accounts (run_id, external_id, name, outcome, at)
		SELECT r.id, 'c' || i, 'Account ' || i, CASE WHEN i %% 500 = 0 THEN 'failed' ELSE 'changed' END, now()
		FROM sync_runs r, generate_series(1, %d / 3) i`, *rowsToWalk), `VACUUM ANALYZE`} {
		if _, err := db.Owner().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	run := listtest.One(t, db.DB, `SELECT id::text FROM sync_runs ORDER BY requested_at LIMIT 1`)[0]
	listtest.Walk(t, db.Read(t.Context()), syncing.RunAccounts, listtest.Budget{Blocks: 1500, Of: []any{run},
		Values: map[string][]string{"outcome": {"failed", "changed", "held"}}})
}

func TestPagesHoldEveryRunOnce(t *testing.T) {
	t.Parallel()
	listtest.Pages(t, manyRuns(t, 90).DB, syncing.Runs, 90)
}

// A file says nothing of what was not kept, 0 of what came to nothing, and never runs a formula.
func TestTheMoneyOfARunInItsFile(t *testing.T) {
	t.Parallel()
	db := manyRuns(t, 4)
	at := map[string]int{}
	for i, key := range syncing.Runs.Header() {
		at[key] = i
	}
	got := map[string]string{}
	err := syncing.Runs.Each(t.Context(), db.DB, syncing.Runs.Ask(nil), func(fields [][]byte) error {
		got[string(fields[at["requested_at"]])] = fmt.Sprintf("%s|%s|%s|%s", fields[at["seats_lost"]],
			fields[at["money_month"]], fields[at["money_currency"]], fields[at["message"]])
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for when, want := range map[string]string{
		"2024-01-01T00:01:00Z": "0|0||'=1+1", "2024-01-01T00:02:00Z": "1|-12.5 3|EUR USD|'=1+1",
		"2024-01-01T00:03:00Z": "2|||'=1+1", "2024-01-01T00:04:00Z": "|||'=1+1",
	} {
		if got[when] != want {
			t.Errorf("%s: %q, want %q", when, got[when], want)
		}
	}
}
