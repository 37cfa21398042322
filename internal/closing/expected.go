package closing

import (
	"fmt"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/money"
)

// Expected is what the month's bill should come to by the ledger and the costs that the distributor has told.
type Expected struct {
	Whole    []money.Amount // for the whole month, with seats as they are known now
	SoFar    []money.Amount // of it, what begins up to today
	Uncosted int            // subscriptions with seats whose cost is not known
}

// expect reckons it for each subscription: the cycle that begins in the month whole, from the day of the term's start
// (recon.md 3), and each change of seats within a cycle for the days that are left of it. What is bought once, trials
// and usage are no part of a forecast.
func (s Service) expect(tx *gorm.DB, k Key) (e Expected, err error) {
	var sums []struct {
		Currency     string
		Whole, SoFar decimal.Decimal
		Uncosted     int
	}
	args := k.args()
	args["today"] = clock.Today(s.Clock, s.Zone)
	if err := tx.Raw(expectedSQL, args).Scan(&sums).Error; err != nil {
		return e, fmt.Errorf("expected bill of %s: %w", k.Month, err)
	}
	for _, x := range sums {
		e.Uncosted += x.Uncosted
		if x.Currency != "" {
			e.Whole = append(e.Whole, money.Amount{Value: x.Whole, Currency: x.Currency})
			e.SoFar = append(e.SoFar, money.Amount{Value: x.SoFar, Currency: x.Currency})
		}
	}
	return e, nil
}

// A cycle's days are anniversaries of the start: from the 31st it begins on the last day of a shorter month. cycles has
// the one that begins in the month and the one before it, in which changes of the month may still fall. Each change of
// seats that falls into a cycle after its first day is worth its share of days.
const expectedSQL = `
WITH subs AS MATERIALIZED (
	SELECT s.id, coalesce(s.start_date, CAST(@month AS date)) AS start_date,
		CASE s.billing_frequency WHEN 'quarterly' THEN 3 WHEN 'annual' THEN 12 WHEN 'triennial' THEN 36
			ELSE 1 END AS months
	FROM subscriptions s
	WHERE s.provider_id IS NOT DISTINCT FROM CAST(@provider AS uuid) AND s.kind IN ('licence', 'unknown')
		AND s.billing_frequency NOT IN ('one_time', 'trial') AND coalesce(s.start_date,
			CAST(@month AS date)) < CAST(@next AS date)),
nth AS (
	SELECT s.*, greatest(0, (extract(year FROM age(date_trunc('month', CAST(@month AS date)), date_trunc('month',
		s.start_date))) * 12
		+ extract(month FROM age(date_trunc('month', CAST(@month AS date)), date_trunc('month',
			s.start_date))))::integer / s.months) AS n
	FROM subs s),
cycles AS (
	SELECT s.id, s.months, CAST(s.start_date + make_interval(months => s.months * i) AS date) AS from_on,
		CAST(s.start_date + make_interval(months => s.months * (i + 1)) AS date) AS to_on
	FROM nth s, generate_series(greatest(s.n - 1, 0), s.n) AS i),
changes AS MATERIALIZED (
	SELECT c.subscription_id AS id, c.effective_at AS day, c.delta FROM license_changes c
	JOIN license_change_status st ON st.change_id = c.id JOIN subs s ON s.id = c.subscription_id
	WHERE st.counted AND c.delta <> 0 AND c.effective_at < CAST(@next AS date)),
parts AS (
	SELECT y.id, y.months, y.from_on AS day, sum(c.delta) AS seats, 1::numeric AS share
	FROM cycles y JOIN changes c ON c.id = y.id AND c.day <= y.from_on
	WHERE y.from_on >= CAST(@month AS date) AND y.from_on < CAST(@next AS date) GROUP BY y.id, y.months, y.from_on
	UNION ALL
	SELECT y.id, y.months, c.day, c.delta, (y.to_on - c.day)::numeric / (y.to_on - y.from_on)
	FROM cycles y JOIN changes c ON c.id = y.id AND c.day > y.from_on AND c.day < y.to_on
	WHERE c.day >= CAST(@month AS date)),
costed AS (
	SELECT p.*, k.currency, per_month(k.unit_cost, k.cost_period) AS cost
	FROM parts p LEFT JOIN LATERAL (SELECT c.unit_cost, c.cost_period, c.cost_currency AS currency
		FROM license_changes c
		JOIN license_change_status st ON st.change_id = c.id
		WHERE c.subscription_id = p.id AND c.unit_cost IS NOT NULL AND st.counted AND c.effective_at <= p.day
		ORDER BY c.effective_at DESC, c.seq DESC LIMIT 1) k ON true
	WHERE p.seats <> 0)
SELECT CASE WHEN cost IS NULL THEN '' ELSE currency END AS currency,
	coalesce(round(sum(seats * cost * months * share), 2), 0) AS whole,
	coalesce(round(sum(seats * cost * months * share) FILTER (WHERE day <= CAST(@today AS date)), 2), 0) AS so_far,
	count(DISTINCT id) FILTER (WHERE cost IS NULL) AS uncosted
FROM costed GROUP BY 1 ORDER BY 1`
