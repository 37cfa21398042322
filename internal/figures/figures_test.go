package figures_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/figures"
	"seatledger/internal/invoice"
	"seatledger/internal/listing"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/kept"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// till is a customer who is billed, and where what came is noted.
type till struct {
	*billtest.World
	billing.Service
}

func open(t *testing.T, today string) *till {
	t.Helper()
	return at(billtest.New(t, today, billtest.Terms{}))
}

func at(w *billtest.World) *till {
	return &till{w, billing.Service{Service: invoice.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC}}}
}

// draft is the next cycle of the contract.
func (o *till) draft() uuid.UUID {
	o.Helper()
	id, err := o.Service.Draft(o.Context(), billtest.Bea,
		billing.Order{Run: billing.Run{ContractID: o.Contract, Kind: invoice.FullCycle}, Late: true})
	if err != nil {
		o.Fatal(err)
	}
	return id
}

func (o *till) bill(id uuid.UUID) {
	o.Helper()
	if err := o.Bill(o.Context(), billtest.Bea, invoice.Step{ID: id}); err != nil {
		o.Fatal(err)
	}
}

func (o *till) receive(id uuid.UUID, amount string) (payment uuid.UUID) {
	o.Helper()
	o.Tx(func(tx *gorm.DB) (err error) {
		payment, err = o.ReceiveIn(o.Context(), tx, billtest.Bea, invoice.Paying{Step: invoice.Step{ID: id},
			Amount: decimal.NewNullDecimal(decimal.RequireFromString(amount))})
		return err
	})
	return payment
}

func (o *till) takeBack(payment uuid.UUID) {
	o.Helper()
	o.Tx(func(tx *gorm.DB) error { return o.TakeBackIn(o.Context(), tx, billtest.Bea, payment) })
}

// now are the figures of the day.
func (o *till) now() figures.Now {
	o.Helper()
	n, err := figures.NowOf(o.Context(), o.World.DB.Read(o.Context()), clock.Today(o.World.Clock, time.UTC))
	if err != nil {
		o.Fatal(err)
	}
	return n
}

// said writes figures as text.
func said(all []figures.Figure) string {
	var out []string
	for _, f := range all {
		out = append(out, fmt.Sprintf("%d: %s %s", f.Rows, f.Amount, f.Currency))
	}
	return strings.Join(out, ", ")
}

// file is the column open of the file of invoices, in the order of their drafts.
func (o *till) file() string {
	o.Helper()
	list := invoice.All(time.UTC)
	column := slices.Index(list.Header(), "open")
	q := list.Ask(listing.Values{})
	order, err := list.Sorts().Parse("drafted_at")
	if err != nil {
		o.Fatal(err)
	}
	q.Page.Order = order
	var out []string
	err = list.Each(o.Context(), o.World.DB.DB, q, func(fields [][]byte) error {
		out = append(out, string(fields[column]))
		return nil
	})
	if err != nil {
		o.Fatal(err)
	}
	return strings.Join(out, " ")
}

// stands holds what the list, the dashboard, the customer's page and the invoice itself say is open to one amount.
func (o *till) stands(when, list, figure, one string, id uuid.UUID) {
	o.Helper()
	if got := o.file(); got != list {
		o.Errorf("%s: the file says %q is open, want %q", when, got, list)
	}
	if got := said(o.now().Open); got != figure {
		o.Errorf("%s: the dashboard says %q is open, want %q", when, got, figure)
	}
	m, err := invoice.MoneyOf(o.Context(), o.World.DB.Read(o.Context()), []uuid.UUID{id})
	if err != nil || m[id].Open().String() != one {
		o.Errorf("%s: the invoice says %s is open, want %s; %v", when, m[id].Open(), one, err)
	}
	kept.Check(o.Context(), o.TB, o.World.DB)
}

