package document_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/company"
	"seatledger/internal/document"
	"seatledger/internal/paper"
	"seatledger/internal/tax"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// shop is a seller with a customer, whose invoices are made of lines as a test wants them.
type shop struct {
	*billtest.World
	desk document.Desk
	subs []uuid.UUID // a line each, so that no day of one is charged twice
}

func open(t *testing.T, today string) *shop {
	t.Helper()
	w := billtest.New(t, today, billtest.Terms{})
	s := &shop{World: w, desk: document.Desk{Clock: w.Clock, Zone: time.UTC}}
	for _, external := range []string{"S1", "S2", "S3", "S4"} {
		s.subs = append(s.subs, w.Add(external, 10, "2026-01-01"))
	}
	return s
}

// line is a stored line: from, to, seats, unit price, period, amount.
type line struct {
	kind, from, to string
	seats          int
	price, period  string
	amount         string
	part           string
	credits        string // id of the line that it turns around
}

func cycle(from, to string, seats int, price, amount string) line {
	return line{kind: "cycle", from: from, to: to, seats: seats, price: price, period: "month", amount: amount}
}

// draft stores an invoice with its lines, as a run would.
func (s *shop) draft(kind string, lines ...line) uuid.UUID {
	s.Helper()
	id := uuid.Must(uuid.NewV7())
	from, to := "2026-11-01", "2026-12-01"
	var credits any
	if kind == "credit" {
		credits = s.Text(`SELECT invoice_id FROM invoice_lines WHERE id = ?`, lines[0].credits)
	}
	s.Exec(`INSERT INTO invoices (id, contract_id, crm_account_id, kind, state, currency, total, period_start,
		period_end, payment_terms, tax_code, credits_id, note, drafted_by, drafted_at)
		SELECT ?, k.id, k.crm_account_id, ?, 'draft', k.currency, 0, ?, ?, k.payment_terms, k.tax_code, ?, ?, 'Bea',
			now() FROM billing_contracts k WHERE k.id = ?`,
		id, kind, from, to, credits, map[bool]string{true: "agreed by phone"}[kind == "credit"], s.Contract)
	for i, l := range lines {
		var of, again any
		if l.credits != "" {
			of, again = l.credits, false
		}
		s.Exec(`INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, kind, product_name, part_number,
			from_date, to_date, seats, unit_price, price_period, currency, amount, exact, credits_line_id, again)
			SELECT gen_random_uuid(), ?, ?, ?, ?, 'Microsoft 365 Business Premium', ?, ?, ?, ?, ?, ?, k.currency, ?, 0,
				?, ? FROM billing_contracts k WHERE k.id = ?`,
			id, i+1, s.subs[i%len(s.subs)], l.kind, l.part, l.from, l.to, l.seats, l.price, l.period, l.amount, of,
			again, s.Contract)
	}
	return id
}

// number gives an invoice its number, as billing does once the document is made but for it.
func (s *shop) number(ctx context.Context, tx *gorm.DB, id uuid.UUID) (string, error) {
	n, err := company.NextNumber(ctx, tx, clock.Today(s.Clock, time.UTC))
	if err != nil {
		return "", err
	}
	return n.Text, tx.Exec(`UPDATE invoices SET state = 'billed', number = ?, number_text = ?, number_series = ?,
		issued_at = ? WHERE id = ?`, n.Count, n.Text, n.Series, s.Clock.Now(), id).Error
}

func second(_ string, err error) error { return err }

func (s *shop) tryBill(id uuid.UUID) error {
	return s.DB.InTx(s.Context(), func(tx *gorm.DB) error {
		doc, err := s.desk.Prepare(s.Context(), tx, id)
		if err != nil {
			return err
		}
		number, err := s.number(s.Context(), tx, id)
		if err != nil {
			return err
		}
		return doc.Issue(s.Context(), tx, number)
	})
}

// bill issues an invoice and reads its document.
func (s *shop) bill(id uuid.UUID) document.Document {
	s.Helper()
	if err := s.tryBill(id); err != nil {
		s.Fatal(err)
	}
	return s.of(id)
}

func (s *shop) of(id uuid.UUID) document.Document {
	s.Helper()
	d, err := document.Of(s.Context(), s.DB.Read(s.Context()), id)
	if err != nil {
		s.Fatal(err)
	}
	return d
}

func (s *shop) save(change func(f *company.Form)) error {
	today := clock.Today(s.Clock, time.UTC)
	p, err := company.Look(s.Context(), s.DB.Read(s.Context()), today)
	if err != nil {
		s.Fatal(err)
	}
	f := company.Form{Company: p.Company, Numbering: p.Numbering, Version: p.Version, NextShown: p.Numbering.Next}
	change(&f)
	return company.Service{DB: s.DB.DB, Clock: s.Clock}.Save(s.Context(), billtest.Bea, today, f)
}

func (s *shop) rate(code, name, percent, first string) {
	s.Helper()
	err := tax.Service{DB: s.DB.DB, Clock: s.Clock}.AddRate(s.Context(), billtest.Bea,
		tax.RateForm{Code: code, Name: name, Percent: percent, FirstDay: first})
	if err != nil {
		s.Fatal(err)
	}
}

func draw(t testing.TB, d document.Document) []byte {
	t.Helper()
	out, err := paper.Draw(d, company.Logo{})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// read takes the text out of a PDF by a program that is not ours, with what stands on
// one row in one line and blanks of any width as one.
func read(t testing.TB, file []byte) string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		if os.Getenv("SEATLEDGER_TEST_REQUIRE") == "all" {
			t.Fatal("pdftotext is missing: apt-get install poppler-utils")
		}
		t.Skip("pdftotext is missing: apt-get install poppler-utils")
	}
	cmd := exec.CommandContext(t.Context(), "pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(file)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, row := range strings.Split(string(out), "\n") {
		page := ""
		if strings.HasPrefix(row, "\f") {
			page = "\f"
		}
		rows = append(rows, page+strings.Join(strings.Fields(row), " "))
	}
	return strings.Join(rows, "\n")
}

func has(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("lacks %q:\n%s", p, text)
		}
	}
}

func onePicture(t testing.TB) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, 320, 90))
	for x := range 320 {
		for y := range 90 {
			if (x/40+y/30)%2 == 0 {
				m.Set(x, y, color.NRGBA{R: 20, G: 90, B: 160, A: 255})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
