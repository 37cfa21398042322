package difference

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/history"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/reconcile"
)

// What the bill should have been: the same lines beside the days of the ledger, and their prices beside the costs
// that the distributor has told. It finds what the invoices cannot show: that they follow the bill and the ledger
// does not, and what no invoice has reached yet.

// held is a subscription that the bill is about.
type held struct {
	ID         uuid.UUID
	Customer   string
	PartNumber string
	Currency   string // of the bill's first line about it
	ToOn       clock.Date
}

// What the days of a subscription come to is the sum of what counted on them, as far as nobody ordered seats beside
// the
// ledger and no cut-over gave its days to another: those are left to their histories.
const plainSQL = ours + `,
held AS MATERIALIZED (
	SELECT m.subscription_id AS id, min(l.currency) AS currency,
		max(greatest(l.to_on, l.from_on + 1, @to::date)) AS to_on
	FROM supplier_matches m JOIN supplier_bill_lines l ON l.id = m.line_id
	WHERE m.bill_id = @bill AND l.bill_id = @bill AND NOT l.usage AND m.subscription_id = ANY (@subs::uuid[]) GROUP
		BY 1),
extra AS MATERIALIZED (SELECT DISTINCT subscription_id AS id FROM supplier_seats WHERE undone_at IS NULL),
rows AS MATERIALIZED (
	SELECT c.subscription_id AS id, c.effective_at, sum(c.delta) AS delta, bool_or(c.delta > 0) AS joins
	FROM held h JOIN license_changes c ON c.subscription_id = h.id JOIN license_change_status t ON t.change_id = c.id
	WHERE t.counted AND c.delta <> 0 GROUP BY 1, 2)
SELECT h.id::text, coalesce(s.crm_account_id::text, ''), s.part_number, h.currency, h.to_on::text,
	CASE WHEN s.state <> 'inactive' THEN s.ends_on::text END,
	CASE WHEN s.frozen_from IS NOT NULL OR EXISTS (SELECT FROM extra x WHERE x.id = h.id) THEN '1' END,
	r.effective_at::text, r.delta::text, CASE WHEN r.joins THEN '1' END
FROM held h JOIN subscriptions s ON s.id = h.id LEFT JOIN rows r ON r.id = h.id
WHERE s.kind <> 'usage' ORDER BY h.id, r.effective_at`

const historiesAtOnce = 500

// ledger hands the days of the ledger over to the engine, in place of our invoices.
func (b bill) ledger(ctx context.Context, tx *gorm.DB, s *reconcile.Sides) error {
	var odd []held
	var now counting
	err := each(ctx, tx, plainSQL, b.args(), 10, func(r []string) error {
		if r[0] != now.id {
			if err := now.end(s); err != nil {
				return err
			}
			now = counting{id: r[0], customer: r[1], part: r[2], currency: r[3], to: r[4], ends: r[5],
				odd: r[6] != ""}
			if now.odd {
				h, err := now.held()
				odd = append(odd, h)
				return err
			}
		}
		return now.row(s, r[7], r[8], r[9] != "")
	})
	if err == nil {
		err = now.end(s)
	}
	if err != nil {
		return fmt.Errorf("ledger beside bill %s: %w", b.ID, err)
	}
	if err := b.hash(tx, false); err != nil {
		return err
	}
	for part := range slices.Chunk(odd, historiesAtOnce) {
		ids := make([]uuid.UUID, len(part))
		for i, h := range part {
			ids[i] = h.ID
		}
		histories, err := history.Load(ctx, tx, ids)
		if err != nil {
			return err
		}
		for _, h := range part {
			if err := h.days(s, histories[h.ID]); err != nil {
				return err
			}
		}
	}
	return b.hash(tx, true)
}

// counting adds up the rows of a subscription, in the order of their days.
type counting struct {
	id, customer, part, currency string
	to, ends                     string // the day after the last that is asked for; the first no longer in, if any
	odd                          bool
	begins, from                 string
	seats                        int
}

func (c *counting) held() (held, error) {
	id, err := uuid.Parse(c.id)
	if err != nil {
		return held{}, err
	}
	to, err := clock.ParseDate(c.to)
	return held{ID: id, Customer: c.customer, PartNumber: c.part, Currency: c.currency, ToOn: to}, err
}

func (c *counting) row(s *reconcile.Sides, on, delta string, joins bool) error {
	if c.odd || on == "" {
		return nil
	}
	n, err := strconv.Atoi(delta)
	if err != nil {
		return err
	}
	if err := c.until(s, on); err != nil {
		return err
	}
	if joins && c.begins == "" {
		c.begins = on
	}
	c.from, c.seats = on, c.seats+n
	return nil
}

