package billing_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"seatledger/internal/billing"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/testkit/billtest"
)

// terms are the contract's, as its form has them.
func (o *office) terms() (contract.Contract, contract.Input) {
	o.Helper()
	k, err := contract.Get(o.Context(), o.World.DB.Read(o.Context()), o.Contract)
	if err != nil {
		o.Fatal(err)
	}
	return k, contract.Input{CRMAccount: k.CRMAccountID.String(), Name: k.Name, Currency: k.Currency,
		BillingFrequency: string(k.BillingFrequency), Timing: string(k.Timing),
		BillingDay: contract.DayText(k.BillingDay), StartDate: k.StartDate.String(), BillFrom: k.BillFrom.String(),
		Refunds:      string(k.Refunds),
		PaymentTerms: k.PaymentTerms, TaxCode: k.TaxCode, IsDefault: k.IsDefault}
}

func (o *office) edit(change func(*contract.Input)) error {
	o.Helper()
	k, in := o.terms()
	change(&in)
	return contract.Service{DB: o.World.DB.DB, Clock: o.World.Clock}.Update(o.Context(), billtest.Bea,
		contract.Edit{ID: o.Contract, Version: k.Version, Input: in})
}

func TestTheRhythmOfAContractStaysWhileALiveInvoiceWasCutInIt(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-10", billtest.Terms{Frequency: "quarterly"})
	o.Add("S1", 5, "2026-01-01")
	changes := map[string]func(*contract.Input){
		"billing_frequency": func(in *contract.Input) { in.BillingFrequency = "monthly" },
		"billing_day":       func(in *contract.Input) { in.BillingDay = "15" },
		"timing":            func(in *contract.Input) { in.Timing = "arrears" },
		"bill_from":         func(in *contract.Input) { in.BillFrom = "2026-02-01" },
		"currency":          func(in *contract.Input) { in.Currency = "EUR" },
		"start_date":        func(in *contract.Input) { in.StartDate = "2025-12-01" },
	}
	refused := func(state, says string) {
		t.Helper()
		for field, change := range changes {
			if said := errs.FieldsOf(o.edit(change))[field]; !strings.Contains(said, says) && field != "currency" {
				t.Errorf("%s, %s: %q", state, field, said)
			}
		}
		for _, set := range []string{"billing_day = 7", "timing = 'arrears'", "bill_from = NULL", "currency = 'EUR'",
			"billing_frequency = 'annual'", "start_date = '2025-11-01'"} {
			if _, err := o.World.DB.Owner().Exec(t.Context(), `UPDATE billing_contracts SET `+set); err == nil ||
				!strings.Contains(err.Error(), "live invoices") {
				t.Errorf("%s: the database takes %s: %v", state, set, err)
			}
		}
	}
	id := o.draft(invoice.FullCycle, "")
	refused("draft", "A draft up to 2026-04-01 was cut with this setting")
	o.billed(id)
	refused("billed", "Invoice 1 (billed) was cut with this setting, so it stays. Void what was cut first")
	if err := o.edit(func(in *contract.Input) {
		in.Name, in.Refunds, in.EndDate = "Renamed", "yes",
			"2027-01-01"
	}); err != nil {
		t.Errorf("what is no rhythm: %v", err)
	}
	o.void(id)
	for _, field := range []string{"billing_frequency", "billing_day", "timing", "bill_from", "start_date"} {
		if err := o.edit(changes[field]); err != nil {
			t.Errorf("all is void, and %s cannot change: %v", field, err)
		}
	}
	paid := o.draft(invoice.FullCycle, "2026-02-15")
	o.billed(paid)
	if err := o.Pay(t.Context(), billtest.Bea, o.step(paid)); err != nil {
		t.Fatal(err)
	}
	said := errs.FieldsOf(o.edit(func(in *contract.Input) { in.BillingDay = "3" }))["billing_day"]
	if !strings.Contains(said, "Invoice 2 (paid)") ||
		!strings.Contains(said, "cannot be voided, so make a new contract") {
		t.Errorf("of a paid one: %q", said)
	}
}

func (o *office) billed(id uuid.UUID) {
	o.Helper()
	if err := o.Bill(o.Context(), billtest.Bea, o.step(id)); err != nil {
		o.Fatal(err)
	}
}

// cutting is a random sequence of edits of a contract, drafts and voids.
type cutting struct {
	*office
	live []uuid.UUID
}

