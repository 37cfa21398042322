package company

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
)

// Numbering is how invoices and credit notes are numbered, in one series.
type Numbering struct {
	Format  string // text with {number}, {number:5}, {year} or {yy}
	Yearly  bool   // begins anew with each year
	Next    int64
	Version int
}

// Number is one that was given.
type Number struct {
	Count  int64
	Text   string
	Series string // the format with its year and without the number
}

var (
	counter = regexp.MustCompile(`\{number(?::(\d))?\}`)
	braces  = regexp.MustCompile(`[{}]`)
)

const maxFormat = 30

// or takes what a form left out as it stands: a next number that nobody touched moves
// on when an invoice was billed meanwhile.
func (n Numbering) or(stands Numbering, shown int64) Numbering {
	if n.Format == "" {
		n.Format = stands.Format
	}
	if n.Next == 0 || n.Next == shown {
		n.Next = stands.Next
	}
	return n
}

// numberingAt reads the numbering, and which number comes next on a day.
func numberingAt(db *gorm.DB, today clock.Date, lock string) (Numbering, error) {
	var n Numbering
	var year int
	err := db.Raw(`SELECT format, yearly, last + 1, year, version FROM invoice_numbers `+lock).Row().Scan(&n.Format,
		&n.Yearly, &n.Next, &year, &n.Version)
	if err != nil {
		return n, fmt.Errorf("invoice numbers: %w", err)
	}
	if n.Yearly && year != 0 && year != today.Year() {
		n.Next = 1
	}
	return n, nil
}

// Write is the number of a count on a day.
func (n Numbering) Write(count int64, today clock.Date) Number {
	dated := strings.NewReplacer("{year}", fmt.Sprintf("%04d", today.Year()), "{yy}",
		fmt.Sprintf("%02d", today.Year()%100)).Replace(n.Format)
	text := counter.ReplaceAllStringFunc(dated, func(s string) string {
		width, _ := strconv.Atoi(counter.FindStringSubmatch(s)[1])
		return fmt.Sprintf("%0*d", width, count)
	})
	return Number{Count: count, Text: text, Series: counter.ReplaceAllString(dated, "#")}
}

// NextNumber gives the next number. The counter stays locked until the transaction
// ends, and a rollback takes the number back: there are no gaps.
func NextNumber(ctx context.Context, tx *gorm.DB, today clock.Date) (Number, error) {
	n, err := numberingAt(tx.WithContext(ctx), today, "FOR UPDATE")
	if err != nil {
		return Number{}, err
	}
	given := n.Write(n.Next, today)
	taken, err := n.taken(tx, given)
	if err != nil {
		return given, err
	}
	if taken {
		return given, errs.Newf(errs.Conflict,
			"The next number would be %s, which another invoice has. Nothing was billed; "+
				"an administrator gives the numbers another format under Settings, Company.", given.Text)
	}
	if err := tx.Exec(`UPDATE invoice_numbers SET last = ?, year = ?`, n.Next, today.Year()).Error; err != nil {
		return given, fmt.Errorf("next invoice number: %w", err)
	}
	return given, nil
}

func (n Numbering) taken(tx *gorm.DB, given Number) (bool, error) {
	var taken bool
	err := tx.Raw(`SELECT EXISTS (SELECT FROM invoices WHERE number_text = ? AND number_text <> ''
		AND document_of IS NULL)`, given.Text).Row().Scan(&taken)
	return taken, err
}

// check refuses a format that cannot be, and a next number that would leave a gap
// or give a number twice.
func (n Numbering) check(tx *gorm.DB, today clock.Date, problems errs.Fields) error {
	switch rest := counter.ReplaceAllString(strings.NewReplacer("{year}", "", "{yy}", "").Replace(n.Format), ""); {
	case len(counter.FindAllString(n.Format, -1)) != 1:
		problems.Add("number_format", "Write {number} once, where the number goes; "+
			"{number:5} fills it up to five digits.")
	case braces.MatchString(rest):
		problems.Add("number_format", "Only {number}, {year} and {yy} may stand in braces.")
	case len(n.Format) > maxFormat || !printable(n.Format):
		problems.Add("number_format", "Use at most %d letters, digits, spaces and signs, without accents.", maxFormat)
	case n.Yearly && !strings.Contains(n.Format, "{y"):
		problems.Add("number_format", "Numbers that begin anew each year need {year} or {yy}, or two invoices would "+
			"have one number.")
	}
	if n.Next < 1 || n.Next > 999_999_999 {
		problems.Add("next_number", "Enter a whole number from 1.")
	}
	if len(problems) > 0 {
		return nil
	}
	given := n.Write(n.Next, today)
	var last *int64
	if err := tx.Raw(`SELECT max(number) FROM invoices WHERE number_series = ?`,
		given.Series).Row().Scan(&last); err != nil {
		return fmt.Errorf("last number of %s: %w", given.Series, err)
	}
	taken, err := n.taken(tx, given)
	switch {
	case err != nil:
		return err
	case last != nil && n.Next != *last+1:
		problems.Add("next_number", "Numbers like %s have reached %d, so the next is %d: "+
			"none is left out and none given twice. Another prefix begins a series of its own.", given.Text,
			*last, *last+1)
	case taken:
		problems.Add("number_format", "The next number would be %s, which an invoice has already.", given.Text)
	}
	return nil
}

func printable(s string) bool {
	for _, r := range s {
		if r < 0x20 || r > 0x7e {
			return false
		}
	}
	return true
}

func (s Service) saveNumbering(ctx context.Context, tx *gorm.DB, by audit.Actor, today clock.Date, before,
	after Numbering) error {
	if after.Version = before.Version; after == before {
		return nil
	}
	err := tx.Exec(`UPDATE invoice_numbers SET format = ?, yearly = ?, last = ?, year = ?, version = version + 1`,
		after.Format, after.Yearly, after.Next-1, today.Year()).Error
	if err != nil {
		return fmt.Errorf("save numbering: %w", err)
	}
	return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "settings.changed", ObjectType: "settings",
		ObjectID: "numbering", ObjectName: "Invoice numbers",
		Before: before.trail(), After: after.trail()})
}

func (n Numbering) trail() map[string]any {
	return map[string]any{"format": n.Format, "yearly": n.Yearly, "next": n.Next}
}
