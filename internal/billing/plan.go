package billing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/invoice"
	"seatledger/internal/money"
	"seatledger/internal/review"
	"seatledger/internal/typedline"
)

// Plan is what a run would bill, and what it leaves out and why. It is what a person
// sees before a draft is made, and what a draft is made of.
type Plan struct {
	Contract contract.Contract
	Customer string
	Kind     invoice.Kind
	Period   contract.Period // of the run: the cycle it ends in, up to the day it bills to
	Covers   contract.Period // what its lines cover
	Items    []Item
	Typed    []TypedLine // by hand, after all others
	LeftOut  []LeftOut
	Total    decimal.Decimal
	Days     invoice.SeatDays // Billed: on this invoice; Forfeited: first told on it
	Unmapped int              // subscriptions of accounts that belong to no customer yet, of a preview alone
	Digest   string           // of the lines: whoever confirms a preview names what they saw
	Next     clock.Date
	Waits    string // why nothing can be billed yet, and when; empty: it can
}

// Item is what a run bills of one subscription.
type Item struct {
	ID          uuid.UUID
	Name        string
	ExternalID  string
	PartNumber  string
	Provider    string
	Lines       []Line
	After       clock.Date       // first day that is not billed after it
	Stand       invoice.SeatDays // of all its days under the contract, once this is billed
	Forfeited   int              // seat-days first told as forfeited by this run
	Exception   string           // its sign-off lapsed: why; empty when it stands
	Grew        *Growth          // nil: its seats did not grow suddenly since it was last billed
	Goodwill    bool             // its money goes down though a goodwill credit was given for it
	firstDay    clock.Date
	rows        []history.Row
	chargedDays int
	paid        clock.Date // the day after the last that is paid once it is billed
	unpaid      clock.Date // first day to be charged then; zero: none is known
	moved       bool       // what is paid of it bears on another
}

// Line is a charge with its rounded amount.
type Line struct {
	Charge
	Amount decimal.Decimal
	Late   bool // its period begins before the cycle of this run, or it moves days that were paid
}

// TypedLine is what a run bills of a line that a person typed.
type TypedLine struct {
	typedline.Due
	Late bool // its days begin before the cycle of this run
}

// LeftOut is a subscription, or some of its days, that a run does not bill.
type LeftOut struct {
	ID         uuid.UUID
	Name       string
	ExternalID string
	Provider   string
	Why        review.Reason
	Says       string
	Amount     decimal.NullDecimal // what it would come to; unknown without a price
}

// Why a run leaves days out, besides what keeps a subscription from being billed (RULES 7).
const (
	NoPrice    review.Reason = "no_price"
	OtherMoney review.Reason = "currency"
	OddPeriod  review.Reason = "price_period"
	TooMuch    review.Reason = "too_much"
)

// waiting says in a sentence why days from one on wait.
func waiting(why review.Reason, from string) string {
	switch why {
	case NoPrice:
		return "It has no price from " + from + " on. Days before are billed."
	case OtherMoney:
		return "From " + from + " on its price is in another currency than the contract. Days before are billed."
	}
	return "From " + from + " on the period of its price does not fit: what goes on needs a price per month, " +
		"quarter, year or three years, a purchase one for once."
}

// Late counts the lines that a person must confirm, and their money.
func (p Plan) Late() (n int, amount decimal.Decimal) {
	for _, it := range p.Items {
		for _, l := range it.Lines {
			if l.Late {
				n, amount = n+1, amount.Add(l.Amount)
			}
		}
	}
	for _, l := range p.Typed {
		if l.Late {
			n, amount = n+1, amount.Add(l.Amount)
		}
	}
	return n, amount
}

// Empty tells whether there is nothing to bill.
func (p Plan) Empty() bool { return len(p.Items)+len(p.Typed) == 0 }

// Preview reckons a run without doing anything.
func (s Service) Preview(ctx context.Context, run Run) (Plan, error) {
	var p Plan
	err := s.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		var err error
		if p, err = s.plan(ctx, tx, &run); err != nil {
			return err
		}
		p.Unmapped, err = unmapped(ctx, tx)
		return err
	})
	return p, err
}

// Due is the day up to which the next run of a kind would bill.
func (s Service) Due(ctx context.Context, contractID uuid.UUID, kind invoice.Kind) (clock.Date, error) {
	r, err := s.rhythm(ctx, s.DB.Read(ctx), contractID, uuid.Nil)
	return r.due(kind), err
}

func (s Service) plan(ctx context.Context, db *gorm.DB, run *Run) (Plan, error) {
	r, err := s.rhythm(ctx, db, run.ContractID, run.instead)
	if err != nil {
		return Plan{}, err
	}
	return r.read(ctx, db, run)
}

