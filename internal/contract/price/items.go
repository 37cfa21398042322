package price

import (
	"strings"

	"seatledger/internal/clock"
	"seatledger/internal/listing"
	"seatledger/internal/paging"
)

// ItemRow is one line of a list's items.
type ItemRow struct {
	Item
	Used int    // subscriptions priced by it
	Days string // those on which it counts, as the database writes them: "{[2026-01-01,2026-07-01)}"
}

// Past tells whether an item has begun and no longer counts on a day.
func (r ItemRow) Past(on clock.Date) bool {
	return !r.EffectiveFrom.After(on) && !r.counts(on.String())
}

// counts finds a day among the ranges of days. Days of one length compare as their texts.
func (r ItemRow) counts(day string) bool {
	for _, part := range strings.Split(strings.Trim(r.Days, "{}"), "),") {
		from, to, _ := strings.Cut(strings.Trim(part, "[)"), ",")
		if from != "" && from <= day && (to == "" || day < to) {
			return true
		}
	}
	return false
}

// Items is the list of the items of one price list. The file is also what an import reads. The screen
// says which day in_force asks for (Spec.Filter).
var Items = &listing.List[ItemRow]{
	Name: "prices", One: "price", Many: "prices",
	Table: "price_list_items i", ID: "i.id", Within: "i.price_list_id = ?", Default: "product_name",
	Joins: "JOIN products p ON p.id = i.product_id",
	Search: listing.Search{
		Label: "Search part number, product or vendor",
		Where: `EXISTS (SELECT FROM products p WHERE p.id = i.product_id
			AND lower(p.name || ' ' || p.part_number || ' ' || p.vendor) LIKE ?)`,
		IDs: "i.product_id IN (SELECT products_like(?))",
	},
	Columns: itemListColumns,
	Shown: []string{"product_name", "part_number", "term", "billing_frequency", "unit_price", "effective_from",
		"effective_to", "used"},
	Card: []string{"unit_price", "effective_from"},
	Filters: []listing.Filter{
		{Name: "term", Label: "Term", Where: "i.term = ?", Choices: termChoices()},
		{Name: "in_force", Label: "In force", Choices: []listing.Choice{
			{Value: "yes", Label: "Today", Where: "i.days @> CAST(? AS date)"},
			{Value: "no", Label: "Not today", Where: "NOT i.days @> CAST(? AS date)"}}},
	},
}

func termChoices() []listing.Choice {
	var out []listing.Choice
	for _, t := range Terms() {
		out = append(out, listing.Choice{Value: t, Label: strings.ToUpper(t[:1]) + strings.ReplaceAll(t[1:], "_", " ")})
	}
	return out
}

var itemListColumns = []listing.Column[ItemRow]{
	{Key: "part_number", Label: "Part number", SQL: "p.part_number",
		Into: func(r *ItemRow) any { return &r.PartNumber },
		Sort: listing.Sort{Expr: "i.part_key", Kind: paging.Text}},
	{Key: "product_name", Label: "Product", SQL: "p.name", Into: func(r *ItemRow) any { return &r.ProductName },
		Sort: listing.Sort{Expr: "i.product_key", Kind: paging.Text}},
	{Key: "unit", SQL: "i.unit", Kind: listing.Word, Into: func(r *ItemRow) any { return &r.Unit }},
	{Key: "term", Label: "Term", SQL: "i.term", Kind: listing.Word, Into: func(r *ItemRow) any { return &r.Term }},
	{Key: "billing_frequency", Label: "Billed", SQL: "i.billing_frequency", Kind: listing.Word,
		Into: func(r *ItemRow) any { return &r.BillingFrequency }},
	{Key: "unit_price", Label: "Price", SQL: "i.unit_price", Kind: listing.Amount,
		Into: func(r *ItemRow) any { return &r.UnitPrice }, Sort: listing.Sort{Expr: "i.unit_price",
			Kind: paging.Numeric}},
	{Key: "effective_from", Label: "From", SQL: "i.effective_from", Kind: listing.Day,
		Into: func(r *ItemRow) any { return &r.EffectiveFrom },
		Sort: listing.Sort{Expr: "i.effective_from", Kind: paging.Date}},
	{Key: "effective_to", Label: "Until before", SQL: "i.effective_to", Kind: listing.Day,
		Into: func(r *ItemRow) any { return &r.EffectiveTo }},
	{Key: "vendor", Label: "Vendor", SQL: "p.vendor", Into: func(r *ItemRow) any { return &r.Vendor }},
	{Key: "id", SQL: "i.id", Kind: listing.Word, Into: func(r *ItemRow) any { return &r.ID }},
	{Key: "unit_cost", Label: "Cost", SQL: "i.unit_cost", Kind: listing.Amount,
		Into: func(r *ItemRow) any { return &r.UnitCost }},
	{Key: "suggested_price", Label: "Suggested", SQL: "i.suggested_price", Kind: listing.Amount,
		Into: func(r *ItemRow) any { return &r.SuggestedPrice }},
	{Key: "used", Label: "Used by", Kind: listing.Whole, Unfiled: true, Into: func(r *ItemRow) any { return &r.Used },
		SQL: "(SELECT count(*) FROM subscriptions s WHERE s.price_list_item_id = i.id)"},
	{SQL: "i.price_list_id", Into: func(r *ItemRow) any { return &r.PriceListID }},
	{SQL: "i.days::text", Into: func(r *ItemRow) any { return &r.Days }},
}
