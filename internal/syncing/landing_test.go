package syncing_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/contract"
	"seatledger/internal/contract/price"
	"seatledger/internal/crm"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/ledger"
	"seatledger/internal/mapping"
	"seatledger/internal/subscription"

	"github.com/google/uuid"
)

func TestADefaultContractMadeLaterTakesWhatWaitedForItAndItsPricesCanBeFilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.DataOptions{Customers: 3, Subscriptions: 9, Seed: 3})
	w.accounts()
	w.subscriptions()
	customers := crm.Service{DB: w.db.DB, Clock: w.clock}
	customer, err := customers.Create(t.Context(), person, crm.Input{Facts: crm.Facts{Name: "Late Contract Example"}})
	w.ok(err)
	var account uuid.UUID
	w.ok(w.db.Read(t.Context()).Raw(`SELECT account_id FROM subscriptions WHERE state <> 'inactive'
		AND product_id IS NOT NULL AND kind = 'licence' LIMIT 1`).Row().Scan(&account))
	w.ok(w.mapping.Map(t.Context(), person, mapping.Choice{AccountID: account, CRMAccountID: customer.ID}))

	origin := ledger.Origin{Source: ledger.FromPerson, By: person, At: w.clock.Now()}
	contracts := contract.Service{DB: w.db.DB, Clock: w.clock,
		Opened: func(tx *gorm.DB, _ audit.Actor, id uuid.UUID) error {
			_, err := subscription.LandWaiting(tx.Statement.Context, tx, id, origin, time.UTC)
			return err
		}}
	prices := price.Service{DB: w.db.DB, Clock: w.clock}
	list, err := prices.CreateList(t.Context(), person, price.ListInput{Name: "Standard", Currency: "USD"})
	w.ok(err)
	made, err := contracts.Create(t.Context(), person,
		contract.Input{CRMAccount: customer.ID.String(), Name: "Cloud", Currency: "USD", BillingFrequency: "monthly",
			Timing: "advance", BillingDay: "1", PriceList: list.ID.String(), StartDate: "2024-01-01", Refunds: "global",
			IsDefault: true})
	w.ok(err)
	const inContract = `SELECT count(*) FROM subscriptions WHERE account_id = ? AND state <> 'inactive'
		AND contract_id = ?`
	all := w.count(`SELECT count(*) FROM subscriptions WHERE account_id = ? AND state <> 'inactive'`, account)
	if n := w.count(inContract, account, made.ID); n != all || n == 0 {
		t.Fatalf("%d of %d landed in the contract that was made later", n, all)
	}

	var p struct{ Vendor, PartNumber, Term, Frequency string }
	w.ok(w.db.Read(t.Context()).Raw(`SELECT vendor, part_number, term, billing_frequency AS frequency FROM subscriptions
		WHERE account_id = ? AND state <> 'inactive' AND product_id IS NOT NULL AND kind = 'licence'
		LIMIT 1`, account).Scan(&p).Error)
	_, err = prices.AddItem(t.Context(), person, list.ID, price.ItemInput{Vendor: p.Vendor, PartNumber: p.PartNumber,
		Unit: "month", Term: p.Term, BillingFrequency: p.Frequency, UnitPrice: "12.34", EffectiveFrom: "2020-01-01"})
	w.ok(err)
	const priced = `SELECT count(*) FROM subscriptions WHERE contract_id = ? AND unit_price = 12.34
		AND price_period = 'month' AND currency = 'USD' AND price_list_item_id IS NOT NULL`
	if n := w.count(priced, made.ID); n != 0 {
		t.Fatalf("a later list item changed %d prices by itself", n)
	}
	for range 2 {
		w.ok(w.db.InTx(t.Context(), func(tx *gorm.DB) error {
			_, err := subscription.FillPrices(t.Context(), tx, made.ID, origin, time.UTC)
			return err
		}))
	}
	if n := w.count(priced, made.ID); n == 0 {
		t.Error("no missing price was filled")
	}

	var one uuid.UUID
	w.ok(w.db.Read(t.Context()).Raw(`SELECT id FROM subscriptions WHERE contract_id = ? LIMIT 1`,
		made.ID).Row().Scan(&one))
	w.ok(w.db.InTx(t.Context(), func(tx *gorm.DB) error {
		if _, err := subscription.SetContract(t.Context(), tx,
			subscription.Act{ID: one, Origin: origin, Zone: time.UTC}, uuid.NullUUID{}); err != nil {
			return err
		}
		_, err := subscription.LandWaiting(t.Context(), tx, customer.ID, origin, time.UTC)
		return err
	}))
	if n := w.count(`SELECT count(*) FROM subscriptions WHERE id = ? AND contract_id IS NULL`, one); n != 1 {
		t.Error("what a person took out of the contract came back by itself")
	}
}
