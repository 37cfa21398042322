package syncing_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/syncing"
)

// listsOf are the ids that are stored under an account.
func (w *world) listsOf(account string) (ids []string) {
	w.t.Helper()
	w.ok(w.db.Read(w.t.Context()).Raw(`SELECT s.external_id FROM subscriptions s
		JOIN provider_accounts a ON a.id = s.account_id WHERE a.external_id = ? ORDER BY 1`, account).Scan(&ids).Error)
	return ids
}

// answers makes an account's list lack what it has and hold what another has.
func (w *world) answers(account string, lacks, holds []string) {
	w.t.Helper()
	for _, id := range lacks {
		w.fault(sandbox.Fault{Path: listOf(account), Kind: "omit", Record: id})
	}
	for _, id := range holds {
		w.fault(sandbox.Fault{Path: listOf(account), Kind: "also_lists", Record: id})
	}
}

const livingSeats = `SELECT coalesce(sum(billable_quantity), 0) FROM subscriptions s
	JOIN provider_accounts a ON a.id = s.account_id WHERE a.external_id = ?`

// An answer that was another customer's proves nothing, whatever part of it is (RULES 3: complete is proved).
func TestAListThatHoldsAnothersRecordsProvesNothingGone(t *testing.T) {
	t.Parallel()
	for name, lacks := range map[string]func(own []string) []string{
		"all of its own": func(own []string) []string { return own },
		"one of its own": func(own []string) []string { return own[:1] },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ready(t)
			account := w.crowded(0)
			own, seats, before := w.listsOf(account), w.count(livingSeats, account), w.count(versions)
			w.answers(account, lacks(own), w.listsOf(w.crowded(1)))
			for range 2 {
				r := w.subscriptions()
				if r.State != syncing.Partial || r.Gone != 0 || w.count(livingSeats, account) != seats {
					t.Fatalf("%s, gone %d, %d of %d seats: %s", r.State, r.Gone, w.count(livingSeats, account), seats,
						r.Message)
				}
				for _, why := range w.waits(r) {
					if !strings.Contains(why, "another customer's") {
						t.Error(why)
					}
				}
			}
			w.clock.Advance(7 * time.Hour)
			later := w.subscriptions()
			if name == "all of its own" && later.Gone != 0 {
				t.Error("a list without anything of its own proved it gone by waiting")
			}
			if name != "all of its own" && later.Gone != 1 {
				t.Errorf("gone %d six hours later: %v", later.Gone, w.waits(later))
			}
			w.far.ClearFaults()
			w.subscriptions()
			if name == "all of its own" && w.count(versions) != before {
				t.Error("the clean run after it wrote rows")
			}
		})
	}
}

// A list of records that all name nobody we know, and that has nothing of what its account had, is not the account's.
func TestAListOfStrangersInPlaceOfOnesOwnIsAConflict(t *testing.T) {
	t.Parallel()
	w := ready(t)
	account := w.crowded(0)
	own, seats := w.listsOf(account), w.count(livingSeats, account)
	w.answers(account, own, w.listsOf(w.crowded(1)))
	w.answers(w.crowded(1), w.listsOf(w.crowded(1)), nil)
	w.fault(sandbox.Fault{Path: listOf(account), Kind: "set_field", Field: "customerNo",
		Value: json.RawMessage(`"99999"`)})
	r := w.subscriptions()
	if r.State != syncing.Partial || r.Gone != 0 || w.count(livingSeats, account) != seats {
		t.Errorf("%s, gone %d, %d of %d seats: %s", r.State, r.Gone, w.count(livingSeats, account), seats, r.Message)
	}
	if n := len(w.listsOf(account)); n != len(own) {
		t.Errorf("it has %d subscriptions and had %d", n, len(own))
	}
}
