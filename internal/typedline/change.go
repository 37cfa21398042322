package typedline

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/tax"
)

// Service adds lines, ends them and sets them aside, each in one transaction.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
	Zone  *time.Location
}

// Form is a line as typed.
type Form struct {
	Text       string
	Quantity   string // empty: 1
	UnitAmount string
	TaxCode    string
	Every      string
	From       string // of once: its day
	Until      string
	// Press is of the page that the form stood on: sent twice it is one line. Nil: every time another.
	Press uuid.UUID
}

const (
	maxText    = 200
	places     = 6
	yearsAhead = 5
)

// read takes what needs no look into the database.
func (f Form) read(problems errs.Fields) Line {
	l := Line{ID: uuid.Must(uuid.NewV7()), Text: strings.Join(strings.Fields(f.Text), " "),
		TaxCode: strings.TrimSpace(f.TaxCode), Every: Every(f.Every)}
	if f.Press != uuid.Nil {
		l.ID = f.Press
	}
	if n := utf8.RuneCountInString(l.Text); n == 0 || n > maxText {
		problems.Add("text", "Enter what the customer reads, 1 to %d characters.", maxText)
	}
	l.Quantity = decimal.NewFromInt(1)
	if strings.TrimSpace(f.Quantity) != "" {
		l.Quantity = number(problems, "quantity", f.Quantity, "Enter a quantity over 0 with a point, like 3 or 2.5.")
	}
	if problems["quantity"] == "" && !l.Quantity.IsPositive() {
		problems.Add("quantity", "Enter a quantity over 0. To give money back, make the amount negative.")
	}
	l.UnitAmount = number(problems, "unit_amount", f.UnitAmount,
		"Enter an amount with a point, like 49.90, or -10 to give money back.")
	if problems["quantity"] == "" && problems["unit_amount"] == "" &&
		l.Quantity.Mul(l.UnitAmount).Abs().GreaterThanOrEqual(money.HighestAmount) {
		problems.Add("unit_amount", "Quantity times amount is over the limit of %s for one line.",
			money.HighestAmount)
	}
	if l.Every != Once && l.Every != Cycle {
		problems.Add("every", "Choose once or every cycle.")
	}
	l.FromOn, l.UntilOn = day(problems, "from", f.From), day(problems, "until", f.Until)
	if l.FromOn.IsZero() && problems["from"] == "" {
		problems.Add("from", "Enter a day as 2026-03-31.")
	}
	switch {
	case l.UntilOn.IsZero() || l.FromOn.IsZero():
	case l.Every == Once:
		problems.Add("until", "A line that is billed once has one day and no end. Leave this empty.")
	case !l.UntilOn.After(l.FromOn):
		problems.Add("until", "It would end before it begins. The end is the first day that is no longer its own.")
	}
	return l
}

// number reads a decimal of bounded length; an exponent would make a short text a huge one.
func number(problems errs.Fields, field, s, says string) decimal.Decimal {
	s = strings.TrimSpace(s)
	if len(s) > 30 || strings.ContainsAny(s, "eE") {
		problems.Add(field, "%s", says)
		return decimal.Decimal{}
	}
	d, err := decimal.NewFromString(s)
	switch {
	case err != nil:
		problems.Add(field, "%s", says)
	case !d.Equal(d.Truncate(places)):
		problems.Add(field, "Enter at most %d digits behind the point.", places)
	case d.Abs().GreaterThanOrEqual(money.HighestAmount):
		problems.Add(field, "This is over the limit of %s for one line.", money.HighestAmount)
	}
	return d
}

func day(problems errs.Fields, field, s string) clock.Date {
	d, err := clock.ParseDate(strings.TrimSpace(s))
	if err != nil {
		problems.Add(field, "Enter a day as 2026-03-31.")
	}
	return d
}

// fits refuses what does not belong to the contract.
func (s Service) fits(ctx context.Context, tx *gorm.DB, k contract.Contract, l *Line, problems errs.Fields) error {
	first := clock.Later(k.StartDate, k.BillFrom)
	switch {
	case l.FromOn.IsZero():
	case l.FromOn.Before(first):
		problems.Add("from", "This contract is billed from %s on; days before are nobody's here. Choose a later day.",
			first)
	case !k.EndDate.IsZero() && !l.FromOn.Before(k.EndDate):
		problems.Add("from", "The contract ends on %s; that day is no longer its own. Choose an earlier day.",
			k.EndDate)
	case l.FromOn.After(clock.Today(s.Clock, s.Zone).AddMonths(12 * yearsAhead)):
		problems.Add("from", "This is more than %d years ahead.", yearsAhead)
	}
	if l.TaxCode == "" {
		return nil
	}
	b, err := tax.Load(ctx, tx)
	if err != nil {
		return err
	}
	for _, r := range b.Codes() {
		if strings.EqualFold(r.Code, l.TaxCode) {
			l.TaxCode = r.Code
			return nil
		}
	}
	problems.Add("tax_code", "Choose a code that has a rate under Settings, Tax, or none: the contract's then holds.")
	return nil
}

