package difference

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

// subs are the subscriptions whose lines are looked at one by one, with the days from the earliest to the last that
// any line of the bill charges them for.
type subs struct {
	ids       []pgtype.UUID
	from, to  []pgtype.Date
	agreeing  int // lines of all others: they are what they should be
	statement postgres.IDs
}

func (s *subs) add(id, from, to string) error {
	u, err := uuid.Parse(id)
	if err != nil {
		return err
	}
	s.ids, s.statement = append(s.ids, pgtype.UUID{Bytes: u, Valid: true}), append(s.statement, u)
	for _, d := range []struct {
		text string
		to   *[]pgtype.Date
	}{{from, &s.from}, {to, &s.to}} {
		day, err := clock.ParseDate(d.text)
		if err != nil {
			return err
		}
		*d.to = append(*d.to, pgtype.Date{Time: day.Start(time.UTC), Valid: true})
	}
	return nil
}

// agreeingSQL finds the subscriptions of which not everything agrees in the plainest way. It does where the bill
// has one
// line, which charges a month of seats from a day that it is about, as its own figures say; where we billed as many
// seats, for no less, on each of its days; where the ledger had as many on each of them, and none others on earlier
// days
// that the bill is about; and where the distributor told this cost, and never another, this term and this frequency.
// Nothing that is looked for could be found there, and nearly all lines of a bill are so.
//
// Each condition errs on one side: what it does not let pass is looked at.
const agreeingSQL = `
WITH lines AS MATERIALIZED (
	SELECT m.subscription_id AS id, count(*) AS n, min(coalesce(l.from_on, @from::date)) AS from_on,
		max(coalesce(l.to_on, l.from_on + 1, @to::date)) AS to_on, min(l.quantity) AS seats, min(l.unit_price) AS
		unit,
		min(l.currency) AS currency, min(lower(l.term)) AS term,
		bool_and(NOT l.usage AND l.quantity > 0 AND l.unit_price > 0 AND l.amount = l.unit_price * l.quantity
			AND coalesce(l.exchange_rate, 1) = 1 AND lower(l.billing_frequency) IN ('month', 'monthly')
			AND lower(l.charge) IN ('', 'new', 'renew', 'cyclecharge', 'cycle fee', 'purchase fee', 'renew fee')
			AND l.from_on >= @from::date AND l.from_on < @to::date
			AND l.to_on = (l.from_on + interval '1 month')::date) AS plain
	FROM supplier_bill_lines l JOIN supplier_matches m ON m.line_id = l.id
	WHERE l.bill_id = @bill AND m.bill_id = @bill AND m.subscription_id IS NOT NULL GROUP BY 1),
single AS MATERIALIZED (
	SELECT l.id, l.from_on, l.to_on, l.seats, l.unit, l.currency FROM lines l JOIN subscriptions s ON s.id = l.id
	WHERE l.n = 1 AND l.plain AND @to::date = (@from::date + interval '1 month')::date
		AND s.kind = 'licence' AND s.frozen_from IS NULL AND (s.ends_on IS NULL OR s.ends_on >= l.to_on)
		AND s.billing_frequency IN ('monthly', 'unknown') AND (s.term = 'unknown' OR l.term = ''
			OR s.term = 'annual' AND l.term IN ('p1y', 'annual', 'yearly')
			OR s.term = 'monthly' AND l.term IN ('p1m', 'monthly')
			OR s.term = 'triennial' AND l.term IN ('p3y', 'triennial'))
		AND NOT EXISTS (SELECT FROM supplier_seats x WHERE x.subscription_id = l.id AND x.undone_at IS NULL)
		AND NOT EXISTS (SELECT FROM billed_elsewhere e JOIN license_changes c ON c.id = e.change_id
			WHERE c.subscription_id = l.id)),
sold AS (
	SELECT x.subscription_id AS id FROM single l JOIN invoice_lines x ON x.subscription_id = l.id
	WHERE x.standing AND x.kind IN ('cycle', 'catch_up', 'once') AND x.to_date > @from::date
		AND x.from_date < (@to::date + interval '1 month')::date AND x.from_date < l.to_on
	GROUP BY 1 HAVING count(*) <= 2 AND bool_and(x.kind <> 'once' AND x.price_period = 'month' AND x.seats = l.seats
			AND x.unit_price >= l.unit AND x.currency = l.currency)
		AND min(x.from_date) <= min(l.from_on) AND max(x.to_date) >= max(l.to_on)
		AND (count(*) = 1 OR min(x.to_date) = max(x.from_date))),
kept AS (
	SELECT c.subscription_id AS id FROM single l JOIN license_changes c ON c.subscription_id = l.id
	JOIN license_change_status t ON t.change_id = c.id
	WHERE t.counted AND c.effective_at < l.to_on AND (c.delta <> 0 OR c.unit_cost IS NOT NULL)
	GROUP BY 1 HAVING sum(c.delta) = min(l.seats)
		AND coalesce(bool_and(c.effective_at < @from::date OR c.effective_at = l.from_on) FILTER (WHERE c.delta <>
		0), true)
		AND (coalesce(sum(c.delta) FILTER (WHERE c.effective_at < l.from_on), 0) = min(l.seats)
			OR min(c.effective_at) FILTER (WHERE c.delta <> 0) = min(l.from_on))
		AND coalesce(bool_and(c.cost_currency = l.currency AND coalesce(c.cost_period, '') = 'month'
			AND abs(c.unit_cost - l.unit) <= 0.01) FILTER (WHERE c.unit_cost IS NOT NULL), true)
		AND min(c.unit_cost) IS NOT DISTINCT FROM max(c.unit_cost)),
plain AS MATERIALIZED (SELECT id FROM sold JOIN kept USING (id))
SELECT l.id::text, l.from_on::text, l.to_on::text, NULL FROM lines l
WHERE NOT EXISTS (SELECT FROM plain p WHERE p.id = l.id)
UNION ALL SELECT NULL, NULL, NULL, count(*)::text FROM plain`

// setPlainApart finds what is to be looked at.
func (b *bill) setPlainApart(ctx context.Context, tx *gorm.DB) error {
	args := b.args()
	b.subs = subs{}
	sorts := func(on bool) error {
		if b.Lines < manyLines {
			return nil
		}
		return tx.Exec(fmt.Sprintf("SET LOCAL enable_sort = %t", on)).Error // sums need no order
	}
	if err := sorts(false); err != nil {
		return err
	}
	err := each(ctx, tx, agreeingSQL, args, 4, func(r []string) (err error) {
		if r[0] == "" {
			b.subs.agreeing, err = strconv.Atoi(r[3])
			return err
		}
		return b.subs.add(r[0], r[1], r[2])
	})
	if err == nil {
		err = sorts(true)
	}
	if err != nil {
		return fmt.Errorf("what of bill %s agrees in the plainest way: %w", b.ID, err)
	}
	return nil
}
