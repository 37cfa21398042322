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
)

// Plan is what a run would bill, and what it leaves out and why. It is what a person
// sees before a draft is made, and what a draft is made of.
type Plan struct {
	Contract contract.Contract
	Customer string
	Kind     RunKind
	Period   Period // of the invoice
	Items    []Item
	LeftOut  []LeftOut
	Total    decimal.Decimal
	Days     SeatDays // Billed: on this invoice; Forfeited: first told on it
	First    bool     // nothing of this contract was billed before
	Unmapped int      // subscriptions of accounts that belong to no customer yet, of all contracts
	Digest   string   // of the lines: whoever confirms a preview names what they saw
}

// Item is what a run bills of one subscription.
type Item struct {
	ID          uuid.UUID
	Name        string
	ExternalID  string
	PartNumber  string
	Provider    string
	Lines       []Line
	Before      clock.Date // where its billing stands; zero: nowhere yet
	Began       clock.Date // first day that this run could bill
	After       clock.Date
	Stand       SeatDays // over all live invoices, this one included
	Forfeited   int      // seat-days first told as forfeited by this run
	Exception   string   // its sign-off lapsed: why; empty when it stands
	settled     []uuid.UUID
	unbilled    []uuid.UUID
	chargedDays int
}

// Line is a charge with its rounded amount.
type Line struct {
	Charge
	Amount  decimal.Decimal
	Earlier bool // its period begins before the cycle of this run
}

// LeftOut is a subscription that a run does not bill.
type LeftOut struct {
	ID         uuid.UUID
	Name       string
	ExternalID string
	Provider   string
	Why        Reason
	Says       string
	Amount     decimal.NullDecimal // what it would come to; unknown without a price
}

// Earlier counts the lines whose period begins before this run's cycle, and their money.
func (p Plan) Earlier() (n int, amount decimal.Decimal) {
	for _, it := range p.Items {
		for _, l := range it.Lines {
			if l.Earlier {
				n, amount = n+1, amount.Add(l.Amount)
			}
		}
	}
	return n, amount
}

// Asks tells whether a person must confirm what lies before the cycle (RULES 8, first run).
func (p Plan) Asks() bool {
	n, _ := p.Earlier()
	return p.First && n > 0
}

// Empty tells whether there is nothing to bill and nothing to settle.
func (p Plan) Empty() bool { return len(p.Items) == 0 }

// Preview reckons a run without doing anything.
func (s Service) Preview(ctx context.Context, run Run) (Plan, error) {
	var p Plan
	err := s.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		var err error
		p, err = s.plan(ctx, tx, &run)
		return err
	})
	return p, err
}

// Due is the day up to which the next run of a kind would bill.
func (s Service) Due(ctx context.Context, contractID uuid.UUID, kind RunKind) (clock.Date, error) {
	r, err := s.rhythm(ctx, s.DB.Read(ctx), contractID)
	return r.due(kind), err
}

func (s Service) plan(ctx context.Context, db *gorm.DB, run *Run) (Plan, error) {
	r, err := s.rhythm(ctx, db, run.ContractID)
	if err != nil {
		return Plan{}, err
	}
	if run.Kind == "" {
		run.Kind = FullCycle
	}
	if run.End.IsZero() {
		run.End = r.due(run.Kind)
	}
	if err := r.allows(*run); err != nil {
		return Plan{}, err
	}
	if err := r.once(ctx, db, *run); err != nil {
		return Plan{}, err
	}
	all, err := candidates(ctx, db, r.Contract)
	if err != nil {
		return Plan{}, err
	}
	rows, err := ledgers(ctx, db, idsOf(all))
	if err != nil {
		return Plan{}, err
	}
	p := Plan{Contract: r.Contract, Kind: run.Kind, First: r.runs == 0, Period: Period{From: r.Cycle(run.End.AddDays(-1)).From, To: run.End}}
	for _, c := range all {
		p.weigh(c, rows[c.ID], r)
	}
	p.sum()
	return p, p.surroundings(ctx, db)
}

func idsOf(all []candidate) []uuid.UUID {
	ids := make([]uuid.UUID, len(all))
	for i, c := range all {
		ids[i] = c.ID
	}
	return ids
}