// locked reads a contract and keeps it from runs until commit.
func locked(ctx context.Context, tx *gorm.DB, id uuid.UUID) (contract.Contract, error) {
	if err := tx.WithContext(ctx).Exec(`SELECT FROM billing_contracts WHERE id = ? FOR NO KEY UPDATE`,
		id).Error; err != nil {
		return contract.Contract{}, fmt.Errorf("lock contract %s: %w", id, err)
	}
	return contract.Get(ctx, tx, id)
}

// Add types a line on a contract; errs.Invalid by field.
func (s Service) Add(ctx context.Context, by audit.Actor, contractID uuid.UUID, f Form) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		_, err := s.AddIn(ctx, tx, by, contractID, f)
		return err
	})
}

// AddIn is Add in a transaction of the caller's; it gives the line's id.
func (s Service) AddIn(ctx context.Context, tx *gorm.DB, by audit.Actor, contractID uuid.UUID, f Form) (uuid.UUID,
	error) {
	k, err := locked(ctx, tx, contractID)
	if err != nil {
		return uuid.Nil, err
	}
	return s.add(ctx, tx, by, k, f, decimal.NullDecimal{})
}

func (s Service) add(ctx context.Context, tx *gorm.DB, by audit.Actor, k contract.Contract, f Form,
	cost decimal.NullDecimal) (uuid.UUID, error) {
	problems := errs.Fields{}
	l := f.read(problems)
	if err := s.fits(ctx, tx, k, &l, problems); err != nil {
		return uuid.Nil, err
	}
	if err := problems.Err(); err != nil {
		return uuid.Nil, err
	}
	l.Currency, l.Cost = k.Currency, cost
	added := tx.WithContext(ctx).Exec(`INSERT INTO typed_lines (id, contract_id, text, quantity, unit_amount, currency,
		tax_code,
		every, from_on, until_on, cost, created_at, created_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`, l.ID, k.ID, l.Text, l.Quantity,
		l.UnitAmount, k.Currency,
		l.TaxCode, l.Every, l.FromOn, l.UntilOn,
		l.Cost, s.Clock.Now(), by.Name)
	if added.Error != nil {
		return uuid.Nil, fmt.Errorf("add typed line: %w", postgres.Translate(added.Error))
	}
	if added.RowsAffected == 0 {
		return l.ID, sentTwice(ctx, tx, k.ID, l)
	}
	return l.ID, s.record(ctx, tx, by, "typed_line.added", k, nil, l.facts())
}

// sentTwice looks whether a form that was used already asks for the same line again, which then stands; a page that
// somebody went back to and changed is to be opened anew.
func sentTwice(ctx context.Context, tx *gorm.DB, contractID uuid.UUID, l Line) error {
	var same bool
	err := tx.WithContext(ctx).Raw(`SELECT EXISTS (SELECT FROM typed_lines WHERE id = ? AND contract_id = ? AND text = ?
		AND quantity = ? AND unit_amount = ? AND tax_code = ? AND every = ? AND from_on = ?
		AND until_on IS NOT DISTINCT FROM ?)`, l.ID, contractID, l.Text, l.Quantity, l.UnitAmount, l.TaxCode, l.Every,
		l.FromOn, l.UntilOn).Row().Scan(&same)
	if err != nil {
		return fmt.Errorf("typed line of a form: %w", err)
	}
	if !same {
		return errs.New(errs.Conflict, "A line was added by this page already. Open \"Add a line\" anew to add "+
			"another; nothing was added now.")
	}
	return nil
}

// End gives a line of every cycle its end, or takes it away (empty). Refused while a
// cycle that begins on that day or later stands on an invoice.
func (s Service) End(ctx context.Context, by audit.Actor, contractID, id uuid.UUID, version int, until string) error {
	return s.change(ctx, contractID, id, version, func(tx *gorm.DB, k contract.Contract, l Line) error {
		problems := errs.Fields{}
		end := day(problems, "until", until)
		switch {
		case l.Every == Once:
			return errs.New(errs.Conflict, "A line that is billed once has no end. Nothing was changed.")
		case len(problems) == 0 && !end.IsZero() && !end.After(l.FromOn):
			problems.Add("until", "It would end before it begins on %s. Set it aside instead, if nothing of it is "+
				"billed.", l.FromOn)
		case len(problems) == 0 && !end.IsZero():
			has, err := standing(ctx, tx, id, end)
			if err != nil {
				return err
			}
			if has != "" {
				problems.Add("until", "From that day on it stands on %s. Void that, or credit its line to be billed "+
					"again, and end it then; or choose a later day.", has)
			}
		}
		if err := problems.Err(); err != nil {
			return err
		}
		if err := tx.Exec(`UPDATE typed_lines SET until_on = ?, version = version + 1 WHERE id = ?`, end,
			id).Error; err != nil {
			return fmt.Errorf("end typed line %s: %w", id, err)
		}
		now := l
		now.UntilOn = end
		return s.record(ctx, tx, by, "typed_line.ended", k, l.facts(), now.facts())
	})
}