// read plans a run with all that it is made of read for it.
func (r rhythm) read(ctx context.Context, db *gorm.DB, run *Run) (Plan, error) {
	if waits, err := r.begin(run); waits.Waits != "" || err != nil {
		return waits, err
	}
	m, err := gather(ctx, db, []rhythm{r}, run.instead)
	if err != nil {
		return Plan{}, err
	}
	return m.plan(r, run)
}

// begin completes what a run was asked for. A plan that waits: nothing is due yet, though no day was asked for.
func (r rhythm) begin(run *Run) (Plan, error) {
	if run.Kind == "" {
		run.Kind = invoice.FullCycle
	}
	if run.proposed = run.End.IsZero(); run.proposed {
		run.End = r.due(run.Kind)
	}
	err := r.allows(*run)
	if waits := errs.FieldsOf(err)["period_end"]; run.proposed && waits != "" {
		cycle := contract.Period{From: r.Cycle(run.End.AddDays(-1)).From, To: run.End}
		return Plan{Contract: r.Contract, Kind: run.Kind, Period: cycle, Waits: waits}, nil
	}
	return Plan{}, err
}

// plan reckons a run that may be made.
func (m material) plan(r rhythm, run *Run) (Plan, error) {
	books, typed := m.books[r.ID], m.typed[r.ID]
	p := r.plan(*run, books, typed)
	// Nothing is due in the cycle that follows the last one billed: a later one, up to that of today, may have
	// something.
	for run.proposed && p.Empty() && run.Kind == invoice.FullCycle && r.allows(r.following(*run)) == nil {
		*run = r.following(*run)
		p = r.plan(*run, books, typed)
	}
	if p.Empty() && len(p.LeftOut) == 0 && run.proposed && !r.EndDate.IsZero() && !r.billedTo.Before(r.EndDate) {
		p.Waits = fmt.Sprintf("The contract ended on %s, and every day of it is paid. Nothing more falls due.",
			r.EndDate)
	}
	for i, it := range p.Items {
		p.Items[i].Grew = m.grown[it.ID]
	}
	p.Customer = m.customers[r.CRMAccountID]
	return p, p.storable()
}

func (r rhythm) plan(run Run, books []book, typed typedline.Book) Plan {
	p := Plan{Contract: r.Contract, Kind: run.Kind,
		Period: contract.Period{From: r.Cycle(run.End.AddDays(-1)).From, To: run.End}, Next: r.following(run).End}
	for _, b := range books {
		p.weigh(b, r.reach(run))
	}
	for _, d := range typed.Due(r.reach(run)) {
		p.Typed = append(p.Typed, TypedLine{Due: d, Late: d.Period.From.Before(p.Period.From)})
	}
	p.sum()
	return p
}

// weigh puts a subscription among those that are billed or those that are not. One
// with nothing due is in neither.
func (p *Plan) weigh(b book, to clock.Date) {
	r := Reckon(b.history, p.Contract.ID, to)
	if len(r.Charges) == 0 && r.Stopped == "" && b.ContractID.Valid {
		return
	}
	if why, says := b.Stops(p.Contract.ID); why != "" {
		if b.ContractID.Valid || r.Stopped != "" || p.alone(b) {
			p.leaveOut(b, why, says, r)
		}
		return
	}
	if r.Stopped != "" {
		p.leaveOut(b, r.Stopped, waiting(r.Stopped, r.to.String()), Reckoning{Stopped: r.Stopped})
	}
	if len(r.Charges) == 0 {
		return
	}
	item := p.item(b, r)
	if says := p.tooMuch(item); says != "" {
		p.leaveOut(b, TooMuch, says, r)
		return
	}
	p.Items, p.Total = append(p.Items, item), p.Total.Add(item.amount())
}

// tooMuch says why an item cannot be on the invoice; empty: it can.
func (p *Plan) tooMuch(it Item) string {
	for _, l := range it.Lines {
		if beyond(l.Amount) {
			return fmt.Sprintf("Its line from %s to %s comes to %s %s, over the limit of %s. "+
				"Correct its seats or price.",
				l.Period.From, l.Period.To, money.Grouped(l.Amount, p.Contract.Currency), p.Contract.Currency,
				money.HighestAmount)
		}
	}
	if with := p.Total.Add(it.amount()); beyond(with) {
		return fmt.Sprintf("With it the invoice would come to %s %s, over the limit of %s for one invoice. "+
			"Correct its seats or price, or move it to another contract.",
			money.Grouped(with, p.Contract.Currency), p.Contract.Currency, money.HighestAmount)
	}
	return ""
}

// amount is what the item's lines come to.
func (it Item) amount() decimal.Decimal {
	sum := decimal.Decimal{}
	for _, l := range it.Lines {
		sum = sum.Add(l.Amount)
	}
	return sum
}

// alone tells whether a subscription of the customer stands in no contract and has seats that one could bill.
func (p *Plan) alone(b book) bool { return !b.ContractID.Valid && !b.history.Begins().IsZero() }

