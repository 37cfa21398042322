package price

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
)

// Reckoning makes prices of a list by a rule: of what the subscriptions in use cost, or of the list's own prices.
type Reckoning struct {
	Base    string // cost or list
	Rule    Rule
	From    clock.Date
	Vendor  string // of these only; empty: all
	Product string // a part of the product's name or part number
	Term    string
}

// ReckoningInput is a reckoning as typed.
type ReckoningInput struct {
	Base, EffectiveFrom, Vendor, Product, Term string
	Rule                                       RuleInput
}

// Read checks what was typed.
func (in ReckoningInput) Read() (Reckoning, error) {
	problems := errs.Fields{}
	r := Reckoning{Base: in.Base, Rule: in.Rule.Read(problems), Vendor: in.Vendor,
		Product: strings.TrimSpace(in.Product),
		Term:    in.Term}
	var err error
	if r.From, err = clock.ParseDate(strings.TrimSpace(in.EffectiveFrom)); err != nil || r.From.IsZero() {
		problems.Add("effective_from", "Enter the first day of the prices, as 2026-03-31.")
	}
	if r.Base != "cost" && r.Base != "list" {
		problems.Add("base", "Choose what the prices are reckoned from.")
	}
	if r.Base == "list" && r.Rule.Change == Margin {
		problems.Add("change", "A margin is reckoned over cost. Choose the cost as the base.")
	}
	return r, problems.Err()
}

// used is a product, term and frequency with what it costs, or what the list says of it.
type used struct {
	Vendor           string
	PartNumber       string
	Name             string
	Term             string
	BillingFrequency string
	Unit             money.Period
	Base             decimal.Decimal
	Cost             decimal.NullDecimal
}

// inUse are the products of active and held subscriptions, at the highest cost that one of them has in the list's
// currency: no price made of it is below the cost of any.
const inUse = `SELECT p.vendor, p.part_number, p.name, s.term, s.billing_frequency, s.cost_period AS unit,
		max(s.unit_cost) AS base, max(s.unit_cost) AS cost
	FROM subscriptions s JOIN products p ON p.id = s.product_id
	WHERE s.state <> 'inactive' AND s.cost_currency = @currency AND s.unit_cost > 0 AND s.kind NOT IN ('usage', 'trial')
		AND s.cost_period IN ('month', 'quarter', 'year', 'three_years', 'once')
		AND s.term NOT IN ('', 'unknown', 'trial') AND s.billing_frequency NOT IN ('', 'unknown', 'trial')
		AND (@vendor = '' OR p.vendor = @vendor) AND (@term = '' OR s.term = @term)
		AND (@product = '' OR strpos(lower(p.name || ' ' || p.part_number), lower(@product)) > 0)
	GROUP BY p.vendor, p.part_number, p.name, s.term, s.billing_frequency, s.cost_period
	ORDER BY p.name, p.part_number, s.term, s.billing_frequency`

// onList are the list's prices in force on a day, with the highest cost of the subscriptions in use for the same
// period.
const onList = `SELECT DISTINCT ON (i.product_id, i.term, i.billing_frequency) p.vendor, p.part_number, p.name, i.term,
		i.billing_frequency, i.unit, i.unit_price AS base, (SELECT max(s.unit_cost) FROM subscriptions s
			WHERE s.product_id = i.product_id AND s.term = i.term AND s.billing_frequency = i.billing_frequency
				AND s.state <> 'inactive' AND s.cost_currency = @currency AND s.cost_period = i.unit) AS cost
	FROM price_list_items i JOIN products p ON p.id = i.product_id
	WHERE i.price_list_id = @list AND i.effective_from <= @from AND (i.effective_to IS NULL OR i.effective_to > @from)
		AND (@vendor = '' OR p.vendor = @vendor) AND (@term = '' OR i.term = @term)
		AND (@product = '' OR strpos(lower(p.name || ' ' || p.part_number), lower(@product)) > 0)
	ORDER BY i.product_id, i.term, i.billing_frequency, i.effective_from DESC`

// AnyItem tells whether a list has a price.
func AnyItem(ctx context.Context, db *gorm.DB, list uuid.UUID) (any bool, err error) {
	err = db.WithContext(ctx).Raw(`SELECT EXISTS (SELECT FROM price_list_items WHERE price_list_id = ?)`, list).Row().
		Scan(&any)
	return any, err
}

// InUseSince is the first day of the oldest current term of what is in use: a price that holds from then on is found by
// each of them when it lands in a contract. Zero: nothing is in use.
func (Service) InUseSince(ctx context.Context, db *gorm.DB) (day clock.Date, err error) {
	err = db.WithContext(ctx).Raw(`SELECT min(coalesce(term_start, start_date)) FROM subscriptions
		WHERE state <> 'inactive'`).Row().Scan(&day)
	return day, err
}

// Vendors are those of the products known, by name.
func (s Service) Vendors(ctx context.Context, db *gorm.DB) ([]string, error) {
	var vendors []string
	err := db.WithContext(ctx).Raw(`SELECT DISTINCT vendor FROM products ORDER BY vendor`).Scan(&vendors).Error
	if err != nil {
		return nil, fmt.Errorf("vendors of products: %w", err)
	}
	return vendors, nil
}

// Reckon makes the file of a list's new prices, in the columns that an import of prices reads, so that they have its
// preview and its undo. errs.Invalid where there is nothing to reckon from.
func (s Service) Reckon(ctx context.Context, db *gorm.DB, l List, r Reckoning) ([]byte, error) {
	query := inUse
	if r.Base == "list" {
		query = onList
	}
	var all []used
	err := db.WithContext(ctx).Raw(query, map[string]any{"currency": l.Currency, "list": l.ID, "from": r.From,
		"vendor": r.Vendor, "term": r.Term, "product": r.Product}).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("what prices are reckoned from: %w", err)
	}
	if len(all) == 0 {
		return nil, errs.Fields{"base": "There is nothing to reckon from: no subscription in use has a cost in " +
			l.Currency + " that fits, or the list has no price that does. Sync the subscriptions first."}.Err()
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	rows := [][]string{{"part_number", "product_name", "unit", "term", "billing_frequency", "unit_price",
		"effective_from",
		"vendor", "unit_cost"}}
	for _, u := range all {
		value, _ := r.Rule.Of(u.Base, u.Cost, l.Currency)
		rows = append(rows, []string{u.PartNumber, u.Name, string(u.Unit), u.Term, u.BillingFrequency,
			money.Plain(value), r.From.String(), u.Vendor, known(u.Cost)})
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("file of prices: %w", err)
	}
	return out.Bytes(), nil
}