func TestWhatIsOpenFallsWithEachPaymentAndRisesOnItsUndo(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-01-02")
	o.Add("S1", 10, "2026-01-01")
	id := o.draft()
	if got := said(o.now().Drafts); got != "1: 120 USD" {
		t.Errorf("drafts: %s", got)
	}
	o.bill(id)
	o.stands("billed", "120", "1: 120 USD", "120", id)
	first := o.receive(id, "50.25")
	o.stands("part paid", "69.75", "1: 69.75 USD", "69.75", id)
	second := o.receive(id, "69.75")
	o.stands("paid", "0", "", "0", id)
	o.takeBack(first)
	o.stands("the first taken back", "50.25", "1: 50.25 USD", "50.25", id)
	o.takeBack(first) // twice is once
	o.takeBack(second)
	o.stands("both taken back", "120", "1: 120 USD", "120", id)
	o.Today("2026-03-02")
	if got := said(o.now().Overdue); got != "1: 120 USD" {
		t.Errorf("overdue: %s", got)
	}
	c, err := figures.CustomerOf(t.Context(), o.World.DB.Read(t.Context()), o.Customer, billtest.Day(t, "2026-03-02"), 1)
	if err != nil || said(c.Unpaid) != "1: 120 USD" || said(c.Overdue) != "1: 120 USD" {
		t.Errorf("the customer's page says %s open, %s overdue, %v", said(c.Unpaid), said(c.Overdue), err)
	}
}

// The amount of a shared document stands once, on the invoice that has it.
func TestOfASharedDocumentThereIsOneOpenAmount(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-01-02")
	o.Add("S1", 10, "2026-01-01")
	other := at(o.Beside("2026-01-02", billtest.Terms{}))
	other.Add("T1", 5, "2026-01-01")
	o.Exec(`UPDATE crm_accounts SET bill_to_parent = true, parent_id = ? WHERE id = ?`, o.Customer, other.Customer)
	a, b := o.draft(), other.draft()
	if err := o.Together(t.Context(), billtest.Bea, invoice.Step{ID: a}, []uuid.UUID{b}); err != nil {
		t.Fatal(err)
	}
	o.bill(a)
	// It comes to 180.00 on the first; the second has none of its own.
	o.stands("billed", "180 ", "2: 180 USD", "180", a)
	part := o.receive(b, "100")
	o.stands("part paid", "80 ", "2: 80 USD", "80", a)
	rest := o.receive(a, "80")
	o.stands("paid", "0 0", "", "0", a)
	o.takeBack(part)
	o.stands("the part taken back", "100 ", "2: 100 USD", "100", a)
	o.takeBack(rest)
	o.stands("all taken back", "180 ", "2: 180 USD", "180", a)
}

// The yen has no smaller coin: what is billed is whole, what it comes to a month is exact, and no half can be paid.
func TestFiguresInACurrencyWithoutCents(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-01-02")
	o.Exec(`UPDATE billing_contracts SET currency = 'JPY' WHERE id = ?`, o.Contract)
	id := o.AddUnpriced("S1", 3, "2026-01-01")
	o.Exec(`UPDATE subscriptions SET currency = 'JPY' WHERE id = ?`, id)
	o.Price(id, "1250.5", "")
	o.Sign(id)
	n := o.now()
	if d := cmp.Diff([]string{"1: 3751.5 JPY", "1: 30 USD", "1: 0 "},
		[]string{said(n.Revenue), said(n.Cost), said(n.Margin)}); d != "" {
		t.Errorf("revenue, cost and margin: %s", d)
	}
	bill := o.draft()
	if got := said(o.now().Drafts); got != "1: 3752 JPY" {
		t.Errorf("drafts: %s", got)
	}
	o.bill(bill)
	o.stands("billed", "3752", "1: 3752 JPY", "3752", bill)
	half := invoice.Paying{Step: invoice.Step{ID: bill}, Amount: decimal.NewNullDecimal(decimal.RequireFromString("0.5"))}
	if err := o.Receive(t.Context(), billtest.Bea, half); errs.KindOf(err) != errs.Invalid {
		t.Errorf("half a yen was paid: %v", err)
	}
	o.receive(bill, "752")
	o.stands("part paid", "3000", "1: 3000 JPY", "3000", bill)
	months, _, err := figures.Months(t.Context(), o.World.DB.Read(t.Context()), billtest.Day(t, "2026-01-01"),
		billtest.Day(t, "2027-01-01"))
	if err != nil || len(months) != 1 || months[0].Revenue.String() != "3752" || months[0].Currency != "JPY" {
		t.Errorf("billed by month: %+v, %v", months, err)
	}
}
