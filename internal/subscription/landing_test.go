package subscription_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

const part = "CFQ7TTC0LCHC:0002"

// office is a world with one customer, its list and its default contract.
type office struct {
	*world
	provider subscription.Provider
	account  subscription.Account
	customer uuid.UUID
	list     uuid.UUID
	item     uuid.UUID
	contract uuid.UUID
}

func newOffice(t *testing.T) *office {
	w := newWorld(t)
	o := &office{world: w, provider: w.provider("Stellr", distributor.Stellr), customer: w.customer("Acme"),
		list: w.priceList("USD")}
	o.account = w.account(o.provider, "acme.example")
	w.priceItem(o.list, part, "20", "2025-01-01")
	o.item = w.priceItem(o.list, part, "22.50", "2026-01-01")
	w.priceItem(o.list, part, "25", "2026-02-01")
	o.contract = w.contract(o.customer, o.list, true)
	return o
}

func TestMappingReleasesAndLandsInTheDefaultContractWithARowOfThePriceOnly(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.sync(o.provider, o.account, record("S1"))
	before := o.ledger("S1")
	o.mapTo(o.account, o.customer)
	s := o.byExternal("S1")
	if s.State != subscription.Active || s.ContractID.UUID != o.contract || s.CRMAccountID.UUID != o.customer {
		t.Errorf("%s, contract %v, customer %v", s.State, s.ContractID, s.CRMAccountID)
	}
	if s.UnitPrice.Decimal.String() != "22.5" || s.PriceItemID.UUID != o.item || s.PricePeriod != "month" ||
		s.Currency != "USD" {
		t.Errorf("price %s %s %s: not the one in force on the start of the term", s.UnitPrice.Decimal, s.PricePeriod,
			s.Currency)
	}
	o.wantLedger("S1", append(before, "2026-01-15 price +0 -> 5 open")...)
}

func TestANewSubscriptionOfAMappedAccountLandsAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.account = o.mapTo(o.account, o.customer)
	o.sync(o.provider, o.account, record("S1"),
		record("S2", func(d *distributor.Subscription) { d.PartNumber, d.SKU = "OTHER", "1" }))
	if s := o.byExternal("S1"); s.State != subscription.Active || s.ContractID.UUID != o.contract ||
		s.UnitPrice.Decimal.String() != "22.5" {
		t.Errorf("S1: %s, contract %v, price %v", s.State, s.ContractID, s.UnitPrice)
	}
	if s := o.byExternal("S2"); s.State != subscription.Active || s.UnitPrice.Valid {
		t.Errorf("S2: %s, price %v: the list has none", s.State, s.UnitPrice)
	}
	rows, _ := ledger.Of(t.Context(), o.db.Read(t.Context()), o.byExternal("S1").ID)
	if len(rows) != 2 || rows[0].UnitCost.Decimal.String() != "18.7" || rows[1].Event != ledger.Price ||
		rows[1].UnitPrice.Decimal.String() != "22.5" || rows[1].PriceFrom != ledger.OnLanding ||
		rows[1].EffectiveAt != date("2026-01-15") {
		t.Errorf("the rows carry %+v", rows)
	}
}

func TestNoneOrSeveralDefaultContractsLandNowhere(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.contract2(true)
	o.account = o.mapTo(o.account, o.customer)
	o.sync(o.provider, o.account, record("S1"))
	if s := o.byExternal("S1"); s.ContractID.Valid || s.State != subscription.Active || s.UnitPrice.Valid {
		t.Errorf("contract %v, %s, price %v", s.ContractID, s.State, s.UnitPrice)
	}
}

func (o *office) contract2(isDefault bool) uuid.UUID {
	return o.world.contract(o.customer, o.list, isDefault)
}

// RULES 5: landing in a contract writes a price row on the first day under that
// contract. Its list may give the price that began under the contract before: that one
// is corrected for its own days, and the days here keep the price that they landed with.
func TestLandingWritesThePriceOfItsDaysWhereAFormerContractGaveTheSame(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.account = o.mapTo(o.account, o.customer)
	o.sync(o.provider, o.account, record("S1"))
	before := o.ledger("S1")
	o.tx(func(tx *gorm.DB) error {
		_, err := subscription.SetContractFrom(t.Context(), tx, o.act(o.byExternal("S1").ID),
			uuid.NullUUID{UUID: o.contract2(false), Valid: true}, date("2026-02-20"))
		return err
	})
	o.wantLedger("S1", append(before, "2026-02-20 price +0 -> 5 open")...)
}

