package supplier

import (
	"strings"

	"seatledger/internal/imports"
)

// The columns of the neutral layout; other programs' names of them are understood too.
const (
	cLine         = "line"
	cCustomerID   = "customer_external_id"
	cCustomer     = "customer"
	cTenant       = "tenant_id"
	cSubscription = "subscription_external_id"
	cVendorID     = "vendor_subscription_id"
	cOrder        = "order_id"
	cPart         = "part_number"
	cProduct      = "product"
	cTerm         = "term"
	cFrequency    = "billing_frequency"
	cCharge       = "charge"
	cFrom         = "from"
	cTo           = "to"
	cQuantity     = "quantity"
	cUnitPrice    = "unit_price"
	cAmount       = "amount"
	cTax          = "tax"
	cCurrency     = "currency"
	cRate         = "exchange_rate"
	cReference    = "reference"
)

func neutralForm() imports.Form {
	return imports.Form{Name: string(Neutral), Title: "Lines of a bill, in our own columns or any other", Asks: true,
		Columns: []imports.Column{
			{Name: cLine, Aliases: []string{"lineid", "linenumber", "lineno", "id", "itemid"}},
			{Name: cCustomerID, Holds: imports.ID, Aliases: []string{"customerid", "customerno", "customernumber",
				"companyid", "customeraccountid", "endcustomerid"}},
			{Name: cCustomer, Aliases: []string{"customername", "company", "companyname", "endcustomer",
				"endcustomername"}},
			{Name: cTenant, Holds: imports.ID, Aliases: []string{"tenant", "microsofttenantid", "entratenantid"}},
			{Name: cSubscription, Holds: imports.ID, Aliases: []string{"subscriptionid", "subscription"}},
			{Name: cVendorID, Holds: imports.ID, Aliases: []string{"vendorsubscription", "vendorsubscriptionno",
				"microsoftsubscriptionid"}},
			{Name: cOrder, Holds: imports.ID, Aliases: []string{"order", "orderno", "ordernumber", "purchaseordernumber"}},
			{Name: cPart, Holds: imports.ID, Aliases: []string{"sku", "partno", "mfgpartno", "mfgpartnumber",
				"manufacturerpartnumber", "skuid", "vendorsku"}},
			{Name: cProduct, Aliases: []string{"productname", "description", "subscriptionname", "offername", "skuname"}},
			{Name: cTerm, Aliases: []string{"commitment", "commitmentterm", "termduration"}},
			{Name: cFrequency, Aliases: []string{"billingcycle", "billingterm", "frequency", "billingplan"}},
			{Name: cCharge, Aliases: []string{"chargetype", "type", "transactiontype"}},
			{Name: cFrom, Holds: imports.Date, Aliases: []string{"startperiod", "periodstart", "chargestartdate",
				"startdate", "validfrom", "servicestart", "billingperiodstart"}},
			{Name: cTo, Holds: imports.Date, Aliases: []string{"endperiod", "periodend", "chargeenddate", "enddate",
				"validto", "serviceend", "billingperiodend"}},
			{Name: cQuantity, Holds: imports.Amount, Aliases: []string{"qty", "seats", "billablequantity", "units"}},
			{Name: cUnitPrice, Holds: imports.Amount, Aliases: []string{"unitcost", "price", "cost", "partnerunitprice"}},
			{Name: cAmount, Required: true, Holds: imports.Amount, Aliases: []string{"subtotal", "costtotal", "netprice",
				"netamount", "extendedprice", "extendprice", "partnertotal", "linetotal", "billingpretaxtotal"}},
			{Name: cTax, Holds: imports.Amount, Aliases: []string{"taxtotal", "salestax", "vat", "taxamount"}},
			{Name: cCurrency, Aliases: []string{"currencycode", "billingcurrency"}},
			{Name: cRate, Holds: imports.Amount, Aliases: []string{"fxrate", "pctobcexchangerate"}},
			{Name: cReference, Holds: imports.ID, Aliases: []string{"referenceid", "externalid"}},
		}}
}

// The columns of Microsoft's files that are used (recon.md 1.1 and 2), as Microsoft names them; both files share most.
func microsoftForm() imports.Form {
	return imports.Form{Name: string(Microsoft), Title: "Microsoft's reconciliation file (new commerce)", Theirs: true,
		Asks: true, Columns: append(sharedMicrosoft(),
			imports.Column{Name: "ProductId", Required: true, Holds: imports.ID},
			imports.Column{Name: "SkuId", Required: true, Holds: imports.ID},
			imports.Column{Name: "SkuName"}, imports.Column{Name: "ProductName"},
			imports.Column{Name: "InvoiceNumber", Holds: imports.ID},
			imports.Column{Name: "TaxTotal", Holds: imports.Amount},
			imports.Column{Name: "Total", Holds: imports.Amount, Aliases: []string{"totalforcustomer"}},
			imports.Column{Name: "BillableQuantity", Holds: imports.Amount},
			imports.Column{Name: "BillingFrequency"},
			imports.Column{Name: "TermAndBillingCycle"},
			imports.Column{Name: "PricingCurrency"},
			imports.Column{Name: "PCToBCExchangeRate", Holds: imports.Amount},
			imports.Column{Name: "ReferenceId", Holds: imports.ID})}
}

func legacyForm() imports.Form {
	return imports.Form{Name: string(MicrosoftLegacy), Title: "Microsoft's licence-based file (legacy)", Theirs: true,
		Asks: true, Columns: append(sharedMicrosoft(),
			imports.Column{Name: "SyndicationPartnerSubscriptionNumber", Required: true, Holds: imports.ID},
			imports.Column{Name: "OfferId", Holds: imports.ID}, imports.Column{Name: "DurableOfferID", Holds: imports.ID},
			imports.Column{Name: "OfferName"}, imports.Column{Name: "SubscriptionName"},
			imports.Column{Name: "Tax", Holds: imports.Amount},
			imports.Column{Name: "TotalForCustomer", Holds: imports.Amount},
			imports.Column{Name: "BillingCycleType"})}
}

func sharedMicrosoft() []imports.Column {
	return []imports.Column{
		{Name: "CustomerId", Holds: imports.ID}, {Name: "CustomerName"}, {Name: "OrderId", Holds: imports.ID},
		{Name: "SubscriptionId", Required: true, Holds: imports.ID},
		{Name: "ChargeType", Required: true},
		{Name: "UnitPrice", Holds: imports.Amount}, {Name: "Quantity", Holds: imports.Amount},
		{Name: "Subtotal", Required: true, Holds: imports.Amount},
		{Name: "Currency", Required: true}, {Name: "SubscriptionDescription"},
		{Name: "ChargeStartDate", Required: true, Holds: imports.Date},
		{Name: "ChargeEndDate", Required: true, Holds: imports.Date},
		{Name: "SubscriptionStartDate", Holds: imports.Date}, {Name: "SubscriptionEndDate", Holds: imports.Date},
	}
}

// Forms are the sorts of files, ours first. Microsoft's columns come in several spellings.
func (Service) Forms() []imports.Form {
	forms := []imports.Form{neutralForm(), microsoftForm(), legacyForm()}
	for _, f := range forms[1:] {
		for i, c := range f.Columns {
			f.Columns[i].Aliases = append(c.Aliases, strings.ToLower(c.Name))
		}
	}
	return forms
}
