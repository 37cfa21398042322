// Package tax keeps what an administrator says of taxes: who adds them, the codes
// with their percentages by day, and the products that are taxed otherwise. It
// reckons nothing; a document does, when it is issued.
package tax

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/settings"
)

// AddedBy is who adds the tax.
type AddedBy string

// The ways.
const (
	Here       AddedBy = "here"       // documents show it
	Accounting AddedBy = "accounting" // a document is a statement of charges, never an invoice
)

// Rate is a code from a day on.
type Rate struct {
	ID       uuid.UUID
	Code     string
	Name     string
	Percent  decimal.Decimal
	FirstDay clock.Date
}

// Product is one that is taxed otherwise than its contract says.
type Product struct {
	ID           uuid.UUID
	PartNumber   string
	ContractCode string // empty: under every contract
	Code         string
}

// Book is all that was said of taxes.
type Book struct {
	AddedBy  AddedBy
	Rates    []Rate    // by code, then by day
	Products []Product // by part number
	Saved    settings.Saved
}

type choice struct {
	AddedBy AddedBy `json:"added_by"`
}

const row = "tax"

// Load reads the book.
func Load(ctx context.Context, db *gorm.DB) (Book, error) {
	c := choice{AddedBy: Here}
	saved, err := settings.Read(ctx, db, row, &c)
	if err != nil {
		return Book{}, err
	}
	b := Book{AddedBy: c.AddedBy, Saved: saved}
	db = db.WithContext(ctx)
	if err := db.Raw(`SELECT id, code, name, percent, first_day FROM tax_rates ORDER BY lower(code), first_day`).
		Scan(&b.Rates).Error; err != nil {
		return b, fmt.Errorf("tax rates: %w", err)
	}
	if err := db.Raw(`SELECT id, part_number, contract_code, code FROM tax_products
		ORDER BY lower(part_number), lower(contract_code)`).Scan(&b.Products).Error; err != nil {
		return b, fmt.Errorf("taxed products: %w", err)
	}
	return b, nil
}

// CodeFor is the code of a product under a contract of some code: what was said for
// both, else for the product, else the contract's.
func (b Book) CodeFor(contractCode, partNumber string) string {
	found := contractCode
	for _, p := range b.Products {
		if !strings.EqualFold(p.PartNumber, partNumber) {
			continue
		}
		if strings.EqualFold(p.ContractCode, contractCode) {
			return p.Code
		}
		if p.ContractCode == "" {
			found = p.Code
		}
	}
	return found
}

// On is the rate of a code on a day; false when the code has none then.
func (b Book) On(code string, day clock.Date) (Rate, bool) {
	var found Rate
	ok := false
	for _, r := range b.Rates {
		if strings.EqualFold(r.Code, code) && !r.FirstDay.After(day) {
			found, ok = r, true
		}
	}
	return found, ok
}

// Knows tells whether a code has any rate.
func (b Book) Knows(code string) bool {
	_, ok := b.On(code, clock.NewDate(9999, time.December, 31))
	return ok
}

// Codes are the codes, each once, with the name it bears last.
func (b Book) Codes() []Rate {
	var out []Rate
	for _, r := range b.Rates {
		if n := len(out); n > 0 && strings.EqualFold(out[n-1].Code, r.Code) {
			out[n-1] = r
			continue
		}
		out = append(out, r)
	}
	return out
}

// Service writes the book, each change in one transaction.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
}

// SetAddedBy saves who adds the tax, over the version it was read at.
func (s Service) SetAddedBy(ctx context.Context, by audit.Actor, version int, a AddedBy) error {
	if a != Here && a != Accounting {
		return errs.Fields{"tax_by": "Choose who adds the tax."}.Err()
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		b, err := Load(ctx, tx)
		if err != nil || b.AddedBy == a && b.Saved.Version > 0 {
			return err
		}
		if err := settings.Write(ctx, tx, s.Clock, by, row, version, choice{a}); err != nil {
			return err
		}
		return s.told(ctx, tx, by, "settings.changed", "Tax", choice{b.AddedBy}, choice{a})
	})
}

// RateForm is a rate as typed.
type RateForm struct{ Code, Name, Percent, FirstDay string }

