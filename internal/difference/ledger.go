package difference

import (
	"context"
	"fmt"
	"slices"

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

const heldSQL = `
SELECT m.subscription_id AS id, coalesce(s.crm_account_id::text, '') AS customer, s.part_number, min(l.currency) AS
	currency,
	max(greatest(l.to_on, l.from_on + 1, CAST(@to AS date))) AS to_on
FROM supplier_matches m JOIN supplier_bill_lines l ON l.id = m.line_id JOIN subscriptions s ON s.id =
	m.subscription_id
WHERE m.bill_id = @bill AND NOT l.usage AND s.kind <> 'usage' GROUP BY m.subscription_id, s.crm_account_id,
	s.part_number
ORDER BY m.subscription_id`

const historiesAtOnce = 500

// ledger hands the bill's lines and the days of the ledger over to the engine.
func (b bill) ledger(ctx context.Context, tx *gorm.DB) (*reconcile.Sides, error) {
	s := reconcile.NewSides()
	if err := s.About(b.about.From.String(), b.about.To.String()); err != nil {
		return nil, err
	}
	if err := b.charges(ctx, tx, s, func(ours, usage bool) bool { return ours && !usage }); err != nil {
		return nil, err
	}
	var all []held
	err := tx.WithContext(ctx).Raw(heldSQL, map[string]any{"bill": b.ID, "to": b.about.To}).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("subscriptions of bill %s: %w", b.ID, err)
	}
	for part := range slices.Chunk(all, historiesAtOnce) {
		ids := make([]uuid.UUID, len(part))
		for i, h := range part {
			ids[i] = h.ID
		}
		histories, err := history.Load(ctx, tx, ids)
		if err != nil {
			return nil, err
		}
		for _, h := range part {
			if err := h.days(s, histories[h.ID]); err != nil {
				return nil, err
			}
		}
	}
	return s, b.claims(ctx, tx, s)
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
func beside(invoices, ledger []found, invoiced map[string]bool) []found {
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
			if invoiced[f.Subject] {
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
WITH lines AS (
	SELECT l.id, m.subscription_id, l.from_on, l.quantity, l.amount, l.currency, l.unit_price *
		coalesce(l.exchange_rate, 1) AS unit,
		CASE WHEN l.billing_frequency ILIKE 'month%' THEN 1 WHEN l.billing_frequency ILIKE 'quarter%' THEN 3
			WHEN l.billing_frequency ILIKE 'annual%' OR l.billing_frequency ILIKE 'year%' THEN 12
			WHEN l.billing_frequency ILIKE 'trienn%' THEN 36 WHEN l.to_on - l.from_on <= 31 THEN 1
			WHEN l.to_on - l.from_on <= 92 THEN 3 WHEN l.to_on - l.from_on <= 366 THEN 12 ELSE 36 END AS months
	FROM supplier_bill_lines l JOIN supplier_matches m ON m.line_id = l.id JOIN subscriptions s ON s.id =
		m.subscription_id
	WHERE l.bill_id = @bill AND l.amount > 0 AND NOT l.usage AND l.to_on IS NOT NULL AND l.unit_price > 0
		AND s.kind IN ('licence', 'unknown') AND coalesce(l.quantity, 0) > 0),
costs AS (
	SELECT l.*, per_month(c.unit_cost, c.cost_period) AS cost, c.effective_at AS cost_from,
		(SELECT per_month(o.unit_cost, o.cost_period) FROM license_changes o JOIN license_change_status t ON
		t.change_id = o.id
			WHERE o.subscription_id = l.subscription_id AND o.unit_cost IS NOT NULL AND t.counted AND
			o.cost_currency = l.currency
				AND (o.effective_at, o.seq) < (c.effective_at, c.seq) AND per_month(o.unit_cost, o.cost_period) <>
				per_month(c.unit_cost, c.cost_period)
			ORDER BY o.effective_at DESC, o.seq DESC LIMIT 1) AS before
	FROM lines l CROSS JOIN LATERAL (SELECT c.unit_cost, c.cost_period, c.effective_at, c.seq FROM license_changes c
		JOIN license_change_status st ON st.change_id = c.id
		WHERE c.subscription_id = l.subscription_id AND c.unit_cost IS NOT NULL AND st.counted AND c.cost_currency =
		l.currency
			AND c.effective_at <= l.from_on ORDER BY c.effective_at DESC, c.seq DESC LIMIT 1) c
	WHERE per_month(c.unit_cost, c.cost_period) > 0),
told AS (
	SELECT k.*, 'price' AS kind, k.unit / k.months - k.cost AS more FROM costs k
	WHERE abs(k.unit - k.cost * k.months) > 0.01
	UNION ALL
	SELECT k.*, 'renewal_price', k.cost - k.before FROM costs k
	WHERE abs(k.unit - k.cost * k.months) <= 0.01 AND k.before < k.cost - 0.01
		AND EXISTS (SELECT FROM license_changes r JOIN license_change_status t ON t.change_id = r.id
			WHERE r.subscription_id = k.subscription_id AND r.event = 'renew' AND t.counted AND r.effective_at =
			k.cost_from)
		AND NOT EXISTS (SELECT FROM license_changes r JOIN license_change_status t ON t.change_id = r.id
			WHERE r.subscription_id = k.subscription_id AND r.event = 'price' AND t.counted AND r.effective_at >=
			k.cost_from
				AND r.effective_at <= k.from_on))
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
	err = tx.WithContext(ctx).Raw(priceSQL, map[string]any{"bill": b.ID}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("prices of bill %s beside the costs: %w", b.ID, err)
	}
	for _, r := range rows {
		why := fmt.Sprintf("Charged at %s a month, the distributor's own cost is %s", r.Unit, r.Cost)
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

// termSQL finds lines whose term or frequency is not that of the subscription; what either does not say agrees.
const termSQL = `
WITH words AS (SELECT l.id, m.subscription_id, l.from_on, l.currency, s.term, s.billing_frequency,
		CASE WHEN t.term ~ '(p1m|one[- ]month|1[- ]month|^monthly)' THEN 'monthly' WHEN t.term ~
		'(p1y|one[- ]year|1[- ]year|^annual|^yearly)' THEN 'annual'
			WHEN t.term ~ '(p3y|three|3[- ]year|^trienn)' THEN 'triennial' ELSE '' END AS bill_term,
		CASE WHEN t.freq ~ '^month' THEN 'monthly' WHEN t.freq ~ '^(annual|year)' THEN 'annual' WHEN t.freq ~
		'^quarter' THEN 'quarterly'
			WHEN t.freq ~ '^trienn' THEN 'triennial' ELSE '' END AS bill_freq
	FROM supplier_bill_lines l JOIN supplier_matches m ON m.line_id = l.id JOIN subscriptions s ON s.id =
		m.subscription_id
	CROSS JOIN LATERAL (SELECT lower(btrim(l.term)) AS term, lower(btrim(l.billing_frequency)) AS freq) t
	WHERE l.bill_id = @bill AND NOT l.usage AND l.to_on IS NOT NULL AND s.kind = 'licence'
		AND l.from_on >= coalesce(s.term_start, l.from_on))
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
	err = tx.WithContext(ctx).Raw(termSQL, map[string]any{"bill": b.ID}).Scan(&rows).Error
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
