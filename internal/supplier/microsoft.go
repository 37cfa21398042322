package supplier

import (
	"encoding/json"
	"strings"

	"seatledger/internal/clock"
)

// readMicrosoft reads a line of the new commerce file. Its ends are the last days, both of the charge and of the
// subscription, and an empty end is a purchase for ever. The unit price is in the currency of the price list.
func readMicrosoft(c *cells) (Line, found) {
	l := sharedLine(c)
	l.VendorSubscriptionID = c.Get("SubscriptionId")
	l.Product = firstOf(c.Get("ProductName"), c.Get("SkuName"), c.Get("SubscriptionDescription"))
	l.Tax, l.Reference = c.number("TaxTotal"), plainReference(c.Get("ReferenceId"))
	if q := c.number("BillableQuantity"); q.Valid {
		l.Quantity = q
	}
	l.ExchangeRate = c.number("PCToBCExchangeRate")
	l.Usage = strings.EqualFold(c.Get("SubscriptionDescription"), "Azure plan")
	if v := c.Get("PricingCurrency"); v != "" {
		l.PriceCurrency = c.currency("PricingCurrency", "")
	}
	term, plan := c.commitment(l)
	l.Term, l.BillingFrequency = termOf(term, c.Get("TermAndBillingCycle")), plan
	if l.PartNumber = partOf(c.Get("ProductId"), c.Get("SkuId")); l.PartNumber != "" && isLicence(c.Get("ProductId")) {
		l.PartNumber += suffixOf(term, plan)
	}
	return l, found{number: c.Get("InvoiceNumber"), total: c.number("Total")}
}

// readLegacy reads a line of the licence-based file: the subscription's id is the syndication number, and its days end
// at 23:59 of the last.
func readLegacy(c *cells) (Line, found) {
	l := sharedLine(c)
	l.VendorSubscriptionID = firstOf(c.Get("SyndicationPartnerSubscriptionNumber"), c.Get("SubscriptionId"))
	l.PartNumber = firstOf(c.Get("DurableOfferID"), c.Get("OfferId"))
	l.Product = firstOf(c.Get("OfferName"), c.Get("SubscriptionName"), c.Get("SubscriptionDescription"))
	l.Tax, l.BillingFrequency = c.number("Tax"), strings.ToLower(c.Get("BillingCycleType"))
	return l, found{total: c.number("TotalForCustomer")}
}

func sharedLine(c *cells) Line {
	l := Line{TenantID: c.Get("CustomerId"), Customer: c.Get("CustomerName"), OrderID: c.Get("OrderId"),
		Charge: c.Get("ChargeType"), FromOn: c.day("ChargeStartDate"), ToOn: c.day("ChargeEndDate"),
		Quantity: c.number("Quantity"), UnitPrice: c.number("UnitPrice"), Amount: c.needed("Subtotal"),
		Currency: c.currency("Currency", "")}
	if !l.ToOn.IsZero() {
		l.ToOn = l.ToOn.AddDays(1)
	}
	return l
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// commitment is the term in months, 0 where nothing tells, and the plan. The file has no standard word for the term:
// the days of the subscription tell it, and the days of the charge tell the plan where the frequency is empty, as it
// is for what is paid at once and on lines that are not billed yet (recon.md 1.5).
func (c *cells) commitment(l Line) (term int, plan string) {
	from, to := c.day("SubscriptionStartDate"), c.day("SubscriptionEndDate")
	if !from.IsZero() && !to.IsZero() {
		term = wholeMonths(from, to.AddDays(1))
	}
	plan = strings.ToLower(c.Get("BillingFrequency"))
	charged := 0
	if !l.FromOn.IsZero() && !l.ToOn.IsZero() {
		charged = wholeMonths(l.FromOn, l.ToOn)
	}
	switch {
	case plan != "":
	case l.ToOn.IsZero():
		plan = "once"
	default:
		plan = map[int]string{1: "monthly", 12: "annual", 36: "triennial"}[charged]
	}
	return term, plan
}

// wholeMonths is how many months lie between two days; 0 where they are no whole ones. A cycle that begins on the 29th
// or later ends as the bill dates it (recon.md 3).
func wholeMonths(from, to clock.Date) int {
	n := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())
	for _, months := range []int{n, n + 1} {
		if months > 0 && (from.AddMonths(months) == to || to.AddMonths(-months) == from) {
			return months
		}
	}
	return 0
}

// termOf writes a term as the price sheet does, where the days tell it; else as it came.
func termOf(months int, text string) string {
	if strings.Contains(strings.ToLower(text), "trial") {
		return "trial"
	}
	if v, ok := map[int]string{1: "P1M", 12: "P1Y", 36: "P3Y"}[months]; ok {
		return v
	}
	return text
}

// isLicence tells licences from usage and reservations by Microsoft's own ids.
func isLicence(product string) bool { return strings.HasPrefix(strings.ToUpper(product), "CFQ7") }

// suffixOf is the rest of a part number (recon.md 4). The letter of a triennial plan is not known, so none is given.
func suffixOf(term int, plan string) string {
	duration, known := map[int]string{1: "P1M", 12: "P1Y", 36: "P3Y"}[term]
	letter := map[string]string{"monthly": "M", "annual": "Y"}[plan]
	if !known || letter == "" {
		return ""
	}
	return ":" + duration + ":" + letter
}

const skuDigits = 4

// partOf puts a part number together; a spreadsheet drops the zeros before a sku.
func partOf(product, sku string) string {
	if product == "" || sku == "" {
		return firstOf(product, sku)
	}
	if len(sku) < skuDigits && strings.Trim(strings.ToUpper(sku), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		sku = strings.Repeat("0", skuDigits-len(sku)) + sku
	}
	return product + ":" + sku
}

// paddedPart gives a part number of Microsoft's form the zeros back that its sku lost.
func paddedPart(part string) string {
	product, rest, _ := strings.Cut(part, ":")
	if len(product) != 12 || rest == "" {
		return part
	}
	sku, suffix, more := strings.Cut(rest, ":")
	if part = partOf(product, sku); more {
		part += ":" + suffix
	}
	return part
}

// plainReference takes the id out of a reference that is an object, as newer files have it.
func plainReference(v string) string {
	if !strings.HasPrefix(v, "{") {
		return v
	}
	var o struct {
		ID string `json:"id"`
	}
	if json.Unmarshal([]byte(v), &o) != nil || o.ID == "" {
		return v
	}
	return o.ID
}
