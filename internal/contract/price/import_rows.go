package price

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/imports"
	"seatledger/internal/money"
)

// row says what a line does, and keeps it for the writing.
func (p *planning) row(l line) imports.Row {
	label := strings.TrimSpace(imports.Isolated(l.item.ProductName) + " " + l.item.PartNumber)
	if l.refused != "" {
		return imports.Refuse(l.Number, label, l.refused)
	}
	if other, twice := p.twins[l.Number]; twice {
		return imports.Refuse(l.Number, label, imports.SameAs("product, term, billing frequency and first day", other))
	}
	row := imports.Row{Line: l.Number, Label: label, Changes: l.filled, Note: l.note}
	before, stands := p.items[l.item.Key()]
	if !stands {
		return p.addedRow(row, l.item)
	}
	after := l.item
	after.ID = before.ID
	p.keep(before, &after)
	row.Changes = append(row.Changes, differences(before, after)...)
	if !before.same(after) {
		p.changed = append(p.changed, after)
	}
	row.Outcome = imports.Unchanged
	if len(row.Changes) > 0 {
		row.Outcome = imports.Changed
	}
	return row
}

// keep leaves what the file has no column for as it stands.
func (p *planning) keep(before Item, after *Item) {
	if p.table.Form() == formMicrosoft {
		return
	}
	if !p.table.Has("effective_to") {
		after.EffectiveTo = before.EffectiveTo
	}
	if before.Unit == after.Unit && !p.table.Has("unit_cost") {
		after.UnitCost = before.UnitCost
	}
	if before.Unit == after.Unit && !p.table.Has("suggested_price") {
		after.SuggestedPrice = before.SuggestedPrice
	}
}

func (p *planning) addedRow(row imports.Row, i Item) imports.Row {
	i.ID = uuid.Must(uuid.NewV7())
	p.added = append(p.added, i)
	row.Outcome = imports.New
	row.Changes = append(row.Changes, differences(Item{}, i)...)
	if open, ok := p.open[i.series()]; ok && open.EffectiveFrom.Before(i.EffectiveFrom) {
		p.newer++
		row.Note = strings.TrimSpace(row.Note +
			fmt.Sprintf(" Counts from %s instead of %s per %s, which has no end and stays on record.", i.EffectiveFrom,
				open.UnitPrice, open.Unit))
	}
	return row
}

func differences(before, after Item) []imports.Change {
	var out []imports.Change
	was := before.columns()
	for i, c := range after.columns() {
		if c.After != was[i].After {
			out = append(out, imports.Change{Field: c.Field, Before: was[i].After, After: c.After})
		}
	}
	return out
}

// columns are the values that a line sets; of an item that is not there they are empty.
func (i Item) columns() []imports.Change {
	amount := ""
	if i.ID != uuid.Nil {
		amount = i.UnitPrice.String()
	}
	return []imports.Change{
		{Field: "unit", After: string(i.Unit)}, {Field: "term", After: string(i.Term)},
		{Field: "billing_frequency", After: string(i.BillingFrequency)}, {Field: "unit_price", After: amount},
		{Field: "effective_from", After: i.EffectiveFrom.String()},
		{Field: "effective_to", After: i.EffectiveTo.String()},
		{Field: "unit_cost", After: known(i.UnitCost)}, {Field: "suggested_price", After: known(i.SuggestedPrice)},
	}
}

func known(d decimal.NullDecimal) string {
	if !d.Valid {
		return ""
	}
	return money.Plain(d.Decimal)
}

// notes tell what the lines do together.
func (p *planning) notes() []string {
	out := p.aside
	if n := p.newProducts(); n > 0 {
		out = append(out, fmt.Sprintf("Part numbers not known yet: %d. Their products are made with the prices.", n))
	}
	if p.newer > 0 {
		out = append(out, fmt.Sprintf("Lines that begin a new price for something that has one without an end: %d. "+
			"The older price stays on record without an end; from its first day the newer one counts.", p.newer))
	}
	if len(p.added)+len(p.changed) > 0 {
		out = append(out, "Subscriptions keep the prices they have. A new price is used where one lands or renews.")
	}
	return out
}

// newProducts counts the products that lines in use make.
func (p *planning) newProducts() int {
	n := 0
	used := p.usedProducts()
	for _, s := range p.products {
		for id := range s.isNew {
			if used[id] {
				n++
			}
		}
	}
	return n
}

// usedProducts are the products of lines that were not refused.
func (p *planning) usedProducts() map[uuid.UUID]bool {
	used := map[uuid.UUID]bool{}
	for _, l := range p.lines {
		if _, twice := p.twins[l.Number]; l.refused == "" && !twice {
			used[l.item.ProductID] = true
		}
	}
	return used
}
