package company_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/company"
	"seatledger/internal/errs"
	"seatledger/internal/settings"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ada = audit.Actor{Name: "Ada Example"}

type office struct {
	*testing.T
	company.Service
	db    *pgtest.DB
	clock *clock.Fake
}

func open(t *testing.T) office {
	db, clk := pgtest.New(t), clock.NewFake(time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC))
	return office{t, company.Service{DB: db.DB, Clock: clk}, db, clk}
}

func (o office) today() clock.Date { return clock.Today(o.clock, time.UTC) }

func (o office) page() company.Page {
	o.Helper()
	p, err := company.Look(o.Context(), o.db.Read(o.Context()), o.today())
	if err != nil {
		o.Fatal(err)
	}
	return p
}

func (o office) save(change func(f *company.Form)) error {
	o.Helper()
	p := o.page()
	f := company.Form{Company: p.Company, Numbering: p.Numbering, Version: p.Version, NextShown: p.Numbering.Next}
	change(&f)
	return o.Save(o.Context(), ada, o.today(), f)
}

func (o office) must(change func(f *company.Form)) {
	o.Helper()
	if err := o.save(change); err != nil {
		o.Fatal(err)
	}
}

// bill gives numbers to so many invoices and says the last.
func (o office) bill(times int) string {
	o.Helper()
	var last company.Number
	for range times {
		err := o.db.InTx(o.Context(), func(tx *gorm.DB) error {
			var err error
			if last, err = company.NextNumber(o.Context(), tx, o.today()); err != nil {
				return err
			}
			return tx.Exec(`WITH a AS (INSERT INTO crm_accounts (id, name, source, created_at, updated_at)
				VALUES (gen_random_uuid(), 'C', 'person', now(), now()) RETURNING id),
				k AS (INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing,
					billing_day, start_date, refunds, is_default, active, created_at, updated_at)
					SELECT gen_random_uuid(), id, 'K', 'USD', 'monthly', 'advance', 1, '2026-01-01', 'no', true, true,
						now(), now() FROM a RETURNING id, crm_account_id)
				INSERT INTO invoices (id, contract_id, crm_account_id, kind, state, currency, total, period_start,
					period_end, drafted_by, drafted_at, number, number_text, number_series, issued_at)
				SELECT gen_random_uuid(), id, crm_account_id, 'change_log', 'billed', 'USD', 1, '2026-11-01',
					'2026-12-01', 'Bea', now(), ?, ?, ?, now() FROM k`,
				last.Count, last.Text, last.Series).Error
		})
		if err != nil {
			o.Fatal(err)
		}
	}
	return last.Text
}

func refusedAt(err error, field string) string {
	if errs.KindOf(err) != errs.Invalid {
		return ""
	}
	return errs.FieldsOf(err)[field]
}

func TestNumbersGoOnWhereTheOldSystemEndedAndHaveNoGaps(t *testing.T) {
	t.Parallel()
	o := open(t)
	if got := o.bill(2); got != "2" {
		t.Errorf("without settings: %s", got)
	}
	o.must(func(f *company.Form) { f.Numbering.Format, f.Numbering.Next = "INV-{year}-{number:4}", 418 })
	if got := o.bill(2); got != "INV-2026-0419" {
		t.Error(got)
	}
	for next, says := range map[int64]string{500: "reached 419, so the next is 420",
		419: "reached 419, so the next is 420", 0: "", -1: "whole number"} {
		err := o.save(func(f *company.Form) { f.Numbering.Next = next })
		if got := refusedAt(err, "next_number"); says == "" && err != nil || !strings.Contains(got, says) {
			t.Errorf("next %d: %v", next, err)
		}
	}
	// Another format begins anew; going back goes on where that one ended.
	o.must(func(f *company.Form) { f.Numbering.Format, f.Numbering.Next = "R{number}", 1 })
	if got := o.bill(1); got != "R1" {
		t.Error(got)
	}
	back := func(next int64) error {
		return o.save(func(f *company.Form) { f.Numbering.Format, f.Numbering.Next = "INV-{year}-{number:5}", next })
	}
	if says := refusedAt(back(1), "next_number"); !strings.Contains(says, "reached 419") {
		t.Errorf("%q", says)
	}
	if err := back(420); err != nil || o.bill(1) != "INV-2026-00420" {
		t.Error(err)
	}
	// R1 of one format and R{number} with 1 behind R of another would be one text.
	if says := refusedAt(o.save(func(f *company.Form) { f.Numbering.Format, f.Numbering.Next = "{number}", 2 }),
		"next_number"); !strings.Contains(says, "reached 2") {
		t.Errorf("%q", says)
	}
}