// until hands over what stands up to a day. Days are compared as they are written.
func (c *counting) until(s *reconcile.Sides, day string) error {
	to := min(day, c.to)
	if c.ends != "" {
		to = min(to, c.ends)
	}
	if c.seats <= 0 || c.from >= to {
		return nil
	}
	return s.Sale(reconcile.Sale{ID: c.id, Customer: c.customer, Part: c.part, From: c.from, To: to,
		Period: money.Month, Seats: strconv.Itoa(c.seats), Amount: "0", Currency: c.currency})
}

// end hands over the last days, and which can be compared.
func (c *counting) end(s *reconcile.Sides) error {
	if c.id == "" || c.odd {
		return nil
	}
	if err := c.until(s, c.to); err != nil || c.begins == "" {
		return errors.Join(err, s.Comparable(c.id, "", ""))
	}
	to := c.to
	if to <= c.begins {
		begins, err := clock.ParseDate(c.begins)
		if err != nil {
			return err
		}
		to = begins.AddDays(1).String()
	}
	return s.Comparable(c.id, c.begins, to)
}

// days are those of a subscription in the ledger. What the ledger has none of cannot be compared, nor what lies
// before its first day.
func (h held) days(s *reconcile.Sides, of history.History) error {
	begins := of.Begins()
	if begins.IsZero() {
		return s.Comparable(h.ID.String(), "", "")
	}
	if err := s.Comparable(h.ID.String(), begins.String(), clock.Later(h.ToOn,
		begins.AddDays(1)).String()); err != nil {
		return err
	}
	for _, d := range of.Ledger(h.ToOn) {
		if d.Counted+d.Extra <= 0 {
			continue
		}
		if err := s.Sale(reconcile.Sale{ID: h.ID.String(), Customer: h.Customer, Part: h.PartNumber,
			From: d.From.String(),
			To:   d.To.String(), Period: money.Month, Seats: fmt.Sprint(d.Counted + d.Extra), Amount: "0",
			Currency: h.Currency}); err != nil {
			return err
		}
	}
	return nil
}

// seats are the kinds that say what seats are charged, or not, on what days.
var seats = map[Kind]bool{reconcile.OnlyOnBill: true, reconcile.NotBilledOn: true, reconcile.Quantity: true,
	reconcile.Period: true, reconcile.OnlyHere: true, ChargedAfterEnd: true, Unsigned: true, Unmapped: true,
	UsageWithoutRule: true}

// beside adds what only the ledger shows to what the invoices show.
func beside(invoices, ledger []found, invoiced map[uuid.UUID]bool) []found {
	type thing struct {
		subject string
		kind    Kind
	}
	counted, said := map[string]bool{}, map[thing]bool{}
	for _, f := range invoices {
		counted[f.Subject] = counted[f.Subject] || seats[f.Kind]
		said[thing{f.Subject, f.Kind}] = true
	}
	for _, f := range ledger {
		if !f.Subscription.Valid || said[thing{f.Subject, f.Kind}] || seats[f.Kind] && counted[f.Subject] {
			continue
		}
		switch f.Kind {
		case reconcile.OnlyOnBill, reconcile.NotBilledOn, Unsigned:
			f.Kind = reconcile.Quantity
		case reconcile.Quantity, reconcile.Period, ChargedAfterEnd, reconcile.Double, reconcile.Price, RenewalPrice,
			Term:
		default:
			continue
		}
		f.Sales, f.Reached = nil, No
		if seats[f.Kind] {
			f.Why = "Beside the ledger: " + f.Why
			if invoiced[f.Subscription.UUID] {
				f.Reached = Yes
			}
		}
		invoices = append(invoices, f)
	}
	return invoices
}

