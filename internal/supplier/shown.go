package supplier

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/imports"
	"seatledger/internal/money"
	"seatledger/internal/words"
)

var errEnough = errors.New("enough lines are shown")

// shown is the plan as the preview has it: the first lines of each outcome, all of them counted.
func (p *plan) shown(k kind, tx *gorm.DB, t imports.Table) (imports.Plan, error) {
	out := imports.Plan{Count: &imports.Summary{Refused: p.refused}, Rows: p.refusedRows}
	if p.replaced != nil {
		var err error
		if p.changes, err = compareWith(tx, *p.replaced); err != nil {
			return out, err
		}
	}
	kept := map[imports.Outcome]int{}
	err := t.Each(func(from imports.Line, bad *imports.Row) error {
		if p.changes == nil && kept[p.usual()] >= shownOfEach {
			return errEnough
		}
		if bad != nil {
			return nil
		}
		l, _, why := p.said.read(from)
		if why != "" {
			return nil
		}
		row := p.row(l)
		if p.changes != nil {
			count(out.Count, row.Outcome)
		}
		if kept[row.Outcome]++; kept[row.Outcome] <= shownOfEach {
			out.Rows = append(out.Rows, row)
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return out, err
	}
	switch {
	case p.twin != nil:
		out.Count.Unchanged = p.bill.Lines
	case p.changes == nil:
		out.Count.New = p.bill.Lines
	}
	if out.Notes, err = p.notes(tx, k.Zone); err != nil {
		return out, err
	}
	out.Count.Mark = p.token(out)
	switch {
	case p.twin != nil || p.bill.Lines == 0: // nothing comes in
	case p.replaced != nil:
		out.Apply = "Keep this bill in place of " + p.replaced.Called()
	default:
		out.Apply = "Keep this bill of " + words.Counted(p.bill.Lines, "line")
	}
	out.Write = func(tx *gorm.DB) error { return p.write(tx, k, t) }
	return out, nil
}

// usual is the outcome of all lines where nothing is replaced.
func (p *plan) usual() imports.Outcome {
	if p.twin != nil {
		return imports.Unchanged
	}
	return imports.New
}

func (p *plan) row(l Line) imports.Row {
	if p.changes != nil {
		return p.changes.row(l)
	}
	row := imports.Row{Line: l.Place, Label: labelOf(l), Outcome: p.usual()}
	if p.twin == nil {
		row.Changes = newValues(l)
	}
	return row
}

func count(s *imports.Summary, o imports.Outcome) {
	switch o {
	case imports.New:
		s.New++
	case imports.Changed:
		s.Changed++
	case imports.Unchanged:
		s.Unchanged++
	}
}

// token changes with all that a person sees of the bill.
func (p *plan) token(out imports.Plan) string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s %s %v %d %v", p.bill.Digest, p.bill.Month, p.bill.ProviderID, p.refused, out.Notes)
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// notes say what a person should know of the bill before it is kept.
func (p *plan) notes(tx *gorm.DB, zone *time.Location) ([]string, error) {
	if p.twin != nil {
		return []string{fmt.Sprintf("This bill is here already: %s, which %s brought in on %s. Applying it changes nothing.",
			p.twin.Called(), p.twin.Actor, clock.DateOf(p.twin.At, zone))}, nil
	}
	var out []string
	called := "a bill without a number"
	if p.bill.Number != "" {
		called = "bill " + p.bill.Number
	}
	out = append(out, fmt.Sprintf("%s for %s, %s.", words.Capital(called), p.bill.Month.String()[:7], p.closed()))
	for _, s := range p.sums() {
		out = append(out, s.says())
	}
	if c, ok := Checked(p.bill.DocumentTotal, p.bill.DocumentCurrency, p.sums()); ok {
		out = append(out, c.Says())
	}
	if p.offs > 0 {
		out = append(out, fmt.Sprintf("%s whose own total is not its amount with tax. The amount and the tax are kept as "+
			"they stand.", words.Counted(p.offs, "line")))
	}
	if len(p.numbers) > 1 {
		out = append(out, fmt.Sprintf("The file holds %d numbers of bills; it is kept as one bill.", len(p.numbers)))
	}
	if p.replaced == nil {
		return out, nil
	}
	before, err := Sums(tx.Statement.Context, tx, p.replaced.ID)
	if err != nil {
		return nil, err
	}
	out = append(out, fmt.Sprintf("It replaces %s, for %s, which is set aside when you apply it. If it is a further bill, "+
		"say so above.", p.replaced.Called(), p.replacedWhy))
	return append(out, p.changes.notes(*p.replaced, before, p.sums())...), nil
}

func (p *plan) closed() string {
	if p.bill.Preliminary {
		return "preliminary: lines may still come"
	}
	return "closed"
}

func (s Sum) says() string {
	parts := []string{fmt.Sprintf("%s in %s come to %s without tax", words.Counted(s.Lines, "line"), s.Currency,
		money.Grouped(s.Amount, s.Currency))}
	if !s.Tax.IsZero() {
		parts = append(parts, fmt.Sprintf("%s with %s tax", money.Grouped(s.Total(), s.Currency),
			money.Grouped(s.Tax, s.Currency)))
	}
	if !s.Usage.IsZero() {
		parts = append(parts, money.Grouped(s.Usage, s.Currency)+" of it usage")
	}
	if !s.Once.IsZero() {
		parts = append(parts, money.Grouped(s.Once, s.Currency)+" of it charged once")
	}
	return strings.Join(parts, "; ") + "."
}
