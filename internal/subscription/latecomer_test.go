package subscription_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

// choose is a contract's own sync: ticked is what lands, nil for all.
func (o *office) choose(contract uuid.UUID, ticked []string, records ...distributor.Subscription) subscription.Result {
	o.t.Helper()
	var res subscription.Result
	o.tx(func(tx *gorm.DB) error {
		var err error
		res, err = subscription.SyncAccount(o.t.Context(), tx, subscription.Listing{
			Provider: o.provider, Account: o.account, Records: records, Zone: time.UTC, Land: ticked,
			Contract: uuid.NullUUID{UUID: contract, Valid: true},
			Origin:   ledger.Origin{Source: ledger.FromSync, By: audit.System, At: o.now}})
		return err
	})
	return res
}

func TestWhatWasLeftUntickedLandsOnlyWhenAPersonTicksItLater(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.account = o.mapTo(o.account, o.customer)
	o.exec(`UPDATE billing_contracts SET bill_from = '2026-03-01'`)
	o.choose(o.contract, []string{"S1"}, record("S1"), record("S2"))
	if s := o.byExternal("S2"); s.ContractID.Valid || !s.NeverLand || s.State != subscription.Active {
		t.Fatalf("left unticked: contract %v, never %v, %s", s.ContractID, s.NeverLand, s.State)
	}
	o.sync(o.provider, o.account, record("S1"), record("S2", seats(6)))
	if s := o.byExternal("S2"); s.ContractID.Valid || s.Quantity != 6 {
		t.Fatalf("an ordinary sync put it into contract %v; %d seats", s.ContractID, s.Quantity)
	}
	o.choose(o.contract, []string{"S2"}, record("S1"), record("S2", seats(6)))
	s := o.byExternal("S2")
	if s.ContractID.UUID != o.contract || s.NeverLand || s.UnitPrice.Decimal.String() != "22.5" ||
		s.PriceItemID.UUID != o.item {
		t.Errorf("ticked later: contract %v, never %v, price %v", s.ContractID, s.NeverLand, s.UnitPrice)
	}
	o.wantLedger("S2", "2026-01-15 create +5 -> 5 archived", "2026-03-01 price +0 -> 5 open",
		"2026-03-10 update +1 -> 6 open estimated")
	before := o.rowVersions()
	if r := o.choose(o.contract, []string{"S2"}, record("S1"), record("S2", seats(6))); len(r.Touched) != 0 ||
		o.rowVersions() != before {
		t.Errorf("the same choice again wrote %d rows", len(r.Touched))
	}
}

func TestAContractsSyncOfAllTakesWhatHasNoContractAndNothingFromAnother(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	second := o.contract2(false)
	o.account = o.mapTo(o.account, o.customer)
	o.sync(o.provider, o.account, record("S1"))
	o.choose(o.contract, []string{}, record("S1"), record("S2"))
	o.choose(second, nil, record("S1"), record("S2"), record("S3"))
	for id, want := range map[string]uuid.UUID{"S1": o.contract, "S2": second, "S3": second} {
		if got := o.byExternal(id).ContractID.UUID; got != want {
			t.Errorf("%s lies in %s, want %s", id, got, want)
		}
	}
}

func TestNothingLandsInAContractThatIsClosedOrAnotherCustomers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.account = o.mapTo(o.account, o.customer)
	o.choose(o.contract, []string{}, record("S1"))
	foreign := o.world.contract(o.world.customer("Fabrikam"), o.list, true)
	o.choose(foreign, nil, record("S1"))
	o.exec(`UPDATE billing_contracts SET active = false, deactivated_at = now() WHERE id = ?`, o.contract)
	o.choose(o.contract, nil, record("S1"))
	if s := o.byExternal("S1"); s.ContractID.Valid || !s.NeverLand {
		t.Errorf("contract %v, never %v", s.ContractID, s.NeverLand)
	}
}

func TestATickedPriceOfAPersonIsKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.account = o.mapTo(o.account, o.customer)
	o.sync(o.provider, o.account, record("S1"))
	id := o.byExternal("S1").ID
	o.tx(func(tx *gorm.DB) error {
		p := subscription.Price{UnitPrice: price("19"), Period: "month", On: date("2026-01-15")}
		if _, err := subscription.SetPrice(t.Context(), tx, o.act(id), p); err != nil {
			return err
		}
		_, err := subscription.SetContract(t.Context(), tx, o.act(id), uuid.NullUUID{})
		return err
	})
	if s := o.byExternal("S1"); s.UnitPrice.Valid || s.PriceByPerson {
		t.Errorf("outside of a contract it has the price %v", s.UnitPrice)
	}
	o.choose(o.contract, []string{"S1"}, record("S1"))
	if s := o.byExternal("S1"); s.ContractID.UUID != o.contract || s.UnitPrice.Decimal.String() != "19" ||
		!s.PriceByPerson {
		t.Errorf("contract %v, price %v, by a person %v", s.ContractID, s.UnitPrice, s.PriceByPerson)
	}
}
