package billing

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
)

// Row is a counted ledger row, as far as billing reads it.
type Row struct {
	ID       uuid.UUID
	Seq      int64
	Event    ledger.Event
	Reason   ledger.Reason
	On       clock.Date // effective
	Delta    int
	Price    ledger.Amount // of a price row: the price from then on
	Before   ledger.Amount // of a price row: the price until then
	Open     bool          // its first charge or credit was not taken yet
	Archived bool          // it never will be
	// Elsewhere is the first day that another system has not billed of this row; zero: none of it was.
	Elsewhere clock.Date
	// Undated tells that another system billed it before there was a contract: its cycle decides how far.
	Undated bool
	// Moved: it came with reassigned history, as a copy or as what differed on the switch day (RULES 9).
	Moved bool
	// Inherited: of a copy, that its first charge or credit was settled by its origin, and is in no line here.
	Inherited bool
}

// Book is the counted ledger of one subscription, with where its billing stands.
type Book struct {
	Rows    []Row
	Current ledger.Amount // the subscription's price now: it holds where no row says otherwise
	OneTime bool
	Grid    Grid
	Through clock.Date // first day not billed yet; zero: nothing was billed
	Began   clock.Date // first day that was ever billed here; zero: none yet
	From    clock.Date // first day to bill when nothing was billed
	Floor   clock.Date // no day before is ever charged or credited
}

// sorted has the rows in the order of effect, in which they are charged.
func (b Book) sorted() []Row {
	rows := slices.Clone(b.Rows)
	slices.SortFunc(rows, func(x, y Row) int {
		return cmp.Or(cmp.Compare(0, x.On.DaysUntil(y.On)), cmp.Compare(x.Seq, y.Seq))
	})
	return rows
}

// Starts is the first day that the next invoice bills anew.
func (b Book) Starts() clock.Date {
	if b.Through.IsZero() {
		return b.From
	}
	return b.Through
}

// Until is the book as it was known before a day: open rows from that day on wait for a later invoice.
func (b Book) Until(day clock.Date) Book {
	b.Rows = slices.DeleteFunc(slices.Clone(b.Rows), func(r Row) bool { return r.Open && !r.On.Before(day) })
	return b
}

// billedElsewhere tells whether another system has billed a row's share of a day.
func (r Row) billedElsewhere(day clock.Date) bool {
	return !r.Elsewhere.IsZero() && !day.Before(r.On) && day.Before(r.Elsewhere)
}

// seats counts the seats of a day that are billed here.
func seats(rows []Row, day clock.Date) int {
	n := 0
	for _, r := range rows {
		if !r.On.After(day) && !r.billedElsewhere(day) {
			n += r.Delta
		}
	}
	return n
}

// due is the seats that a day is charged for. Fewer than another system has billed
// are given back only where a row says so: one closed without refund does not.
func due(rows []Row, day clock.Date) int {
	n, back := seats(rows, day), 0
	for _, r := range rows {
		if r.Delta < 0 && !r.Archived && !r.On.After(day) {
			back += r.Delta
		}
	}
	return max(n, min(back, 0))
}

// price is what a seat costs on a day. Only price rows change it. A row that took
// the price away holds the next one that was set; and a first price also holds
// for the days before it, or they could never be billed.
func (b Book) price(rows []Row, day clock.Date) ledger.Amount {
	p, found := ledger.Amount{}, false
	for _, r := range rows {
		if r.Event == ledger.Price && !r.On.After(day) && !r.billedElsewhere(day) {
			p, found = r.Price, true
		}
	}
	if !found {
		p = b.initial()
	}
	if p.Value.Valid {
		return p
	}
	for _, r := range b.sorted() {
		if r.Event == ledger.Price && r.On.After(day) && r.Price.Value.Valid {
			return r.Price
		}
	}
	return b.Current
}

// PriceOn is what a seat costs on a day.
func (b Book) PriceOn(day clock.Date) ledger.Amount { return b.price(b.sorted(), day) }

// initial is the price before any price row: what the first recorded one replaced.
// History that was reassigned was recorded before the rows of its own.
func (b Book) initial() ledger.Amount {
	var first *Row
	for i, r := range b.Rows {
		if r.Event == ledger.Price && (first == nil || r.Moved && !first.Moved || r.Moved == first.Moved && r.Seq < first.Seq) {
			first = &b.Rows[i]
		}
	}
	if first == nil {
		return b.Current
	}
	return first.Before
}
