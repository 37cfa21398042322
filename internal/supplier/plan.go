package supplier

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/imports"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/words"
)

const shownOfEach = 300 // lines of each outcome that a preview shows

// plan is what a file comes to. It holds no line but those that are shown.
type plan struct {
	said said
	bill Bill
	reckoned
	letters []byte // room for the letters of a line

	refused     int
	refusedRows []imports.Row
	twin        *Bill // the same bill, which is here already
	replaced    *Bill
	replacedWhy string
	changes     *comparison
}

// Plan reads the file through. It changes nothing.
func (k kind) Plan(tx *gorm.DB, t imports.Table) (imports.Plan, error) {
	p := newPlan(Layout(t.Form()))
	p.said.ends = t.Answer(askEnds)
	p.said.currency, _ = money.ParseCurrency(t.Answer(askCurrency))
	p.bill = Bill{ID: t.From.ID, Name: t.From.File, Layout: p.said.form, At: k.Clock.Now(), Actor: k.by.Name,
		ActorID: uuid.NullUUID{UUID: k.by.ID, Valid: k.by.IsPerson()}, ImportID: uuid.NullUUID{UUID: t.From.ID,
			Valid: true}}
	if p.said.form == Neutral && (!t.Ours(cAmount) || t.Has(cTo) && !t.Ours(cTo)) {
		p.bill.Layout = Own
	}
	if err := p.read(t); err != nil {
		return imports.Plan{}, err
	}
	p.conclude(t, clock.Today(k.Clock, k.Zone))
	if err := p.meet(tx, k, t); err != nil {
		return imports.Plan{}, err
	}
	return p.shown(k, tx, t)
}

func newPlan(form Layout) *plan {
	return &plan{said: said{form: form}, reckoned: reckoned{by: map[string]*Sum{}, months: map[clock.Date]int{},
		numbers: map[string]int{}}}
}

// read reads the file through, unless that was done a moment ago.
func (p *plan) read(t imports.Table) error {
	of := reading{t.From.ID, t.Reading()}
	if before := recalled(of); before != nil {
		p.reckoned, p.refused, p.refusedRows = before.reckoned, before.refused, before.refusedRows
	} else {
		if err := t.Each(p.take); err != nil {
			return err
		}
		remember(of, p)
	}
	p.counted()
	return nil
}

// counted says of the bill how many lines it has, and on what days.
func (p *plan) counted() { p.bill.Lines, p.bill.FromOn, p.bill.ToOn = p.lines, p.fromOn, p.toOn }

// take adds a line up.
func (p *plan) take(from imports.Line, bad *imports.Row) error {
	if bad != nil {
		p.refuse(*bad)
		return nil
	}
	l, more, why := p.said.read(from)
	if why != "" {
		p.refuse(imports.Refuse(from.Number, labelOf(l), why))
		return nil
	}
	p.add(l)
	if more.number != "" {
		p.numbers[strings.Clone(more.number)]++
	}
	if more.total.Valid && !more.total.Decimal.Equal(l.Amount.Add(l.Tax.Decimal)) {
		p.offs++
	}
	return nil
}

func (p *plan) add(l Line) {
	s := p.by[l.Currency]
	if s == nil {
		s = &Sum{Currency: strings.Clone(l.Currency)}
		p.by[s.Currency] = s
	}
	s.add(l)
	p.lines++
	if !l.FromOn.IsZero() {
		p.months[l.FromOn.AddDays(1-l.FromOn.Day())]++
		if p.fromOn.IsZero() || l.FromOn.Before(p.fromOn) {
			p.fromOn = l.FromOn
		}
		p.toOn = clock.Later(p.toOn, l.ToOn)
	}
	p.mark(&l)
}

func (s *Sum) add(l Line) {
	s.Lines++
	s.Amount, s.Tax = s.Amount.Add(l.Amount), s.Tax.Add(l.Tax.Decimal)
	switch {
	case l.Usage:
		s.Usage = s.Usage.Add(l.Amount)
	case l.once():
		s.Once = s.Once.Add(l.Amount)
	}
}

func (p *plan) refuse(row imports.Row) {
	p.refused++
	if len(p.refusedRows) < shownOfEach {
		row.Label, row.Reason = strings.Clone(row.Label), strings.Clone(row.Reason)
		p.refusedRows = append(p.refusedRows, row)
	}
}