func (c *cutting) actions() map[string]func(*rapid.T) {
	one := func(t *rapid.T, of ...string) string { return rapid.SampledFrom(of).Draw(t, "choice") }
	try := func(change func(*contract.Input)) { c.tolerate(c.edit(change)) }
	return map[string]func(*rapid.T){
		"frequency": func(t *rapid.T) {
			f := one(t, "monthly", "quarterly", "annual")
			try(func(in *contract.Input) { in.BillingFrequency = f })
		},
		"day": func(t *rapid.T) {
			d := one(t, "1", "15", "28", "last")
			try(func(in *contract.Input) { in.BillingDay = d })
		},
		"timing": func(t *rapid.T) {
			x := one(t, "advance",
				"arrears")
			try(func(in *contract.Input) { in.Timing = x })
		},
		"from": func(t *rapid.T) {
			d := one(t, "2026-01-01", "2026-01-20", "2026-03-01")
			try(func(in *contract.Input) { in.BillFrom = d })
		},
		"start": func(t *rapid.T) {
			d := one(t, "2025-11-05", "2026-01-01")
			try(func(in *contract.Input) { in.StartDate = d })
		},
		"draft": func(t *rapid.T) {
			kind := rapid.SampledFrom([]invoice.Kind{invoice.FullCycle, invoice.FullCycle,
				invoice.ChangeLog}).Draw(t, "kind")
			id, err := c.Service.Draft(c.Context(), billtest.Bea, billing.Order{Run: c.run(kind, ""), Late: true})
			if c.tolerate(err); err == nil {
				c.live = append(c.live, id)
			}
		},
		"void": func(t *rapid.T) {
			if len(c.live) == 0 {
				return
			}
			n := rapid.IntRange(0, len(c.live)-1).Draw(t, "which")
			err := c.Void(c.Context(), billtest.Bea, c.step(c.live[n]))
			if c.tolerate(err); err == nil {
				c.live = append(c.live[:n:n], c.live[n+1:]...)
			}
		},
	}
}

// tolerate lets refusals pass: what counts is what then stands.
func (c *cutting) tolerate(err error) {
	c.Helper()
	if k := errs.KindOf(err); err != nil && k != errs.Conflict && k != errs.Invalid {
		c.Fatal(err)
	}
}

// check: full cycles are cycles of the contract as it stands, none twice; the days of
// a subscription are billed in one piece, from the first day on to where billing stands.
func (c *cutting) check(t *rapid.T) {
	k, _ := c.terms()
	grid := contract.GridOf(k.Terms)
	var cycles []struct{ To string }
	err := c.World.DB.Read(c.Context()).
		Raw(`SELECT run_to::text AS to FROM invoices WHERE kind = 'full_cycle' AND state <> 'void' ORDER BY seq`).
		Scan(&cycles).Error
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range cycles {
		if to := billtest.Day(c, p.To); grid.Cycle(to.AddDays(-1)).To != to {
			t.Errorf("%s ends no cycle of %+v", p.To, grid)
		}
	}
	odd := c.Text(`SELECT string_agg(concat_ws(' ', s.external_id, x.from_date, x.to_date, x.after, s.billed_through,
		k.bill_from), '; ')
		FROM (SELECT subscription_id, from_date, to_date, lag(to_date) OVER w AS after,
			lead(from_date) OVER w IS NULL AS last
			FROM invoice_lines WHERE live AND kind = 'cycle' WINDOW w AS (PARTITION BY subscription_id
			ORDER BY from_date)) x
		JOIN subscriptions s ON s.id = x.subscription_id JOIN billing_contracts k ON k.id = s.contract_id
		WHERE x.from_date <> coalesce(x.after, k.bill_from) OR x.last AND x.to_date <> s.billed_through`)
	if odd != "" {
		t.Errorf("days are missing or twice: %s", odd)
	}
}

func TestNoSequenceOfEditsAndInvoicesLosesOrDoublesAPeriod(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-07-10", billtest.Terms{})
	o.Add("S1", 5, "2025-12-01")
	rapid.Check(t, func(r *rapid.T) {
		c := &cutting{office: o}
		actions := c.actions()
		actions[""] = c.check
		r.Repeat(actions)
		for len(c.live) > 0 { // newest first, all can be taken back, and then all may change again
			last := len(c.live) - 1
			if err := c.Void(t.Context(), billtest.Bea, c.step(c.live[last])); err != nil {
				t.Fatal(err)
			}
			c.live = c.live[:last]
		}
		if err := c.edit(func(in *contract.Input) {
			in.BillingFrequency, in.BillingDay, in.Timing, in.BillFrom, in.StartDate = "monthly", "1", "advance",
				"2026-01-01", "2026-01-01"
		}); err != nil {
			t.Fatal(errors.Join(errors.New("all is void"), err))
		}
	})
}