// priceSQL finds lines whose unit price is not what the distributor has told as the cost of their first day, a month
// each. Of a renewal it is told with our price, where that has stayed.
const priceSQL = `
WITH lines AS MATERIALIZED (
	SELECT l.id, m.subscription_id, l.from_on, l.to_on, l.quantity, l.amount, l.currency,
		CASE WHEN ` + aMonths + ` THEN 'monthly' ELSE l.billing_frequency END AS billing_frequency,
		l.unit_price * coalesce(l.exchange_rate, 1) AS unit
	FROM supplier_bill_lines l JOIN supplier_matches m ON m.line_id = l.id JOIN subscriptions s ON s.id =
		m.subscription_id
	WHERE l.bill_id = @bill AND m.bill_id = @bill AND m.subscription_id = ANY (CAST(@subs AS uuid[])) AND l.amount >
		0 AND NOT l.usage AND l.to_on IS NOT NULL
		AND l.unit_price > 0 AND s.kind IN ('licence', 'unknown') AND coalesce(l.quantity, 0) > 0),
words AS MATERIALIZED (
	SELECT w AS billing_frequency, CASE WHEN w ILIKE 'month%' THEN 1 WHEN w ILIKE 'quarter%' THEN 3
			WHEN w ILIKE 'annual%' OR w ILIKE 'year%' THEN 12 WHEN w ILIKE 'trienn%' THEN 36 END AS months
	FROM (SELECT DISTINCT billing_frequency AS w FROM lines) f),
changes AS MATERIALIZED (
	SELECT c.subscription_id, c.effective_at, c.seq, c.cost_currency, per_month(c.unit_cost, c.cost_period) AS cost
	FROM (SELECT DISTINCT subscription_id FROM lines) l JOIN license_changes c USING (subscription_id)
	JOIN license_change_status t ON t.change_id = c.id WHERE c.unit_cost IS NOT NULL AND t.counted),
costs AS MATERIALIZED (
	SELECT l.*, coalesce(w.months, CASE WHEN l.to_on - l.from_on <= 31 THEN 1 WHEN l.to_on - l.from_on <= 92 THEN 3
		WHEN l.to_on - l.from_on <= 366 THEN 12 ELSE 36 END) AS months
	FROM (SELECT DISTINCT ON (l.id) l.*, c.cost, c.effective_at AS cost_from, c.seq AS cost_seq
		FROM lines l JOIN changes c ON c.subscription_id = l.subscription_id AND c.cost_currency = l.currency
			AND c.effective_at <= l.from_on
		ORDER BY l.id, c.effective_at DESC, c.seq DESC) l JOIN words w USING (billing_frequency) WHERE l.cost > 0),
kept AS MATERIALIZED (
	SELECT k.* FROM costs k
	WHERE abs(k.unit - k.cost * k.months) <= 0.01
		AND k.subscription_id IN (SELECT c.subscription_id FROM changes c GROUP BY 1 HAVING min(c.cost) < max(c.cost))
		AND EXISTS (SELECT FROM license_changes r JOIN license_change_status t ON t.change_id = r.id
			WHERE r.subscription_id = k.subscription_id AND r.event = 'renew' AND t.counted AND r.effective_at =
			k.cost_from)
		AND NOT EXISTS (SELECT FROM license_changes r JOIN license_change_status t ON t.change_id = r.id
			WHERE r.subscription_id = k.subscription_id AND r.event = 'price' AND t.counted AND r.effective_at >=
			k.cost_from AND r.effective_at <= k.from_on)),
renewed AS (
	SELECT DISTINCT ON (k.id) k.*, o.cost AS before FROM kept k JOIN changes o ON o.subscription_id =
		k.subscription_id
		AND o.cost_currency = k.currency AND (o.effective_at, o.seq) < (k.cost_from, k.cost_seq) AND o.cost <> k.cost
	ORDER BY k.id, o.effective_at DESC, o.seq DESC),
told AS (
	SELECT k.*, NULL::numeric AS before, 'price' AS kind, k.unit / k.months - k.cost AS more FROM costs k
	WHERE abs(k.unit - k.cost * k.months) > 0.01
	UNION ALL
	SELECT k.*, 'renewal_price', k.cost - k.before FROM renewed k WHERE k.before < k.cost - 0.01)
SELECT subscription_id, kind, currency, min(from_on) AS since, round(sum(amount * more * months / unit), 6) AS once,
	(array_agg(round(more * quantity, 6) ORDER BY from_on DESC, id))[1] AS month, min(trim_scale(round(unit /
		months, 4))) AS unit,
	min(trim_scale(round(cost, 4))) AS cost, min(trim_scale(round(before, 4))) AS before, array_agg(id::text ORDER
		BY id) AS lines
FROM told GROUP BY subscription_id, kind, currency ORDER BY subscription_id, kind, currency`

// costs finds prices that do not follow the distributor's own.
func (s Service) costs(ctx context.Context, tx *gorm.DB, b bill) (out []reconcile.Difference, err error) {
	var rows []struct {
		SubscriptionID uuid.UUID
		Kind           Kind
		Currency       string
		Since          clock.Date
		Once, Month    decimal.Decimal
		Unit, Cost     decimal.Decimal
		Before         decimal.NullDecimal
		Lines          postgres.Texts
	}
	err = tx.WithContext(ctx).Raw(priceSQL, map[string]any{"bill": b.ID, "subs": b.subs.statement}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("prices of bill %s beside the costs: %w", b.ID, err)
	}
	for _, r := range rows {
		why := fmt.Sprintf("Charged at %s a month, the distributor's own cost is %s", r.Unit, r.Cost) +
			looksLike(r.Unit, r.Cost)
		if r.Kind == RenewalPrice {
			why = fmt.Sprintf("It was renewed at %s instead of %s a month, and our price stayed", r.Cost,
				r.Before.Decimal)
		}
		out = append(out, reconcile.Difference{Kind: r.Kind, Subscription: r.SubscriptionID.String(),
			Currency: r.Currency,
			Since:    r.Since.String(), Once: money.Round(r.Once, r.Currency), Month: money.Round(r.Month,
				r.Currency),
			Why:       why,
			BillLines: r.Lines})
	}
	return out, nil
}