func TestNumbersBeginAnewWithTheYear(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.must(func(f *company.Form) {
		f.Numbering = company.Numbering{Format: "{yy}/{number:3}", Yearly: true, Next: 41}
	})
	if got := o.bill(2); got != "26/042" {
		t.Error(got)
	}
	o.clock.Set(time.Date(2027, 1, 1, 0, 30, 0, 0, time.UTC))
	if next := o.page().Numbering.Next; next != 1 {
		t.Errorf("next %d", next)
	}
	if got := o.bill(2); got != "27/002" {
		t.Error(got)
	}
}

func TestAFormatThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	o := open(t)
	for format, yearly := range map[string]bool{"INV": false, "{number}{number}": false, "{nr}-{number}": false,
		"{number:x}": false, "Nº{number}": false, "{number}-" + strings.Repeat("x", 30): false, "A{number}": true} {
		err := o.save(func(f *company.Form) { f.Numbering.Format, f.Numbering.Yearly = format, yearly })
		if refusedAt(err, "number_format") == "" {
			t.Errorf("%q: %v", format, err)
		}
	}
	if p := o.page(); p.Numbering.Format != "{number}" || p.Version != 0 {
		t.Errorf("%+v", p)
	}
}

func TestAFormThatSomebodyElseOvertookIsNotSaved(t *testing.T) {
	t.Parallel()
	o := open(t)
	p := o.page()
	o.must(func(f *company.Form) { f.LegalName = "One" })
	err := o.Save(t.Context(), ada, o.today(),
		company.Form{Company: company.Company{LegalName: "Two"}, Version: p.Version})
	if !errors.Is(err, settings.ErrStale) || o.page().LegalName != "One" {
		t.Errorf("%v", err)
	}
	// Billing in between is no such change: a next number that nobody touched moves on.
	shown := o.page()
	o.bill(3)
	f := company.Form{Company: shown.Company, Numbering: shown.Numbering, Version: shown.Version,
		NextShown: shown.Numbering.Next}
	f.LegalName = "Three"
	if err := o.Save(t.Context(), ada, o.today(), f); err != nil || o.page().Numbering.Next != 4 {
		t.Errorf("%v, next %d", err, o.page().Numbering.Next)
	}
}

func picture(w, h int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		m.Set(x, x%h, color.NRGBA{R: 200, A: 90})
	}
	return m
}

func TestALogoIsKeptAsOnePlainPicture(t *testing.T) {
	t.Parallel()
	o := open(t)
	var p, j bytes.Buffer
	if err := errors.Join(png.Encode(&p, picture(300, 80)), jpeg.Encode(&j, picture(200, 90), nil)); err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]byte{p.Bytes(), j.Bytes()} {
		o.must(func(f *company.Form) { f.Picture = data })
		logo, err := company.LogoOf(t.Context(), o.db.Read(t.Context()), o.page().Logo)
		if err != nil {
			t.Fatal(err)
		}
		stored, kind, err := image.Decode(bytes.NewReader(logo.Image))
		if err != nil || kind != "png" || stored.Bounds().Dx() != logo.Width {
			t.Errorf("%s %v %v", kind, stored.Bounds(), err)
		}
		if _, _, _, alpha := stored.At(0, 1).RGBA(); alpha != 0xffff {
			t.Error("it is transparent")
		}
	}
	kept := o.page().Logo
	o.must(func(f *company.Form) { f.Footer = "x" })
	if o.page().Logo != kept {
		t.Error("a form without a picture took it away")
	}
	var huge bytes.Buffer
	if err := png.Encode(&huge, image.NewGray(image.Rect(0, 0, 3000, 3000))); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"text": []byte("hello"), "gif": []byte("GIF89a\x01\x00\x01\x00"),
		"cut": p.Bytes()[:60], "large": make([]byte, company.MaxLogoBytes+1), "many points": huge.Bytes()} {
		if refusedAt(o.save(func(f *company.Form) { f.Picture = data }), "logo") == "" {
			t.Errorf("%s was taken", name)
		}
	}
	o.must(func(f *company.Form) { f.RemoveLogo = true })
	if o.page().Logo != "" {
		t.Error("it is still there")
	}
}
