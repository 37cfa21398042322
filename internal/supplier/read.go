package supplier

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/imports"
	"seatledger/internal/money"
	"seatledger/internal/reconcile"
)

// cells reads the cells of one line and gathers why one cannot be used.
type cells struct {
	imports.Line
	why []string
}

func (c *cells) bad(column, why string, values ...any) {
	c.why = append(c.why, column+": "+fmt.Sprintf(why, values...))
}

const longestNumber = 60 // characters

// number reads a number; an empty cell is none.
func (c *cells) number(column string) decimal.NullDecimal {
	v := c.Get(column)
	if v == "" {
		return decimal.NullDecimal{}
	}
	d, err := decimal.NewFromString(v)
	switch {
	case err != nil || len(v) > longestNumber || d.Exponent() > 20 || d.Exponent() < -80:
		c.bad(column, "“%s” is no number.", imports.Isolated(short(v)))
		return decimal.NullDecimal{}
	case d.Abs().GreaterThanOrEqual(money.HighestAmount):
		c.bad(column, "“%s” is more than any bill comes to.", short(v))
		return decimal.NullDecimal{}
	}
	return decimal.NewNullDecimal(d)
}

func (c *cells) needed(column string) decimal.Decimal {
	before := len(c.why)
	d := c.number(column)
	if !d.Valid && len(c.why) == before {
		c.bad(column, "A number is needed.")
	}
	return d.Decimal
}

func (c *cells) day(column string) clock.Date {
	v := c.Get(column)
	if v == "" {
		return clock.Date{}
	}
	d, err := clock.ParseDate(v)
	if err != nil || d.Year() < 2000 || d.Year() > 2200 {
		c.bad(column, "“%s” is no date that can be read. Write it as 2026-03-31.", imports.Isolated(short(v)))
		return clock.Date{}
	}
	return d
}

func (c *cells) currency(column, other string) string {
	v := c.Get(column)
	if v == "" {
		v = other
	}
	code, ok := money.ParseCurrency(v)
	if !ok {
		c.bad(column, "“%s” is no currency of three letters.", imports.Isolated(short(v)))
	}
	return code
}

func short(v string) string {
	if r := []rune(v); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return v
}

// said is what holds for a whole file.
type said struct {
	form     Layout
	ends     string // what the end of a line is: lastDay or dayAfter
	currency string // where a line has none
}

// The answers to what the end of a line is.
const (
	lastDay  = "last"
	dayAfter = "after"
)

// read reads a line. why says what is wrong with it. more is what only the file tells and no line keeps.
func (s said) read(from imports.Line) (l Line, more found, why string) {
	c := &cells{Line: from}
	switch s.form {
	case Microsoft:
		l, more = readMicrosoft(c)
	case MicrosoftLegacy:
		l, more = readLegacy(c)
	default:
		l = s.readNeutral(c)
	}
	l.Place, l.Line = from.Number, orPlace(l.Line, from.Number)
	c.finish(&l)
	return l, more, strings.Join(c.why, " ")
}

func orPlace(line string, place int) string {
	if line == "" {
		return fmt.Sprint(place)
	}
	return line
}

// found is what a line tells of its bill.
type found struct {
	number string
	total  decimal.NullDecimal // of the line with tax, as it says
}

func (s said) readNeutral(c *cells) Line {
	l := Line{Line: c.Get(cLine), CustomerExternalID: c.Get(cCustomerID), Customer: c.Get(cCustomer),
		TenantID: c.Get(cTenant), SubscriptionExternalID: c.Get(cSubscription), VendorSubscriptionID: c.Get(cVendorID),
		OrderID: c.Get(cOrder), PartNumber: paddedPart(c.Get(cPart)), Product: c.Get(cProduct), Term: c.Get(cTerm),
		BillingFrequency: c.Get(cFrequency), Charge: c.Get(cCharge), FromOn: c.day(cFrom), ToOn: c.day(cTo),
		Quantity: c.number(cQuantity), UnitPrice: c.number(cUnitPrice), Amount: c.needed(cAmount), Tax: c.number(cTax),
		Currency: c.currency(cCurrency, s.currency), ExchangeRate: c.number(cRate), Reference: c.Get(cReference)}
	if s.ends == lastDay && !l.ToOn.IsZero() {
		l.ToOn = l.ToOn.AddDays(1)
	}
	return l
}

// finish checks what holds for a line of any layout, and takes from it what it says twice.
func (c *cells) finish(l *Line) {
	switch {
	case l.FromOn.IsZero() && !l.ToOn.IsZero():
		c.bad(cTo, "It ends on %s but does not say when it begins.", l.ToOn)
	case !l.ToOn.IsZero() && l.ToOn.Before(l.FromOn):
		c.bad(cTo, "Its days end before they begin (%s).", l.FromOn)
	case l.ToOn == l.FromOn:
		l.ToOn = clock.Date{} // no days: charged once
	}
	if l.ExchangeRate.Valid && l.ExchangeRate.Decimal.Sign() <= 0 {
		c.bad(cRate, "A rate is above zero.")
	}
	l.Usage = l.Usage || reconcile.TellsUsage(l.Charge, l.Product, l.BillingFrequency, l.Quantity)
	if namesNothing(l) {
		c.why = append(c.why,
			"It names no customer, subscription, order or product. If it is the total of the bill, type "+
				"that above instead.")
	}
}

func namesNothing(l *Line) bool {
	return firstOf(l.CustomerExternalID, l.Customer, l.TenantID, l.SubscriptionExternalID, l.VendorSubscriptionID,
		l.OrderID, l.PartNumber, l.Product) == ""
}
