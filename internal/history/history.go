package history

import (
	"cmp"
	"slices"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/ledger"
)

// History is one subscription with all that decides what its days cost.
type History struct {
	ID       uuid.UUID
	Kind     string  // licence, one_time, usage, trial, unknown
	Rows     []Row   // that count
	Lines    []Line  // of invoices that are not void, those of its history's source included
	Extras   []Extra // seats of a supplier's bill that a person bills though the ledger lacks them
	Stays    []Stay  // in contracts, in the order of their first days
	Products []ProductFrom
	// From is the switch day before which no day is its own, zero: there is none.
	From clock.Date
	// Limit is the first day that a cut-over gives to another; zero: none.
	Limit clock.Date
	Ends  Bound
	// Moved tells that days of it went over to another, or another's to it: what is paid of one bears on the other.
	Moved bool

	Terms map[uuid.UUID]Contract // of the contracts it was ever in or has lines of
}

// Extra is seats that are charged on their days beside those of the ledger. Seats that join later take them back
// first.
type Extra struct {
	Place  Place
	Period contract.Period
	Seats  int
}

// Place is where a row or a line stands in the order of recording.
type Place struct {
	Seq     int64 // of the ledger; of a line, that of the last row before its draft
	Invoice int64 // of a line: its invoice's
}

// Compare orders places.
func (p Place) Compare(o Place) int {
	return cmp.Or(cmp.Compare(p.Seq, o.Seq), cmp.Compare(p.Invoice, o.Invoice))
}

// Row is a counted row of the ledger, decoded.
type Row struct {
	ID     uuid.UUID
	Place  Place // of the row it replaces, or was copied from
	Seq    int64 // its own, in the order of recording
	Event  ledger.Event
	Reason ledger.Reason
	Source ledger.Source
	On     clock.Date
	Delta  int
	Refund bool // of a reduction
	Price  Price
	// Elsewhere is the first day that another system has not billed of it; zero: it billed none. Outside are
	// the seats it billed: those of the row that was marked, also where another was written in its place.
	Elsewhere clock.Date
	Outside   int

	origin     uuid.UUID   // the row it was first copied from; itself where it is no copy
	replaces   bool        // it stands in another's place
	writtenFor []uuid.UUID // rows entered before it, because of which it was written anew
}

// Price is a dated selling price with what it is for; unknown agrees with anything.
type Price struct {
	ledger.Amount
	Product  uuid.NullUUID
	Term     string
	Rhythm   string
	ByPerson bool
	From     ledger.PriceFrom
	ItemID   uuid.NullUUID // of the price list; none where a person typed it
}

// ProductFrom is what the subscription was from a day on.
type ProductFrom struct {
	On     clock.Date // zero: from its first day
	ID     uuid.NullUUID
	Kind   string
	Term   string
	Rhythm string
	Name   string
	Part   string
}

// Stay is a contract from a day on.
type Stay struct {
	Contract uuid.UUID  // nil: in none
	On       clock.Date // zero: from its first day
}

// Contract is what of a contract decides about days and money.
type Contract struct {
	ID       uuid.UUID
	Currency string
	Grid     contract.Grid
	Start    clock.Date
	BillFrom clock.Date // zero: it does not bill yet
	End      Bound
}

// Bound is an end with its place in the order of recording.
type Bound struct {
	On     clock.Date // first day no longer in; zero: open
	Refund bool
	Place  Place
}

// Line is what an invoice, or what was known when the law of days came, took for days.
type Line struct {
	ID       uuid.UUID
	Invoice  uuid.UUID
	Contract uuid.UUID // under which it is paid here
	Place    Place
	Kind     Kind
	Period   contract.Period
	Seats    int
	Price    ledger.Amount
	Exact    Parts
	Amount   decimal.Decimal
	Standing bool // neither credited to be billed again, nor such a credit
	Goodwill bool
	Grid     contract.Grid // of the contract it was billed under
}

// Kind is what a line is for.
type Kind string

