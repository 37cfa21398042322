package mapping_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/ledger"
	"seatledger/internal/mapping"
	"seatledger/internal/subscription"
)

func TestMappingReleasesHeldSubscriptionsIntoTheOneDefaultContract(t *testing.T) {
	t.Parallel()
	for what, x := range map[string]struct {
		defaults int
		want     string
	}{
		"one default":      {1, "S-1 active Harborview LLC Default a 14.000000 month USD"},
		"no default":       {0, "S-1 active Harborview LLC "},
		"several defaults": {2, "S-1 active Harborview LLC "},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.provider("North")
			a := w.account(p, "10001", facts{name: "Harborview"})
			customer := w.customer(facts{name: "Harborview LLC"})
			for i := range x.defaults {
				w.contract(customer, "Default "+string(rune('a'+i)), "14", true)
			}
			w.sync(p, a, "S-1", 12)
			if got := w.subs(a); !strings.HasPrefix(got, "S-1 held unmapped") {
				t.Fatalf("before: %s", got)
			}
			rows := w.ledgerRows()
			w.must(w.Map(t.Context(), olga, mapping.Choice{AccountID: a, CRMAccountID: customer}))
			if got := w.subs(a); !strings.HasPrefix(got, x.want) {
				t.Errorf("after: %s, want %s", got, x.want)
			}
			if got := w.ledgerRows(); got != rows {
				t.Errorf("the release wrote rows of seats: %s, before %s", got, rows)
			}
			if got := w.lines(`SELECT coalesce(review, 'none') FROM subscriptions`)[0]; got == "none" {
				t.Error("the review was not made anew")
			}
		})
	}
}

func TestATwinOfAnotherProviderIsHeldWhenItsAccountIsMapped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old, fresh := w.provider("Old"), w.provider("New")
	customer := w.customer(facts{name: "Harborview LLC"})
	a, b := w.account(old, "10001", facts{name: "Harborview"}), w.account(fresh, "20001", facts{name: "Harborview"})
	w.sync(old, a, "S-old", 12)
	w.sync(fresh, b, "S-new", 12)
	w.must(w.Map(t.Context(), olga, mapping.Choice{AccountID: a, CRMAccountID: customer}))
	w.must(w.Map(t.Context(), olga, mapping.Choice{AccountID: b, CRMAccountID: customer}))
	if got := w.subs(b); !strings.HasPrefix(got, "S-new held twin") {
		t.Errorf("the twin: %s", got)
	}
	if got := w.subs(a); !strings.HasPrefix(got, "S-old active") {
		t.Errorf("the first: %s", got)
	}
}

func TestUnmappingTakesCustomerAndContractAndAnUndoBringsExactlyThoseBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	a := w.account(p, "10001", facts{name: "Harborview"})
	customer, other := w.customer(facts{name: "Harborview LLC"}), w.customer(facts{name: "Other"})
	w.contract(customer, "Default", "14", true)
	special := w.contract(customer, "Special", "11", false)
	w.contract(other, "Theirs", "15", true)
	w.sync(p, a, "S-1", 12)
	chosen := w.sync(p, a, "S-2", 3)
	w.must(w.Map(t.Context(), olga, mapping.Choice{AccountID: a, CRMAccountID: customer}))
	w.tx(func(tx *gorm.DB) error {
		_, err := subscription.SetContract(t.Context(), tx, w.act(chosen), uuid.NullUUID{UUID: special, Valid: true})
		return err
	})
	before, rows := w.subs(a), ""
	for what, decide := range map[string]func() error{
		"unmap": func() error { return w.Unmap(t.Context(), pete, mapping.Choice{AccountID: a}) },
		"exclude": func() error {
			return w.Exclude(t.Context(), pete, mapping.Choice{AccountID: a, Reason: "a test tenant"})
		},
		"remap": func() error {
			return w.Map(t.Context(), pete, mapping.Choice{AccountID: a, CRMAccountID: other, Version: w.version(a)})
		},
	} {
		rows = w.ledgerRows()
		w.must(decide())
		if got := w.subs(a); got == before || strings.Contains(got, "Harborview LLC") {
			t.Errorf("%s left the customer: %s", what, got)
		}
		w.must(w.Undo(t.Context(), olga, mapping.Choice{AccountID: a}))
		if got := w.state(a); got != "mapped Harborview LLC" {
			t.Errorf("%s, undone: %s", what, got)
		}
		if got := w.subs(a); got != before {
			t.Errorf("%s, undone:\n%s\nwant\n%s", what, got, before)
		}
		if got := w.ledgerRows(); got != rows {
			t.Errorf("%s and its undo wrote rows of seats: %s, before %s", what, got, rows)
		}
	}
}

func TestAnUndoDoesNotReturnToAContractThatNoLongerStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	a := w.account(p, "10001", facts{name: "Harborview"})
	customer := w.customer(facts{name: "Harborview LLC"})
	ended := w.contract(customer, "Ended", "14", true)
	w.sync(p, a, "S-1", 12)
	w.must(w.Map(t.Context(), olga, mapping.Choice{AccountID: a, CRMAccountID: customer}))
	w.must(w.Unmap(t.Context(), olga, mapping.Choice{AccountID: a}))
	w.exec(`UPDATE billing_contracts SET active = false, is_default = false WHERE id = ?`, ended)
	w.contract(customer, "Next", "16", true)
	w.must(w.Undo(t.Context(), olga, mapping.Choice{AccountID: a}))
	if got := w.subs(a); !strings.HasPrefix(got, "S-1 active Harborview LLC Next 16") {
		t.Errorf("landed: %s", got)
	}
}

func (w *world) act(id uuid.UUID) subscription.Act {
	return subscription.Act{ID: id, Origin: ledger.Origin{Source: ledger.FromPerson, By: olga, At: w.clock.Now()},
		Zone: time.UTC}
}

func (w *world) version(account uuid.UUID) int {
	w.t.Helper()
	var v int
	w.must(w.db.Read(w.t.Context()).Raw(`SELECT version FROM provider_accounts WHERE id = ?`, account).Row().Scan(&v))
	return v
}