// mark notes what the line is about, and adds it to the digest, which is the same in whatever order lines come.
func (p *plan) mark(l *Line) {
	p.marks = append(p.marks, l.about())
	p.letters = l.facts(p.letters[:0])
	sum := sha256.Sum256(p.letters)
	for i := range p.digest {
		p.digest[i] += binary.LittleEndian.Uint64(sum[i*8:])
	}
}

var seed = maphash.MakeSeed()

// about stands for what a line charges, without how much: a corrected bill has it too.
func (l *Line) about() uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	whom := firstOf(l.VendorSubscriptionID, l.SubscriptionExternalID, l.OrderID)
	if whom == "" {
		whom = strings.Join([]string{l.CustomerExternalID, l.TenantID, l.Customer, l.Product}, "\x1f")
	}
	var days [2 * len(time.DateOnly)]byte
	for _, v := range [...]string{whom, baseOf(l.PartNumber), strings.ToLower(l.Charge), l.Reference} {
		_, _ = h.WriteString(v)
		_ = h.WriteByte(0)
	}
	_, _ = h.Write(l.ToOn.Append(l.FromOn.Append(days[:0])))
	if l.Amount.IsNegative() {
		_ = h.WriteByte('-')
	}
	return h.Sum64()
}

// baseOf is a part number without term and plan, which a preliminary bill often lacks.
func baseOf(part string) string {
	if first := strings.IndexByte(part, ':'); first >= 0 {
		if second := strings.IndexByte(part[first+1:], ':'); second >= 0 {
			return part[:first+1+second]
		}
	}
	return part
}

// facts are the line in letters, without its number.
func (l *Line) facts(to []byte) []byte {
	const between = '\x1f'
	for _, v := range [...]string{l.CustomerExternalID, l.Customer, l.TenantID, l.SubscriptionExternalID,
		l.VendorSubscriptionID, l.OrderID, l.PartNumber, l.Product, l.Term, l.BillingFrequency, l.Charge} {
		to = append(append(to, v...), between)
	}
	to = append(l.FromOn.Append(to), between)
	to = append(l.ToOn.Append(to), between)
	for _, n := range [...]*decimal.NullDecimal{&l.Quantity, &l.UnitPrice, {Decimal: l.Amount, Valid: true}, &l.Tax} {
		to = append(appendPlain(to, n), between)
	}
	to = append(append(to, l.Currency...), between)
	to = append(appendPlain(to, &l.ExchangeRate), between)
	return append(to, l.Reference...)
}

// plainOf writes a number the same however many zeros it came with.
func plainOf(d decimal.NullDecimal) string { return string(appendPlain(nil, &d)) }

// appendPlain writes what plainOf does.
func appendPlain(to []byte, d *decimal.NullDecimal) []byte {
	if !d.Valid {
		return to
	}
	from := len(to)
	to = appendNumber(to, d.Decimal)
	if bytes.IndexByte(to[from:], '.') >= 0 {
		to = to[:from+len(bytes.TrimRight(bytes.TrimRight(to[from:], "0"), "."))]
	}
	return to
}

// mostDigits is how many digits always fit into an integer of the machine.
const mostDigits = 18

// appendNumber writes a number with all its places. Nearly all are short, and are written without a look back.
func appendNumber(to []byte, d decimal.Decimal) []byte {
	places := -int(d.Exponent())
	if places < 0 || places > mostDigits || d.NumDigits() > mostDigits {
		return append(to, d.String()...)
	}
	n := d.CoefficientInt64()
	if n < 0 {
		to, n = append(to, '-'), -n
	}
	from := len(to)
	to = strconv.AppendInt(to, n, 10)
	if places == 0 {
		return to
	}
	for len(to)-from <= places {
		to = slices.Insert(to, from, '0')
	}
	return slices.Insert(to, len(to)-places, '.')
}

// sums are in the order of their currencies.
func (p *plan) sums() []Sum {
	out := make([]Sum, 0, len(p.by))
	for _, s := range p.by {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b Sum) int { return cmp.Compare(a.Currency, b.Currency) })
	return out
}

