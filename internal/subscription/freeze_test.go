package subscription_test

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/subscription"
)

func (w *world) handOver(t *testing.T, do func(*gorm.DB) (subscription.Subscription, error)) error {
	t.Helper()
	return w.db.InTx(t.Context(), func(tx *gorm.DB) error {
		_, err := do(tx)
		return err
	})
}

func TestAFrozenOneStoresFactsAndCountsNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.sync(o.provider, o.account, record("S1"))
	id := o.byExternal("S1").ID
	freeze := func(tx *gorm.DB) (subscription.Subscription, error) {
		return subscription.Freeze(t.Context(), tx, o.act(id), date("2026-04-01"))
	}
	if err := o.handOver(t, freeze); err != nil {
		t.Fatal(err)
	}
	if err := o.handOver(t, freeze); errs.KindOf(err) != errs.Conflict {
		t.Errorf("frozen twice: %v", err)
	}
	o.sync(o.provider, o.account, record("S1", seats(8)))
	o.sync(o.provider, o.account, record("S1", seats(9), status(distributor.StatusCancelled)))
	if s := o.byExternal("S1"); s.Quantity != 9 || s.LedgerQuantity != 5 || s.State == subscription.Inactive {
		t.Errorf("%d reported, %d counted, %s", s.Quantity, s.LedgerQuantity, s.State)
	}
	o.wantLedger("S1", "2026-01-15 create +5 -> 5 open")
	if err := o.deactivate(id, "2026-04-02", false); errs.KindOf(err) != errs.Conflict ||
		!strings.Contains(errs.Public(err), "cut-over") {
		t.Errorf("a person ended a frozen one: %v", err)
	}
}

func TestWhatChangedWhileFrozenIsCountedOnceItIsNot(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.sync(o.provider, o.account, record("S1"), record("S2"))
	for _, external := range []string{"S1", "S2"} {
		if err := o.handOver(t, func(tx *gorm.DB) (subscription.Subscription, error) {
			return subscription.Freeze(t.Context(), tx, o.act(o.byExternal(external).ID), date("2026-04-01"))
		}); err != nil {
			t.Fatal(err)
		}
	}
	o.sync(o.provider, o.account, record("S1", seats(8)), record("S2", status(distributor.StatusDeleted)))
	for _, external := range []string{"S1", "S2"} {
		if err := o.handOver(t, func(tx *gorm.DB) (subscription.Subscription, error) {
			return subscription.Unfreeze(t.Context(), tx, o.act(o.byExternal(external).ID))
		}); err != nil {
			t.Fatal(err)
		}
	}
	today := o.now.Format("2006-01-02")
	o.wantLedger("S1", "2026-01-15 create +5 -> 5 open", today+" update +3 -> 8 open estimated")
	o.wantLedger("S2", "2026-01-15 create +5 -> 5 open", today+" deactivate -5 -> 0 archived provider estimated")
}

func TestACutOversEndIsTakenBackFromTheSameDay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.sync(o.provider, o.account, record("S1"))
	id := o.byExternal("S1").ID
	for _, do := range []func(*gorm.DB) (subscription.Subscription, error){
		func(tx *gorm.DB) (subscription.Subscription, error) {
			return subscription.Freeze(t.Context(), tx, o.act(id), date("2026-04-01"))
		},
		func(tx *gorm.DB) (subscription.Subscription, error) {
			return subscription.Deactivate(t.Context(), tx, o.act(id),
				subscription.Ending{By: subscription.ByCutover, On: date("2026-04-01")})
		},
	} {
		if err := o.handOver(t, do); err != nil {
			t.Fatal(err)
		}
	}
	o.sync(o.provider, o.account, record("S1", seats(7)))
	o.sync(o.provider, o.account, record("S1", seats(7), status(distributor.StatusCancelled)))
	if err := o.activate(id, date("2026-04-01")); err != nil {
		t.Fatal(err)
	}
	o.wantLedger("S1", "2026-01-15 create +5 -> 5 open",
		"2026-04-01 deactivate -5 -> 0 archived cutover", "2026-04-01 activate +5 -> 5 open cutover")
}
