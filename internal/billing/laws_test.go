package billing

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"seatledger/internal/ledger"
	"seatledger/internal/money"
)

func TestTheTotalDoesNotDependOnWhenInvoicesWereCut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(r)
		w.add(rapid.IntRange(0, 60).Draw(r, "starts"), rapid.IntRange(1, 20).Draw(r, "seats"), true)
		often := w.desk
		for range rapid.IntRange(1, 10).Draw(r, "changes") {
			w.change(true)
			often.book.Rows = append(slices.Clone(often.book.Rows), w.book.Rows[len(often.book.Rows):]...)
			often.book.Current = w.book.Current
			if rapid.Bool().Draw(r, "cut") {
				often.invoice(r, later(often.book.Starts(), first.AddDays(rapid.IntRange(0, 320).Draw(r, "to"))))
			}
		}
		w.bill(330)
		often.invoice(r, first.AddDays(330))
		if !w.total().Equal(often.total()) || w.desk.billed != often.billed {
			r.Fatalf("at once %s for %d, in pieces %s for %d", w.total(), w.desk.billed, often.total(), often.billed)
		}
	})
}

func TestVoidingTheLatestAndCuttingAgainGivesTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(r)
		w.add(0, 10, true)
		for range rapid.IntRange(0, 6).Draw(r, "steps") {
			w.change(false)
			w.bill(rapid.IntRange(w.through, 320).Draw(r, "to"))
		}
		w.change(false)
		before := w.desk
		once := before
		once.invoice(r, first.AddDays(325))
		again := before
		again.invoice(r, first.AddDays(325))
		opts := cmp.Comparer(func(a, b line) bool {
			return a.Kind == b.Kind && a.Period == b.Period && a.Seats == b.Seats && a.amount.Equal(b.amount) && slices.Equal(a.Changes, b.Changes)
		})
		if d := cmp.Diff(once.lines, again.lines, opts); d != "" {
			r.Fatal(d)
		}
	})
}

func TestTheOrderInWhichRowsWereRecordedDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(r)
		w.add(0, 20, true)
		for range rapid.IntRange(1, 6).Draw(r, "rows") {
			w.change(true)
		}
		mixed := w.desk
		mixed.book.Rows = rapid.Permutation(w.book.Rows).Draw(r, "order")
		w.bill(330)
		mixed.invoice(r, first.AddDays(330))
		if !w.total().Equal(mixed.total()) {
			r.Fatalf("%s or %s", w.total(), mixed.total())
		}
	})
}

// bookOf is a book of ten seats from the first of January on, at 12 USD a month.
func bookOf(months int, rows ...Row) Book {
	rows = append([]Row{{ID: uuid.New(), Event: ledger.Create, On: first, Delta: 10, Open: true}}, rows...)
	for i := range rows {
		rows[i].Seq = int64(i)
	}
	return Book{Rows: rows, Current: usd("12", money.Month), Grid: Grid{Day: 1, Months: months, Start: first}, From: first, Floor: first}
}

func amounts(t *testing.T, b Book, to string) (out []string) {
	t.Helper()
	cs, err := b.Charges(day(to), "USD")
	if err != nil {
		t.Fatal(err)
	}
	tally := Tally{}
	for _, c := range cs {
		out = append(out, string(c.Kind)+" "+c.Period.From.String()+" "+tally.Add(c.Exact, "USD").String())
	}
	return out
}

func TestAWholeCycleCostsExactlyPriceTimesSeats(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		months int
		price  ledger.Amount
		to     string
		want   string
	}{
		{1, usd("12", money.Month), "2026-02-01", "120"},
		{3, usd("100", money.Quarter), "2026-04-01", "1000"},
		{12, usd("99.99", money.Year), "2027-01-01", "999.9"},
		{1, usd("100", money.Year), "2026-02-01", "83.33"},
		{12, usd("100", money.ThreeYears), "2027-01-01", "333.33"},
	} {
		b := bookOf(c.months)
		b.Current = c.price
		if d := cmp.Diff([]string{"cycle 2026-01-01 " + c.want}, amounts(t, b, c.to)); d != "" {
			t.Error(c.price, d)
		}
	}
}

