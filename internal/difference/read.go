package difference

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/reconcile"
)

// bill is what of a bill decides about its comparison.
type bill struct {
	ID         uuid.UUID
	ProviderID uuid.NullUUID
	Name       string
	Root       uuid.UUID // the first of the bills that it corrects: what was decided there stays with it
	Seq        int64
	Lines      int
	Aside      bool
	FromOn     clock.Date
	ToOn       clock.Date
	chain      postgres.IDs // itself, and those that it corrects
	asked      int64
	about      period
	subs       subs
}

// period is the days that a bill is about: the months in which its lines begin. A line may reach far beyond them, and
// its days are compared with it; a month that hardly a line begins in is another bill's.
type period struct{ From, To clock.Date }

func readBill(ctx context.Context, db *gorm.DB, id uuid.UUID) (b bill, err error) {
	err = db.WithContext(ctx).Raw(`SELECT id, provider_id, name, seq, lines, aside_at IS NOT NULL AS aside, from_on,
		to_on
		FROM supplier_bills WHERE id = ?`, id).Scan(&b).Error
	if err == nil && b.ID == uuid.Nil {
		err = fmt.Errorf("there is no bill %s", id)
	}
	if err != nil {
		return b, err
	}
	if b.chain, b.Root, err = chainOf(ctx, db, b); err != nil {
		return b, err
	}
	err = db.WithContext(ctx).Raw(`
		WITH months AS (SELECT date_trunc('month', from_on)::date AS month, count(*) AS n,
				bool_and(to_on IS NULL OR usage) AS once
			FROM supplier_bill_lines WHERE bill_id = ? AND from_on IS NOT NULL AND amount >= 0 GROUP BY 1)
		SELECT min(month) AS "from", (max(month) + interval '1 month')::date AS "to"
		FROM months WHERE n * 20 >= (SELECT sum(n) FROM months)`, id).Scan(&b.about).Error
	if err == nil && b.about.From.IsZero() {
		b.about = period{b.FromOn, b.ToOn}
	}
	return b, err
}

// chainOf are the bills that a bill stands for. One that was set aside stands for none.
func chainOf(ctx context.Context, db *gorm.DB, b bill) (chain postgres.IDs, root uuid.UUID, err error) {
	var ids []uuid.UUID
	err = db.WithContext(ctx).Raw(`WITH RECURSIVE chain AS (
			SELECT id, replaces_id, 1 AS place FROM supplier_bills WHERE id = ?
			UNION ALL SELECT p.id, p.replaces_id, place + 1 FROM chain c JOIN supplier_bills p ON p.id =
			c.replaces_id)
		SELECT id FROM chain ORDER BY place`, b.ID).Scan(&ids).Error
	if err != nil {
		return nil, uuid.Nil, fmt.Errorf("bills that bill %s corrects: %w", b.ID, err)
	}
	root = ids[len(ids)-1]
	if b.Aside {
		ids = ids[:1]
	}
	return ids, root, nil
}

