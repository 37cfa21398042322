package ledger

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/money"
)

// Figures are what the rows of a run come to. Usage has no seats and is not among them.
type Figures struct {
	SeatsLost   int
	SeatsGained int
	Ended       int            // subscriptions that had seats and have none
	MoneyMonth  []money.Amount // what the cost changes by a month, per currency
	Uncosted    int            // subscriptions left out of it: their cost a month is not known
}

// figuresOfRun sets each subscription as the run left it beside how the run found it: a
// record that was first seen ended, or that went and came back, comes to nothing.
const figuresOfRun = `
WITH mine AS (
	SELECT c.subscription_id, min(c.seq) AS first, max(c.seq) AS last FROM license_changes c
	JOIN subscriptions s ON s.id = c.subscription_id AND s.kind <> 'usage'
	WHERE c.sync_run_id = @run GROUP BY c.subscription_id
), seats AS (
	SELECT m.subscription_id, m.first, m.last,
		coalesce(sum(c.delta) FILTER (WHERE c.sync_run_id = @run), 0) AS net,
		coalesce(sum(c.delta), 0) AS after
	FROM mine m JOIN license_changes c ON c.subscription_id = m.subscription_id AND c.seq <= m.last
	JOIN license_change_status st ON st.change_id = c.id AND st.counted
	GROUP BY m.subscription_id, m.first, m.last
)
SELECT s.net, s.after, b.unit_cost AS cost_before, b.cost_period AS period_before, b.cost_currency AS currency_before,
	a.unit_cost AS cost_after, a.cost_period AS period_after, a.cost_currency AS currency_after
FROM seats s
LEFT JOIN LATERAL (SELECT unit_cost, cost_period, cost_currency FROM license_changes c
	WHERE c.subscription_id = s.subscription_id AND c.seq < s.first AND c.unit_cost IS NOT NULL
	ORDER BY c.seq DESC LIMIT 1) b ON true
LEFT JOIN LATERAL (SELECT unit_cost, cost_period, cost_currency FROM license_changes c
	WHERE c.subscription_id = s.subscription_id AND c.seq <= s.last AND c.unit_cost IS NOT NULL
	ORDER BY c.seq DESC LIMIT 1) a ON true
ORDER BY s.subscription_id`

// weighed is one subscription before and after.
type weighed struct {
	Net            int
	After          int
	CostBefore     decimal.NullDecimal
	PeriodBefore   money.Period
	CurrencyBefore string
	CostAfter      decimal.NullDecimal
	PeriodAfter    money.Period
	CurrencyAfter  string
}

// FiguresOf reckons what a run came to from the rows that it wrote.
func FiguresOf(ctx context.Context, db *gorm.DB, runID uuid.UUID) (Figures, error) {
	var rows []weighed
	err := db.WithContext(ctx).Raw(figuresOfRun, map[string]any{"run": runID}).Scan(&rows).Error
	if err != nil {
		return Figures{}, fmt.Errorf("reckon what a run came to: %w", err)
	}
	f, sums := Figures{}, map[string]decimal.Decimal{}
	for _, r := range rows {
		f.add(r, sums)
	}
	f.MoneyMonth = money.Sums(sums)
	return f, nil
}

func (f *Figures) add(r weighed, sums map[string]decimal.Decimal) {
	before := r.After - r.Net
	switch {
	case r.Net < 0:
		f.SeatsLost -= r.Net
	case r.Net > 0:
		f.SeatsGained += r.Net
	}
	if before > 0 && r.After == 0 {
		f.Ended++
	}
	was, knownBefore := aMonth(before, r.CostBefore, r.PeriodBefore)
	is, knownAfter := aMonth(r.After, r.CostAfter, r.PeriodAfter)
	if !knownBefore || !knownAfter {
		if r.Net != 0 {
			f.Uncosted++
		}
		return
	}
	sums[r.CurrencyBefore] = sums[r.CurrencyBefore].Sub(was)
	sums[r.CurrencyAfter] = sums[r.CurrencyAfter].Add(is)
}

// aMonth is what seats cost a month. What is bought once costs nothing a month.
func aMonth(seats int, cost decimal.NullDecimal, p money.Period) (decimal.Decimal, bool) {
	if seats == 0 || cost.Valid && p == money.Once {
		return decimal.Zero, true
	}
	if !cost.Valid {
		return decimal.Zero, false
	}
	month, known := money.PerMonth(cost.Decimal, p)
	return month.Mul(decimal.NewFromInt(int64(seats))), known
}
