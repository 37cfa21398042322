package sandbox

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
)

// PlantedError is one thing that is wrong with a bill, as whoever compares it should find it.
type PlantedError struct {
	Kind           string `json:"kind"` // as in the list of differences
	Line           int    `json:"line"` // of the bill; 0: the line that is missing
	SubscriptionID string `json:"subscription_id"`
	CustomerNo     string `json:"customer_no"`
	Amount         string `json:"amount"` // by how much the bill is too high; below zero: too low
	Currency       string `json:"currency"`

	row *chargeRow
}

// planter puts an error of each kind into a bill, each on a subscription of its own, as far as there are any. The
// same
// seed and month get the same ones.
type planter struct {
	s      *Server
	sc     scope
	month  clock.Date
	rows   []*chargeRow
	plain  []*chargeRow // whole cycles of seats, the only lines of their subscriptions, in a drawn order
	errors []PlantedError
}

func (s *Server) plant(sc scope, month clock.Date, rows []*chargeRow) *planter {
	p := &planter{s: s, sc: sc, month: month, rows: rows}
	lines := map[string]int{}
	for _, x := range rows {
		lines[x.SubscriptionID]++
	}
	among := strings.Fields(s.behave().BillErrorsAmong)
	for _, x := range rows {
		if x.whole && lines[x.SubscriptionID] == 1 && x.from.DaysUntil(x.to) < 32 &&
			amountOf(x.UnitPrice).IsPositive() &&
			(len(among) == 0 || slices.Contains(among, x.SubscriptionID)) {
			p.plain = append(p.plain, x)
		}
	}
	rng := rand.New(rand.NewPCG(s.store.options.Seed, uint64(month.Year()*12)+uint64(month.Month())))
	rng.Shuffle(len(p.plain), func(i, j int) { p.plain[i], p.plain[j] = p.plain[j], p.plain[i] })
	for _, put := range []func(*chargeRow){p.quantity, p.price, p.currency, p.term, p.period, p.double, p.stranger,
		p.unmapped, p.afterEnd, p.missing} {
		if len(p.plain) == 0 {
			break
		}
		put(p.plain[0])
		p.plain = p.plain[1:]
	}
	return p
}

func (p *planter) note(kind string, x *chargeRow, off decimal.Decimal) {
	p.errors = append(p.errors, PlantedError{Kind: kind, SubscriptionID: x.SubscriptionID, CustomerNo: x.CustomerNo,
		Amount: off.String(), Currency: x.Currency, row: x})
}

// quantity charges three seats too many.
func (p *planter) quantity(x *chargeRow) {
	before := amountOf(x.ExtendPrice)
	x.Quantity += 3
	x.ExtendPrice = num(total(amountOf(x.UnitPrice), x.Quantity).Truncate(2))
	p.note("quantity", x, amountOf(x.ExtendPrice).Sub(before))
}

// price charges more than the line's own unit price comes to.
func (p *planter) price(x *chargeRow) {
	off := decimal.New(int64(x.Quantity)*50, -2)
	x.ExtendPrice = num(amountOf(x.ExtendPrice).Add(off))
	p.note("price", x, off)
}

func (p *planter) currency(x *chargeRow) {
	x.Currency = map[bool]string{true: "USD", false: "EUR"}[x.Currency == "EUR"]
	p.note("currency", x, amountOf(x.ExtendPrice))
}

// term names another term than is held. Its money is right.
func (p *planter) term(x *chargeRow) {
	x.Term = "P3Y"
	p.note("term", x, decimal.Zero)
}

const periodDays = 10

// period leaves out the cycle's first days.
func (p *planter) period(x *chargeRow) {
	before, of := amountOf(x.ExtendPrice), x.from.DaysUntil(x.to)
	q, _ := before.Mul(decimal.NewFromInt(int64(of-periodDays))).QuoRem(decimal.NewFromInt(int64(of)), 2)
	x.from, x.ExtendPrice = x.from.AddDays(periodDays), num(q)
	p.note("period", x, before.Mul(decimal.NewFromInt(-periodDays)).Div(decimal.NewFromInt(int64(of))).Round(2))
}

