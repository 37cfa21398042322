package mapping_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/billing"
	"seatledger/internal/crm"
	"seatledger/internal/elsewhere"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/mapping"
	"seatledger/internal/testkit/billtest"
)

// billed is a mapped account with one subscription that can be billed.
type billed struct {
	*billtest.World
	office billing.Service
	room   *mapping.Service
	sub    uuid.UUID
}

func newBilled(t *testing.T) billed {
	t.Helper()
	w := billtest.New(t, "2026-03-05", billtest.Terms{})
	b := billed{World: w,
		office: billing.Service{Service: invoice.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC}},
		room: &mapping.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC, Reviews: w.Reviewer(),
			CRM: crm.Service{DB: w.DB.DB, Clock: w.Clock}}}
	b.sub = w.Add("S-1", 12, "2025-11-01") // before the first billed day: its row is archived, only its days are billed
	return b
}

func (b billed) ok(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b billed) unmap() error {
	return b.room.Unmap(b.Context(), olga, mapping.Choice{AccountID: b.Account.ID})
}

func (b billed) impact() mapping.Impact {
	b.Helper()
	i, err := mapping.ImpactOf(b.Context(), b.World.DB.Read(b.Context()), b.Account.ID)
	b.ok(err)
	return i
}

func (b billed) refused(state string) {
	b.Helper()
	if err := b.unmap(); errs.KindOf(err) != errs.Conflict ||
		!strings.Contains(errs.Public(err), "Void those invoices first") || b.impact().OnInvoices != 1 {
		b.Errorf("%s: %v, %+v", state, err, b.impact())
	}
}

func (b billed) draft() uuid.UUID {
	b.Helper()
	id, err := b.office.Draft(b.Context(), billtest.Bea,
		billing.Order{Run: billing.Run{ContractID: b.Contract, Kind: invoice.FullCycle}, Late: true})
	b.ok(err)
	return id
}

func TestWhatStandsOnALiveInvoiceKeepsItsCustomer(t *testing.T) {
	t.Parallel()
	b := newBilled(t)
	id := b.draft()
	b.refused("a draft")
	b.ok(b.office.Bill(t.Context(), billtest.Bea, invoice.Step{ID: id}))
	b.refused("billed")
	exclude := b.room.Exclude(t.Context(), olga, mapping.Choice{AccountID: b.Account.ID, Reason: "test"})
	if errs.KindOf(exclude) != errs.Conflict {
		t.Errorf("exclude: %v", exclude)
	}
	b.ok(b.office.Void(t.Context(), billtest.Bea, invoice.Step{ID: id, Reason: "wrong customer"}))
	if i := b.impact(); i.OnInvoices != 0 || i.Subscriptions != 1 || i.Seats != 12 || len(i.Contracts) != 1 ||
		len(i.Monthly) != 1 || i.Monthly[0].Amount.String() != "144" {
		t.Errorf("impact %+v", i)
	}
	b.ok(b.unmap())
}

// The remedy that the refusal names for a paid invoice works once the credit is issued.
func TestAnIssuedCreditLetsTheMappingChange(t *testing.T) {
	t.Parallel()
	b := newBilled(t)
	id := b.draft()
	b.ok(b.office.Bill(t.Context(), billtest.Bea, invoice.Step{ID: id}))
	b.ok(b.office.Pay(t.Context(), billtest.Bea, invoice.Step{ID: id}))
	b.refused("paid")
	again := true
	credit, err := b.office.CreditLines(t.Context(), billtest.Bea,
		invoice.CreditOrder{InvoiceID: id, Again: &again, Reason: "wrong customer"})
	b.ok(err)
	b.refused("the credit is a draft")
	b.ok(b.office.Bill(t.Context(), billtest.Bea, invoice.Step{ID: credit}))
	b.ok(b.unmap())
}

// What another system has billed is on no invoice of ours: it could not be voided
// here, so it keeps no wrong mapping in place. It stays marked.
func TestRowsBilledElsewhereDoNotKeepAMapping(t *testing.T) {
	t.Parallel()
	b := newBilled(t)
	late := b.Add("S-2", 3, "2026-03-01")
	row := uuid.MustParse(b.Text(`SELECT id FROM license_changes WHERE subscription_id = ? AND event = 'create'`, late))
	b.ok(elsewhere.Service{DB: b.office.DB, Clock: b.office.Clock}.Mark(t.Context(), billtest.Bea,
		elsewhere.Billed{Changes: []uuid.UUID{row}, Reference: "OLD-77"}))
	if i := b.impact(); i.OnInvoices != 0 || i.Elsewhere != 1 {
		t.Errorf("impact %+v", i)
	}
	b.ok(b.unmap())
	if got := b.Text(`SELECT st.billing_state || ' ' || e.reference FROM license_change_status st
		JOIN billed_elsewhere e USING (change_id) WHERE change_id = ?`, row); got != "invoiced OLD-77" {
		t.Errorf("the mark: %s", got)
	}
}