// SetAside takes a line out of all runs. Refused while something of it stands on an invoice.
func (s Service) SetAside(ctx context.Context, by audit.Actor, contractID, id uuid.UUID, version int) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error { return s.SetAsideIn(ctx, tx, by, contractID, id, version) })
}

// SetAsideIn is SetAside in a transaction of the caller's.
func (s Service) SetAsideIn(ctx context.Context, tx *gorm.DB, by audit.Actor, contractID, id uuid.UUID,
	version int) error {
	return s.changeIn(ctx, tx, contractID, id, version, func(tx *gorm.DB, k contract.Contract, l Line) error {
		has, err := standing(ctx, tx, id, clock.Date{})
		if err != nil {
			return err
		}
		if has != "" {
			return errs.Newf(errs.Conflict,
				"It stands on %s, so it stays. Void that, or credit its line to be billed again, and set it aside "+
					"then; or give it an end. Nothing was changed.", has)
		}
		err = tx.Exec(`UPDATE typed_lines SET set_aside_at = ?, set_aside_by = ?, version = version + 1 WHERE id = ?`,
			s.Clock.Now(), by.Name, id).Error
		if err != nil {
			return fmt.Errorf("set typed line %s aside: %w", id, err)
		}
		return s.record(ctx, tx, by, "typed_line.set_aside", k, l.facts(), nil)
	})
}

// change locks the contract and hands over a line that may still be changed. version 0: not asked.
func (s Service) change(ctx context.Context, contractID, id uuid.UUID, version int,
	do func(*gorm.DB, contract.Contract, Line) error) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error { return s.changeIn(ctx, tx, contractID, id, version, do) })
}

func (s Service) changeIn(ctx context.Context, tx *gorm.DB, contractID, id uuid.UUID, version int,
	do func(*gorm.DB, contract.Contract, Line) error) error {
	k, err := locked(ctx, tx, contractID)
	if err != nil {
		return err
	}
	l, err := Get(ctx, tx, contractID, id)
	switch {
	case err != nil:
		return err
	case l.SetAsideAt != nil:
		return errs.New(errs.Conflict, "This line was set aside. Nothing was changed.")
	case version != 0 && version != l.Version:
		return errs.New(errs.Conflict,
			"Somebody changed this line while you were at it. Nothing was changed; look at it again.")
	}
	return do(tx, k, l)
}

// standing names an invoice on which a line stands from a day on; empty: none.
func standing(ctx context.Context, tx *gorm.DB, id uuid.UUID, from clock.Date) (string, error) {
	var found []struct {
		NumberText string
		PeriodEnd  clock.Date
	}
	q := tx.WithContext(ctx).Table("invoice_lines l").Joins("JOIN invoices i ON i.id = l.invoice_id").
		Select("i.number_text, i.period_end").
		Where("l.typed_line_id = ? AND l.standing AND l.kind = 'typed'", id)
	if !from.IsZero() {
		q = q.Where("l.from_date >= ?", from)
	}
	if err := q.Order("i.seq").Limit(1).Scan(&found).Error; err != nil {
		return "", fmt.Errorf("invoices of typed line %s: %w", id, err)
	}
	switch {
	case len(found) == 0:
		return "", nil
	case found[0].NumberText == "":
		return "a draft up to " + found[0].PeriodEnd.String(), nil
	}
	return "invoice " + found[0].NumberText, nil
}

func (s Service) record(ctx context.Context, tx *gorm.DB, by audit.Actor, action string, k contract.Contract, before,
	after any) error {
	return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: action, ObjectType: "contract",
		ObjectID: k.ID.String(), ObjectName: k.Name, Before: before, After: after})
}

func (l Line) facts() map[string]string {
	return map[string]string{"line": l.ID.String(), "text": l.Text, "quantity": l.Quantity.String(),
		"unit_amount": l.UnitAmount.String(), "currency": l.Currency, "tax_code": l.TaxCode,
		"every": string(l.Every), "from": l.FromOn.String(), "until": l.UntilOn.String()}
}
