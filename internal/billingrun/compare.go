package billingrun

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/billing"
	"seatledger/internal/history"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
)

// Change is how a bill differs from the contract's last one.
type Change struct {
	Kind   string    `json:"kind"` // new, gone, seats, price
	ID     uuid.UUID `json:"id"`   // of the subscription
	Name   string    `json:"name"`
	Before string    `json:"before,omitempty"`
	After  string    `json:"after,omitempty"`
}

// Remark is why somebody should look at a bill before it goes out.
type Remark struct {
	Code string `json:"code"`
	Says string `json:"says"`
}

// What is unusual.
const (
	Jump      = "jump"      // more than a fifth, and more than 50.00, beside the last one
	FirstBill = "first"     // nothing was billed of the contract before
	OldLine   = "old"       // a line older than one cycle
	Lapsed    = "exception" // it is billed though its sign-off lapsed (RULES 7)
	Grown     = "grew"      // a sync found that it grew suddenly
	Goodwill  = "goodwill"  // the money of days goes down for which goodwill was given
)

// lastInvoice is the last full cycle that was billed of a contract, zero: none was.
type lastInvoice struct {
	ID    uuid.UUID
	Total decimal.Decimal
	stood map[uuid.UUID]lastLine // by subscription
}

// lastLine is how a subscription stood at the end of it.
type lastLine struct {
	InvoiceID      uuid.UUID
	SubscriptionID uuid.UUID
	Name           string
	Seats          int
	UnitPrice      decimal.Decimal
}

func lastInvoices(ctx context.Context, db *gorm.DB, contracts []uuid.UUID) (map[uuid.UUID]lastInvoice, error) {
	var invoices []struct {
		ContractID uuid.UUID
		ID         uuid.UUID
		Total      decimal.Decimal
	}
	db = db.WithContext(ctx)
	err := db.Raw(`SELECT i.contract_id, i.id, i.total FROM unnest(CAST(? AS uuid[])) AS k (id)
		CROSS JOIN LATERAL (SELECT contract_id, id, total FROM invoices WHERE contract_id = k.id
			AND kind = 'full_cycle' AND state <> 'void' ORDER BY seq DESC LIMIT 1) i`, postgres.IDs(contracts)).
		Scan(&invoices).Error
	if err != nil {
		return nil, fmt.Errorf("last invoices: %w", err)
	}
	out, of, ids := map[uuid.UUID]lastInvoice{}, map[uuid.UUID]uuid.UUID{}, postgres.IDs{}
	for _, i := range invoices {
		out[i.ContractID] = lastInvoice{i.ID, i.Total, map[uuid.UUID]lastLine{}}
		of[i.ID] = i.ContractID
		ids = append(ids, i.ID)
	}
	var lines []lastLine
	err = db.Raw(`SELECT DISTINCT ON (invoice_id, subscription_id) invoice_id, subscription_id, product_name AS name,
			seats, unit_price FROM invoice_lines WHERE invoice_id = ANY (CAST(? AS uuid[])) AND kind = 'cycle'
		ORDER BY invoice_id, subscription_id, to_date DESC, position DESC`, ids).Scan(&lines).Error
	for _, l := range lines {
		out[of[l.InvoiceID]].stood[l.SubscriptionID] = l
	}
	return out, err
}

// changes compares a plan with the last invoice, subscription by subscription.
func (l lastInvoice) changes(p billing.Plan) []Change {
	if l.ID == uuid.Nil {
		return nil
	}
	var out []Change
	here := map[uuid.UUID]bool{}
	for _, it := range p.Items {
		now, any := lastCycle(it)
		here[it.ID] = true
		was, known := l.stood[it.ID]
		switch {
		case !any:
		case !known:
			out = append(out, Change{Kind: "new", ID: it.ID, Name: it.Name, After: fmt.Sprint(now.Seats)})
		default:
			if now.Seats != was.Seats {
				out = append(out, Change{"seats", it.ID, it.Name, fmt.Sprint(was.Seats), fmt.Sprint(now.Seats)})
			}
			if price := now.Price.Value.Decimal; !price.Equal(was.UnitPrice) {
				out = append(out, Change{"price", it.ID, it.Name, money.Plain(was.UnitPrice), money.Plain(price)})
			}
		}
	}
	for id, was := range l.stood {
		if !here[id] {
			out = append(out, Change{Kind: "gone", ID: id, Name: was.Name, Before: fmt.Sprint(was.Seats)})
		}
	}
	return out
}

// lastCycle is how a subscription stands at the end of what is billed of it.
func lastCycle(it billing.Item) (last billing.Line, any bool) {
	for _, l := range it.Lines {
		if l.Kind == history.Cycle && (!any || l.Period.To.After(last.Period.To)) {
			last, any = l, true
		}
	}
	return last, any
}

var (
	jumpShare  = decimal.New(2, -1)
	jumpAmount = decimal.NewFromInt(50)
)

// remarks are what is unusual about a plan, beside the last invoice.
func (l lastInvoice) remarks(p billing.Plan) []Remark {
	var out []Remark
	add := func(code, text string, args ...any) { out = append(out, Remark{code, fmt.Sprintf(text, args...)}) }
	if p.Empty() {
		return nil
	}
	moved := p.Total.Sub(l.Total)
	switch {
	case l.ID == uuid.Nil:
		add(FirstBill, "It is the first bill of this contract.")
	case moved.Abs().GreaterThan(jumpAmount) && moved.Abs().GreaterThan(l.Total.Abs().Mul(jumpShare)):
		add(Jump, "The last one came to %s, this one to %s: %s.", money.Grouped(l.Total, p.Contract.Currency),
			money.Grouped(p.Total, p.Contract.Currency), signed(moved, p.Contract.Currency))
	}
	if n, sum, from := p.Old(); n > 0 {
		add(OldLine, "%s older than one cycle, from %s on: %s.", lines(n), from, signed(sum, p.Contract.Currency))
	}
	for _, it := range p.Items {
		if it.Exception != "" {
			add(Lapsed, "%s is billed though its sign-off lapsed: %s", it.Name, it.Exception)
		}
		if it.Grew != nil {
			add(Grown, "%s %s.", it.Name, it.Grew)
		}
		if it.Goodwill {
			add(Goodwill, "%s: its money goes down once more, though goodwill was given on it.", it.Name)
		}
	}
	return out
}

func signed(d decimal.Decimal, currency string) string {
	text := money.Grouped(d, currency)
	if d.IsPositive() {
		text = "+" + text
	}
	return text
}

func lines(n int) string {
	if n == 1 {
		return "1 line is"
	}
	return fmt.Sprintf("%d lines are", n)
}
