package subscription_test

import (
	"testing"

	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/subscription"
)

// legacy is the same subscription as the old API tells it: no part number, no dates.
func legacy(external string) distributor.Subscription {
	return record(external, term("", ""), func(d *distributor.Subscription) { d.PartNumber, d.ContractNo = "", "" })
}

func TestATwinOfAnotherProviderArrivesHeld(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	old := o.world.provider("Stellr old", distributor.StellrLegacy)
	oldAccount := o.mapTo(o.world.account(old, "100"), o.customer)
	o.sync(old, oldAccount, legacy("L1"))
	if s := o.byExternal("L1"); s.State != subscription.Active {
		t.Fatalf("the first is %s", s.State)
	}
	o.account = o.mapTo(o.account, o.customer)
	o.sync(o.provider, o.account, record("S1"),
		record("S2", func(d *distributor.Subscription) { d.PartNumber, d.SKU = "OTHER", "1" }))
	s := o.byExternal("S1")
	if s.State != subscription.Held || s.HoldReason != subscription.HoldTwin {
		t.Errorf("the twin is %s %s", s.State, s.HoldReason)
	}
	if other := o.byExternal("S2"); other.State != subscription.Active {
		t.Errorf("another product is %s", other.State)
	}
	o.tx(func(tx *gorm.DB) error {
		_, err := subscription.DeclareNoTwin(t.Context(), tx, o.act(s.ID))
		return err
	})
	o.sync(o.provider, o.account, record("S1", seats(6)))
	if s = o.byExternal("S1"); s.State != subscription.Active || !s.NoTwin {
		t.Errorf("declared no twin, it is %s", s.State)
	}
}

func TestATwinIsNoticedAlsoWhenMappingBringsItTogether(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	manual := o.world.provider("By hand", distributor.Manual)
	byHand := o.mapTo(o.world.account(manual, "A1"), o.customer)
	o.sync(manual, byHand, record("M1", func(d *distributor.Subscription) { d.Vendor, d.SKU = "", "" }))
	o.sync(o.provider, o.account, record("S1"))
	o.mapTo(o.account, o.customer)
	if s := o.byExternal("S1"); s.HoldReason != subscription.HoldTwin {
		t.Errorf("%s %s", s.State, s.HoldReason)
	}
}

func TestLegacyAndNewRecordsMeetInOneProduct(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	old := o.world.provider("Stellr old", distributor.StellrLegacy)
	oldAccount := o.world.account(old, "100")
	o.sync(old, oldAccount, legacy("L1"))
	if s := o.byExternal("L1"); s.ProductID.Valid {
		t.Errorf("a SKU alone made a product")
	}
	o.sync(o.provider, o.account, record("S1"))
	res := o.sync(old, oldAccount, legacy("L1"))
	if a, b := o.byExternal("L1"), o.byExternal("S1"); !a.ProductID.Valid || a.ProductID != b.ProductID ||
		res.Changed != 1 {
		t.Errorf("products %v and %v", a.ProductID, b.ProductID)
	}
	if res = o.sync(old, oldAccount, legacy("L1")); res.Unchanged != 1 {
		t.Errorf("again: %+v", res)
	}
	o.wantLedger("L1", "2026-03-10 create +5 -> 5 archived estimated")
}

func TestWhatHasEndedIsNobodysTwin(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	old := o.world.provider("Stellr old", distributor.StellrLegacy)
	oldAccount := o.mapTo(o.world.account(old, "100"), o.customer)
	o.sync(old, oldAccount, legacy("L1"))
	o.sync(old, oldAccount, record("L1", status(distributor.StatusExpired)))
	o.account = o.mapTo(o.account, o.customer)
	o.sync(o.provider, o.account, record("S1"))
	if s := o.byExternal("S1"); s.State != subscription.Active {
		t.Errorf("%s %s", s.State, s.HoldReason)
	}
}
