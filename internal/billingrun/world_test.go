package billingrun_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/billing"
	"seatledger/internal/billingrun"
	"seatledger/internal/invoice"
	"seatledger/internal/testkit/billtest"
)

// house is a database with several customers, each with a contract and subscriptions, and the room over it.
type house struct {
	*billtest.World
	all []*billtest.World
	*billingrun.Service
	bills billing.Service
}

// open makes so many contracts on a day; the n-th has n+1 licences of n+1 seats from 2026-01-01.
func open(t *testing.T, today string, contracts int) *house {
	t.Helper()
	w := billtest.New(t, today, billtest.Terms{})
	h := &house{World: w, all: []*billtest.World{w}}
	for len(h.all) < contracts {
		h.all = append(h.all, w.Beside(today, billtest.Terms{}))
	}
	for n, w := range h.all {
		w.Exec(`UPDATE crm_accounts SET name = ? WHERE id = ?`, fmt.Sprintf("Customer %02d", n), w.Customer)
		for i := range n + 1 {
			w.Add(fmt.Sprintf("S%d-%d", n, i), n+1, "2026-01-01")
		}
	}
	h.bills = billing.Service{Service: invoice.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC}}
	h.Service = &billingrun.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC, Billing: h.bills, Holder: "test",
		Enqueue: func(context.Context, *gorm.DB, billingrun.Job, time.Duration) error { return nil }}
	return h
}

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// run begins a run over all that is due and works it.
func (h *house) run(goal billingrun.Goal) uuid.UUID {
	h.Helper()
	id, err := h.Begin(h.Context(), billtest.Bea, billingrun.Order{All: true, Goal: goal})
	h.ok(err)
	h.ok(h.Go(h.Context(), id, 0))
	return id
}

func (h *house) ask(id uuid.UUID, a billingrun.Asked) {
	h.Helper()
	a.Run = id
	h.ok(h.Ask(h.Context(), billtest.Bea, a))
	h.ok(h.Go(h.Context(), id, 0))
}

func (h *house) look() billingrun.Due {
	h.Helper()
	d, err := h.Look(h.Context(), billingrun.Filter{})
	h.ok(err)
	return d
}

func (h *house) rows(id uuid.UUID) map[uuid.UUID]billingrun.Row {
	h.Helper()
	out := map[uuid.UUID]billingrun.Row{}
	h.ok(billingrun.EachRow(h.Context(), h.World.DB.Read(h.Context()), id, func(r billingrun.Row) error {
		out[r.ContractID] = r
		return nil
	}))
	return out
}

func (h *house) counts(id uuid.UUID) billingrun.Counts {
	h.Helper()
	c, err := billingrun.CountsOf(h.Context(), h.World.DB.Read(h.Context()), id)
	h.ok(err)
	return c
}

// numbers are all that were given, in their order.
func (h *house) numbers() string {
	h.Helper()
	return h.Text(`SELECT string_agg(number::text, ',' ORDER BY number) FROM invoices WHERE number IS NOT NULL`)
}

func total(s []billingrun.Sum) string {
	sum := decimal.Decimal{}
	for _, x := range s {
		sum = sum.Add(x.Amount)
	}
	return sum.String()
}

func (h *house) bill(id uuid.UUID) {
	h.Helper()
	h.ok(h.bills.Bill(h.Context(), billtest.Bea, invoice.Step{ID: id}))
}