func TestUnmappingAndExcludingHoldAndTakeContractAndPriceAway(t *testing.T) {
	t.Parallel()
	for state, reason := range map[account.State]subscription.HoldReason{account.Unmapped: subscription.HoldUnmapped,
		account.Excluded: subscription.HoldExcluded} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.account = o.mapTo(o.account, o.customer)
			o.sync(o.provider, o.account, record("S1"))
			o.unmap(o.account, state)
			s := o.byExternal("S1")
			if s.State != subscription.Held || s.HoldReason != reason || s.ContractID.Valid || s.CRMAccountID.Valid ||
				s.UnitPrice.Valid {
				t.Errorf("%s %s, contract %v, customer %v, price %v", s.State, s.HoldReason, s.ContractID,
					s.CRMAccountID, s.UnitPrice)
			}
			o.wantLedger("S1", "2026-01-15 create +5 -> 5 open", "2026-01-15 price +0 -> 5 open")
		})
	}
}

func TestAPriceThatAPersonSetIsKeptByEveryLanding(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.account = o.mapTo(o.account, o.customer)
	o.sync(o.provider, o.account, record("S1"))
	id := o.byExternal("S1").ID
	o.tx(func(tx *gorm.DB) error {
		_, err := subscription.SetPrice(t.Context(), tx, o.act(id),
			subscription.Price{UnitPrice: price("21"), Period: "month", On: date("2026-03-01")})
		return err
	})
	o.wantLedger("S1", "2026-01-15 create +5 -> 5 open", "2026-01-15 price +0 -> 5 open",
		"2026-03-01 price +0 -> 5 open")
	o.mapTo(o.unmap(o.account, account.Unmapped), o.customer)
	s := o.byExternal("S1")
	if !s.PriceByPerson || s.UnitPrice.Decimal.String() != "21" || s.PriceItemID.Valid ||
		s.ContractID.UUID != o.contract {
		t.Errorf("price %v by person %v, contract %v", s.UnitPrice, s.PriceByPerson, s.ContractID)
	}
	o.sync(o.provider, o.account, record("S1", seats(7)))
	rows, _ := ledger.Of(t.Context(), o.db.Read(t.Context()), id)
	if last := rows[len(rows)-1]; last.Delta != 2 || last.UnitPrice.Decimal.String() != "21" {
		t.Errorf("seats added mid-term carry %v", last.UnitPrice)
	}
}

func TestARenewalProposesThePriceInForceAndAPersonTakesIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.account = o.mapTo(o.account, o.customer)
	o.sync(o.provider, o.account, record("S1"))
	o.now = time.Date(2027, 1, 15, 2, 0, 0, 0, time.UTC)
	o.sync(o.provider, o.account, record("S1", term("2027-01-15", "2028-01-14")))
	s := o.byExternal("S1")
	if !s.ProposedItemID.Valid || s.ProposedPrice.Decimal.String() != "25" || s.UnitPrice.Decimal.String() != "22.5" {
		t.Fatalf("proposed %v, price %v", s.ProposedPrice, s.UnitPrice)
	}
	o.tx(func(tx *gorm.DB) error {
		_, err := subscription.SetPrice(t.Context(), tx, o.act(s.ID),
			subscription.Price{ItemID: s.ProposedItemID, On: date("2027-01-15")})
		return err
	})
	if s = o.byExternal("S1"); s.ProposedItemID.Valid || s.PriceByPerson || s.UnitPrice.Decimal.String() != "25" {
		t.Errorf("proposed %v, by person %v, price %v", s.ProposedItemID, s.PriceByPerson, s.UnitPrice)
	}
	o.wantLedger("S1", "2026-01-15 create +5 -> 5 open", "2026-01-15 price +0 -> 5 open",
		"2027-01-15 renew +0 -> 5 open", "2027-01-15 price +0 -> 5 open")
}

