package syncing_test

import (
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

const ledgerRows = `SELECT count(*) FROM license_changes`

const livingSeats = `SELECT coalesce(sum(billable_quantity), 0) FROM subscriptions s
	JOIN provider_accounts a ON a.id = s.account_id WHERE a.external_id = ?`

// An answer that was another customer's proves nothing, whatever part of it is (RULES 3: complete is proved).
func TestAListThatHoldsAnothersRecordsProvesNothingGone(t *testing.T) {
	t.Parallel()
	for name, keeps := range map[string]bool{"nothing of its own": false, "some of its own": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ready(t)
			account := w.crowded(0)
			seats, before := w.count(livingSeats, account), w.count(ledgerRows)
			stay := 0
			if keeps {
				stay = len(w.listsOf(account)) - 1
			}
			w.fault(sandbox.Fault{Path: listOf(account), Kind: "answers_for", Record: w.crowded(1), Count: stay})
			for range 2 {
				r := w.subscriptions()
				if r.State != syncing.Partial || r.Gone != 0 || w.count(livingSeats, account) != seats {
					t.Fatalf("%s, gone %d, %d of %d seats: %s", r.State, r.Gone, w.count(livingSeats, account), seats,
						r.Message)
				}
				if why := strings.Join(w.waits(r), " "); !strings.Contains(why, "another customer's") {
					t.Errorf("it waits for %q", why)
				}
			}
			w.clock.Advance(7 * time.Hour)
			if r := w.subscriptions(); keeps != (r.Gone == 1) {
				t.Errorf("gone %d six hours later: %v", r.Gone, w.waits(r))
			}
			w.far.ClearFaults()
			if r := w.subscriptions(); !keeps && (r.Changed != 0 || w.count(ledgerRows) != before) {
				t.Errorf("after a clean run: changed %d, %d rows more", r.Changed, w.count(ledgerRows)-before)
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
	w.fault(sandbox.Fault{Path: listOf(account), Kind: "answers_for", Record: w.crowded(1), To: "99999"})
	r := w.subscriptions()
	if r.State != syncing.Partial || r.Gone != 0 || w.count(livingSeats, account) != seats {
		t.Errorf("%s, gone %d, %d of %d seats: %s", r.State, r.Gone, w.count(livingSeats, account), seats, r.Message)
	}
	if n := len(w.listsOf(account)); n != len(own) {
		t.Errorf("it has %d subscriptions and had %d", n, len(own))
	}
}

// A total that is no number, negative or not there at all does not prove that a list is whole (RULES 3).
func TestAListWithoutAReadableTotalProvesNothingGone(t *testing.T) {
	t.Parallel()
	for _, variant := range []string{"no_total", "minus_total", "word_total"} {
		t.Run(variant, func(t *testing.T) {
			t.Parallel()
			w := ready(t)
			account := w.crowded(0)
			seats, rows := w.count(livingSeats, account), w.count(ledgerRows)
			w.fault(sandbox.Fault{Path: listOf(account), Kind: "omit", Record: w.listsOf(account)[0], Variant: variant})
			for range 2 {
				r := w.subscriptions()
				if r.State != syncing.Partial || r.Gone != 0 || w.count(livingSeats, account) != seats ||
					w.count(ledgerRows) != rows {
					t.Errorf("%s, gone %d, %d of %d seats: %s", r.State, r.Gone, w.count(livingSeats, account), seats,
						r.Message)
				}
				w.clock.Advance(7 * time.Hour)
			}
		})
	}
}
