package reconcile

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"seatledger/internal/money"
)

// table reads a CSV with a header in any order, a row at a time. What it cannot read it names by line and column.
type table struct {
	name  string
	size  int64 // of the file, in bytes; 0 where nobody knows
	rows  *csv.Reader
	head  []string
	at    map[string]int
	row   []string
	line  int
	count int
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

// next reads a row; false at the end. A header that stands again between the rows, as in files put together from
// several, is none.
func (t *table) next(ctx context.Context) (bool, error) {
	if t.count++; t.count%1024 == 0 && ctx.Err() != nil {
		return false, ctx.Err()
	}
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
	case t.isHead(row):
		return t.next(ctx)
	}
	return true, nil
}

func (t *table) isHead(row []string) bool {
	for i, h := range row {
		if !strings.EqualFold(strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")), t.head[i]) {
			return false
		}
	}
	return true
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

// cell is a cell without the blanks around it; "" where the file lacks the column. It holds until the next row.
func (t *table) cell(column string) string {
	i, ok := t.at[column]
	if !ok {
		return ""
	}
	return strings.TrimSpace(t.row[i])
}

// number reads digits with a point; false for an empty cell. An apostrophe before it is a spreadsheet's.
func (t *table) number(column string) (number, bool, error) {
	cell := strings.TrimPrefix(t.cell(column), "'")
	if cell == "" {
		return number{}, false, nil
	}
	n, ok := readNumber(cell)
	if !ok {
		return n, false, t.bad(column, "is no number with a point, such as 12.50")
	}
	if n.high() {
		return n, false, t.bad(column, "is more than any bill comes to")
	}
	return n, true, nil
}

// needed is a number that must be there.
func (t *table) needed(column string) (number, error) {
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
	at, err := time.Parse(dayForm, strings.TrimPrefix(t.cell(column), "'"))
	if err != nil {
		return 0, t.bad(column, "is no day such as 2026-02-28")
	}
	return dayOf(at), nil
}

func (t *table) currency(words *pool) (word, error) {
	c, ok := money.ParseCurrency(t.cell("currency"))
	if !ok {
		return 0, t.bad("currency", "is no currency of three letters")
	}
	return words.keep(c), nil
}

// period reads how long a price is for; a word that nobody knows is an error, for a wrong guess would be money.
func (t *table) period(column string) (money.Period, error) {
	word := t.cell(column)
	if word == "" || strings.EqualFold(word, "none") {
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

// kept is what one file comes to.
type kept[L any] struct {
	lines []L
	twice bool // the whole file stands in it twice; each line counts once
}

// readCharges reads a neutral supplier bill.
func readCharges(ctx context.Context, t *table, words *pool) (out kept[keptCharge], err error) {
	for {
		more, err := t.next(ctx)
		if err != nil {
			return out, err
		}
		if !more {
			break
		}
		c, err := t.charge(words)
		if err != nil {
			return out, err
		}
		out.lines = append(roomFor(out.lines, t), c)
	}
	if len(out.lines) == 0 {
		return out, fmt.Errorf("%s has no lines: nothing was charged that could be compared", t.name)
	}
	out.twice = givenTwice(out.lines, func(c *keptCharge) (uint64, *bool) { return c.content, &c.double })
	out.lines = slices.DeleteFunc(out.lines, func(c keptCharge) bool { return c.double })
	return out, nil
}

// givenTwice tells a file that was pasted together from the same one, twice or more: every line stands in it as
// often, under its own number. It marks all of them but the first. One line that stands there again is a charge.
func givenTwice[L any](lines []L, of func(*L) (content uint64, double *bool)) bool {
	all := make([]uint64, len(lines))
	for i := range lines {
		all[i], _ = of(&lines[i])
	}
	slices.Sort(all)
	each := runOf(all)
	if each < 2 || len(all) == each || len(all)%each != 0 {
		return false
	}
	for i := 0; i < len(all); i += each {
		if runOf(all[i:]) != each {
			return false
		}
	}
	seen := make(map[uint64]bool, len(all)/each)
	for i := range lines {
		content, double := of(&lines[i])
		*double = seen[content]
		seen[content] = true
	}
	return true
}

// runOf is how often the first of sorted numbers stands at their beginning.
func runOf(sorted []uint64) int {
	n := 0
	for n < len(sorted) && sorted[n] == sorted[0] {
		n++
	}
	return n
}

func (t *table) charge(words *pool) (c keptCharge, err error) {
	if t.cell("line") == "" {
		return c, t.bad("line", "is needed: each difference names its line")
	}
	c.line, c.content = words.add(t.cell("line")), words.hashRow(t.row)
	c.ids = [2]word{words.keep(t.cell("subscription_external_id")),
		words.keep(t.cell("vendor_subscription_id"))}
	c.customer, c.part = words.keep(t.cell("customer")), words.keep(t.cell("part_number"))
	c.product = words.keep(t.cell("product"))
	if ref := t.cell("reference"); ref != "" {
		c.event = words.hash(ref)
	}
	plain := plainWord(t.cell("charge"))
	c.word, c.credit = words.keep(plain), isCredit(plain)
	if c.span, err = t.span(); err != nil {
		return c, err
	}
	if c.currency, err = t.currency(words); err != nil {
		return c, err
	}
	if err = t.money(&c, words); err != nil {
		return c, err
	}
	return c, t.frequency(&c, plain)
}

// frequency reads what the unit price is for. What was used has none that says anything.
func (t *table) frequency(c *keptCharge, plain string) error {
	period, err := t.period("billing_frequency")
	if c.usage = tellsUsage(plain, t.cell("product"), period, c.seats); c.usage {
		return nil
	}
	c.period = periodNumber(period)
	c.trial = strings.Contains(plain, "trial") || strings.Contains(strings.ToLower(t.cell("term")), "trial")
	return err
}

// money reads seats, unit price, rate and amount.
func (t *table) money(c *keptCharge, words *pool) (err error) {
	if c.seats, err = t.needed("quantity"); err != nil {
		return err
	}
	if c.amount, err = t.needed("amount"); err != nil {
		return err
	}
	if c.amount.sign()*c.seats.sign() < 0 { // the amount decides
		c.seats.digits = -c.seats.digits
	}
	unit, priced, err := t.number("unit_price")
	if err != nil {
		return err
	}
	if c.unit, c.unpriced = unit, !priced; unit.sign() < 0 {
		c.unit.digits = -unit.digits // a refund has its sign in the amount
	}
	rate, converted, err := t.number("exchange_rate")
	if err != nil {
		return err
	}
	if converted && rate.sign() <= 0 {
		return t.bad("exchange_rate", "is no rate above zero")
	}
	if converted && rate != (number{digits: 1}) {
		c.rate = words.keep(strings.TrimPrefix(t.cell("exchange_rate"), "'"))
	}
	return nil
}

// readBilled reads lines of our invoices.
func readBilled(ctx context.Context, t *table, words *pool) (out kept[keptBilled], err error) {
	for {
		more, err := t.next(ctx)
		if err != nil {
			return out, err
		}
		if !more {
			break
		}
		b, err := t.billed(words)
		if err != nil {
			return out, err
		}
		out.lines = append(roomFor(out.lines, t), b)
	}
	if len(out.lines) == 0 {
		return out, fmt.Errorf("%s has no lines: nothing was billed that the bill could be compared with", t.name)
	}
	out.twice = givenTwice(out.lines, func(b *keptBilled) (uint64, *bool) { return b.content, &b.double })
	out.lines = slices.DeleteFunc(out.lines, func(b keptBilled) bool { return b.double })
	return out, nil
}

func (t *table) billed(words *pool) (b keptBilled, err error) {
	b.line = words.add(cmp.Or(t.cell("line_id"), t.cell("id")))
	b.content = words.hashRow(t.row)
	b.id = words.keep(cmp.Or(t.cell("external_id"), t.cell("subscription_id")))
	b.customer = words.keep(cmp.Or(t.cell("customer"), t.cell("crm_account")))
	b.part = words.keep(t.cell("part_number"))
	if b.span, err = t.span(); err != nil {
		return b, err
	}
	period, err := t.period("price_period")
	if err != nil {
		return b, err
	}
	b.period = periodNumber(period)
	if b.currency, err = t.currency(words); err != nil {
		return b, err
	}
	if b.seats, err = t.needed("seats"); err != nil {
		return b, err
	}
	if b.amount, err = t.needed("amount"); err != nil {
		return b, err
	}
	if b.amount.sign()*b.seats.sign() < 0 { // the amount decides: a credit
		b.seats.digits = -b.seats.digits
	}
	b.unit, b.priced, err = t.number("unit_price")
	return b, err
}
