package prices

import (
	"seatledger/internal/contract/price"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

func itemInput(form httpx.Values) price.ItemInput {
	return price.ItemInput{
		Vendor: form.Get("vendor"), PartNumber: form.Get("part_number"), ProductName: form.Get("product_name"),
		Unit: form.Get("unit"),
		Term: form.Get("term"), BillingFrequency: form.Get("billing_frequency"), UnitPrice: form.Get("unit_price"),
		EffectiveFrom: form.Get("effective_from"), EffectiveTo: form.Get("effective_to"),
	}
}

func inputOf(i price.Item) price.ItemInput {
	return price.ItemInput{
		Vendor: i.Vendor, PartNumber: i.PartNumber, ProductName: i.ProductName, Unit: string(i.Unit),
		Term:             string(i.Term),
		BillingFrequency: string(i.BillingFrequency), UnitPrice: i.UnitPrice.String(),
		EffectiveFrom: i.EffectiveFrom.String(), EffectiveTo: i.EffectiveTo.String(),
	}
}

func (s itemSheet) groups() []layout.FieldGroup {
	in := s.input
	field := func(f ui.Field, value string) ui.Field {
		f.Value, f.Error = value, s.problems[f.Name]
		return f
	}
	return []layout.FieldGroup{
		{Group: ui.Group{Title: "Product", Two: true}, Fields: []ui.Field{
			field(ui.Field{Name: "part_number", Label: "Part number", Required: true,
				Hint: "The manufacturer's, as the distributor shows it."}, in.PartNumber),
			field(ui.Field{Name: "vendor", Label: "Vendor", Hint: "May stay empty when only one has the part number."},
				in.Vendor),
			field(ui.Field{Name: "product_name", Label: "Product name",
				Hint: "Used while the distributor has given none."}, in.ProductName),
		}},
		{Group: ui.Group{Title: "Price", Two: true}, Fields: []ui.Field{
			field(ui.Field{Name: "unit_price", Label: "Price per seat", Kind: ui.NumberInput, Required: true,
				Size: ui.Short, Suffix: s.list.Currency}, in.UnitPrice),
			field(ui.Field{Name: "unit", Label: "Unit", Kind: ui.SelectBox, Size: ui.Short,
				Options: options(unitLabels, price.Units()), Hint: "What the price is for."}, in.Unit),
			field(ui.Field{Name: "term", Label: "Term", Kind: ui.SelectBox, Size: ui.Short,
				Options: options(terms, price.Terms()), Hint: "How long a seat is committed for."}, in.Term),
			field(ui.Field{Name: "billing_frequency", Label: "Billing frequency", Kind: ui.SelectBox, Size: ui.Short,
				Options: options(terms, price.Terms()), Hint: "How often the distributor bills it."},
				in.BillingFrequency),
		}},
		{Group: ui.Group{Title: "In force", Two: true}, Fields: []ui.Field{
			field(ui.Field{Name: "effective_from", Label: "From", Kind: ui.DateInput, Required: true, Size: ui.Short,
				Hint: "First day of the price."}, in.EffectiveFrom),
			field(ui.Field{Name: "effective_to", Label: "Until before", Kind: ui.DateInput, Size: ui.Short,
				Hint: "First day it no longer counts. Empty: open."}, in.EffectiveTo),
		}},
	}
}

var unitLabels = map[string]string{"month": "Month", "quarter": "Quarter", "year": "Year", "three_years": "Three years",
	"once": "Once"}

func options(labels map[string]string, order []string) []ui.Option {
	var out []ui.Option
	for _, v := range order {
		out = append(out, ui.Option{Value: v, Label: labels[v]})
	}
	return out
}
