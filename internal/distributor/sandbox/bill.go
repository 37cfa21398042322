package sandbox

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
)

// chargeRow is a line of the report. The price fields have the names that
// documents mention; Guess: the rest.
type chargeRow struct {
	InvoiceNo           string      `json:"invoiceNo"`
	LineNo              int         `json:"lineNo"`
	OrderNo             string      `json:"orderNo"`
	CustomerNo          string      `json:"customerNo"`
	CustomerName        string      `json:"customerName"`
	PartNo              string      `json:"mfgPartNo"`
	ChargeType          string      `json:"chargeType"`
	Frequency           string      `json:"billingFrequency"`
	Tax                 json.Number `json:"tax"`
	Currency            string      `json:"currency"`
	SubscriptionID      string      `json:"subscriptionId"`
	ProductName         string      `json:"productName"`
	Quantity            int         `json:"quantity"`
	UnitPrice           json.Number `json:"unitPrice"`
	ExtendPrice         json.Number `json:"extendPrice"`
	CustomerPrice       json.Number `json:"customerPrice"`
	ExtendCustomerPrice json.Number `json:"extendCustomerPrice"`
	ChargeStart         string      `json:"chargeStartDate"`
	ChargeEnd           string      `json:"chargeEndDate,omitempty"` // the last day; left out: charged once
	Term                string      `json:"billingTerm,omitempty"`   // Guess: told only where it is not the product's
	Reference           string      `json:"referenceId,omitempty"`   // ties the lines of one event

	from, to clock.Date // to is the day after the last
	whole    bool       // a cycle's charge, at the seats of today
}

// billed is one subscription while a month is charged.
type billed struct {
	*Subscription
	owner   Customer
	product Product
	log     []LogEntry // newest first
}

// charges are the lines of a month's bill, as the vendor bills: the cycle that begins in it whole, at the seats of
// its
// first day, and each change of seats within a cycle as a refund of the old count and a charge of the new one for the
// days that are left. Guess: that a distributor's bill has the vendor's cycles.
func (s *Server) charges(sc scope, month clock.Date) []*chargeRow {
	var all []*chargeRow
	for _, owner := range s.store.customersOf(sc) {
		log := s.store.changes(owner.CustomerNo, "")
		for _, sub := range s.store.subscriptionsOf(owner.CustomerNo, faceStellr) {
			b := billed{&sub, owner, s.store.product(sub.SKU), nil}
			for _, e := range log {
				if e.SubscriptionID == sub.ID {
					b.log = append(b.log, e)
				}
			}
			all = append(all, b.charged(month)...)
		}
	}
	return all
}

func (b billed) charged(month clock.Date) []*chargeRow {
	next := month.AddMonths(1)
	switch {
	case b.is("Pending") || b.Start.IsZero() || !b.Start.Before(next):
		return nil
	case b.product.Kind == kindUsage:
		return []*chargeRow{b.used(month)}
	case b.product.Frequency == "one_time":
		if b.Start.Before(month) {
			return nil
		}
		x := b.line("new", b.seatsOn(b.Start), b.Start, clock.Date{}, 1, 1)
		return []*chargeRow{x}
	}
	ended, ends := b.ended()
	var out []*chargeRow
	for n := 0; ; n++ {
		from, to := b.cycle(n)
		if !from.Before(next) || ends && !from.Before(ended) {
			return out
		}
		if !from.Before(month) {
			out = append(out, b.opening(n, from, to))
		}
		out = append(out, b.changed(month, from, to)...)
		if ends && ended.Before(to) && !ended.Before(month) && ended.Before(next) {
			out = append(out, b.refund("cancelImmediate", b.seatsOn(ended), ended, from, to))
		}
	}
}

// cycle is the n-th since the start.
func (b billed) cycle(n int) (from, to clock.Date) {
	months := 1
	if b.product.Frequency == "annual" {
		months = 12
	}
	return b.Start.AddMonths(n * months), b.Start.AddMonths((n + 1) * months)
}

func (b billed) opening(n int, from, to clock.Date) *chargeRow {
	word := "cycleCharge"
	switch term := termMonths(b.product.Term); {
	case n == 0:
		word = "new"
	case term > 0 && n%max(1, term/monthsBetween(from, to)) == 0:
		word = "renew"
	}
	x := b.line(word, b.seatsOn(from), from, to, 1, 1)
	x.whole = x.Quantity == b.Quantity
	return x
}

func monthsBetween(from, to clock.Date) int {
	if from.DaysUntil(to) > 31 {
		return 12
	}
	return 1
}

