package figures

import (
	"context"
	"fmt"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
)

// Figure is how many rows come to what in one currency. The amount is exact; whoever shows it rounds it.
type Figure struct {
	Currency string // empty: rows whose amount is not known
	Rows     int
	Amount   decimal.Decimal
}

// Now is what stands on a day.
type Now struct {
	Billed  int      // subscriptions that are billed by the month
	Seats   int      // of those
	Revenue []Figure // a month: the price of the day times the seats that count
	Cost    []Figure // a month: what the distributor asks for the same seats
	Margin  []Figure // of those whose price and cost are known in one currency
	Drafts  []Figure
	Open    []Figure // billed and not paid
	Overdue []Figure // of those, what was due before the day
}

// NowOf reads it from the kept sums.
func NowOf(ctx context.Context, db *gorm.DB, today clock.Date) (Now, error) {
	var n Now
	var rows []struct {
		Tally, Word string
		N           int
		Amount      decimal.Decimal
	}
	err := db.WithContext(ctx).Raw(`SELECT tally, word, sum(n) AS n, sum(amount) AS amount FROM (
			SELECT tally, word, n, amount FROM money_tallies
			WHERE tally IN ('billed', 'revenue', 'cost', 'margin') AND day <= @today OR tally IN ('draft', 'open')
			UNION ALL SELECT 'overdue', word, n, amount FROM money_tallies WHERE tally = 'open' AND day < @today) f
		GROUP BY 1, 2 HAVING sum(n) <> 0 ORDER BY 1, word = '', 2`, map[string]any{"today": today}).Scan(&rows).Error
	if err != nil {
		return n, fmt.Errorf("figures of money: %w", err)
	}
	to := map[string]*[]Figure{"revenue": &n.Revenue, "cost": &n.Cost, "margin": &n.Margin, "draft": &n.Drafts,
		"open": &n.Open, "overdue": &n.Overdue}
	for _, r := range rows {
		if r.Tally == "billed" {
			n.Billed, n.Seats = r.N, int(r.Amount.IntPart())
			continue
		}
		*to[r.Tally] = append(*to[r.Tally], Figure{Currency: r.Word, Rows: r.N, Amount: r.Amount})
	}
	return n, nil
}

// Month is what billed invoices say of one calendar month in one currency, by the days of their lines.
type Month struct {
	Month    clock.Date // its first day
	Currency string
	Lines    int
	Revenue  decimal.Decimal
	Cost     decimal.Decimal // of the lines whose cost is known in this currency
	Uncosted decimal.Decimal // revenue of the others
}

// Margin is what is left of the revenue whose cost is known.
func (m Month) Margin() decimal.Decimal { return m.Revenue.Sub(m.Uncosted).Sub(m.Cost) }

// Seats are those that were billed in a month, as the average of its days.
type Seats struct {
	Month clock.Date
	Seats decimal.Decimal
}

// Months are the calendar months from one to before another, in the order of currency and month; one in which nothing
// was billed is missing.
func Months(ctx context.Context, db *gorm.DB, from, to clock.Date) ([]Month, []Seats, error) {
	var all []Month
	err := db.WithContext(ctx).Raw(`SELECT day AS month, word AS currency,
			coalesce(sum(n) FILTER (WHERE tally = 'lines'), 0) AS lines,
			coalesce(sum(amount) FILTER (WHERE tally = 'lines'), 0) AS revenue,
			coalesce(sum(amount) FILTER (WHERE tally = 'lines_cost'), 0) AS cost,
			coalesce(sum(amount) FILTER (WHERE tally = 'lines_uncosted'), 0) AS uncosted
		FROM money_tallies WHERE tally IN ('lines', 'lines_cost', 'lines_uncosted') AND day >= ? AND day < ?
		GROUP BY 1, 2 HAVING sum(n) FILTER (WHERE tally = 'lines') <> 0 ORDER BY 2, 1`, from, to).Scan(&all).Error
	if err != nil {
		return nil, nil, fmt.Errorf("money by month: %w", err)
	}
	var seats []Seats
	err = db.WithContext(ctx).Raw(`SELECT day AS month, sum(amount) AS seats FROM money_tallies
		WHERE tally = 'lines_seats' AND day >= ? AND day < ? GROUP BY 1 HAVING sum(n) <> 0 ORDER BY 1`, from, to).
		Scan(&seats).Error
	if err != nil {
		return nil, nil, fmt.Errorf("seats by month: %w", err)
	}
	return all, seats, nil
}

// Loss is a subscription that is billed for less than it costs.
type Loss struct {
	ID         string
	Product    string
	ExternalID string
	CRMAccount string
	Seats      int
	Currency   string
	Price      decimal.Decimal // a seat and month
	Cost       decimal.Decimal
	Month      decimal.Decimal // what is lost a month, below zero
}

// Losses are the greatest of them on a day, of each currency the first few.
func Losses(ctx context.Context, db *gorm.DB, today clock.Date, each int) ([]Loss, error) {
	var all []Loss
	err := db.WithContext(ctx).Raw(`SELECT l.* FROM (
			SELECT m.*, row_number() OVER (PARTITION BY m.currency ORDER BY m.month, m.id) AS place FROM (
				SELECT s.id, s.product_name AS product, s.external_id, coalesce(a.name, '') AS crm_account,
					s.billable_quantity - s.seats_ahead AS seats, s.sold_in AS currency,
					per_month(s.unit_price, s.price_period) AS price, per_month(s.unit_cost, s.cost_period) AS cost,
					(s.billable_quantity - s.seats_ahead) * (per_month(s.unit_price, s.price_period)
						- per_month(s.unit_cost, s.cost_period)) AS month
				FROM subscriptions s LEFT JOIN crm_accounts a ON a.id = s.crm_account_id
				WHERE s.findings @> '{margin}' AND s.billed_from <= @today AND s.billed_to > @today
					AND s.margin_in <> '') m WHERE m.month < 0) l
		WHERE l.place <= @each ORDER BY l.currency, l.place`, map[string]any{"today": today, "each": each}).
		Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("greatest losses: %w", err)
	}
	return all, nil
}
