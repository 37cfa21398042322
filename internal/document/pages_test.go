package document_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/company"
	"seatledger/internal/document"
	"seatledger/internal/paper"
	"seatledger/internal/words"
)

// keep leaves a paper to be looked at, where PAPERS names a folder.
func keep(t *testing.T, name string, file []byte) {
	t.Helper()
	if dir := os.Getenv("PAPERS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name), file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// long is a document of so many lines, as it is stored.
func long(lines int, currency, paper string) document.Document {
	d := document.Document{Kind: document.Invoice, Language: "en", Labels: words.For("en").Labels(),
		Number: "INV-2026-0042", Currency: currency, Paper: paper,
		IssuedOn: clock.NewDate(2026, 11, 29), DueOn: clock.NewDate(2026, 12, 29), From: clock.NewDate(2026, 11, 1),
		To:       clock.NewDate(2026, 12, 1),
		Seller:   document.Party{Name: "Nordlicht Systems Ltd", Address: []string{"1 Quay Road", "Poole BH99 9ZZ"}},
		Contract: "Licences", Footer: "Registered in England 0000000",
		Customer: document.Party{Name: "Birch Lane Dental"}}
	for i := range lines {
		amount := decimal.New(int64(1001+37*i), -2)
		d.Lines = append(d.Lines, document.Line{Product: fmt.Sprintf("Product %d", i+1),
			PartNumber: "CFQ7TTC0LCHC:0002", Seats: i + 1, UnitPrice: decimal.New(1001, -2), Amount: amount,
			Words: []string{"1 Nov 2026 to 30 Nov 2026: 5 seats × 10.00 per month × 11/30 days"}})
		d.Net = d.Net.Add(amount)
	}
	d.Gross = d.Net
	return d
}

func TestFortyPagesAreCountedAndCarryTheirSums(t *testing.T) {
	t.Parallel()
	d := long(640, "USD", "letter")
	file := draw(t, d)
	keep(t, "forty.pdf", file)
	pages := strings.Split(strings.TrimRight(read(t, file), "\f\n"), "\f")
	if len(pages) < 40 {
		t.Fatalf("%d pages", len(pages))
	}
	product := regexp.MustCompile(`Product (\d+) \d+ 10\.01 ([\d,.]+)\n`)
	carried := regexp.MustCompile(`Carried over ([\d,.]+) USD`)
	say, sum, next := d.Words(), decimal.Zero, 1
	for n, page := range pages {
		has(t, page, fmt.Sprintf("Page %d of %d", n+1, len(pages)))
		before := say.Amount(sum, "USD")
		for _, m := range product.FindAllStringSubmatch(page, -1) {
			if m[1] != fmt.Sprint(next) || m[2] != say.Amount(d.Lines[next-1].Amount, "USD") {
				t.Errorf("page %d: line %s %s, want %d", n+1, m[1], m[2], next)
			}
			sum = sum.Add(d.Lines[next-1].Amount)
			next++
		}
		var want []string
		if n > 0 {
			want = append(want, before)
		}
		if n < len(pages)-1 {
			want = append(want, say.Amount(sum, "USD"))
		}
		var got []string
		for _, m := range carried.FindAllStringSubmatch(page, -1) {
			got = append(got, m[1])
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("page %d carries %v, want %v", n+1, got, want)
		}
	}
	if next != 641 {
		t.Errorf("%d lines", next-1)
	}
	has(t, pages[len(pages)-1], "Total "+say.Amount(d.Net, "USD")+" USD")
}

// However many lines there are, every page holds to its edges and the totals stand once.
func TestEveryLengthIsWholeAndTheSameAgain(t *testing.T) {
	t.Parallel()
	for n := range 45 {
		d := long(n, []string{"USD", "JPY", "KWD"}[n%3], []string{"a4", "letter"}[n%2])
		d.Bank = strings.Split(strings.Repeat("IBAN,", n%7), ",")
		file := draw(t, d)
		if !bytes.Equal(file, draw(t, d)) {
			t.Fatalf("%d lines: other bytes when made again", n)
		}
		text := read(t, file)
		if got := strings.Count(text, "\nTotal "); got != 1 {
			t.Errorf("%d lines: %d totals", n, got)
		}
		for i := 1; i <= n; i++ {
			if strings.Count(text, fmt.Sprintf("Product %d %d ", i, i)) != 1 {
				t.Errorf("%d lines: line %d is not there once", n, i)
			}
		}
	}
}

func TestEveryScriptIsThereAndWhatIsMissingIsSaid(t *testing.T) {
	t.Parallel()
	names := []string{"Ελληνική Εταιρεία Λογισμικού ΑΕ", "Общество Ромашка", "Zażółć gęślą jaźń", "株式会社サンプル商事",
		"ソフトウェア 東京都千代田区丸の内", "한국 주식회사", "示例有限公司", "Ðürümöğlu Şirketi", "Trần Văn Đức"}
	d := long(len(names), "EUR", "a4")
	for i, name := range names {
		d.Lines[i].Product = name
	}
	d.Customer = document.Party{Name: strings.Join(names, " / "), Address: names}
	if missing, err := paper.Missing(paper.Texts(d)); err != nil || len(missing) > 0 {
		t.Errorf("missing %q %v", string(missing), err)
	}
	file := draw(t, d)
	keep(t, "scripts.pdf", file)
	has(t, read(t, file), names...)
	missing, err := paper.Missing([]string{"A 😀 b", "שלום", "مرحبا", "สวัสดี", "e\u0301 \u200bx\u202e"})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range "😀שرส" {
		if !strings.ContainsRune(string(missing), r) {
			t.Errorf("%c is not said", r)
		}
	}
	if strings.ContainsAny(string(missing), "Aébx \u200b\u202e") {
		t.Errorf("too much is said: %q", string(missing))
	}
	has(t, read(t, draw(t, document.Document{Labels: d.Labels, Currency: "USD", Kind: document.Invoice,
		Customer: document.Party{Name: "A 😀 b"}})), "\ufffd")
}

func TestLongNamesAreWrappedNotCut(t *testing.T) {
	t.Parallel()
	for _, currency := range []string{"JPY", "KWD", "USD"} {
		d := long(6, currency, "a4")
		name := strings.TrimSpace(strings.Repeat("Internationale Verwaltungsgesellschaft ", 5))
		word := strings.Repeat("Donaudampfschifffahrts", 9)
		d.Customer = document.Party{Name: name, Address: []string{word, name}}
		d.Lines[0].Product, d.Lines[1].Product = name, word
		d.Contract, d.Order, d.Reason = name, word, name
		d.Lines[2].Amount, d.Lines[2].UnitPrice = decimal.RequireFromString("99999999999999"),
			decimal.RequireFromString("1234567.123456")
		d.Taxes = []document.Tax{{Code: "S", Name: strings.Repeat("Mehrwertsteuer ", 4), Percent: decimal.New(1925, -2),
			Base: d.Lines[2].Amount, Amount: d.Lines[2].Amount}}
		d.Footer = strings.TrimSpace(strings.Repeat("Amtsgericht Hamburg ", 10))
		file := draw(t, d)
		keep(t, "long-"+currency+".pdf", file)
		plain := strings.NewReplacer(" ", "", "\n", "").Replace(read(t, file))
		has(t, plain, words.For("en").Amount(d.Lines[2].Amount, currency))
	}
}

func TestALogoIsDrawn(t *testing.T) {
	t.Parallel()
	s := open(t, "2026-11-29")
	s.furnish()
	if err := s.save(func(f *company.Form) { f.Picture = onePicture(t) }); err != nil {
		t.Fatal(err)
	}
	d := s.bill(s.draft("change_log", cycle("2026-11-01", "2026-12-01", 10, "10", "100"),
		cycle("2026-11-20", "2026-12-01", 5, "10", "18.33")))
	logo, err := company.LogoOf(t.Context(), s.DB.Read(t.Context()), d.Logo)
	if err != nil {
		t.Fatal(err)
	}
	file, err := paper.Draw(d, logo)
	if err != nil || !bytes.Contains(file, []byte("/Subtype /Image")) {
		t.Errorf("no picture: %v", err)
	}
	keep(t, "one.pdf", file)
}