func (p *planter) double(x *chargeRow) {
	twice := *x
	p.rows = append(p.rows, &twice)
	p.note("double", &twice, amountOf(twice.ExtendPrice))
}

// foreign is a line for five seats that follows another one.
func (p *planter) foreign(kind, id string, x *chargeRow, change func(*chargeRow)) {
	y := *x
	y.SubscriptionID, y.OrderNo, y.Quantity = id, strings.SplitN(id, "_", 2)[0], 5
	y.ExtendPrice = num(total(amountOf(y.UnitPrice), y.Quantity).Truncate(2))
	if change != nil {
		change(&y)
	}
	p.rows = append(p.rows, &y)
	p.note(kind, &y, amountOf(y.ExtendPrice))
}

// stranger charges a known customer for a subscription that nobody has.
func (p *planter) stranger(x *chargeRow) { p.foreign("only_on_bill", "999999_1", x, nil) }

// unmapped charges for a customer that no list has.
func (p *planter) unmapped(x *chargeRow) {
	p.foreign("unmapped", "999998_1", x, func(y *chargeRow) {
		y.CustomerNo, y.CustomerName = "9999999", "Quillon & Sparrow Ltd"
	})
}

// afterEnd goes on with a subscription that has ended, of a customer that holds other things.
func (p *planter) afterEnd(*chargeRow) {
	owners := map[string]bool{}
	for _, x := range p.plain {
		owners[x.CustomerNo] = true
	}
	for _, sub := range p.s.store.endedOf(owners) {
		b := billed{&sub, Customer{}, p.s.store.product(sub.SKU), nil}
		if b.product.Kind != kindLicence || b.product.Frequency != "month" {
			continue
		}
		b.owner, _ = p.s.store.customer(p.sc, sub.CustomerNo)
		b.log = slices.DeleteFunc(p.s.store.changes(sub.CustomerNo, sub.ContractNo), func(e LogEntry) bool {
			return e.SubscriptionID != sub.ID
		})
		ended, _ := b.ended()
		for n := 0; ; n++ {
			from, to := b.cycle(n)
			if !from.Before(p.month.AddMonths(1)) {
				break
			}
			if from.Before(p.month) || from.Before(ended) {
				continue
			}
			x := b.line("cycleCharge", b.Quantity, from, to, 1, 1)
			p.rows = append(p.rows, x)
			p.note("charged_after_end", x, amountOf(x.ExtendPrice))
			return
		}
	}
}

// missing leaves a line out.
func (p *planter) missing(x *chargeRow) {
	p.rows = slices.DeleteFunc(p.rows, func(y *chargeRow) bool { return y == x })
	p.note("only_here", x, amountOf(x.ExtendPrice).Neg())
}

// bill is a month's bill with its numbers and what is to be found in it: an error of each kind where that is asked
// for
// and it is the last month's, and usage, which no contract has a rule for.
func (s *Server) bill(sc scope, month clock.Date) ([]*chargeRow, []PlantedError) {
	p := &planter{rows: s.charges(sc, month)}
	if s.behave().BillErrors && month == s.lastMonth() {
		p = s.plant(sc, month, p.rows)
	}
	for _, x := range p.rows {
		if x.ChargeType == "usage" {
			p.note("usage_without_rule", x, amountOf(x.ExtendPrice))
		}
	}
	for i, x := range p.rows {
		x.LineNo, x.InvoiceNo, x.ChargeStart = i+1, invoiceNo(month), isoDate(x.from)
		if !x.to.IsZero() {
			x.ChargeEnd = isoDate(x.to.AddDays(-1))
		}
	}
	for i := range p.errors {
		p.errors[i].Line = p.errors[i].row.LineNo
	}
	return p.rows, p.errors
}

// monthOf reads the number of a bill.
func monthOf(number string) (clock.Date, error) {
	if len(number) == len("CI202601") && strings.HasPrefix(number, "CI") {
		if m, err := clock.ParseDate(number[2:6] + "-" + number[6:] + "-01"); err == nil {
			return m, nil
		}
	}
	return clock.Date{}, fmt.Errorf("there is no bill %q", number)
}
