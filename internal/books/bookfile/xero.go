package bookfile

import "strings"

// xero is the sales invoice import of Xero.
var xero = Format{
	System: "xero", Label: "Xero", Text: "Sales invoices, one row a line.",
	MostDocuments: 500,
	Style:         csv,
	Notes: []Note{
		{Text: "Numbers must be new: Xero refuses one that it has. Contacts are found by their exact name, others " +
			"are made."},
		{Text: "Amounts are without tax: choose \"tax exclusive\" in its import. Xero computes the tax from the tax " +
			"type; compare its total with the one here."},
		{Text: "A currency that is not your organisation's needs Xero's plan with several currencies."},
		{Text: "Credit notes are for the import under Credit Notes, with positive amounts. Sources differ here: an " +
			"older one says that an invoice below zero becomes a credit note. Try it with one first.", Unknown: true},
		{Text: "Xero's own page on the import could not be read: the columns are those of its template in working " +
			"programs.",
			Unknown: true},
	},
	Options: []Option{
		{Name: "date", Label: "Dates", Default: "dmy", Choices: dayChoices,
			Hint: "As your organisation writes them: MM/DD/YYYY in the United States."},
		{Name: "tracking", Label: "Tracking category", Hint: "Its name in Xero, where classes are tracked. Empty: " +
			"none."},
	},
	Needs: []Need{
		{Sort: Customer, Label: "Contact", Hint: "Without a code, the name on the document."},
		{Sort: Account, Label: "Account code", Must: always, Hint: "As 200."},
		{Sort: Item, Label: "Inventory item code"},
		{Sort: Tax, Label: "Tax type", Must: always, Hint: "As Xero shows it: 20% (VAT on Income)."},
		{Sort: Class, Label: "Tracking option"},
	},
	Columns: func(o Options, credit bool) []Column {
		columns := []Column{
			{Name: "*ContactName", Kind: Name, Of: customer}, {Name: "EmailAddress", Of: nothing},
			{Name: "POAddressLine1", Of: address(0)}, {Name: "POAddressLine2", Of: address(1)},
			{Name: "POAddressLine3", Of: address(2)}, {Name: "POAddressLine4", Of: address(3)},
			{Name: "POCity", Of: nothing}, {Name: "PORegion", Of: nothing}, {Name: "POPostalCode", Of: nothing},
			{Name: "POCountry", Of: nothing},
			{Name: "*InvoiceNumber", Kind: Name, Of: number},
			{Name: "Reference", Of: reference},
			{Name: "*InvoiceDate", Kind: Figure, Of: issued},
			{Name: "*DueDate", Kind: Figure, Of: due},
			{Name: "InventoryItemCode", Kind: Name, Of: codeOf(Item)},
			{Name: "*Description", Of: text},
			{Name: "*Quantity", Kind: Figure, Of: quantity},
			{Name: "*UnitAmount", Kind: Figure, Of: rate},
			{Name: "Discount", Of: nothing},
			{Name: "*AccountCode", Kind: Name, Of: codeOf(Account)},
			{Name: "*TaxType", Kind: Name, Of: codeOf(Tax)},
			{Name: "TrackingName1", Kind: Name, Of: func(r *Row) string {
				if r.code(Class) == "" {
					return ""
				}
				return o["tracking"]
			}},
			{Name: "TrackingOption1", Kind: Name, Of: func(r *Row) string {
				if o["tracking"] == "" {
					return ""
				}
				return r.code(Class)
			}},
			{Name: "TrackingName2", Of: nothing}, {Name: "TrackingOption2", Of: nothing},
			{Name: "Currency", Kind: Name, Of: currencyOf},
			{Name: "BrandingTheme", Of: nothing},
		}
		if credit {
			for i := range columns {
				columns[i].Name = strings.Replace(columns[i].Name, "*Invoice", "*CreditNote", 1)
			}
		}
		return columns
	},
}

// address is a line of the customer's address, once a document.
func address(line int) func(*Row) string {
	return func(r *Row) string {
		if line < len(r.V.Doc.Customer.Address) {
			return r.once(r.V.Doc.Customer.Address[line])
		}
		return ""
	}
}