// likes are what a price is of another, where the vendor's rules make it so (recon.md 3 and 4), and by how much a
// price
// may miss it for having been rounded to the cent.
var likes = []struct{ ratio, reads string }{
	{"1.03", "3 % more is what goes on after a term that was neither renewed nor cancelled"},
	{"1.23", "23 % more is what goes on after a term, where no monthly plan exists"},
	{"1.05", "5 % more is a year paid by the month instead of at once"},
	{"1.2", "20 % more is a term of a month instead of a year"},
	{"12", "that is twelve times: a year's price in place of a month's"},
	{"36", "that is thirty-six times: the price of three years in place of a month's"},
}

// looksLike says which reason fits a price beside the cost, as far as one does.
func looksLike(unit, cost decimal.Decimal) string {
	for _, l := range likes {
		if unit.Sub(cost.Mul(decimal.RequireFromString(l.ratio))).Abs().LessThanOrEqual(Tolerance) {
			return "; " + l.reads
		}
	}
	return ""
}

// termSQL finds lines whose term or frequency is not that of the subscription; what either does not say agrees.
const termSQL = `
WITH lines AS MATERIALIZED (
	SELECT l.id, m.subscription_id, l.from_on, l.currency, s.term, s.billing_frequency, l.term AS said_term,
		l.billing_frequency AS said_freq
	FROM supplier_bill_lines l JOIN supplier_matches m ON m.line_id = l.id JOIN subscriptions s ON s.id =
		m.subscription_id
	WHERE l.bill_id = @bill AND m.bill_id = @bill AND m.subscription_id = ANY (CAST(@subs AS uuid[]))
		AND NOT l.usage AND l.to_on IS NOT NULL AND s.kind = 'licence'
		AND l.from_on >= coalesce(s.term_start, l.from_on)),
meant AS MATERIALIZED (
	SELECT said_term, said_freq,
		CASE WHEN t.term ~ '(p1m|one[- ]month|1[- ]month|^monthly)' THEN 'monthly' WHEN t.term ~
		'(p1y|one[- ]year|1[- ]year|^annual|^yearly)' THEN 'annual'
			WHEN t.term ~ '(p3y|three|3[- ]year|^trienn)' THEN 'triennial' ELSE '' END AS bill_term,
		CASE WHEN t.freq ~ '^month' THEN 'monthly' WHEN t.freq ~ '^(annual|year)' THEN 'annual' WHEN t.freq ~
		'^quarter' THEN 'quarterly'
			WHEN t.freq ~ '^trienn' THEN 'triennial' ELSE '' END AS bill_freq
	FROM (SELECT DISTINCT said_term, said_freq FROM lines) d
	CROSS JOIN LATERAL (SELECT lower(btrim(said_term)) AS term, lower(btrim(said_freq)) AS freq) t),
words AS (SELECT l.*, w.bill_term, w.bill_freq FROM lines l JOIN meant w USING (said_term, said_freq))
SELECT subscription_id, 'term' AS kind, currency, min(from_on) AS since, min(CASE WHEN bill_term NOT IN ('', term)
	AND term <> 'unknown'
		THEN 'The bill''s term is ' || bill_term || ', ours ' || term
		ELSE 'The bill is ' || bill_freq || ', ours ' || billing_frequency END) AS why, array_agg(id::text ORDER BY
		id) AS lines
FROM words WHERE bill_term NOT IN ('', term) AND term NOT IN ('unknown', 'trial') OR bill_freq NOT IN ('',
	billing_frequency) AND billing_frequency NOT IN ('unknown', 'trial', 'one_time')
GROUP BY subscription_id, currency ORDER BY subscription_id, currency`

func (s Service) terms(ctx context.Context, tx *gorm.DB, b bill) (out []reconcile.Difference, err error) {
	var rows []struct {
		SubscriptionID uuid.UUID
		Currency, Why  string
		Since          clock.Date
		Lines          postgres.Texts
	}
	err = tx.WithContext(ctx).Raw(termSQL, map[string]any{"bill": b.ID, "subs": b.subs.statement}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("terms of bill %s: %w", b.ID, err)
	}
	for _, r := range rows {
		out = append(out, reconcile.Difference{Kind: Term, Subscription: r.SubscriptionID.String(),
			Currency: r.Currency,
			Since:    r.Since.String(), Why: r.Why, BillLines: r.Lines})
	}
	return out, nil
}
