package list

import (
	"context"
	"fmt"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/listing"
)

// Cause is how many subscriptions of a query need the same mend, and their money.
type Cause struct {
	Code  string
	N     int
	Seats int
	Sums  []MonthSum // by currency
}

// MonthSum is what subscriptions come to per month in one currency: what they cost, and what they sell for as far as
// they have a price.
type MonthSum struct {
	Currency string
	Cost     decimal.Decimal
	Price    decimal.Decimal
}

// MostCauses is how many subscriptions are looked at to group them; of more only so many are.
const MostCauses = 50_000

// Causes are the failing subscriptions of a query by the check that is to be mended first, so that they add up; and
// those that only warn by each check that does, so that one may stand under several. What waits for a mapping is in
// neither. more: there are more than are looked at.
type Causes struct {
	Fails, Warns []Cause
	Failing      int
	Warning      int
	Unmapped     int
	More         bool
}

// CausesOf groups what of a query is to be mended.
func CausesOf(ctx context.Context, db *gorm.DB, q listing.Query) (Causes, error) {
	db = db.WithContext(ctx)
	where, args := q.Without("review", "excluded", "unmapped", "cause", "check").Where()
	var c Causes
	for _, part := range []struct {
		into  *[]Cause
		n     *int
		which string
		code  string
	}{
		{&c.Fails, &c.Failing, `s.review = 'fail' AND s.hold_reason IS DISTINCT FROM 'excluded'
			AND (s.hold_reason IS DISTINCT FROM 'unmapped' OR s.moved)`, "ARRAY[t.cause]"},
		{&c.Warns, &c.Warning, `s.review = 'warn' AND s.hold_reason IS DISTINCT FROM 'excluded'`, "t.findings"},
	} {
		from := fmt.Sprintf(`(SELECT s.* FROM subscriptions s WHERE %s AND %s LIMIT %d) t`, where, part.which,
			MostCauses)
		if err := db.Raw(`SELECT count(*) FROM `+from, args...).Row().Scan(part.n); err != nil {
			return c, fmt.Errorf("causes of reviews: %w", err)
		}
		c.More = c.More || *part.n == MostCauses
		var err error
		if *part.into, err = grouped(db, from, part.code, args); err != nil {
			return c, err
		}
	}
	err := db.Raw(`SELECT count(*) FROM (SELECT FROM subscriptions s WHERE `+where+` AND s.review = 'fail'
		AND s.hold_reason = 'unmapped' AND NOT s.moved LIMIT ?) t`, append(args, MostCauses)...).Row().Scan(&c.Unmapped)
	if err != nil {
		return c, fmt.Errorf("what waits for a mapping: %w", err)
	}
	return c, nil
}

// grouped counts rows by code. The money of a cause is per month and in each currency on its own; what is bought once
// is in no month.
func grouped(db *gorm.DB, from, codes string, args []any) ([]Cause, error) {
	const months = `CASE %s WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 WHEN 'year' THEN 12 WHEN 'three_years'
		THEN 36 END`
	cost, price := fmt.Sprintf(months, "t.cost_period"), fmt.Sprintf(months, "t.price_period")
	var rows []struct {
		Code     string
		Currency string
		N        int
		Seats    int
		Cost     decimal.Decimal
		Price    decimal.Decimal
	}
	err := db.Raw(`SELECT code, currency, sum(n) AS n, sum(seats) AS seats, coalesce(sum(cost), 0) AS cost,
			coalesce(sum(price), 0) AS price FROM (
			SELECT c.code, t.cost_currency AS currency, 1 AS n, t.quantity AS seats, t.quantity * t.unit_cost / `+cost+`
				AS cost, NULL::numeric AS price FROM `+from+`, unnest(`+codes+`) AS c (code)
			UNION ALL SELECT c.code, t.currency, 0, 0, NULL, t.quantity * t.unit_price / `+price+`
				FROM `+from+`, unnest(`+codes+`) AS c (code) WHERE t.unit_price IS NOT NULL) m
		GROUP BY code, currency ORDER BY code,
			currency`, append(append([]any{}, args...), args...)...).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("causes of reviews: %w", err)
	}
	var out []Cause
	for _, r := range rows {
		if len(out) == 0 || out[len(out)-1].Code != r.Code {
			out = append(out, Cause{Code: r.Code})
		}
		c := &out[len(out)-1]
		c.N, c.Seats = c.N+r.N, c.Seats+r.Seats
		if r.Currency != "" && !(r.Cost.IsZero() && r.Price.IsZero()) {
			c.Sums = append(c.Sums, MonthSum{r.Currency, r.Cost, r.Price})
		}
	}
	return out, nil
}
