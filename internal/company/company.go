// Package company keeps who the reseller is on documents: name, address, tax ids,
// how to pay, logo, paper, and how invoices are numbered. A document copies what it
// needs when it is issued, so that a change here changes no document that is out.
package company

import (
	"context"
	"maps"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/settings"
)

// Paper is the size of a printed page.
type Paper string

// The papers.
const (
	A4     Paper = "a4"
	Letter Paper = "letter"
)

// Company is the seller as documents show it. Address, TaxIDs, Bank and PaymentText
// may have several lines.
type Company struct {
	LegalName   string `json:"legal_name"`
	Address     string `json:"address"`
	TaxIDs      string `json:"tax_ids"`
	Bank        string `json:"bank"`
	PaymentText string `json:"payment_text"`
	Footer      string `json:"footer"`
	Paper       Paper  `json:"page_size"`
	Logo        string `json:"logo"` // checksum of the stored picture; empty: none
}

const row = "company"

// Load reads the company.
func Load(ctx context.Context, db *gorm.DB) (Company, settings.Saved, error) {
	c := Company{Paper: A4}
	saved, err := settings.Read(ctx, db, row, &c)
	return c, saved, err
}

// Service writes company and numbering, each change in one transaction.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
}

// Form is what a person saves on the page of the company.
type Form struct {
	Company
	Numbering  Numbering
	Version    int    // of both, as Look gave it
	NextShown  int64  // the next number as the form showed it
	Picture    []byte // a new logo; empty: as it was
	RemoveLogo bool
}

// Page is all that the page of the company shows. Version moves with each change of any of it.
type Page struct {
	Company
	Numbering Numbering
	Version   int
	By        string // who saved the company last
}

// Look reads the page.
func Look(ctx context.Context, db *gorm.DB, today clock.Date) (Page, error) {
	return look(ctx, db, today, "")
}

func look(ctx context.Context, db *gorm.DB, today clock.Date, lock string) (Page, error) {
	n, err := numberingAt(db.WithContext(ctx), today, lock)
	if err != nil {
		return Page{}, err
	}
	c, saved, err := Load(ctx, db)
	return Page{Company: c, Numbering: n, Version: saved.Version + n.Version - 1, By: saved.UpdatedBy}, err
}

// Save stores the form: errs.Invalid with messages by field, or settings.ErrStale.
func (s Service) Save(ctx context.Context, by audit.Actor, today clock.Date, f Form) error {
	f.tidy()
	problems := f.check()
	logo, err := readLogo(f.Picture)
	if err != nil {
		problems.Add("logo", "%s", errs.Public(err))
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		problems := maps.Clone(problems)
		stands, err := look(ctx, tx, today, "FOR UPDATE")
		if err != nil {
			return err
		}
		if f.Version != stands.Version {
			return settings.ErrStale
		}
		numbers := f.Numbering.or(stands.Numbering, f.NextShown)
		if err := numbers.check(tx, today, problems); err != nil {
			return err
		}
		if err := problems.Err(); err != nil {
			return err
		}
		after := f.Company
		after.Logo = stands.Logo
		switch {
		case len(f.Picture) > 0:
			after.Logo = logo.SHA256
			if err := logo.store(tx, s.Clock.Now()); err != nil {
				return err
			}
		case f.RemoveLogo:
			after.Logo = ""
		}
		if after != stands.Company {
			if err := s.write(ctx, tx, by, stands.Company, after); err != nil {
				return err
			}
		}
		return s.saveNumbering(ctx, tx, by, today, stands.Numbering, numbers)
	})
}

func (s Service) write(ctx context.Context, tx *gorm.DB, by audit.Actor, before, after Company) error {
	_, saved, err := Load(ctx, tx)
	if err != nil {
		return err
	}
	if err := settings.Write(ctx, tx, s.Clock, by, row, saved.Version, after); err != nil {
		return err
	}
	return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "settings.changed", ObjectType: "settings",
		ObjectID: row, ObjectName: "Company", Before: before, After: after})
}

func (f *Form) tidy() {
	for _, s := range f.texts() {
		*s.value = tidyLines(*s.value)
	}
	f.Footer = strings.Join(strings.Fields(f.Footer), " ")
	f.LegalName = strings.Join(strings.Fields(f.LegalName), " ")
}

type textField struct {
	name  string
	value *string
	lines int
}

func (f *Form) texts() []textField {
	return []textField{
		{"legal_name", &f.LegalName, 1}, {"address", &f.Address, 6}, {"tax_ids", &f.TaxIDs, 4},
		{"bank", &f.Bank, 6}, {"payment_text", &f.PaymentText, 8}, {"footer", &f.Footer, 1},
	}
}

// maxLine is how many characters a line may have: more would not fit beside the customer's block.
const maxLine = 200

func (f *Form) check() errs.Fields {
	problems := errs.Fields{}
	for _, s := range f.texts() {
		lines := Lines(*s.value)
		if len(lines) > s.lines {
			problems.Add(s.name, "There is room for %d lines here.", s.lines)
		}
		for _, l := range lines {
			if utf8.RuneCountInString(l) > maxLine {
				problems.Add(s.name, "A line is longer than %d characters.", maxLine)
			}
		}
	}
	if f.Paper == "" {
		f.Paper = A4
	}
	if f.Paper != A4 && f.Paper != Letter {
		problems.Add("page_size", "Choose A4 or Letter.")
	}
	return problems
}

// tidyLines trims each line and drops empty ones and control characters.
func tidyLines(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	return strings.Join(Lines(s), "\n")
}

// Lines are the lines of a text that are not empty.
func Lines(s string) []string {
	var out []string
	for _, l := range strings.Split(s, "\n") {
		if l = strings.Join(strings.Fields(l), " "); l != "" {
			out = append(out, l)
		}
	}
	return out
}