// changed are the changes of seats in a month within a cycle, after its first day.
func (b billed) changed(month, from, to clock.Date) (out []*chargeRow) {
	for i := len(b.log) - 1; i >= 0; i-- {
		day, delta := dayOf(b.log[i]), seatsOf(b.log[i].Text)
		if delta == 0 || !day.After(from) || !day.Before(to) || day.Before(month) || !day.Before(month.AddMonths(1)) {
			continue
		}
		word := "addQuantity"
		if delta < 0 {
			word = "removeQuantity"
		}
		after := b.Quantity
		for _, later := range b.log[:i] {
			after -= seatsOf(later.Text)
		}
		old := b.refund(word, after-delta, day, from, to)
		now := b.line(word, after, day, to, day.DaysUntil(to), from.DaysUntil(to))
		old.Reference = fmt.Sprintf("%s-%s-%d", b.ID, day, len(b.log)-i)
		now.Reference = old.Reference
		out = append(out, old, now)
	}
	return out
}

func (b billed) refund(word string, seats int, day, from, to clock.Date) *chargeRow {
	x := b.line(word, seats, day, to, day.DaysUntil(to), from.DaysUntil(to))
	x.ExtendPrice = num(amountOf(x.ExtendPrice).Neg())
	x.ExtendCustomerPrice = num(amountOf(x.ExtendCustomerPrice).Neg())
	return x
}

// used is a month's consumption.
func (b billed) used(month clock.Date) *chargeRow {
	x := b.line("usage", 1, month, month.AddMonths(1), 1, 1)
	cost := b.consumed(month)
	x.UnitPrice, x.ExtendPrice, x.Frequency = num(cost), num(cost), ""
	return x
}

// consumed is what a usage subscription comes to in a month.
func (sub *Subscription) consumed(month clock.Date) decimal.Decimal {
	return decimal.New(int64((sub.LegacyID+int(month.Month())*137)%100000), -2)
}

// line charges seats for so many days of a cycle, cut to whole cents as the vendor does.
func (b billed) line(word string, seats int, from, to clock.Date, days, of int) *chargeRow {
	share := func(price decimal.Decimal) json.Number {
		cents, _ := total(price, seats).Mul(decimal.NewFromInt(int64(days))).QuoRem(decimal.NewFromInt(int64(of)), 2)
		return num(cents)
	}
	x := &chargeRow{OrderNo: b.ContractNo, CustomerNo: b.CustomerNo, CustomerName: b.owner.Company.StellrName,
		PartNo: b.product.PartNumber, ChargeType: word, Tax: "0", Currency: or(b.Currency, "USD"),
		Frequency:      map[string]string{"month": "monthly", "annual": "annual"}[b.product.Frequency],
		SubscriptionID: b.ID, ProductName: b.product.Name, Quantity: seats, UnitPrice: num(b.UnitPrice),
		CustomerPrice: num(b.CustomerPrice), ExtendPrice: share(b.UnitPrice),
		ExtendCustomerPrice: share(b.CustomerPrice), from: from, to: to}
	return x
}

// seatsOn are the seats at the end of a day, counted back from today's.
func (b billed) seatsOn(day clock.Date) int {
	n := b.Quantity
	for _, e := range b.log {
		if dayOf(e).After(day) {
			n -= seatsOf(e.Text)
		}
	}
	return n
}

// ended is the first day on which a subscription is no more; false: it goes on.
func (b billed) ended() (clock.Date, bool) {
	if b.mustBeLive() == nil {
		return clock.Date{}, false
	}
	for _, e := range b.log {
		if strings.HasPrefix(e.Text, "Cancel ") || strings.HasPrefix(e.Text, "Expire ") ||
			strings.HasPrefix(e.Text, "Set status to ") {
			return dayOf(e), true
		}
	}
	if b.End.IsZero() {
		return b.Start, true
	}
	return b.End, true
}

func dayOf(e LogEntry) clock.Date { return clock.DateOf(e.At, time.UTC) }

var seatWords = regexp.MustCompile(`^(Add|Remove) (\d+) seats?$`)

// seatsOf is the change of seats that an entry of the change log tells.
func seatsOf(text string) int {
	m := seatWords.FindStringSubmatch(text)
	switch {
	case m == nil:
		return 0
	case m[1] == "Remove":
		return -atoi(m[2])
	}
	return atoi(m[2])
}

// total is price times quantity.
func total(price decimal.Decimal, n int) decimal.Decimal {
	return price.Mul(decimal.NewFromInt(int64(n)))
}