// each reads rows of texts; NULL is empty. The texts of a row are parts of one.
func each(ctx context.Context, tx *gorm.DB, sql string, args pgx.NamedArgs, n int,
	do func(row []string) error) error {
	rows, err := postgres.Tx(tx).Query(ctx, sql, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	row := make([]string, n)
	var buffer []byte
	for rows.Next() {
		buffer = buffer[:0]
		cells := rows.RawValues()
		for _, c := range cells {
			buffer = append(buffer, c...)
		}
		whole := string(buffer)
		for i, c := range cells {
			row[i], whole = whole[:len(c)], whole[len(c):]
		}
		if err := do(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// sides hands a bill's lines and ours over to the engine, and tells which subscriptions were invoiced to the last day
// that the bill is about.
func (b bill) sides(ctx context.Context, tx *gorm.DB) (s *reconcile.Sides, invoiced map[uuid.UUID]bool, err error) {
	s, invoiced = reconcile.NewSides(b.Lines-b.subs.agreeing), map[uuid.UUID]bool{}
	if err := s.About(b.about.From.String(), b.about.To.String()); err != nil {
		return nil, nil, err
	}
	windows := func(ctx context.Context, tx *gorm.DB, s *reconcile.Sides) error {
		return b.windows(ctx, tx, s, invoiced)
	}
	for _, step := range []func(context.Context, *gorm.DB, *reconcile.Sides) error{b.charges, b.sales, b.elsewhere,
		windows, b.claims, b.cycles} {
		if err := step(ctx, tx, s); err != nil {
			return nil, nil, fmt.Errorf("read what bill %s is compared with: %w", b.ID, err)
		}
	}
	return s, invoiced, nil
}

func (b bill) args() pgx.NamedArgs {
	return pgx.NamedArgs{"bill": b.ID, "provider": b.ProviderID, "from": b.about.From.String(),
		"to": b.about.To.String(), "subs": b.subs.ids, "starts": b.subs.from, "ends": b.subs.to}
}

// thing is the SQL of what a line is about, as the engine is told: our subscription, or what the bill calls it.
const thing = `coalesce(m.subscription_id::text, supplier_id(l.subscription_external_id))`

// other is what else a bill may call it.
const other = `coalesce(nullif(supplier_id(l.vendor_subscription_id), ''),
	nullif(supplier_id(l.order_id), '') || ' ' || supplier_part(l.part_number))`

// aMonths is the SQL of what tells a line that charges a month's money for a month's days, though it says to be for
// longer: what a quantity costs at its unit price is charged for no more than that, and that is no year's price.
const aMonths = `(l.to_on - l.from_on BETWEEN 28 AND 31 AND l.billing_frequency ~* '^(quarter|annual|year|trienn)'
	AND abs(abs(l.amount) - abs(l.unit_price * coalesce(l.exchange_rate, 1) * l.quantity))
		<= 0.01 * greatest(abs(l.quantity), 1)
	AND NOT EXISTS (SELECT FROM subscriptions o WHERE o.id = m.subscription_id
		AND abs(l.unit_price * coalesce(l.exchange_rate, 1)) > 2 * per_month(o.unit_cost, nullif(o.cost_period,
		''))))`

// A credit that a dispute brought is no difference. A wrong word beside a month's days and money is one of the term.
const chargesSQL = `
SELECT l.id::text, ` + thing + `, CASE WHEN m.subscription_id IS NULL THEN ` + other + ` END,
	coalesce(m.crm_account_id::text, nullif(supplier_id(l.customer_external_id), ''), l.customer), l.part_number,
		l.product, l.term, CASE WHEN ` + aMonths + ` THEN 'monthly' ELSE l.billing_frequency END,
	l.charge, l.reference, l.from_on::text, l.to_on::text, trim_scale(l.quantity)::text,
		trim_scale(l.unit_price)::text,
	trim_scale(l.amount)::text, trim_scale(l.exchange_rate)::text, l.currency, CASE WHEN l.usage THEN '1' END,
		m.subscription_id::text
FROM supplier_bill_lines l JOIN supplier_matches m ON m.line_id = l.id
WHERE l.bill_id = @bill AND m.bill_id = @bill AND (m.subscription_id IS NULL
		OR m.subscription_id = ANY (@subs::uuid[])) AND NOT EXISTS (SELECT FROM differences d
	WHERE d.credit_line_id = l.id AND d.credit_line_id IS NOT NULL)`

// charges hands over the lines of the bill.
func (b bill) charges(ctx context.Context, tx *gorm.DB, s *reconcile.Sides) error {
	return each(ctx, tx, chargesSQL, b.args(), 19, func(r []string) error {
		from := r[10]
		if from == "" {
			from = b.about.From.String()
		}
		return s.Charge(reconcile.Charge{Line: r[0], ID: r[1], VendorID: r[2], Customer: r[3], Part: r[4],
			Product: r[5],
			Term:    r[6], Frequency: r[7], Word: r[8], Reference: r[9], From: from, To: r[11], Quantity: r[12],
			UnitPrice: r[13], Amount: r[14], Rate: r[15], Currency: r[16], Usage: r[17] != "", Ours: r[18] != ""})
	})
}

// ours are the subscriptions that are looked at (subs), with the days from the earliest to the last that any line of
// the bill charges them for.
const ours = `WITH ours AS MATERIALIZED (
	SELECT * FROM unnest(@subs::uuid[], @starts::date[], @ends::date[]) AS o (id, from_on, to_on)),
days AS MATERIALIZED (
	SELECT least(min(from_on), @from::date) AS from_on, greatest(max(to_on), @to::date) AS to_on FROM ours)`

// notOnBill is the SQL of what no line of the bill is about, by the column that names it.
func notOnBill(column string) string {
	return `NOT EXISTS (SELECT FROM supplier_matches o WHERE o.bill_id = @bill AND o.subscription_id = ` + column +
		`)`
}

// customers are those that lines of the bill are about.
const customers = `, customers AS MATERIALIZED (
	SELECT DISTINCT crm_account_id AS id FROM supplier_matches WHERE bill_id = @bill AND crm_account_id IS NOT NULL)`

// longestCycle is how far beyond the days that a bill is about a cycle can reach that begins on them.
const longestCycle = `interval '36 months'`

// Days that other bills charge are compared with those. Of a subscription that this bill does not have, what another
// bill charges whole is left out here, and the other days go by its cycles.
var salesSQL = ours + customers + `,
lines AS NOT MATERIALIZED (
	SELECT x.id, x.subscription_id, x.invoice_id, x.part_number, x.from_date, x.to_date, x.price_period, x.seats,
		x.unit_price, x.amount, x.currency, x.kind
	FROM invoice_lines x WHERE x.standing AND x.kind IN ('cycle', 'catch_up', 'once')
		AND x.from_date < greatest((SELECT to_on FROM days), @to::date + ` + longestCycle + `)
		AND x.to_date > (SELECT from_on FROM days)),
others AS MATERIALIZED (
	SELECT m.subscription_id AS id, l.from_on, coalesce(l.to_on, l.from_on + 1) AS to_on
	FROM supplier_bills b JOIN supplier_matches m ON m.bill_id = b.id JOIN supplier_bill_lines l ON l.id = m.line_id
	WHERE b.id <> @bill AND b.aside_at IS NULL
		AND (b.from_on IS NULL OR b.from_on < @to::date AND b.to_on > @from::date)
		AND m.subscription_id IS NOT NULL),
besides AS (
	SELECT x.* FROM lines x JOIN subscriptions s ON s.id = x.subscription_id
	WHERE x.from_date < @to::date + CASE s.billing_frequency WHEN 'monthly' THEN interval '1 month'
			WHEN 'quarterly' THEN interval '3 months' WHEN 'annual' THEN interval '12 months'
			WHEN 'triennial' THEN interval '36 months' ELSE interval '0' END
		AND x.to_date > @from::date
		AND ` + notOnBill("x.subscription_id") + `
		AND NOT EXISTS (SELECT FROM others o WHERE o.id = x.subscription_id AND CASE WHEN x.kind = 'once'
			THEN o.from_on < x.to_date AND o.to_on > x.from_date
			ELSE o.from_on <= x.from_date AND o.to_on >= x.to_date END)
		AND (s.provider_id = @provider::uuid OR @provider::uuid IS NULL AND x.invoice_id IN (
			SELECT i.id FROM invoices i JOIN customers c ON c.id = i.crm_account_id)))
SELECT x.id::text, x.subscription_id::text, i.crm_account_id::text, x.part_number, x.from_date::text, x.to_date::text,
	x.price_period, x.seats::text, trim_scale(x.unit_price)::text, trim_scale(x.amount)::text, x.currency, x.kind
FROM (SELECT x.* FROM lines x JOIN ours o ON o.id = x.subscription_id
		WHERE x.from_date < greatest(o.to_on, @to::date) AND x.to_date > least(o.from_on, @from::date)
	UNION ALL SELECT * FROM besides) x JOIN invoices i ON i.id = x.invoice_id`

func (b bill) sales(ctx context.Context, tx *gorm.DB, s *reconcile.Sides) error {
	return each(ctx, tx, salesSQL, b.args(), 12, func(r []string) error {
		to := r[5]
		if r[11] == "once" {
			to = "" // a purchase has a day
		}
		return s.Sale(reconcile.Sale{Line: r[0], ID: r[1], Customer: r[2], Part: r[3], From: r[4], To: to,
			Period: money.Period(r[6]), Seats: r[7], UnitPrice: r[8], Amount: r[9], Currency: r[10]})
	})
}

// elsewhere are seats that another system has billed: no price of ours, but billed they are.
const elsewhereSQL = ours + `
SELECT c.id::text, c.subscription_id::text, s.crm_account_id::text, s.part_number, c.effective_at::text,
	coalesce(e.until, greatest(o.to_on, @to::date))::text, c.delta::text, coalesce(nullif(s.currency, ''),
		s.cost_currency)
FROM billed_elsewhere e JOIN license_changes c ON c.id = e.change_id JOIN license_change_status st ON st.change_id =
	c.id
JOIN subscriptions s ON s.id = c.subscription_id JOIN ours o ON o.id = s.id
WHERE st.counted AND c.delta > 0 AND c.effective_at < coalesce(e.until, greatest(o.to_on, @to::date))
	AND coalesce(nullif(s.currency, ''), s.cost_currency) <> ''`

func (b bill) elsewhere(ctx context.Context, tx *gorm.DB, s *reconcile.Sides) error {
	return each(ctx, tx, elsewhereSQL, b.args(), 8, func(r []string) error {
		return s.Sale(reconcile.Sale{Line: "elsewhere " + r[0], ID: r[1], Customer: r[2], Part: r[3], From: r[4],
			To:     r[5],
			Period: money.Month, Seats: r[6], Amount: "0", Currency: r[7]})
	})
}

// A contract that has not billed these days yet says nothing about them: what it is going to bill is compared then.
// What was never signed off waits for no run, what has no contract for none, and no run knows what is unknown here.
const windowsSQL = ours + customers + `,
billed AS (
	SELECT k.id, k.crm_account_id, greatest(k.start_date, k.bill_from) AS from_on, i.to_on
	FROM billing_contracts k LEFT JOIN (SELECT contract_id, max(period_end) AS to_on FROM invoices
		WHERE state <> 'void' AND kind <> 'credit' GROUP BY 1) i ON i.contract_id = k.id),
paid AS MATERIALIZED (
	SELECT x.subscription_id AS id, max(x.to_date) AS to_on FROM invoice_lines x JOIN ours o ON o.id =
		x.subscription_id
	WHERE x.standing AND x.kind IN ('cycle', 'catch_up') AND x.to_date > (SELECT from_on FROM days) GROUP BY 1),
signed AS MATERIALIZED (
	SELECT o.*, s.billable_from, s.state <> 'held' AND s.contract_id IS NOT NULL
		AND EXISTS (SELECT FROM sign_offs g WHERE g.subscription_id = o.id) AS waits
	FROM ours o JOIN subscriptions s ON s.id = o.id),
unknown AS (
	SELECT coalesce(nullif(supplier_id(l.subscription_external_id), ''), ` + other + `) AS id, l.from_on, l.to_on
	FROM supplier_matches m JOIN supplier_bill_lines l ON l.id = m.line_id WHERE m.bill_id = @bill AND m.way =
		'customer')
SELECT o.id::text, greatest(min(b.from_on), o.billable_from)::text, greatest(max(b.to_on), max(p.to_on))::text
FROM signed o JOIN contract_stays t ON t.subscription_id = o.id AND NOT t.set_aside
JOIN billed b ON b.id = t.contract_id LEFT JOIN paid p ON p.id = o.id
WHERE o.waits GROUP BY o.id, o.billable_from
UNION ALL
SELECT id::text, least(from_on, @from::date)::text, greatest(to_on, @to::date)::text FROM signed WHERE NOT waits
UNION ALL
SELECT id, min(least(from_on, @from::date))::text, max(greatest(to_on, from_on + 1, @to::date))::text
FROM unknown WHERE id IS NOT NULL GROUP BY 1
UNION ALL
SELECT c.id::text, min(b.from_on)::text, max(b.to_on)::text FROM customers c JOIN billed b ON b.crm_account_id =
	c.id GROUP BY 1`

func (b bill) windows(ctx context.Context, tx *gorm.DB, s *reconcile.Sides, invoiced map[uuid.UUID]bool) error {
	return each(ctx, tx, windowsSQL, b.args(), 3, func(r []string) error {
		if r[1] == "" || r[2] == "" || r[2] < r[1] {
			return s.Comparable(r[0], "", "")
		}
		if r[2] >= b.about.To.String() {
			if id, err := uuid.Parse(r[0]); err == nil { // else a customer's own name
				invoiced[id] = true
			}
		}
		return s.Comparable(r[0], r[1], r[2])
	})
}

// Of a subscription that this bill does not have, what others charge is asked for as far as a cycle reaches.
var claimsSQL = ours + `
SELECT m.subscription_id::text, l.from_on::text, l.to_on::text FROM supplier_bills b
JOIN supplier_matches m ON m.bill_id = b.id JOIN supplier_bill_lines l ON l.id = m.line_id
LEFT JOIN ours o ON o.id = m.subscription_id
WHERE b.id <> @bill AND b.aside_at IS NULL AND m.subscription_id IS NOT NULL
	AND (o.id IS NOT NULL OR ` + notOnBill("m.subscription_id") + `)
	AND (o.id IS NOT NULL OR @provider::uuid IS NULL OR b.provider_id IS NULL OR b.provider_id = @provider::uuid)
	AND (b.from_on IS NULL OR b.from_on < (SELECT to_on FROM days) AND b.to_on > (SELECT from_on FROM days))
	AND l.to_on IS NOT NULL AND NOT l.usage
	AND l.from_on < CASE WHEN o.id IS NULL THEN @to::date + ` + longestCycle + ` ELSE greatest(o.to_on, @to::date) END
	AND l.to_on > least(o.from_on, @from::date)`

func (b bill) claims(ctx context.Context, tx *gorm.DB, s *reconcile.Sides) error {
	return each(ctx, tx, claimsSQL, b.args(), 3, func(r []string) error { return s.Claimed(r[0], r[1], r[2]) })
}

// In what cycles the distributor charges: from the day on which the term began, each as long as is paid at once. What
// a cycle costs is asked for only where the bill has none.
var cyclesSQL = ours + `,
sold AS MATERIALIZED (
	SELECT DISTINCT x.subscription_id AS id FROM invoice_lines x JOIN subscriptions s ON s.id = x.subscription_id
	WHERE x.standing AND x.kind IN ('cycle', 'catch_up') AND x.to_date > @from::date
		AND x.from_date < @to::date + ` + longestCycle + `
		AND (s.provider_id = @provider::uuid OR @provider::uuid IS NULL)
		AND ` + notOnBill("x.subscription_id") + `),
costs AS MATERIALIZED (
	SELECT DISTINCT ON (c.subscription_id) c.subscription_id AS id, c.cost_currency,
		per_month(c.unit_cost, nullif(c.cost_period, '')) AS cost
	FROM sold o JOIN license_changes c ON c.subscription_id = o.id JOIN license_change_status t ON t.change_id = c.id
	WHERE t.counted AND c.unit_cost IS NOT NULL AND c.effective_at < @to::date
	ORDER BY c.subscription_id, c.effective_at DESC, c.seq DESC)
SELECT s.id::text, f.months::text, coalesce(s.term_start, s.start_date)::text, s.end_date::text,
	trim_scale(round(k.cost * f.months, 6))::text, k.cost_currency
FROM (SELECT id FROM ours UNION ALL SELECT id FROM sold) a JOIN subscriptions s ON s.id = a.id
JOIN (VALUES ('monthly', 1), ('quarterly', 3), ('annual', 12), ('triennial', 36)) AS f (word, months)
	ON f.word = s.billing_frequency
LEFT JOIN costs k ON k.id = s.id
WHERE s.kind IN ('licence', 'unknown') AND coalesce(s.term_start, s.start_date) IS NOT NULL`

func (b bill) cycles(ctx context.Context, tx *gorm.DB, s *reconcile.Sides) error {
	return each(ctx, tx, cyclesSQL, b.args(), 6, func(r []string) error {
		months, err := strconv.Atoi(r[1])
		if err != nil {
			return err
		}
		return s.Cycles(reconcile.Cycles{ID: r[0], Months: months, Begins: r[2], Ends: r[3], Cost: r[4],
			Currency: r[5]})
	})
}