// The kinds. Of one subscription and day at most one cycle line stands.
const (
	Cycle    Kind = "cycle"
	CatchUp  Kind = "catch_up" // seats of days that were billed before this was known
	Reprice  Kind = "price"    // the difference a price makes over such days
	Once     Kind = "once"     // a purchase, never prorated
	Credited Kind = "credit"
	Typed    Kind = "typed" // by hand; of no subscription, so in no history
)

// OneTime is the kind of what is bought once and never prorated.
const OneTime = "one_time"

// hasSeats tells whether the line's seats are paid by it. A price moves money only.
func (l Line) hasSeats() bool { return l.Kind == Cycle || l.Kind == CatchUp || l.Kind == Once }

// Contract gives the terms of a contract it was ever in.
func (h History) Contract(id uuid.UUID) Contract { return h.Terms[id] }

// Contracts are those that it was in or has lines of, in the order of its stays.
func (h History) Contracts() []uuid.UUID {
	var ids []uuid.UUID
	add := func(id uuid.UUID) {
		if id != uuid.Nil && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, s := range h.Stays {
		add(s.Contract)
	}
	for _, l := range h.Lines {
		add(l.Contract)
	}
	return ids
}

// ContractOn is the contract that a day belongs to; nil: none.
func (h History) ContractOn(day clock.Date) uuid.UUID {
	var id uuid.UUID
	for _, s := range h.Stays {
		if !s.On.After(day) {
			id = s.Contract
		}
	}
	return id
}

// Begins is the first day on which anything counts; zero: nothing ever did.
func (h History) Begins() clock.Date {
	var first clock.Date
	for _, r := range h.Rows {
		if r.Delta > 0 && (first.IsZero() || r.On.Before(first)) {
			first = r.On
		}
	}
	return first
}

// FirstDay is the first billable day (RULES 8); zero while nothing counts. Where no
// contract has a first billing day it is the first day on which anything counts.
func (h History) FirstDay() clock.Date {
	first := clock.Later(h.Begins(), h.From)
	for _, s := range h.Stays {
		if k, known := h.Terms[s.Contract]; known {
			return clock.Later(first, clock.Later(k.Start, k.BillFrom))
		}
	}
	return first
}

// Owns tells whether a day of it is a contract's, whatever that contract's end says.
func (h History) Owns(contractID uuid.UUID, day clock.Date) bool {
	k := h.Terms[contractID]
	switch {
	case contractID == uuid.Nil || h.ContractOn(day) != contractID:
		return false
	case k.BillFrom.IsZero() || day.Before(k.BillFrom) || day.Before(k.Start):
		return false
	case day.Before(h.FirstDay()) || !h.Limit.IsZero() && !day.Before(h.Limit):
		return false
	}
	return true
}

// PaidTo is the day after the last that standing lines of a contract have; zero: they have none.
func (h History) PaidTo(contractID uuid.UUID) clock.Date {
	var to clock.Date
	for _, l := range h.Lines {
		if l.Standing && l.Contract == contractID {
			to = clock.Later(to, l.Period.To)
		}
	}
	return to
}

// With is the history with one more row, the last recorded.
func (h History) With(r Row) History {
	r.Place, r.Seq = Place{Seq: 1 << 62}, 1<<62
	if r.ID == uuid.Nil {
		r.ID = uuid.New()
	}
	r.origin = r.ID
	h.Rows = append(slices.Clone(h.Rows), r)
	return h
}

// WithoutInvoice is the history as though an invoice had never been drafted.
func (h History) WithoutInvoice(id uuid.UUID) History {
	h.Lines = slices.DeleteFunc(slices.Clone(h.Lines), func(l Line) bool { return l.Invoice == id })
	return h
}

func termsOf(t contract.Terms, id uuid.UUID, end Bound) Contract {
	return Contract{ID: id, Currency: t.Currency, Grid: contract.GridOf(t), Start: t.StartDate,
		BillFrom: t.BillFrom, End: end}
}

// Rewritten tells whether the row was written anew in another's place.
func (r Row) Rewritten() bool { return len(r.writtenFor) > 0 || r.replaces }