// AddRate gives a code a percentage from a day on; errs.Invalid by field.
func (s Service) AddRate(ctx context.Context, by audit.Actor, f RateForm) error {
	r := Rate{ID: uuid.Must(uuid.NewV7()), Code: tidy(f.Code), Name: tidy(f.Name)}
	problems := errs.Fields{}
	var err error
	percent, ok := money.ParseNumber(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(f.Percent), "%")))
	if r.Percent = percent; !ok || r.Percent.IsNegative() || r.Percent.GreaterThan(decimal.NewFromInt(100)) ||
		r.Percent.Exponent() < -4 {
		problems.Add("percent", "Enter a percentage from 0 to 100 with a point, like 20 or 5.5.")
	}
	if r.FirstDay, err = clock.ParseDate(strings.TrimSpace(f.FirstDay)); err != nil || r.FirstDay.IsZero() {
		problems.Add("first_day", "Write the first day as YYYY-MM-DD.")
	}
	need(problems, "code", r.Code, 20)
	need(problems, "name", r.Name, 60)
	if err := problems.Err(); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		err := tx.Exec(`INSERT INTO tax_rates (id, code, name, percent, first_day, created_at)
			VALUES (?, ?, ?, ?, ?, ?)`,
			r.ID, r.Code, r.Name, r.Percent, r.FirstDay, s.Clock.Now()).Error
		if err != nil {
			return postgres.Translate(err)
		}
		return s.told(ctx, tx, by, "tax_rate.added", r.Code, nil, r.trail())
	})
}

// ProductForm is an exception as typed.
type ProductForm struct{ PartNumber, ContractCode, Code string }

// AddProduct has a product taxed otherwise; errs.Invalid by field.
func (s Service) AddProduct(ctx context.Context, by audit.Actor, f ProductForm) error {
	p := Product{ID: uuid.Must(uuid.NewV7()), PartNumber: tidy(f.PartNumber), ContractCode: tidy(f.ContractCode),
		Code: tidy(f.Code)}
	problems := errs.Fields{}
	need(problems, "part_number", p.PartNumber, 100)
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		b, err := Load(ctx, tx)
		if err != nil {
			return err
		}
		if !b.Knows(p.Code) {
			problems.Add("code", "Choose a code that has a rate.")
		}
		if p.ContractCode != "" && !b.Knows(p.ContractCode) {
			problems.Add("contract_code", "Choose a code that has a rate, or none.")
		}
		if err := problems.Err(); err != nil {
			return err
		}
		err = tx.Exec(`INSERT INTO tax_products (id, part_number, contract_code, code, created_at)
			VALUES (?, ?, ?, ?, ?)`,
			p.ID, p.PartNumber, p.ContractCode, p.Code, s.Clock.Now()).Error
		if err != nil {
			return postgres.Translate(err)
		}
		return s.told(ctx, tx, by, "tax_product.added", p.PartNumber, nil,
			map[string]string{"contract_code": p.ContractCode, "code": p.Code})
	})
}

// Remove takes a rate or an exception back. Documents that are out keep theirs.
func (s Service) Remove(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		b, err := Load(ctx, tx)
		if err != nil {
			return err
		}
		for _, r := range b.Rates {
			if r.ID == id {
				return s.remove(ctx, tx, by, `DELETE FROM tax_rates WHERE id = ?`, id, "tax_rate.removed", r.Code,
					r.trail())
			}
		}
		for _, p := range b.Products {
			if p.ID == id {
				return s.remove(ctx, tx, by, `DELETE FROM tax_products WHERE id = ?`, id, "tax_product.removed",
					p.PartNumber, map[string]string{"contract_code": p.ContractCode, "code": p.Code})
			}
		}
		return errs.New(errs.NotFound, "Somebody has just removed it, or it never was. Nothing was changed.")
	})
}

func (s Service) remove(ctx context.Context, tx *gorm.DB, by audit.Actor, sql string, id uuid.UUID, action,
	name string,
	was any) error {
	if err := tx.Exec(sql, id).Error; err != nil {
		return fmt.Errorf("%s %s: %w", action, id, err)
	}
	return s.told(ctx, tx, by, action, name, was, nil)
}

func (s Service) told(ctx context.Context, tx *gorm.DB, by audit.Actor, action, name string, before,
	after any) error {
	return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: action, ObjectType: "settings", ObjectID: row,
		ObjectName: name, Before: before, After: after})
}

func (r Rate) trail() map[string]string {
	return map[string]string{"code": r.Code, "name": r.Name, "percent": r.Percent.String(),
		"first_day": r.FirstDay.String()}
}

func tidy(s string) string { return strings.Join(strings.Fields(s), " ") }

func need(problems errs.Fields, field, s string, most int) {
	if s == "" || len([]rune(s)) > most {
		problems.Add(field, "Enter 1 to %d characters.", most)
	}
}
