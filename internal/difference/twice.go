package difference

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/reconcile"
)

// twiceSQL finds the same licence twice (recon.md 6, 14): a subscription that begins on days that the bill is about,
// beside one of the same customer, provider and product that was there before, both charged for as many seats on the
// last day that both have. Two subscriptions of one product are ordinary, and two that are alike are not: it is asked
// once, on the bill on which the second one comes. It comes to what the second one is charged on days that both have.
const twiceSQL = `
WITH fresh AS MATERIALIZED (
	SELECT s.id, s.crm_account_id, s.provider_id, s.start_date, ` + baseOfPart + ` AS part FROM subscriptions s
	WHERE s.start_date >= CAST(@from AS date) AND s.start_date < CAST(@to AS date) AND s.kind = 'licence'
		AND s.crm_account_id IS NOT NULL AND s.part_number <> ''
		AND EXISTS (SELECT FROM supplier_matches m WHERE m.bill_id = @bill AND m.subscription_id = s.id)),
pairs AS MATERIALIZED (
	SELECT DISTINCT ON (x.id) x.id, x.start_date, s.id AS other, s.external_id AS called
	FROM fresh x JOIN subscriptions s ON s.crm_account_id = x.crm_account_id AND s.provider_id = x.provider_id
		AND ` + baseOfPart + ` = x.part
	WHERE s.start_date < x.start_date AND s.kind = 'licence' AND EXISTS (SELECT FROM supplier_matches m
		WHERE m.bill_id = @bill AND m.subscription_id = s.id)
	ORDER BY x.id, s.start_date DESC, s.id),
lines AS MATERIALIZED (
	SELECT l.id, m.subscription_id, l.from_on, l.to_on, l.amount, l.currency, l.unit_price *
		coalesce(l.exchange_rate, 1) AS
		unit, CASE WHEN l.amount < 0 THEN -abs(l.quantity) ELSE abs(l.quantity) END AS seats
	FROM supplier_matches m JOIN supplier_bill_lines l ON l.id = m.line_id
	WHERE m.bill_id = @bill AND l.bill_id = @bill AND NOT l.usage AND l.to_on IS NOT NULL AND l.amount <> 0
		AND lower(l.charge) <> 'customercredit' AND m.subscription_id IN (SELECT id FROM pairs UNION SELECT other FROM
		pairs)),
both_charged AS MATERIALIZED (
	SELECT p.id, p.other, p.called, greatest(a.from_on, b.from_on) AS from_on, least(a.to_on, b.to_on) AS to_on
	FROM pairs p
	JOIN (SELECT subscription_id, min(from_on) AS from_on, max(to_on) AS to_on FROM lines GROUP BY 1) a
		ON a.subscription_id = p.id
	JOIN (SELECT subscription_id, min(from_on) AS from_on, max(to_on) AS to_on FROM lines GROUP BY 1) b
		ON b.subscription_id = p.other
	WHERE a.from_on < b.to_on AND b.from_on < a.to_on),
alike AS MATERIALIZED (
	SELECT o.*, x.seats FROM both_charged o
	CROSS JOIN LATERAL (SELECT sum(l.seats) AS seats FROM lines l WHERE l.subscription_id = o.id
		AND l.from_on < o.to_on AND l.to_on >= o.to_on) x
	CROSS JOIN LATERAL (SELECT sum(l.seats) AS seats FROM lines l WHERE l.subscription_id = o.other
		AND l.from_on < o.to_on AND l.to_on >= o.to_on) y
	WHERE x.seats = y.seats AND x.seats > 0)
SELECT a.id AS subscription_id, a.called, a.from_on AS since, trim_scale(a.seats) AS seats, l.currency,
	sum(l.amount * (least(l.to_on, a.to_on) - greatest(l.from_on, a.from_on)) / (l.to_on - l.from_on)) AS once,
	array_agg(l.id::text ORDER BY l.id) AS lines
FROM alike a JOIN lines l ON l.subscription_id = a.id AND l.from_on < a.to_on AND l.to_on > a.from_on
GROUP BY a.id, a.called, a.from_on, a.seats, l.currency ORDER BY a.id, l.currency`

// baseOfPart is the SQL of what product a part number is of, whatever term and plan.
const baseOfPart = `(split_part(supplier_part(s.part_number), ':', 1) || ':' ||
	split_part(supplier_part(s.part_number),
	':', 2))`

// twice finds the same licence twice.
func (s Service) twice(ctx context.Context, tx *gorm.DB, b bill) (out []reconcile.Difference, err error) {
	var rows []struct {
		SubscriptionID   uuid.UUID
		Called, Currency string
		Since            clock.Date
		Seats, Once      decimal.Decimal
		Lines            postgres.Texts
	}
	err = tx.WithContext(ctx).Raw(twiceSQL, map[string]any{"bill": b.ID, "from": b.about.From,
		"to": b.about.To}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("the same licence twice on bill %s: %w", b.ID, err)
	}
	for _, r := range rows {
		once := money.Round(r.Once, r.Currency)
		out = append(out, reconcile.Difference{Kind: reconcile.Double, Subscription: r.SubscriptionID.String(),
			Currency: r.Currency, Since: r.Since.String(), Once: once, BillLines: r.Lines,
			Why: fmt.Sprintf("It began beside %s, which is charged for as many seats of the same product (%s): "+
				"the same licence twice? If both are wanted, dismiss it", r.Called, r.Seats)})
	}
	return out, nil
}
