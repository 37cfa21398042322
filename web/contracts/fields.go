package contracts

import (
	"strconv"
	"strings"

	"seatledger/internal/contract"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/crmaccounts"
)

// groups are the fields of the form, with what was typed and what was wrong.
func groups(s sheet) []layout.FieldGroup {
	return []layout.FieldGroup{
		{Group: ui.Group{Title: "Contract"}, Fields: s.who()},
		{Group: ui.Group{Title: "Billing", Two: true}, Fields: s.how()},
		{Group: ui.Group{Title: "Days", Text: "The end is the first day that no longer belongs to the contract.",
			Two: true}, Fields: s.when()},
		{Group: ui.Group{Title: "Further terms"}, Fields: s.rest()},
	}
}

func (s sheet) field(f ui.Field, value string) ui.Field {
	f.Value, f.Error = value, s.problems[f.Name]
	return f
}

func (s sheet) who() []ui.Field {
	in := s.input
	isDefault := s.field(ui.Field{Kind: ui.Checkbox, Name: "is_default", Label: "Default contract of the customer",
		Hint: "New subscriptions land here by themselves, as long as it is the only active default."}, "")
	isDefault.Checked = in.IsDefault
	return []ui.Field{
		crmaccounts.Picker(s.field(ui.Field{Name: "crm_account_id", Label: "CRM account", Required: true,
			Hint: "The customer that is billed."}, in.CRMAccount), s.accounts),
		s.field(ui.Field{Name: "name", Label: "Name", Required: true,
			Hint: "As you find it again, like Contoso licences monthly."}, in.Name),
		isDefault,
	}
}

func (s sheet) how() []ui.Field {
	in := s.input
	return []ui.Field{
		s.field(ui.Field{Name: "currency", Label: "Currency", Size: ui.Short, Placeholder: "USD",
			Hint: "Empty: the price list's. It stays once subscriptions have prices in it."}, in.Currency),
		s.field(ui.Field{Kind: ui.SelectBox, Name: "price_list_id", Label: "Price list", Options: s.listOptions(),
			Hint: "In the same currency."}, in.PriceList),
		s.field(ui.Field{Kind: ui.SelectBox, Name: "billing_frequency", Label: "Billing frequency",
			Options: options(frequencies, contract.Monthly, contract.Quarterly, contract.Annual)}, in.BillingFrequency),
		s.field(ui.Field{Kind: ui.SelectBox, Name: "timing", Label: "Billed",
			Options: options(timings, contract.Advance, contract.Arrears)}, in.Timing),
		s.field(ui.Field{Kind: ui.SelectBox, Name: "billing_day", Label: "Billing day", Size: ui.Short,
			Options: days()}, in.BillingDay),
		s.field(ui.Field{Kind: ui.SelectBox, Name: "refunds", Label: "Refunds",
			Options: options(refunds, contract.RefundsGlobal, contract.RefundsYes, contract.RefundsNo),
			Hint:    "Whether removed seats are credited."}, in.Refunds),
		s.field(ui.Field{Kind: ui.SelectBox, Name: "renewal", Label: "List price at a renewal",
			Options: options(renewals, contract.Propose, contract.TakeList),
			Hint:    "A price of your own always stays, and the list's is proposed."}, in.Renewal),
		s.field(ui.Field{Name: "usage_rule", Label: "Usage", Size: ui.Medium, Placeholder: "elsewhere",
			Hint: usageHint}, in.UsageRule),
	}
}

const usageHint = "How lines of a distributor's bill for what was used are billed on: cost, cost+15%, margin 20%, or " +
	"elsewhere (not by Seatledger)."