// weigh puts a subscription among those that are billed or those that are not. One
// with nothing to bill is in neither, nor is one whose unbilled days another one took along.
func (p *Plan) weigh(c candidate, rows []Row, r rhythm) {
	if c.Taken {
		return
	}
	to, b := p.book(c, rows, r)
	item := Item{ID: c.ID, Name: c.name(), ExternalID: c.ExternalID, PartNumber: c.PartNumber, Provider: c.Provider, Before: c.BilledThrough,
		Began: c.Began, After: later(b.Starts(), to), settled: b.Settled(to), unbilled: b.Unbilled()}
	if item.Began.IsZero() {
		item.Began = b.Starts()
	}
	charges, err := b.Charges(to, r.Currency)
	if err == nil && len(charges)+len(item.settled) == 0 {
		return
	}
	if why, says := c.stops(r.ID, err); why != "" {
		p.LeftOut = append(p.LeftOut, LeftOut{ID: c.ID, Name: c.name(), ExternalID: c.ExternalID, Provider: c.Provider, Why: why, Says: says, Amount: worth(charges, err, r.Currency)})
		return
	}
	item.charge(c, charges, p.Period.From, r.Currency)
	item.stand(c, b, to)
	if !c.SignedNow {
		item.Exception = c.Lapsed
	}
	p.Items = append(p.Items, item)
}

// book is the ledger of a candidate, and the day up to which this run bills it.
func (p *Plan) book(c candidate, rows []Row, r rhythm) (clock.Date, Book) {
	b := c.book(rows, r).Until(p.Period.To)
	to := p.Period.To
	if p.Kind == ChangeLog {
		to = p.reach(c, b, r)
	}
	if !r.EndDate.IsZero() {
		to = earlier(to, r.EndDate)
	}
	if !c.FrozenFrom.IsZero() {
		to = earlier(to, c.FrozenFrom)
	}
	return to, b
}

// reach is how far a change-log run bills a subscription: to where the contract is
// billed, so that what came mid-term joins its cycle; one with open rows at least up
// to the day of the run; and one that a person or a cut-over ends up to its last day,
// or a cut-over within a cycle in arrears could not be billed before it.
func (p *Plan) reach(c candidate, b Book, r rhythm) clock.Date {
	to := r.billedTo
	if slices.ContainsFunc(b.Rows, func(row Row) bool { return row.Open && !b.beforeBilling(row) }) {
		to = later(to, earlier(p.Period.To, r.tomorrow()))
	}
	return later(to, earlier(p.Period.To, c.closing()))
}

func (it *Item) charge(c candidate, charges []Charge, cycle clock.Date, currency string) {
	t := Tally{Exact: Parts{c.Exact}, Billed: c.Billed}
	for _, ch := range charges {
		it.chargedDays += ch.SeatDays()
		it.Lines = append(it.Lines, Line{Charge: ch, Amount: t.Add(ch.Exact, currency), Earlier: ch.Period.From.Before(cycle)})
	}
}

func (it *Item) stand(c candidate, b Book, to clock.Date) {
	it.Stand = b.Stand(to, c.Days+it.chargedDays)
	it.Forfeited = it.Stand.Forfeited - c.Forfeited
}

// worth is what charges that are left out would come to, by themselves.
func worth(charges []Charge, err error, currency string) decimal.NullDecimal {
	if err != nil {
		return decimal.NullDecimal{}
	}
	sum := Parts{}
	for _, c := range charges {
		sum = sum.Plus(c.Exact)
	}
	return decimal.NewNullDecimal(sum.Rounded(currency))
}

func (p *Plan) sum() {
	h := sha256.New()
	for _, it := range p.Items {
		p.Days.Forfeited += it.Forfeited
		p.Days.Billed += it.chargedDays
		fmt.Fprintln(h, it.ID, it.Before, it.After, len(it.settled))
		for _, l := range it.Lines {
			p.Total = p.Total.Add(l.Amount)
			fmt.Fprintln(h, l.Kind, l.Period.From, l.Period.To, l.Seats, l.Price.Value.Decimal, l.Price.Period, l.Amount)
		}
	}
	p.Days.Held = p.Days.Billed - p.Days.Forfeited
	p.Digest = hex.EncodeToString(h.Sum(nil))[:16]
}

func (p *Plan) surroundings(ctx context.Context, db *gorm.DB) error {
	return db.WithContext(ctx).Raw(`SELECT (SELECT name FROM crm_accounts WHERE id = ?),
		(SELECT count(*) FROM subscriptions s JOIN provider_accounts a ON a.id = s.account_id WHERE a.state = 'unmapped' AND s.state <> 'inactive')`,
		p.Contract.CRMAccountID).Row().Scan(&p.Customer, &p.Unmapped)
}