func TestPartOfAMonthIsItsShareByDays(t *testing.T) {
	t.Parallel()
	b := bookOf(1, Row{ID: uuid.New(), Event: ledger.Update, On: day("2026-01-22"), Delta: 5, Open: true})
	want := []string{"cycle 2026-01-01 81.29", "cycle 2026-01-22 58.06"} // 10 x 12 x 21/31, then up to 139.3548
	if d := cmp.Diff(want, amounts(t, b, "2026-02-01")); d != "" {
		t.Error(d)
	}
}

func TestALateRowIsCaughtUpAndAnArchivedOneIsNot(t *testing.T) {
	t.Parallel()
	late := func(delta int, open bool) []string {
		b := bookOf(1, Row{ID: uuid.New(), Event: ledger.Update, On: day("2026-01-11"), Delta: delta, Open: open})
		b.Rows[0].Open, b.Through, b.Began = false, day("2026-02-01"), first
		return amounts(t, b, "2026-03-01")
	}
	for _, c := range []struct {
		delta int
		open  bool
		want  []string
	}{
		{3, true, []string{"catch_up 2026-01-11 24.39", "cycle 2026-02-01 156"}},
		{-3, true, []string{"catch_up 2026-01-11 -24.39", "cycle 2026-02-01 84"}},
		{-3, false, []string{"cycle 2026-02-01 84"}},
	} {
		if d := cmp.Diff(c.want, late(c.delta, c.open)); d != "" {
			t.Errorf("%+d open %v: %s", c.delta, c.open, d)
		}
	}
}

func TestAPurchaseIsBilledOnceAndNeverProrated(t *testing.T) {
	t.Parallel()
	b := bookOf(1)
	b.OneTime, b.Current = true, usd("250", money.Once)
	b.Rows[0].On = day("2026-01-20")
	if d := cmp.Diff([]string{"once 2026-01-20 2500"}, amounts(t, b, "2026-02-01")); d != "" {
		t.Error(d)
	}
	b.Rows[0].Open, b.Through = false, day("2026-02-01")
	b.Rows = append(b.Rows, Row{ID: uuid.New(), Seq: 9, Event: ledger.Deactivate, Reason: ledger.ByProvider, On: day("2026-02-10"), Delta: -10, Open: true})
	if got := amounts(t, b, "2026-03-01"); len(got) != 0 {
		t.Errorf("what the provider ended is credited: %v", got)
	}
	if n := b.Stand(day("2026-03-01"), 0); n != (SeatDays{}) {
		t.Errorf("seat-days %v", n)
	}
}

func TestWhatAnotherSystemBilledIsNotBilledAgain(t *testing.T) {
	t.Parallel()
	b := bookOf(1)
	b.Rows[0].Open, b.Rows[0].Elsewhere = false, day("2026-02-01")
	if d := cmp.Diff([]string{"cycle 2026-02-01 120"}, amounts(t, b, "2026-03-01")); d != "" {
		t.Error(d)
	}
}

func TestAPriceThatCannotBeReckonedIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		price ledger.Amount
		want  error
	}{
		"none":     {ledger.Amount{}, ErrNoPrice},
		"currency": {ledger.Amount{Value: usd("1", "").Value, Period: money.Month, Currency: "EUR"}, ErrCurrency},
		"once":     {usd("1", money.Once), ErrPeriod},
	} {
		b := bookOf(1)
		b.Current = c.price
		if _, err := b.Charges(day("2026-02-01"), "USD"); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFirstPriceHoldsForTheDaysBeforeIt(t *testing.T) {
	t.Parallel()
	b := bookOf(1, Row{ID: uuid.New(), Event: ledger.Price, On: day("2026-01-20"), Price: usd("31", money.Month), Open: true})
	if d := cmp.Diff([]string{"cycle 2026-01-01 310"}, amounts(t, b, "2026-02-01")); d != "" {
		t.Error(d)
	}
}

func TestYenHaveNoCents(t *testing.T) {
	t.Parallel()
	tally := Tally{}
	third := Parts{times(usd("100", "").Value.Decimal, 1).Div(decimal.NewFromInt(3))}
	got := []string{tally.Add(third, "JPY").String(), tally.Add(third, "JPY").String(), tally.Add(third, "JPY").String()}
	if d := cmp.Diff([]string{"33", "34", "33"}, got); d != "" {
		t.Error(d)
	}
}
