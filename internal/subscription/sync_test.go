package subscription_test

import (
	"testing"
	"time"

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
	if s.State != subscription.Held || s.HoldReason != subscription.HoldUnmapped || s.LedgerQuantity != 5 || !s.ProductID.Valid {
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
	records := []distributor.Subscription{record("S1"), record("S2", seats(0)), record("S3", status(distributor.StatusCancelled)), record("S4", func(d *distributor.Subscription) { d.PartNumber, d.SKU = "", "" })}
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
