package contract

import (
	"net/mail"
	"strconv"
	"strings"
	"unicode/utf8"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
)

// Input is the form of a contract, as typed. An empty frequency, timing, billing
// day or refund setting takes the form's first choice.
type Input struct {
	CRMAccount       string // id, external id or exact name
	Name             string
	Currency         string
	BillingFrequency string
	Timing           string
	BillingDay       string
	PriceList        string // id or exact name; empty: none
	StartDate        string
	EndDate          string
	EndRefund        string // yes or no: asked where days after the end are billed already
	BillFrom         string
	Refunds          string
	PaymentTerms     string // days, or eom+N
	TaxCode          string
	PurchaseOrder    string
	Recipients       string
	Language         string
	Renewal          string
	UsageRule        string // elsewhere, cost, cost+15% or margin 20%; empty: elsewhere
	IsDefault        bool
	BillTogether     bool
}

// InputOf is a contract's form as it stands.
func InputOf(c Contract) Input {
	in := Input{
		CRMAccount: c.CRMAccountID.String(), Name: c.Name, Currency: c.Currency,
		BillingFrequency: string(c.BillingFrequency), Timing: string(c.Timing),
		BillingDay: DayText(c.BillingDay), StartDate: c.StartDate.String(), EndDate: c.EndDate.String(),
		BillFrom: c.BillFrom.String(), Refunds: string(c.Refunds), PaymentTerms: c.PaymentTerms, TaxCode: c.TaxCode,
		PurchaseOrder: c.PurchaseOrder, Recipients: c.Recipients, Language: string(c.Language),
		Renewal: string(c.Renewal), UsageRule: string(c.UsageRule), IsDefault: c.IsDefault,
		BillTogether: c.BillTogether,
	}
	if c.PriceListID.Valid {
		in.PriceList = c.PriceListID.UUID.String()
	}
	return in
}

const maxText = 200

// terms reads all that needs no look into the database.
func (in Input) terms(problems errs.Fields) Terms {
	t := Terms{IsDefault: in.IsDefault, BillTogether: in.BillTogether}
	t.Name = text(problems, "name", in.Name)
	if t.Name == "" {
		problems.Add("name", "Enter a name.")
	}
	t.PaymentTerms = paymentTerms(problems, in.PaymentTerms)
	t.PurchaseOrder = text(problems, "purchase_order", in.PurchaseOrder)
	t.Recipients = recipients(problems, in.Recipients)
	t.Language = choice(problems, "language", in.Language, English, French)
	t.Renewal = choice(problems, "renewal", in.Renewal, Propose, TakeList)
	t.UsageRule = usageRule(problems, in.UsageRule)
	t.TaxCode = text(problems, "tax_code", in.TaxCode)
	t.Currency = currency(problems, in.Currency)
	t.BillingFrequency = choice(problems, "billing_frequency", in.BillingFrequency, Monthly, Quarterly, Annual)
	t.Timing = choice(problems, "timing", in.Timing, Advance, Arrears)
	t.Refunds = choice(problems, "refunds", in.Refunds, RefundsGlobal, RefundsYes, RefundsNo)
	t.BillingDay = billingDay(problems, in.BillingDay)
	in.dates(problems, &t)
	return t
}

func (in Input) dates(problems errs.Fields, t *Terms) {
	t.StartDate = date(problems, "start_date", in.StartDate)
	t.EndDate = date(problems, "end_date", in.EndDate)
	t.BillFrom = date(problems, "bill_from", in.BillFrom)
	if t.StartDate.IsZero() {
		problems.Add("start_date", "Enter the first day of the contract.")
		return
	}
	if !t.EndDate.IsZero() && !t.EndDate.After(t.StartDate) {
		problems.Add("end_date", "The contract would end before it starts. The end is the first day that is no "+
			"longer covered.")
	}
	if !t.BillFrom.IsZero() && t.BillFrom.Before(t.StartDate) {
		problems.Add("bill_from", "Billing cannot begin before the contract does.")
	}
	if !t.BillFrom.IsZero() && !t.EndDate.IsZero() && !t.BillFrom.Before(t.EndDate) {
		problems.Add("bill_from", "Billing would begin after the contract has ended.")
	}
}

func text(problems errs.Fields, field, s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > maxText {
		problems.Add(field, "This is longer than %d characters.", maxText)
	}
	return s
}

func paymentTerms(problems errs.Fields, s string) string {
	d, ok := ParseDue(s)
	if !ok {
		problems.Add("payment_terms",
			"Enter days from the invoice's date, like 30, or eom+10 for ten days after the "+
				"end of its month.")
	}
	return d.String()
}

const maxRecipients = 10

func recipients(problems errs.Fields, s string) string {
	list := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",; \n\t", r) })
	for _, to := range list {
		if a, err := mail.ParseAddress(to); err != nil || a.Address != to {
			problems.Add("recipients", "%q is not an e-mail address. Separate several with commas.", to)
		}
	}
	if len(list) > maxRecipients {
		problems.Add("recipients", "Enter at most %d addresses.", maxRecipients)
	}
	return strings.Join(list, ", ")
}

func currency(problems errs.Fields, s string) string {
	code, ok := money.ParseCurrency(s)
	if !ok {
		problems.Add("currency", "Enter a currency as three letters, like USD, or choose a price list: its currency "+
			"is taken.")
	}
	return code
}

func choice[T ~string](problems errs.Fields, field, s string, allowed ...T) T {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" {
		return allowed[0]
	}
	words := make([]string, len(allowed))
	for i, a := range allowed {
		if s == string(a) {
			return a
		}
		words[i] = string(a)
	}
	problems.Add(field, "Choose one of: %s.", strings.Join(words, ", "))
	return ""
}

func billingDay(problems errs.Fields, s string) int {
	s = strings.ToLower(strings.TrimSpace(s))
	switch s {
	case "":
		return 1
	case "last":
		return LastDay
	}
	day, err := strconv.Atoi(s)
	if err != nil || day < 1 || day > 28 {
		problems.Add("billing_day", "Enter a day from 1 to 28, or last for the last day of the month.")
		return 0
	}
	return day
}

func date(problems errs.Fields, field, s string) clock.Date {
	d, err := clock.ParseDate(strings.TrimSpace(s))
	if err != nil {
		problems.Add(field, "Write the date as YYYY-MM-DD.")
	}
	return d
}