func (p *Plan) leaveOut(b book, why review.Reason, says string, r Reckoning) {
	p.LeftOut = append(p.LeftOut, LeftOut{
		ID: b.ID, Name: b.Name(), ExternalID: b.ExternalID, Provider: b.Provider, Why: why, Says: says,
		Amount: r.worth(p.Contract.Currency),
	})
}

// worth is what charges that are left out would come to, by themselves.
func (r *Reckoning) worth(currency string) decimal.NullDecimal {
	if r.Stopped != "" || len(r.Charges) == 0 {
		return decimal.NullDecimal{}
	}
	sum := history.Parts{}
	for _, c := range r.Charges {
		sum = sum.Plus(c.Exact)
	}
	return decimal.NewNullDecimal(sum.Rounded(currency))
}

func (p *Plan) item(b book, r Reckoning) Item {
	it := Item{ID: b.ID, Name: b.Name(), ExternalID: b.ExternalID, PartNumber: b.PartNumber, Provider: b.Provider,
		After:    r.to,
		firstDay: r.FirstDay(), rows: r.Rows, Stand: r.seatDays(), moved: r.Moved}
	it.paid, it.unpaid = r.afterwards()
	it.Forfeited = it.Stand.Forfeited - b.forfeited
	if !b.SignedNow {
		it.Exception = b.Lapsed
	}
	t := r.Standing()
	for _, c := range r.Charges {
		it.chargedDays += c.SeatDays()
		l := Line{Charge: c, Amount: t.Add(c.Exact, p.Contract.Currency), Late: c.Period.From.Before(p.Period.From) ||
			c.Kind == history.CatchUp || c.Kind == history.Reprice}
		it.Lines = append(it.Lines, l)
	}
	it.Goodwill = r.lowersGoodwill()
	return it
}

func (p *Plan) sum() {
	h := sha256.New()
	for _, it := range p.Items {
		p.Days.Forfeited += it.Forfeited
		p.Days.Billed += it.chargedDays
		_, _ = fmt.Fprintln(h, it.ID, it.After)
		for _, l := range it.Lines {
			p.cover(l.Period)
			_, _ = fmt.Fprintln(h, l.Kind, l.Period.From, l.Period.To, l.Seats, l.Price.Value.Decimal,
				l.Price.Period, l.Amount)
		}
	}
	for _, l := range p.Typed {
		p.Total = p.Total.Add(l.Amount)
		p.cover(l.Period)
		_, _ = fmt.Fprintln(h, l.ID, l.Period.From, l.Period.To, l.Quantity, l.UnitAmount, l.Amount)
	}
	p.Days.Held = p.Days.Billed - p.Days.Forfeited
	p.Digest = hex.EncodeToString(h.Sum(nil))[:16]
}

func (p *Plan) cover(days contract.Period) {
	if p.Covers.From.IsZero() || days.From.Before(p.Covers.From) {
		p.Covers.From = days.From
	}
	p.Covers.To = clock.Later(p.Covers.To, days.To)
}

func beyond(amount decimal.Decimal) bool { return amount.Abs().GreaterThanOrEqual(money.HighestAmount) }

// storable refuses what lines typed by hand make of an invoice; what subscriptions do was left out.
func (p *Plan) storable() error {
	if !beyond(p.Total) {
		return nil
	}
	dearest := slices.MaxFunc(p.Typed, func(a, b TypedLine) int { return a.Amount.Abs().Cmp(b.Amount.Abs()) })
	return errs.Newf(errs.Conflict, "With %q, %s, the invoice of %s comes to %s %s, over the limit of %s for one "+
		"invoice. Correct that line first; nothing was billed.",
		dearest.Text, money.Grouped(dearest.Amount, p.Contract.Currency), p.Contract.Name,
		money.Grouped(p.Total, p.Contract.Currency), p.Contract.Currency, money.HighestAmount)
}

// Lines is how many lines the invoice would have.
func (p Plan) Lines() int {
	n := len(p.Typed)
	for _, it := range p.Items {
		n += len(it.Lines)
	}
	return n
}

// Old counts the lines that begin more than one cycle before that of the run, their money and the first of their days.
func (p Plan) Old() (n int, amount decimal.Decimal, from clock.Date) {
	if p.Period.From.IsZero() {
		return n, amount, from
	}
	before := contract.GridOf(p.Contract.Terms).Cycle(p.Period.From.AddDays(-1)).From
	old := func(days contract.Period, sum decimal.Decimal) {
		if !days.From.Before(before) {
			return
		}
		if n, amount = n+1, amount.Add(sum); from.IsZero() || days.From.Before(from) {
			from = days.From
		}
	}
	for _, it := range p.Items {
		for _, l := range it.Lines {
			old(l.Period, l.Amount)
		}
	}
	for _, l := range p.Typed {
		old(l.Period, l.Amount)
	}
	return n, amount, from
}
