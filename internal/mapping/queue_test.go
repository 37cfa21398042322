package mapping_test

import (
	"fmt"
	"testing"

	"seatledger/internal/clock"
	"seatledger/internal/mapping"
	"seatledger/internal/testkit/kept"
	"seatledger/internal/testkit/listtest"
	"seatledger/internal/testkit/pgtest"
)

var today = clock.NewDate(2026, 3, 1)

// longQueue is a queue of n accounts at two providers: few certain ones, some taken, some put aside, some said no to.
func longQueue(t *testing.T, n int) *pgtest.DB {
	t.Helper()
	db := pgtest.New(t)
	for _, sql := range []string{
		`INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number, currency, active,
			credentials_at, created_at, updated_at)
			SELECT lpad(i::text, 32, '0')::uuid, 'Provider ' || i, 'stellr', true, 'host' || i, '1', 'USD', true, now(),
				now(), now() FROM generate_series(1, 2) i`,
		fmt.Sprintf(`INSERT INTO crm_accounts (id, name, source, created_at, updated_at)
			SELECT lpad(i::text, 32, '0')::uuid, 'Customer ' || i, 'csv', now(), now() FROM generate_series(1, %d) i`, n),
		fmt.Sprintf(`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state,
			first_seen_at, updated_at)
			SELECT lpad(i::text, 32, '0')::uuid, lpad((i %% 2 + 1)::text, 32, '0')::uuid, 'A' || i, 'Account ' || i,
				'active', 'unmapped', now(), now() FROM generate_series(1, %d) i`, n),
		fmt.Sprintf(`INSERT INTO mapping_suggestions (account_id, rank, crm_account_id, probability, band, score,
			evidence, doubt, tied, chosen)
			SELECT lpad(i::text, 32, '0')::uuid, 1, lpad(i::text, 32, '0')::uuid, (i %% 90 + 10) / 100.0,
				CASE WHEN i %% 200 = 0 THEN 'certain' WHEN i %% 3 = 0 THEN 'likely' ELSE 'unclear' END, 1, '[]', '', false,
				i %% 3 = 0
			FROM generate_series(1, %d) i WHERE i %% 4 > 0 OR i %% 200 = 0`, n),
		`INSERT INTO mapping_refusals (id, act_id, account_id, account_print, at, actor)
			SELECT gen_random_uuid(), gen_random_uuid(), id, '', now(), 'Ada' FROM provider_accounts
			WHERE external_id LIKE '%04'`,
		`INSERT INTO mapping_snoozes (id, account_id, until, at, actor)
			SELECT gen_random_uuid(), id, '2026-02-01'::date + (CASE WHEN external_id LIKE '%17' THEN 100 ELSE 2 END), now(),
				'Ada' FROM provider_accounts WHERE external_id LIKE '%17' OR external_id LIKE '%18'`,
		`VACUUM ANALYZE`,
	} {
		if _, err := db.Owner().Exec(t.Context(), sql); err != nil {
			t.Fatalf("%.60s: %v", sql, err)
		}
	}
	return db
}

func TestEveryFilterAndSortOfTheQueueStandsOnAnIndex(t *testing.T) {
	t.Parallel()
	db := longQueue(t, *rowsToWalk)
	kept.Check(t.Context(), t, db)
	listtest.Walk(t, db.Read(t.Context()), mapping.Queue(today), listtest.Budget{Blocks: 1500,
		Values: map[string][]string{"provider": {"00000000-0000-0000-0000-000000000002"},
			"show": {"open", "no_match", "snoozed"}, "band": {"certain", "likely", "unclear", "none"}}})
}

func TestPagesHoldEveryWaitingAccountOnce(t *testing.T) {
	t.Parallel()
	db := longQueue(t, 400)
	listtest.Pages(t, db.DB, mapping.Queue(today), 400-3-4) // without the noes and those put aside
	for show, want := range map[string]int{"no_match": 3, "snoozed": 4} {
		if rows := listtest.Rows(t, db.DB, mapping.Queue(today), listtest.Asked{Values: map[string]string{
			"show": show}}); len(rows) != want {
			t.Errorf("%s: %d, want %d", show, len(rows), want)
		}
	}
	rows := listtest.Rows(t, db.DB, mapping.Queue(today), listtest.Asked{Search: "account 200"})
	if len(rows) != 1 || rows[0].Band != "certain" {
		t.Errorf("found %+v", rows)
	}
}

// Rows that came in past the triggers, as by a restore of data alone, are mended.
func TestTheQueueIsMended(t *testing.T) {
	t.Parallel()
	db := longQueue(t, 400)
	if _, err := db.Owner().Exec(t.Context(), `ALTER TABLE mapping_snoozes DISABLE TRIGGER USER; ALTER TABLE provider_accounts DISABLE TRIGGER USER;
		UPDATE mapping_snoozes SET ended_at = now(); DELETE FROM mapping_waiting WHERE band = 'certain';
		UPDATE provider_accounts SET name = 'Z', search_text = lower(concat_ws(' ', 'Z', domain, external_id,
			tenant_id)) WHERE external_id = 'A5';
		ALTER TABLE mapping_snoozes ENABLE TRIGGER USER; ALTER TABLE provider_accounts ENABLE TRIGGER USER`); err != nil {
		t.Fatal(err)
	}
	_, rows, err := mapping.Waiters{}.Mend(t.Context(), db.DB)
	if err != nil || rows != 8+2+1 {
		t.Errorf("%d mended, %v", rows, err)
	}
	kept.Check(t.Context(), t, db)
}
