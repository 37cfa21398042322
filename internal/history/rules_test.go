package history

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
)

// book is a subscription in one monthly contract from 2026-10-01 on, written down in
// the order of recording.
type book struct {
	*testing.T
	History
	contract uuid.UUID
	seq      int64
}

func day(s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func begin(t *testing.T) *book {
	t.Helper()
	id := uuid.New()
	k := Contract{ID: id, Currency: "USD", Grid: contract.Grid{Day: 1, Months: 1, Start: day("2026-10-01")},
		Start: day("2026-10-01"), BillFrom: day("2026-10-01")}
	h := History{ID: uuid.New(), Kind: "licence", Stays: []Stay{{Contract: id}}, Products: []ProductFrom{{}},
		Terms: map[uuid.UUID]Contract{id: k}}
	return &book{T: t, History: h, contract: id}
}

func (b *book) row(on string, delta int, refund bool) *book {
	b.seq++
	id := uuid.New()
	b.Rows = append(b.Rows, Row{ID: id, origin: id, Place: Place{Seq: b.seq}, Event: ledger.Update, On: day(on),
		Delta: delta, Refund: refund})
	return b
}

// elsewhere marks the last row as billed by another system up to a day.
func (b *book) elsewhere(until string) *book {
	last := &b.Rows[len(b.Rows)-1]
	last.Elsewhere, last.Outside = day(until), last.Delta
	return b
}

// bill takes what is due up to a day, as a run does.
func (b *book) bill(to string) *book {
	b.seq++
	place := Place{Seq: b.seq, Invoice: b.seq}
	for _, s := range b.Days(b.contract, day(to)) {
		if n := s.Due(); n != 0 {
			kind := CatchUp
			if !s.InCycle() {
				kind = Cycle
			}
			b.Lines = append(b.Lines, Line{ID: uuid.New(), Contract: b.contract, Place: place, Kind: kind,
				Period: s.Period, Seats: n,
				Price: ledger.Amount{Value: decimal.NewNullDecimal(decimal.NewFromInt(10)), Period: money.Month,
					Currency: "USD"}, Standing: true, Grid: b.Terms[b.contract].Grid})
		}
	}
	return b
}

func (b *book) on(d string, want Seats) *book {
	b.Helper()
	if diff := cmp.Diff(want, b.seatsOn(b.contract, day(d))); diff != "" {
		b.Errorf("on %s: %s", d, diff)
	}
	return b
}

func (b *book) due(d string, want int) *book {
	b.Helper()
	if got := b.seatsOn(b.contract, day(d)).Due(); got != want {
		b.Errorf("on %s %d seats are due, want %d", d, got, want)
	}
	return b
}

func TestTenThenFiveThenTenAgainWithinAPaidMonthChargesNothing(t *testing.T) {
	t.Parallel()
	begin(t).row("2026-10-01", 10, false).bill("2026-12-01").row("2026-11-05", -5, false).row("2026-11-20", 5, false).
		on("2026-11-10", Seats{Counted: 5, Paid: 10, Forfeited: 5}).due("2026-11-10", 0).due("2026-11-25", 0)
}

func TestATypoPutRightTheSameDayChargesNothing(t *testing.T) {
	t.Parallel()
	begin(t).row("2026-10-01", 10, false).bill("2027-01-01").row("2026-12-10", 90, false).row("2026-12-10", -90,
		false).due("2026-12-15", 0)
}

func TestRefundAndForfeitOnOneDayInEitherOrder(t *testing.T) {
	t.Parallel()
	for _, refundFirst := range []bool{true, false} {
		b := begin(t).row("2026-10-01", 10, false).bill("2026-12-01")
		if refundFirst {
			b.row("2026-11-10", -3, true).row("2026-11-10", -2, false)
		} else {
			b.row("2026-11-10", -2, false).row("2026-11-10", -3, true)
		}
		b.due("2026-11-15", -3).bill("2026-12-01").
			on("2026-11-15", Seats{Counted: 5, Paid: 7, Forfeited: 2}).due("2026-11-15", 0).
			row("2026-11-10", 1, false).
			on("2026-11-15", Seats{Counted: 6, Paid: 7, Forfeited: 1}).due("2026-11-15", 0)
	}
}

func TestSeatsThatLeftBeforeTheFirstBillAreNotForfeited(t *testing.T) {
	t.Parallel()
	begin(t).row("2026-11-01", 2, false).row("2026-11-01", -1, false).bill("2026-12-01").
		on("2026-11-15", Seats{Counted: 1, Paid: 1}).row("2026-11-01", -1, true).due("2026-11-15", -1)
	begin(t).row("2026-11-01", 10, false).row("2026-11-01", -5, false).bill("2026-12-01").row("2026-11-01", 3,
		false).due("2026-11-15", 3).
		bill("2026-12-01").row("2026-11-01", -3, true).due("2026-11-15", -3)
}

func TestSeatsBilledElsewhereAreNeverCreditedHere(t *testing.T) {
	t.Parallel()
	begin(t).row("2026-11-01", 6, false).elsewhere("2026-12-01").row("2026-11-01", 4, false).bill("2026-12-01").
		on("2026-11-15", Seats{Counted: 10, Paid: 4, Outside: 6}).row("2026-11-01", -5, true).
		on("2026-11-15", Seats{Counted: 5, Paid: 4, Outside: 6, Forfeited: 1}).due("2026-11-15", -4).
		bill("2026-12-01").due("2026-11-15", 0)
}

// After a credit of seats of which another system has billed some, what is forfeited still covers those: the next run
// takes nothing.
func TestForfeitedSeatsOfAnotherSystemStayAfterACredit(t *testing.T) {
	t.Parallel()
	begin(t).row("2026-11-01", 6, false).elsewhere("2026-12-01").row("2026-11-01", 4, false).bill("2026-12-01").
		row("2026-11-01", -5, false).on("2026-11-15", Seats{Counted: 5, Paid: 4, Outside: 6, Forfeited: 5}).
		row("2026-11-01", -2, true).due("2026-11-15", -2).bill("2026-12-01").due("2026-11-15", 0)
}

// A back-dated reduction and the later row that is written again for it count as one
// from that row's day on: those days are charged as before.
func TestARowEnteredBeforeAnotherLeavesTheDaysFromThatOneOnAsTheyWere(t *testing.T) {
	t.Parallel()
	b := begin(t).row("2026-11-01", 10, false).row("2026-11-20", -5, true).bill("2026-12-01").on("2026-11-25",
		Seats{Counted: 5, Paid: 5})
	b.row("2026-11-10", -2, false)
	entered, old := b.Rows[2], b.Rows[1]
	again := Row{ID: uuid.New(), Place: old.Place, Event: old.Event, On: old.On, Delta: -3, Refund: old.Refund,
		writtenFor: []uuid.UUID{entered.ID}, replaces: true}
	b.Rows = append(b.Rows[:1:1], entered, again)
	b.on("2026-11-15", Seats{Counted: 8, Paid: 10, Forfeited: 2}).on("2026-11-25",
		Seats{Counted: 5, Paid: 5}).due("2026-11-25", 0)
}

// A row of which another system has billed the seats, written again because the quantity that it reached was entered
// from an earlier day on, changes nothing any more; what was billed elsewhere stays billed there.
func TestSeatsBilledElsewhereStaySoWhereTheirRowIsWrittenAgainWithNoChange(t *testing.T) {
	t.Parallel()
	for entered, rest := range map[int]int{2: 2, 4: 0, 6: -2} {
		b := begin(t).row("2026-10-01", 9, false).row("2026-10-20", 4, false).elsewhere("2026-12-01")
		b.row("2026-10-10", entered, false)
		old, early := b.Rows[1], b.Rows[2]
		again := Row{ID: uuid.New(), Place: old.Place, Event: old.Event, On: old.On, Delta: rest,
			Elsewhere: old.Elsewhere, Outside: old.Outside, writtenFor: []uuid.UUID{early.ID}, replaces: true}
		b.Rows = append(b.Rows[:1:1], early, again)
		b.due("2026-10-05", 9).due("2026-10-15", 9+entered).due("2026-10-25", 9).due("2026-11-15", 9).
			due("2026-12-01", 13)
	}
}

func TestAContractThatEndsCountsNothingFromThen(t *testing.T) {
	t.Parallel()
	for _, refund := range []bool{true, false} {
		b := begin(t).row("2026-10-01", 10, false).bill("2027-01-01")
		k := b.Terms[b.contract]
		b.seq++
		k.End = Bound{On: day("2026-12-16"), Refund: refund, Place: Place{Seq: b.seq}}
		b.Terms[b.contract] = k
		want := Seats{Paid: 10, Forfeited: 10}
		if refund {
			want.Forfeited = 0
		}
		b.on("2026-12-20", want).due("2026-12-10", 0)
		k.End = Bound{}
		b.Terms[b.contract] = k
		b.due("2026-12-20", 0)
	}
}

func price(b *book, on string, amount string, byPerson bool) {
	b.seq++
	id := uuid.New()
	b.Rows = append(b.Rows, Row{ID: id, origin: id, Place: Place{Seq: b.seq}, Seq: b.seq, Event: ledger.Price,
		On: day(on),
		Price: Price{Amount: ledger.Amount{Value: decimal.NewNullDecimal(decimal.RequireFromString(amount)),
			Period: money.Month, Currency: "USD"}, ByPerson: byPerson}})
}

func TestThePriceOfADayIsTheLatestEffectiveAndOfThoseTheLastRecorded(t *testing.T) {
	t.Parallel()
	b := begin(t).row("2026-10-01", 10, false)
	price(b, "2026-10-01", "10", false)
	price(b, "2027-01-01", "20", true)
	price(b, "2026-11-01", "11", true)
	price(b, "2026-11-01", "12", true)
	price(b, "2026-12-01", "0", false) // no person typed it, and it is no trial
	for on, want := range map[string]string{"2026-10-31": "10", "2026-11-01": "12", "2026-12-31": "12",
		"2027-01-01": "20"} {
		if got, _ := b.PriceOn(day(on)); got.Price.Value.Decimal.String() != want {
			t.Errorf("on %s %s, want %s", on, got.Price.Value.Decimal, want)
		}
	}
	if _, found := b.PriceOn(day("2026-09-30")); found {
		t.Error("a price holds before its day")
	}
}

func TestAPriceHoldsForItsProductTermAndCurrencyOnly(t *testing.T) {
	t.Parallel()
	one, two := uuid.NullUUID{UUID: uuid.New(), Valid: true}, uuid.NullUUID{UUID: uuid.New(), Valid: true}
	b := begin(t).row("2026-10-01", 10, false)
	price(b, "2026-10-01", "10", true)
	b.Rows[1].Price.Product, b.Rows[1].Price.Term = one, "annual"
	b.Products = []ProductFrom{{ID: one, Term: "annual"}, {On: day("2026-11-01"), ID: two, Term: "annual"},
		{On: day("2026-12-01"), ID: one, Term: "unknown"}}
	for on, want := range map[string]bool{"2026-10-15": true, "2026-11-15": false, "2026-12-15": true} {
		if _, found := b.PriceOn(day(on)); found != want {
			t.Errorf("on %s found %v", on, found)
		}
	}
	b.Rows[1].Price.Currency = "EUR"
	if _, found := b.PriceOn(day("2026-10-15")); found {
		t.Error("a price in another currency than the contract's")
	}
}

func TestDatesAreWholeDays(t *testing.T) {
	t.Parallel()
	if n := len(Cut(contract.Period{From: day("2026-01-01"), To: day("2026-02-01")},
		[]clock.Date{day("2026-01-10"), day("2026-01-10"), day("2026-03-01")})); n != 2 {
		t.Errorf("%d parts", n)
	}
}

// What a supplier's bill has and the ledger lacks is charged on its days; a later correction of the ledger bills
// nothing again, and one that comes before the run neither twice.
func TestSeatsOfASuppliersBillArePaidOnce(t *testing.T) {
	t.Parallel()
	b := begin(t).row("2026-10-01", 10, false).bill("2026-12-01").extra("2026-11-10", "2026-12-01", 2)
	b.due("2026-11-09", 0).due("2026-11-20", 2).due("2026-12-05", 10)
	b.row("2026-11-10", 2, false).due("2026-11-20", 2).due("2026-12-05", 12) // corrected before the run
	b = begin(t).row("2026-10-01", 10, false).bill("2026-12-01").extra("2026-11-10", "2026-12-01",
		2).bill("2026-12-01")
	b.on("2026-11-20", Seats{Counted: 10, Paid: 12, Extra: 2}).due("2026-11-20", 0)
	b.row("2026-11-10", 2, false).on("2026-11-20", Seats{Counted: 12, Paid: 12}).due("2026-11-20", 0)
	b.row("2026-11-15", 1, false).due("2026-11-12", 0).due("2026-11-20", 1)
	b = begin(t).row("2026-10-01", 10, false).extra("2026-11-10", "2026-12-01", 2).bill("2026-12-01")
	b.row("2026-11-12", -3, true).on("2026-11-20", Seats{Counted: 7, Paid: 12, Extra: 2}).due("2026-11-20", -3)
}

func (b *book) extra(from, to string, seats int) *book {
	b.seq++
	b.Extras = append(b.Extras, Extra{Place: Place{Seq: b.seq, Invoice: b.seq}, Seats: seats,
		Period: contract.Period{From: day(from), To: day(to)}})
	return b
}