// conclude says of the bill what all its lines tell together, and what the person said of it.
func (p *plan) conclude(t imports.Table, today clock.Date) {
	b := &p.bill
	p.monthOf(today)
	numbers := make([]string, 0, len(p.numbers))
	for n := range p.numbers {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	b.Number = strings.Join(numbers[:min(len(numbers), 5)], ", ")
	b.Preliminary = p.said.form == Microsoft && t.Has("InvoiceNumber") && len(numbers) == 0 && b.Lines > 0
	p.answer(t)
	p.seal()
}

// monthOf is the month in which most of the lines begin; of a bill that has no days, this one.
func (p *plan) monthOf(today clock.Date) {
	p.bill.Month = today.AddDays(1 - today.Day())
	most := 0
	for month, n := range p.months {
		if n > most || n == most && month.After(p.bill.Month) {
			p.bill.Month, most = month, n
		}
	}
}

// seal names the bill by what it says.
func (p *plan) seal() {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%d %x %s %t", p.bill.Lines, p.digest, p.bill.Number, p.bill.Preliminary)
	p.bill.Digest = hex.EncodeToString(h.Sum(nil))
}

// meet finds the bill that is this one already, or that it replaces.
func (p *plan) meet(tx *gorm.DB, k kind, t imports.Table) error {
	var same []Bill
	if err := tx.Raw(`SELECT * FROM supplier_bills WHERE digest = ? AND aside_at IS NULL`, p.bill.Digest).
		Scan(&same).Error; err != nil {
		return err
	}
	if len(same) > 0 {
		p.twin = &same[0]
		return nil
	}
	switch v := t.Answer(AskReplaces); v {
	case no:
		return nil
	case "":
	default:
		return p.replace(tx, v)
	}
	bills, err := k.replaceable(tx, p.bill.ProviderID)
	if err != nil {
		return err
	}
	for i, b := range bills {
		if b.Number != "" && b.Number == p.bill.Number {
			p.replaced, p.replacedWhy = &bills[i], "it has the same number"
			return nil
		}
	}
	return p.recognise(tx, bills)
}

func (p *plan) replace(tx *gorm.DB, said string) error {
	id, err := uuid.Parse(said)
	if err != nil {
		return errs.Fields{AskReplaces: "Choose a bill of the list."}.Err()
	}
	b, err := Get(tx.Statement.Context, tx, id)
	if err != nil {
		return err
	}
	if b.AsideAt != nil {
		return errs.Newf(errs.Conflict,
			"The bill %s has been set aside meanwhile. Choose again what this one replaces.",
			b.Called())
	}
	p.replaced, p.replacedWhy = &b, "as you said"
	return nil
}

// recognise finds the bill most of whose lines are about the same as this one's: the same subscriptions, charges and
// days. A bill of another month, or of another vendor in the same, has hardly any of them.
func (p *plan) recognise(tx *gorm.DB, bills []Bill) error {
	const half = 2
	counts := map[uint64]int{}
	for _, m := range p.marks {
		counts[m]++
	}
	for i, b := range bills {
		if b.Number != "" && p.bill.Number != "" { // two numbers are two documents
			continue
		}
		if !p.bill.FromOn.IsZero() && !b.FromOn.IsZero() &&
			(b.FromOn.After(p.bill.ToOn) || p.bill.FromOn.After(b.ToOn)) {
			continue
		}
		left, found := make(map[uint64]int, len(counts)), 0
		for m, n := range counts {
			left[m] = n
		}
		if err := EachLine(tx, b.ID, func(l Line) error {
			if m := l.about(); left[m] > 0 {
				left[m]--
				found++
			}
			return nil
		}); err != nil {
			return err
		}
		if found*half >= max(b.Lines, p.bill.Lines) && found > 0 {
			p.replaced = &bills[i]
			p.replacedWhy = fmt.Sprintf("%s of its %s are about the same subscriptions, charges and days",
				words.Count(found),
				words.Counted(b.Lines, "line"))
			return nil
		}
	}
	return nil
}

// EachLine hands over the lines of a bill in the order of its file.
func EachLine(tx *gorm.DB, bill uuid.UUID, do func(Line) error) error {
	return postgres.Each(tx.Raw(`SELECT * FROM supplier_bill_lines WHERE bill_id = ? ORDER BY place`, bill), do)
}

func labelOf(l Line) string {
	parts := slices.DeleteFunc([]string{imports.Isolated(l.Customer), imports.Isolated(firstOf(l.Product, l.PartNumber,
		l.SubscriptionExternalID, l.VendorSubscriptionID)), l.Charge}, func(s string) bool { return s == "" })
	return strings.Clone(strings.Join(parts, ", "))
}
