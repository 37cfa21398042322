package subscription

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/foureyes"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/selection"
)

// Guard weighs many prices by what they change a month.
func (repricing) Guard(ctx context.Context, db *gorm.DB, w selection.Work) (foureyes.Deed, error) {
	return selection.Weighed(ctx, db, w, foureyes.Price)
}

// pricesBefore is the history before an act that may move prices; nil where that needs nobody.
func pricesBefore(ctx context.Context, tx *gorm.DB, by audit.Actor, id uuid.UUID) (*history.History, error) {
	rules, err := foureyes.Load(ctx, tx)
	if err != nil || !rules.On || !rules.Price || !by.IsPerson() {
		return nil, err
	}
	h, err := history.One(ctx, tx, id)
	return &h, err
}

// pricesPass asks for a second person where an act has moved prices: it compares the history before with the one that
// the act has left, on each day on which a price begins in either. A first price is no change; one that goes is.
func (s Service) pricesPass(ctx context.Context, tx *gorm.DB, by audit.Actor, action, note string, was Subscription,
	before *history.History) error {
	if before == nil {
		return nil
	}
	after, err := history.One(ctx, tx, was.ID)
	if err != nil {
		return err
	}
	d := foureyes.Deed{Kind: foureyes.Price, ObjectType: "subscription", ObjectID: was.ID.String(),
		ObjectName: was.Called(), Facts: []foureyes.Fact{{Term: "Seats", Value: fmt.Sprint(was.Quantity)}}}
	most, moved := map[string]decimal.Decimal{}, []string{}
	for _, day := range priceDays(clock.Today(s.Clock, s.Zone), *before, after) {
		old, had := before.PriceOn(day)
		fresh, has := after.PriceOn(day)
		if !had || has && old.Price.Equal(fresh.Price.Amount) {
			continue
		}
		says := priceWord(old, had) + " becomes " + priceWord(fresh, has)
		d.Facts = append(d.Facts, foureyes.Fact{Term: "From " + day.String(), Value: says})
		moved = append(moved, day.String()+" "+says)
		for currency, amount := range priceMoves(old, had, fresh, has, was.Quantity) {
			most[currency] = decimal.Max(most[currency], amount.Abs())
		}
	}
	if len(moved) == 0 {
		return nil
	}
	d.Money = money.Sums(most)
	if note != "" {
		d.Facts = append(d.Facts, foureyes.Fact{Term: "Note", Value: note})
	}
	d.Digest = foureyes.Digest(d.Kind, action, was.ID, was.Version, was.Quantity, note, moved)
	return foureyes.Pass(ctx, tx, s.Clock, by, d)
}

func priceDays(today clock.Date, all ...history.History) []clock.Date {
	days := []clock.Date{today}
	for _, h := range all {
		for _, r := range h.Rows {
			if r.Event == ledger.Price {
				days = append(days, r.On)
			}
		}
	}
	slices.SortFunc(days, func(a, b clock.Date) int { return b.DaysUntil(a) })
	return slices.Compact(days)
}

// priceMoves is what a month changes by, in each currency that is concerned.
func priceMoves(old history.Row, had bool, fresh history.Row, has bool, seats int) map[string]decimal.Decimal {
	by, n := map[string]decimal.Decimal{}, decimal.NewFromInt(int64(max(seats, 1)))
	add := func(r history.Row, sign int64) {
		month, known := money.PerMonth(r.Price.Value.Decimal, r.Price.Period)
		if !known {
			month = r.Price.Value.Decimal
		}
		by[r.Price.Currency] = by[r.Price.Currency].Add(month.Mul(n).Mul(decimal.NewFromInt(sign)))
	}
	if had {
		add(old, -1)
	}
	if has {
		add(fresh, 1)
	}
	return by
}

func priceWord(r history.Row, known bool) string {
	if !known {
		return "no price"
	}
	return fmt.Sprintf("%s %s (%s)", r.Price.Value.Decimal, r.Price.Currency, r.Price.Period)
}
