package crmaccounts

import (
	"seatledger/internal/crm"
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// groups are the fields of the form, with what was typed and what was wrong.
func groups(s sheet, parents []crm.Choice) []layout.FieldGroup {
	in := s.input
	field := func(f ui.Field, value string) ui.Field {
		f.Value, f.Error = value, s.problems[f.Name]
		return f
	}
	toParent := field(ui.Field{Kind: ui.Checkbox, Name: "bill_to_parent",
		Label: "Documents are made out to that account",
		Hint:  "Invoices name the account above with its address and tax id, and this customer as the one they are for."}, "")
	toParent.Checked = in.BillToParent
	return []layout.FieldGroup{
		{Group: ui.Group{Title: "Customer"}, Fields: []ui.Field{
			field(ui.Field{Name: "name", Label: "Name", Required: true, Autofocus: s.account == nil}, in.Name),
			field(ui.Field{Name: "external_id", Label: "External id", Size: ui.Medium,
				Hint: "The account's id in your CRM. Imports find the account by it."}, in.ExternalID),
			Picker(field(ui.Field{Name: "parent_id", Label: "Part of",
				Hint: "For a company with two distributor customers: the account it belongs to."}, in.Parent),
				without(parents, s.account)),
			toParent,
		}},
		{Group: ui.Group{Title: "Identity",
			Text: "What ties the customer to an account at the distributor, the surest first."}, Fields: []ui.Field{
			field(ui.Field{Name: "tenant_id", Label: "Microsoft tenant id", Size: ui.Medium,
				Placeholder: "2b1f0e5c-7a41-4d0e-9a53-0c6a1d0e7f11",
				Hint:        "Microsoft Entra admin center, Overview, Tenant ID."}, in.TenantID),
			field(ui.Field{Name: "website", Label: "Website", Hint: "A web address or a bare domain."}, in.Website),
			field(ui.Field{Name: "email_domains", Label: "Mail domains",
				Hint: "Separated by spaces, commas or semicolons."}, in.EmailDomains),
		}},
		{Group: ui.Group{Title: "Address", Two: true}, Fields: []ui.Field{
			field(ui.Field{Name: "street", Label: "Street"}, in.Street),
			field(ui.Field{Name: "city", Label: "City"}, in.City),
			field(ui.Field{Name: "state", Label: "State or region"}, in.State),
			field(ui.Field{Name: "postal_code", Label: "Postal code"}, in.PostalCode),
			field(ui.Field{Name: "country", Label: "Country"}, in.Country),
			field(ui.Field{Name: "phone", Label: "Phone"}, in.Phone),
			field(ui.Field{Name: "tax_id", Label: "Tax id", Hint: "As it stands on invoices, like a VAT number."},
				in.TaxID),
		}},
	}
}

func without(all []crm.Choice, self *crm.Account) []crm.Choice {
	var out []crm.Choice
	for _, c := range all {
		if self == nil || c.ID != self.ID {
			out = append(out, c)
		}
	}
	return out
}
