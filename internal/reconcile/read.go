package reconcile

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/money"
)

// table reads a CSV with a header in any order, a row at a time. What it cannot read it names by line and column.
type table struct {
	name string
	size int64 // of the file, in bytes; 0 where nobody knows
	rows *csv.Reader
	head []string
	at   map[string]int
	row  []string
	line int
}

// newTable reads the header. Each of needed must be there; of names joined by | one.
func newTable(name string, r io.Reader, size int64, needed []string) (*table, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	if bom, _ := in.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
	t := &table{name: name, size: size, rows: csv.NewReader(in), at: map[string]int{}}
	t.rows.Comma = separator(in)
	t.rows.ReuseRecord = true
	t.rows.FieldsPerRecord = -1
	head, err := t.rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s is empty; it needs a header line", name)
	}
	if err != nil {
		return nil, t.unreadable(err)
	}
	for i, h := range head {
		h = strings.ToLower(strings.TrimSpace(h))
		t.head = append(t.head, h)
		if _, twice := t.at[h]; twice && h != "" {
			return nil, fmt.Errorf("%s, line 1: column %s is there twice", name, h)
		}
		t.at[h] = i
	}
	for _, n := range needed {
		if !slices.ContainsFunc(strings.Split(n, "|"), t.has) {
			return nil, fmt.Errorf("%s, line 1: column %s is missing", name, strings.ReplaceAll(n, "|", " or "))
		}
	}
	return t, nil
}

// roomFor makes room for the rest of a file once its first lines have shown how long one is, so that what was read
// is not copied over and over.
func roomFor[L any](lines []L, t *table) []L {
	const sample = 1000
	if len(lines) != sample || t.size <= 0 {
		return lines
	}
	whole := int(t.size * sample / t.rows.InputOffset())
	return slices.Grow(lines, max(0, whole+whole/50-sample)) // a little more, for lines are not all as long
}

// separator is what parts the cells of the first line: a comma, unless it has none.
func separator(in *bufio.Reader) rune {
	first, _ := in.Peek(4 << 10)
	first, _, _ = bytes.Cut(first, []byte("\n"))
	for _, c := range []rune{',', ';', '\t'} {
		if bytes.ContainsRune(first, c) {
			return c
		}
	}
	return ','
}

func (t *table) has(column string) bool {
	_, ok := t.at[column]
	return ok
}

// next reads a row; false at the end.
func (t *table) next() (bool, error) {
	row, err := t.rows.Read()
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, t.unreadable(err)
	}
	t.line, _ = t.rows.FieldPos(0)
	t.row = row
	switch {
	case len(row) < len(t.head):
		return false, fmt.Errorf("%s, line %d: the row ends before column %s", t.name, t.line, t.head[len(row)])
	case len(row) > len(t.head):
		return false, fmt.Errorf("%s, line %d: %d cells after the last column %s", t.name, t.line,
			len(row)-len(t.head), t.head[len(t.head)-1])
	}
	return true, nil
}

func (t *table) unreadable(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s, line %d, character %d: %w", t.name, parse.StartLine, parse.Column, parse.Err)
	}
	return fmt.Errorf("%s: %w", t.name, err)
}

// bad is a cell that does not say what its column is for.
func (t *table) bad(column, why string) error {
	return fmt.Errorf("%s, line %d, column %s: %q %s", t.name, t.line, column, t.cell(column), why)
}

// cell is a cell without the blanks around it; "" where the file lacks the column. It keeps its whole row in memory.
func (t *table) cell(column string) string {
	i, ok := t.at[column]
	if !ok {
		return ""
	}
	return strings.TrimSpace(t.row[i])
}

// text is a cell to keep.
func (t *table) text(column string) string {
	return strings.Clone(t.cell(column))
}

var plainNumber = regexp.MustCompile(`^[+-]?[0-9]{1,18}(\.[0-9]{0,30})?([eE][+-]?[0-9]{1,2})?$`)

// number reads digits with a point; false for an empty cell. An apostrophe before it is a spreadsheet's.
func (t *table) number(column string) (decimal.Decimal, bool, error) {
	cell := strings.TrimPrefix(t.cell(column), "'")
	if cell == "" {
		return decimal.Zero, false, nil
	}
	if !plainNumber.MatchString(cell) {
		return decimal.Zero, false, t.bad(column, "is no number with a point, such as 12.50")
	}
	d, err := decimal.NewFromString(cell)
	if err != nil {
		return decimal.Zero, false, t.bad(column, "is no number with a point, such as 12.50")
	}
	if d.Abs().Cmp(money.HighestAmount) >= 0 {
		return decimal.Zero, false, t.bad(column, "is more than any bill comes to")
	}
	return d, true, nil
}

// needed is a number that must be there.
func (t *table) needed(column string) (decimal.Decimal, error) {
	d, ok, err := t.number(column)
	if err == nil && !ok {
		err = t.bad(column, "is needed: a number with a point, such as 12.50")
	}
	return d, err
}

