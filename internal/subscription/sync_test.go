package subscription_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/subscription"
)

func TestFirstSyncOfAnUnmappedAccountHoldsWithAFullLedger(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("Stellr", distributor.Stellr)
	a := w.account(p, "acme.example")
	res := w.sync(p, a, record("S1"), record("S2", status(distributor.StatusExpired), term("2025-01-15", "2026-01-14")))
	if res.Added != 2 || res.Held != 1 || len(res.Touched) != 2 {
		t.Errorf("result %+v", res)
	}
	s := w.byExternal("S1")
	if s.State != subscription.Held || s.HoldReason != subscription.HoldUnmapped || s.LedgerQuantity != 5 ||
		!s.ProductID.Valid {
		t.Errorf("S1: %s %s, ledger %d, product %v", s.State, s.HoldReason, s.LedgerQuantity, s.ProductID)
	}
	w.wantLedger("S1", "2026-01-15 create +5 -> 5 open")
	w.wantLedger("S2", "2025-01-15 create +5 -> 5 archived", "2026-01-15 deactivate -5 -> 0 archived provider")
}

func TestSameListingAgainWritesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("Stellr", distributor.Stellr)
	a := w.account(p, "acme.example")
	records := []distributor.Subscription{record("S1"), record("S2", seats(0)),
		record("S3", status(distributor.StatusCancelled)), record("S4",
			func(d *distributor.Subscription) { d.PartNumber, d.SKU = "", "" })}
	w.sync(p, a, records...)
	before := w.rowVersions()
	w.now = w.now.Add(24 * time.Hour)
	for i := range records {
		records[i].RequestID = "another"
		records[i].Raw = reordered(records[i].Raw)
	}
	res := w.sync(p, a, records...)
	if res.Unchanged != 4 || len(res.Touched) != 0 {
		t.Errorf("result %+v", res)
	}
	if after := w.rowVersions(); after != before {
		t.Errorf("rows were written:\n%s\n%s", before, after)
	}
}

func TestAMappingMadeDuringTheReadingCounts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	asRead := o.account
	o.mapTo(o.account, o.customer)
	o.sync(o.provider, asRead, record("S1"))
	if s := o.byExternal("S1"); s.State != subscription.Active || s.ContractID.UUID != o.contract {
		t.Errorf("%s %s, contract %v", s.State, s.HoldReason, s.ContractID)
	}
}

func TestAListingOfAnotherAccountMovesTheSubscription(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.account = o.mapTo(o.account, o.customer)
	o.sync(o.provider, o.account, record("S1"))
	bolt := o.world.account(o.provider, "bolt.example")
	customer := o.world.customer("Bolt")
	contract := o.world.contract(customer, o.list, true)
	bolt = o.mapTo(bolt, customer)
	o.sync(o.provider, bolt, record("S1"))
	s := o.byExternal("S1")
	if s.AccountID != bolt.ID || s.MovedFrom != "acme.example" || s.State != subscription.Held || s.ContractID.Valid ||
		s.CRMAccountID.Valid {
		t.Fatalf("account %s, moved from %q, %s, contract %v", s.AccountExternalID, s.MovedFrom, s.State, s.ContractID)
	}
	before := o.rowVersions()
	o.sync(o.provider, bolt, record("S1"))
	if after := o.rowVersions(); after != before {
		t.Error("the next sync of the new account wrote again")
	}
	o.tx(func(tx *gorm.DB) error {
		_, err := subscription.SetContract(t.Context(), tx, o.act(s.ID), uuid.NullUUID{UUID: contract, Valid: true})
		return err
	})
	if s = o.byExternal("S1"); s.State != subscription.Active || s.CRMAccountID.UUID != customer ||
		s.ContractID.UUID != contract {
		t.Errorf("once a person said whose it is: %s %s", s.State, s.HoldReason)
	}
	o.wantLedger("S1", "2026-01-15 create +5 -> 5 open", "2026-01-15 price +0 -> 5 open")
}

func TestTheChangeLogIsAskedForOnlyWhereItCanDateSomething(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	other := func(d *distributor.Subscription) { d.ContractNo = "C2" }
	o.sync(o.provider, o.account, record("S1"), record("S2", other), record("S3", other))
	o.now = o.now.AddDate(0, 0, 3)
	need := func(records ...distributor.Subscription) []subscription.LogWanted {
		wanted, err := subscription.NeedLog(t.Context(), o.db.Read(t.Context()),
			subscription.Listing{Provider: o.provider, Account: o.account, Records: records, Zone: time.UTC,
				Origin: o.person()})
		if err != nil {
			t.Fatal(err)
		}
		return wanted
	}
	if got := need(record("S1"), record("S2", other, costs("3"))); len(got) != 0 {
		t.Errorf("asked for %v", got)
	}
	ended := func(d *distributor.Subscription) { d.ContractNo = "C8" }
	fresh := func(d *distributor.Subscription) { d.ContractNo = "C9" }
	if got := need(record("S8", ended, status(distributor.StatusCancelled)), record("S9", fresh)); len(got) != 1 ||
		got[0].ContractNo != "C9" {
		t.Errorf("what a new one's log holds already is to be known: asked for %v", got)
	}
	want := []subscription.LogWanted{{ContractNo: "C2", From: date("2026-01-15")}}
	if got := need(record("S1"), record("S2", other, seats(9)),
		record("S3", other, status(distributor.StatusCancelled))); !cmp.Equal(got, want, cmp.Comparer(sameDay)) {
		t.Errorf("asked for %v, want %v", got, want)
	}
}

func sameDay(a, b clock.Date) bool { return a == b }

func TestTwoAccountsReadAtOnceShareTheirProducts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	parts := []string{"P-1", "P-2", "P-3", "P-4"}
	done := make(chan error)
	for n := range 4 {
		a := o.world.account(o.provider, fmt.Sprintf("many-%d", n))
		var records []distributor.Subscription
		for i := range parts {
			part := parts[(i+n)%len(parts)]
			records = append(records, record(fmt.Sprintf("S%d-%s", n, part),
				func(d *distributor.Subscription) { d.PartNumber, d.SKU = part, "sku-"+part }))
		}
		go func() {
			done <- o.db.InTx(t.Context(), func(tx *gorm.DB) error {
				_, err := subscription.SyncAccount(t.Context(), tx,
					subscription.Listing{Provider: o.provider, Account: a, Records: records, Zone: time.UTC,
						Origin: o.person()})
				return err
			})
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	for _, part := range parts {
		if a, b := o.byExternal("S0-"+part), o.byExternal("S3-"+part); !a.ProductID.Valid ||
			a.ProductID != b.ProductID {
			t.Errorf("%s: products %v and %v", part, a.ProductID, b.ProductID)
		}
	}
}
