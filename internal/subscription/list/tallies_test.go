package list_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/clock"
	"seatledger/internal/listing"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/list"
	"seatledger/internal/testkit/crowd"
	"seatledger/internal/testkit/pgtest"
)

// change is a random statement over some of the subscriptions, as syncs and people make them.
func change(dice *rand.Rand) string {
	pick := func(of ...string) string { return of[dice.IntN(len(of))] }
	some := fmt.Sprintf(" WHERE hashtext(id::text) %% %d = 0", dice.IntN(40)+1)
	switch dice.IntN(6) {
	case 0:
		return "UPDATE subscriptions SET state = 'active', hold_reason = NULL, deactivated_by = NULL, deactivated_on " +
			"= NULL" + some
	case 1:
		return "UPDATE subscriptions SET state = 'held', deactivated_by = NULL, deactivated_on = NULL, hold_reason = '" +
			pick("unmapped", "excluded", "pending", "twin") + "'" + some
	case 2:
		return "UPDATE subscriptions SET state = 'inactive', hold_reason = NULL, deactivated_by = 'person', " +
			"deactivated_on = '2026-10-01'" + some
	case 3:
		return "UPDATE subscriptions SET end_date = " + pick("NULL", "DATE '2026-11-20'", "DATE '2026-12-20'",
			"end_date + 7") + some
	case 4:
		return fmt.Sprintf("UPDATE subscriptions SET quantity = %d, unit_cost = %s, cost_period = '%s', "+
			"cost_currency = '%s'%s",
			dice.IntN(50), pick("NULL", "18.7", "7", "0.000001"), pick("month", "quarter", "year", "three_years",
				"once", ""), pick("USD", "EUR", ""), some)
	}
	return "UPDATE provider_accounts SET state = CASE state WHEN 'mapped' THEN 'unmapped' ELSE 'mapped' END, " +
		"crm_account_id = CASE state WHEN 'mapped' THEN NULL ELSE (SELECT id FROM crm_accounts c WHERE " +
		"lower(replace(c.name, ' ', '')) || '.example' = provider_accounts.name) END" + strings.Replace(some,
		"hashtext(id", "hashtext(name || id", 1)
}

func TestWhatTheDashboardKeepsEqualsAFreshCountAfterAnyHistory(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			db, dice := crowd.Subscriptions(t, 700), rand.New(rand.NewPCG(seed, 9))
			for _, sql := range []string{"ALTER TABLE subscriptions DISABLE TRIGGER subscriptions_ledger_sums",
				"UPDATE subscriptions SET end_date = DATE '2026-11-10' + (quantity % 120) WHERE quantity % 5 > 0"} {
				run(t, db, sql)
			}
			for range 40 {
				run(t, db, change(dice))
				if dice.IntN(4) == 0 {
					if err := (list.Tallies{}).AddUp(t.Context(), db.DB); err != nil {
						t.Fatal(err)
					}
				}
				if wrong, _, err := (list.Tallies{}).Mend(t.Context(), db.DB); err != nil || wrong > 0 {
					t.Fatalf("%d tallies were wrong, %v", wrong, err)
				}
			}
			run(t, db, `UPDATE subscriptions SET state = CASE quantity % 3 WHEN 0 THEN 'active' ELSE 'held' END,
				hold_reason = CASE quantity % 3 WHEN 1 THEN 'unmapped' WHEN 2 THEN 'excluded' END, deactivated_by =
				NULL,
				deactivated_on = NULL, end_date = DATE '2026-11-10' + (quantity % 90)`)
			opensItsRows(t, db)
		})
	}
}

// opensItsRows compares each figure of the overview with the rows of the list that it opens.
func opensItsRows(t *testing.T, db *pgtest.DB) {
	t.Helper()
	today := clock.NewDate(2026, 11, 12)
	o, err := list.OverviewOf(t.Context(), db.Read(t.Context()), today, 30, 60)
	if err != nil {
		t.Fatal(err)
	}
	rows := func(values listing.Values) (n int) {
		t.Helper()
		err := list.All.Each(t.Context(), db.DB, list.All.Ask(values), func([][]byte) error { n++; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	ends := func(days int) listing.Values {
		return listing.Values{"state": "active", "ends_from": today.String(),
			"ends_before": today.AddDays(days + 1).String()}
	}
	got := []int{o.All, o.Ends[30], o.Ends[60], o.Proposals, o.Moved, o.Held[subscription.HoldUnmapped],
		o.Held[subscription.HoldExcluded], o.Orphans[0].Count, o.Orphans[1].Count, o.Orphans[2].Count}
	unmapped := listing.Values{"state": "held", "hold_reason": "unmapped", "moved": "no"}
	moved := listing.Values{"state": "held", "moved": "yes"}
	excluded := listing.Values{"state": "held", "hold_reason": "excluded"}
	want := []int{rows(nil), rows(ends(30)), rows(ends(60)), rows(listing.Values{"proposal": "yes"}), rows(moved),
		rows(unmapped), rows(excluded), rows(unmapped), rows(moved), rows(excluded)}
	if diff := cmp.Diff(want, got); diff != "" || want[1] == 0 || want[4]+want[5] == 0 || want[6] == 0 {
		t.Errorf("%v: %s", want, diff)
	}
}

func run(t *testing.T, db *pgtest.DB, sql string) {
	t.Helper()
	if _, err := db.Owner().Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}