// span reads from and to, the day after the last one; without to it has no days.
func (t *table) span() (s span, err error) {
	if s.from, err = t.day("from"); err != nil {
		return s, err
	}
	if t.cell("to") == "" {
		s.to = s.from
		return s, nil
	}
	if s.to, err = t.day("to"); err != nil {
		return s, err
	}
	if s.to < s.from {
		return s, t.bad("to", "lies before from, "+s.from.String())
	}
	return s, nil
}

func (t *table) day(column string) (day, error) {
	at, err := time.Parse(dayForm, t.cell(column))
	if err != nil {
		return 0, t.bad(column, "is no day such as 2026-02-28")
	}
	return dayOf(at), nil
}

func (t *table) currency() (string, error) {
	c, ok := money.ParseCurrency(t.cell("currency"))
	if !ok {
		return "", t.bad("currency", "is no currency of three letters")
	}
	return c, nil
}

// period reads how long a price is for; a word that nobody knows is an error, for a wrong guess would be money.
func (t *table) period(column string) (money.Period, error) {
	word := t.cell(column)
	if word == "" {
		return money.Unknown, nil
	}
	p, ok := money.ParsePeriod(word)
	if !ok {
		return p, t.bad(column, "is no frequency such as monthly, annual or once")
	}
	return p, nil
}

var (
	chargeColumns = []string{"line", "customer", "subscription_external_id", "vendor_subscription_id", "part_number",
		"billing_frequency", "charge", "from", "to", "quantity", "unit_price", "amount", "currency"}
	billedColumns = []string{"line_id|id", "subscription_id|external_id", "customer|crm_account", "part_number",
		"from", "to", "seats", "unit_price", "price_period", "amount", "currency"}
)

// readCharges reads a neutral supplier bill.
func readCharges(name string, r io.Reader, size int64) (out []keptCharge, err error) {
	t, err := newTable(name, r, size, chargeColumns)
	if err != nil {
		return nil, err
	}
	for {
		more, err := t.next()
		if err != nil {
			return nil, err
		}
		if !more {
			return out, nil
		}
		c, err := t.charge()
		if err != nil {
			return nil, err
		}
		out = append(roomFor(out, t), keepCharge(c, t.cell("reference")))
	}
}

func (t *table) charge() (c charge, err error) {
	c.line = strings.Clone(t.cell("line"))
	if c.line == "" {
		return c, t.bad("line", "is needed: each difference names its line")
	}
	c.ids = [2]string{t.text("subscription_external_id"), t.text("vendor_subscription_id")}
	c.customer, c.part, c.product = t.cell("customer"), t.cell("part_number"), t.cell("product")
	c.word = strings.ToLower(t.cell("charge"))
	if c.span, err = t.span(); err != nil {
		return c, err
	}
	if c.period, err = t.period("billing_frequency"); err != nil {
		return c, err
	}
	if c.currency, err = t.currency(); err != nil {
		return c, err
	}
	if c.seats, err = t.needed("quantity"); err != nil {
		return c, err
	}
	if c.amount, err = t.needed("amount"); err != nil {
		return c, err
	}
	if c.amount.Sign() != 0 && c.seats.Sign() != c.amount.Sign() { // the amount decides
		c.seats = c.seats.Neg()
	}
	return c, t.unitPrice(&c)
}

func (t *table) unitPrice(c *charge) error {
	unit, priced, err := t.number("unit_price")
	if err != nil {
		return err
	}
	rate, converted, err := t.number("exchange_rate")
	if err != nil {
		return err
	}
	if converted && rate.Sign() <= 0 {
		return t.bad("exchange_rate", "is no rate above zero")
	}
	c.unit, c.unpriced = unit.Abs(), !priced // a refund has its sign in the amount
	if c.rate = decimal.NewFromInt(1); converted {
		c.unit, c.rate = c.unit.Mul(rate), rate
	}
	return nil
}

// readBilled reads lines of our invoices.
func readBilled(name string, r io.Reader, size int64) (out []keptBilled, err error) {
	t, err := newTable(name, r, size, billedColumns)
	if err != nil {
		return nil, err
	}
	for {
		more, err := t.next()
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		b, err := t.billed()
		if err != nil {
			return nil, err
		}
		out = append(roomFor(out, t), keepBilled(b))
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s has no lines: nothing was billed that the bill could be compared with", name)
	}
	return out, nil
}

func (t *table) billed() (b billed, err error) {
	b.line = strings.Clone(cmp.Or(t.cell("line_id"), t.cell("id")))
	b.id = cmp.Or(t.text("external_id"), t.text("subscription_id"))
	b.customer, b.part = cmp.Or(t.cell("customer"), t.cell("crm_account")), t.cell("part_number")
	if b.span, err = t.span(); err != nil {
		return b, err
	}
	if b.period, err = t.period("price_period"); err != nil {
		return b, err
	}
	if b.currency, err = t.currency(); err != nil {
		return b, err
	}
	if b.seats, err = t.needed("seats"); err != nil {
		return b, err
	}
	if b.amount, err = t.needed("amount"); err != nil {
		return b, err
	}
	b.unit.Decimal, b.unit.Valid, err = t.number("unit_price")
	return b, err
}
