package supplier

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/reconcile"
)

// HandLines is how many lines one form takes; what has more is a file.
const HandLines = 10

// ByHand is a bill as a person types it.
type ByHand struct {
	ProviderID string
	Number     string
	Month      string // 2026-06; empty: where most lines begin
	Currency   string
	Total      string // of the document, with tax; empty: not known
	Lines      []HandLine
}

// HandLine is a typed line. One without anything in it is none.
type HandLine struct {
	Customer, Subscription, PartNumber, Product, Charge string
	From, Until                                         string // the last day, as people write it
	Quantity, UnitPrice, Amount, Tax                    string
}

func (h HandLine) blank() bool { return h == HandLine{} }

// LineField is the name of a field of the i-th line in a form.
func LineField(i int, name string) string { return fmt.Sprintf("line.%d.%s", i, name) }

// Enter keeps a bill that a person typed.
func (s Service) Enter(ctx context.Context, by audit.Actor, in ByHand) (uuid.UUID, error) {
	problems := errs.Fields{}
	p := s.typed(by, in, problems)
	var lines []Line
	for i, typed := range in.Lines {
		if typed.blank() {
			continue
		}
		l := typed.read(i, p.said.currency, problems)
		l.Place, l.Line = len(lines)+1, fmt.Sprint(len(lines)+1)
		lines = append(lines, l)
		p.add(l)
	}
	if len(lines) == 0 {
		problems.Add(LineField(0, "amount"), "A bill has at least one line with an amount.")
	}
	if err := problems.Err(); err != nil {
		return uuid.Nil, err
	}
	p.concludeTyped(in, clock.Today(s.Clock, s.Zone))
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error { return s.enter(ctx, tx, by, p.bill, p.sums(), lines) })
	return p.bill.ID, err
}

func (s Service) typed(by audit.Actor, in ByHand, problems errs.Fields) *plan {
	p := newPlan(Hand)
	p.bill = Bill{ID: uuid.Must(uuid.NewV7()), Layout: Hand, Number: strings.TrimSpace(in.Number), At: s.Clock.Now(),
		Actor: by.Name, ActorID: uuid.NullUUID{UUID: by.ID, Valid: by.IsPerson()}}
	b := &p.bill
	b.Name = b.Number
	if b.Number == "" {
		problems.Add("number", "Enter the number of the bill, or a name for it.")
	}
	if utf8.RuneCountInString(b.Number) > 200 {
		problems.Add("number", "This is longer than 200 characters.")
	}
	if in.ProviderID != "" && in.ProviderID != NoProvider {
		id, err := uuid.Parse(in.ProviderID)
		if err != nil {
			problems.Add("provider_id", "Choose a provider of the list.")
		}
		b.ProviderID = uuid.NullUUID{UUID: id, Valid: err == nil}
	}
	if why := monthFault(in.Month); why != "" {
		problems.Add("month", "%s", why)
	}
	var ok bool
	if p.said.currency, ok = money.ParseCurrency(in.Currency); !ok {
		problems.Add("currency", "A currency has three letters, as EUR.")
	}
	if in.Total != "" {
		total, ok := typedAmount(in.Total)
		if !ok {
			problems.Add("total", "%s", TotalFault(in.Total))
		}
		b.DocumentTotal, b.DocumentCurrency = decimal.NewNullDecimal(total), p.said.currency
	}
	return p
}

func (h HandLine) read(i int, currency string, problems errs.Fields) Line {
	l := Line{Customer: h.Customer, SubscriptionExternalID: h.Subscription, PartNumber: paddedPart(h.PartNumber),
		Product: h.Product, Charge: h.Charge, Currency: currency}
	number := func(name, v string) (d decimal.NullDecimal) {
		if v == "" {
			return d
		}
		read, ok := typedAmount(v)
		if !ok {
			problems.Add(LineField(i, name), "Write the number as 1234.50.")
		}
		return decimal.NewNullDecimal(read)
	}
	day := func(name, v string) (d clock.Date) {
		if v == "" {
			return d
		}
		d, err := clock.ParseDate(v)
		if err != nil {
			problems.Add(LineField(i, name), "Write the day as 2026-03-31.")
		}
		return d
	}
	l.Quantity, l.UnitPrice, l.Tax = number("quantity", h.Quantity), number("unit_price", h.UnitPrice), number("tax",
		h.Tax)
	amount := number("amount", h.Amount)
	if h.Amount == "" {
		problems.Add(LineField(i, "amount"), "A line needs its amount.")
	}
	l.Amount = amount.Decimal
	if l.FromOn, l.ToOn = day("from", h.From), day("until", h.Until); !l.ToOn.IsZero() {
		if l.FromOn.IsZero() || l.ToOn.Before(l.FromOn) {
			problems.Add(LineField(i, "until"), "The last day lies on or after the first.")
		}
		l.ToOn = l.ToOn.AddDays(1)
	}
	if namesNothing(&l) {
		problems.Add(LineField(i, "customer"),
			"Say what the line is about: customer, subscription, part number or product.")
	}
	l.Usage = reconcile.TellsUsage(l.Charge, l.Product, "", l.Quantity)
	return l
}

// concludeTyped says of a typed bill what its lines tell.
func (p *plan) concludeTyped(in ByHand, today clock.Date) {
	p.counted()
	p.monthOf(today)
	if in.Month != "" {
		p.bill.Month, _ = clock.ParseDate(in.Month + "-01") // it has been looked at
	}
	p.seal()
}

func (s Service) enter(ctx context.Context, tx *gorm.DB, by audit.Actor, b Bill, sums []Sum, lines []Line) error {
	if err := lock(tx); err != nil {
		return err
	}
	var same []Bill
	if err := tx.Raw(`SELECT * FROM supplier_bills WHERE aside_at IS NULL AND (digest = ? OR number = ?
		AND provider_id IS NOT DISTINCT FROM ?)`, b.Digest, b.Number, b.ProviderID).
		Scan(&same).Error; err != nil {
		return err
	}
	if len(same) > 0 {
		return errs.Fields{"number": fmt.Sprintf("The bill %s of %s is here already. To correct it, take it back first.",
			same[0].Called(), same[0].Month.String()[:7])}.Err()
	}
	err := s.keep(tx, b, sums, func(put func(Line) error) error {
		for _, l := range lines {
			if err := put(l); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "supplier_bill.entered", ObjectType: objectType,
		ObjectID: b.ID.String(), ObjectName: b.Called(), After: map[string]any{"number": b.Number,
			"month": b.Month.String()[:7], "lines": b.Lines}})
}