func (s sheet) when() []ui.Field {
	in := s.input
	out := []ui.Field{
		s.field(ui.Field{Kind: ui.DateInput, Name: "start_date", Label: "Start", Required: true, Size: ui.Short},
			in.StartDate),
		s.field(ui.Field{Kind: ui.DateInput, Name: "end_date", Label: "End", Size: ui.Short, Hint: "Empty: open."},
			in.EndDate),
		s.field(ui.Field{Kind: ui.DateInput, Name: "bill_from", Label: "Billed from", Size: ui.Short,
			Hint: "First day that Seatledger bills; needed before the first invoice. " +
				"Earlier changes count as billed elsewhere."}, in.BillFrom),
	}
	if s.problems["end_refund"] != "" || in.EndRefund != "" {
		out = append(out, s.field(ui.Field{Kind: ui.RadioGroup, Name: "end_refund",
			Label: "Days from the end on that are billed already", Required: true, Options: []ui.Option{
				{Value: "no", Label: "No refund", Hint: "They stay charged."},
				{Value: "yes", Label: "Apply refund",
					Hint: "The next run credits them. Only where the contract's setting gives refunds."}}},
			in.EndRefund))
	}
	return out
}

func (s sheet) rest() []ui.Field {
	in := s.input
	together := s.field(ui.Field{Kind: ui.Checkbox, Name: "bill_together", Label: "Bill together on one document",
		Hint: "Its invoices go out on one document with those of the customer's other contracts that say so too: " +
			"of one currency, billing day, payment terms, tax code and language."}, "")
	together.Checked = in.BillTogether
	return []ui.Field{
		together,
		s.field(ui.Field{Name: "payment_terms", Label: "Payment terms", Size: ui.Medium, Placeholder: "30",
			Hint: "Days from the invoice's date, like 30; or eom+10 for ten days after the end of its month."},
			in.PaymentTerms),
		s.taxField(),
		s.field(ui.Field{Name: "purchase_order", Label: "Purchase order", Size: ui.Medium,
			Hint: "The customer's number; it stands on documents."}, in.PurchaseOrder),
		s.field(ui.Field{Name: "recipients", Label: "Documents go to",
			Hint: "E-mail addresses of the customer. Separate several with commas."}, in.Recipients),
		s.field(ui.Field{Kind: ui.SelectBox, Name: "language", Label: "Language of documents", Size: ui.Medium,
			Options: options(languages, contract.English, contract.French)}, in.Language),
	}
}

// taxField is a choice once codes are set up; until then the code is text for the accounting system.
func (s sheet) taxField() ui.Field {
	f := s.field(ui.Field{Name: "tax_code", Label: "Tax code", Size: ui.Medium}, s.input.TaxCode)
	if len(s.taxes) == 0 {
		f.Hint = "No codes are set up under Settings, Tax: documents show no tax."
		return f
	}
	f.Kind, f.Options = ui.SelectBox, []ui.Option{{Value: "", Label: "None: no tax is shown"}}
	known := f.Value == ""
	for _, r := range s.taxes {
		if strings.EqualFold(r.Code, f.Value) {
			f.Value = r.Code
		}
		known = known || r.Code == f.Value
		f.Options = append(f.Options, ui.Option{Value: r.Code,
			Label: r.Code + " (" + r.Name + " " + r.Percent.String() + " %)"})
	}
	if !known {
		f.Options = append(f.Options, ui.Option{Value: f.Value, Label: f.Value + " (no rate)"})
	}
	return f
}

// listOptions are the price lists in use, and the one that stands in the contract.
func (s sheet) listOptions() []ui.Option {
	out := []ui.Option{{Value: "", Label: "None"}}
	for _, l := range s.lists {
		id := l.ID.String()
		switch {
		case l.Active:
			out = append(out, ui.Option{Value: id, Label: l.Name + " (" + l.Currency + ")"})
		case id == s.input.PriceList:
			out = append(out, ui.Option{Value: id, Label: l.Name + " (" + l.Currency + ", deactivated)"})
		}
	}
	return out
}

func options[T ~string](labels map[T]string, order ...T) []ui.Option {
	var out []ui.Option
	for _, v := range order {
		out = append(out, ui.Option{Value: string(v), Label: labels[v]})
	}
	return out
}

func days() []ui.Option {
	var out []ui.Option
	for d := 1; d <= 28; d++ {
		out = append(out, ui.Option{Value: strconv.Itoa(d), Label: strconv.Itoa(d)})
	}
	return append(out, ui.Option{Value: "last", Label: "Last day"})
}
