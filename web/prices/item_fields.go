package prices

import (
	"seatledger/internal/contract/price"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

func itemInput(form httpx.Values) price.ItemInput {
	return price.ItemInput{
		Vendor: form.Get("vendor"), PartNumber: form.Get("part_number"), ProductName: form.Get("product_name"), Unit: form.Get("unit"),
		Term: form.Get("term"), BillingFrequency: form.Get("billing_frequency"), UnitPrice: form.Get("unit_price"),
		EffectiveFrom: form.Get("effective_from"), EffectiveTo: form.Get("effective_to"),
	}
}

func inputOf(i price.Item) price.ItemInput {
	return price.ItemInput{
		Vendor: i.Vendor, PartNumber: i.PartNumber, ProductName: i.ProductName, Unit: string(i.Unit), Term: string(i.Term),
		BillingFrequency: string(i.BillingFrequency), UnitPrice: i.UnitPrice.String(), EffectiveFrom: i.EffectiveFrom.String(), EffectiveTo: i.EffectiveTo.String(),
	}
}

func (s itemSheet) fields() []ui.Field {
	in := s.input
	field := func(f ui.Field, value string) ui.Field {
		f.Value, f.Error = value, s.problems[f.Name]
		return f
	}
	return []ui.Field{
		field(ui.Field{Name: "part_number", Label: "Part number", Required: true, Size: ui.Medium, Hint: "The manufacturer's, as the distributor shows it."}, in.PartNumber),
		field(ui.Field{Name: "vendor", Label: "Vendor", Size: ui.Medium, Hint: "May stay empty when only one vendor has the part number."}, in.Vendor),
		field(ui.Field{Name: "product_name", Label: "Product name", Hint: "Used while the product has no name from the distributor."}, in.ProductName),
		field(ui.Field{Name: "unit_price", Label: "Price per unit", Kind: ui.NumberInput, Required: true, Size: ui.Short, Suffix: s.list.Currency}, in.UnitPrice),
		field(ui.Field{Name: "unit", Label: "Unit: the price is for one seat and one", Kind: ui.SelectBox, Size: ui.Short, Options: options(units, price.Units())}, in.Unit),
		field(ui.Field{Name: "term", Label: "Term", Kind: ui.SelectBox, Size: ui.Short, Options: options(terms, price.Terms()), Hint: "How long the seat is committed for."}, in.Term),
		field(ui.Field{Name: "billing_frequency", Label: "Billing frequency", Kind: ui.SelectBox, Size: ui.Short, Options: options(terms, price.Terms()), Hint: "How often the distributor bills it."}, in.BillingFrequency),
		field(ui.Field{Name: "effective_from", Label: "From", Kind: ui.DateInput, Required: true, Size: ui.Short, Hint: "First day of the price."}, in.EffectiveFrom),
		field(ui.Field{Name: "effective_to", Label: "Until before", Kind: ui.DateInput, Size: ui.Short, Hint: "First day on which it no longer counts. Empty: open."}, in.EffectiveTo),
	}
}

func options(labels map[string]string, order []string) []ui.Option {
	var out []ui.Option
	for _, v := range order {
		out = append(out, ui.Option{Value: v, Label: labels[v]})
	}
	return out
}

// difference sets what stands now beside what was typed.
func (s itemSheet) difference() *ui.DiffTable {
	d := &ui.DiffTable{Caption: "What stands now and what you typed", Before: "Stands now", After: "You typed"}
	mine := s.fields()
	now := itemSheet{list: s.list, input: inputOf(*s.item)}.fields()
	for i, f := range now {
		d.Rows = append(d.Rows, ui.Diff{Field: f.Name, Before: f.Value, After: mine[i].Value})
	}
	return d
}