func TestPriceIsRefusedWithAMessageAtTheField(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.account = o.mapTo(o.account, o.customer)
	o.sync(o.provider, o.account, record("S1"))
	id := o.byExternal("S1").ID
	other := o.priceItem(o.list, "OTHER-PART", "3", "2026-01-01")
	for field, p := range map[string]subscription.Price{
		"unit_price":         {UnitPrice: price("-1"), Period: "month", On: date("2026-03-01")},
		"price_period":       {UnitPrice: price("1"), On: date("2026-03-01")},
		"effective_on":       {UnitPrice: price("1"), Period: "month", On: date("2026-01-14")},
		"price_list_item_id": {ItemID: uuid.NullUUID{UUID: other, Valid: true}, On: date("2026-03-01")},
	} {
		err := o.db.InTx(t.Context(), func(tx *gorm.DB) error {
			_, err := subscription.SetPrice(t.Context(), tx, o.act(id), p)
			return err
		})
		if errs.FieldsOf(err)[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestAPersonChoosesTheContract(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	list := o.priceList("USD")
	o.priceItem(list, part, "30", "2025-06-01")
	dearer := o.world.contract(o.customer, list, false)
	strange := o.world.contract(o.world.customer("Bolt"), list, true)
	o.account = o.mapTo(o.account, o.customer)
	o.sync(o.provider, o.account, record("S1"))
	id := o.byExternal("S1").ID
	choose := func(contract uuid.UUID) error {
		return o.db.InTx(t.Context(), func(tx *gorm.DB) error {
			_, err := subscription.SetContract(t.Context(), tx, o.act(id), uuid.NullUUID{UUID: contract, Valid: true})
			return err
		})
	}
	if err := choose(strange); errs.FieldsOf(err)["contract_id"] == "" {
		t.Errorf("another customer's contract: %v", err)
	}
	if err := choose(dearer); err != nil {
		t.Fatal(err)
	}
	if s := o.byExternal("S1"); s.ContractID.UUID != dearer || s.UnitPrice.Decimal.String() != "30" {
		t.Errorf("contract %v, price %v", s.ContractID, s.UnitPrice)
	}
	o.wantLedger("S1", "2026-01-15 create +5 -> 5 open", "2026-01-15 price +0 -> 5 open aside",
		"2026-01-15 price +0 -> 5 open")
}

func TestUntickedSubscriptionsNeverLandByThemselves(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	chosen := o.contract2(false)
	o.account = o.mapTo(o.account, o.customer)
	o.tx(func(tx *gorm.DB) error {
		_, err := subscription.SyncAccount(t.Context(), tx,
			subscription.Listing{Provider: o.provider, Account: o.account, Zone: time.UTC, Origin: o.person(),
				Records: []distributor.Subscription{record("S1"), record("S2")}, Land: []string{"S1"},
				Contract: uuid.NullUUID{UUID: chosen, Valid: true}})
		return err
	})
	if s := o.byExternal("S1"); s.ContractID.UUID != chosen || s.NeverLand {
		t.Errorf("ticked: %v", s.ContractID)
	}
	o.mapTo(o.unmap(o.account, account.Unmapped), o.customer)
	if s := o.byExternal("S2"); s.ContractID.Valid || !s.NeverLand || s.State != subscription.Active {
		t.Errorf("unticked: %v, never %v, %s", s.ContractID, s.NeverLand, s.State)
	}
}

func TestRowsBeforeBillFromAreArchivedOnLanding(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.sync(o.provider, o.account, record("S1"))
	o.exec(`UPDATE billing_contracts SET bill_from = '2026-03-01' WHERE id = ?`, o.contract)
	o.mapTo(o.account, o.customer)
	o.wantLedger("S1", "2026-01-15 create +5 -> 5 archived", "2026-03-01 price +0 -> 5 open")
}

func TestFewerSeatsAreCreditedOnlyWhereTheContractRefunds(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]string{"yes": "open", "no": "archived", "global": "archived"} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.exec(`UPDATE billing_contracts SET refunds = ?`, setting)
			o.account = o.mapTo(o.account, o.customer)
			o.sync(o.provider, o.account, record("S1"))
			o.sync(o.provider, o.account, record("S1", seats(3)))
			o.wantLedger("S1", "2026-01-15 create +5 -> 5 open", "2026-01-15 price +0 -> 5 open",
				"2026-03-10 update -2 -> 3 "+want+" estimated")
		})
	}
}
