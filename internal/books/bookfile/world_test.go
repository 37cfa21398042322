package bookfile_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"seatledger/internal/books/bookfile"
	"seatledger/internal/clock"
	"seatledger/internal/document"
	_ "seatledger/internal/testkit/samehistories"
	"seatledger/internal/words"
)

var customerID = uuid.MustParse("0190a000-0000-7000-8000-000000000009")

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func day(s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// line is a month of seats.
func line(part string, seats int, price, amount string) document.Line {
	return document.Line{ID: uuid.Must(uuid.NewV7()), Kind: "cycle", Product: "Business Premium", PartNumber: part,
		Words: []string{"1 Nov 2026 to 30 Nov 2026"}, From: day("2026-11-01"), To: day("2026-12-01"), Days: 30,
		Seats: seats, UnitPrice: dec(price), Period: "month", Amount: dec(amount)}
}

func taxed(l document.Line, code, percent string) document.Line {
	l.TaxCode, l.TaxName, l.TaxPercent = code, "VAT", dec(percent)
	return l
}

// paper is a document of lines; its taxes are reckoned on the sum of each rate, half away from zero.
func paper(number, currency string, places int32, lines ...document.Line) document.Document {
	d := document.Document{Kind: document.Invoice, Number: number, Currency: currency, IssuedOn: day("2026-11-29"),
		DueOn: day("2026-12-29"), Labels: words.For("en").Labels(), Contract: "Licences", Lines: lines,
		Customer: document.Party{Name: "Birch Lane Dental", Address: []string{"4 Lane", "LS1 1AA Leeds"}}}
	for _, l := range lines {
		d.Net = d.Net.Add(l.Amount)
		if l.TaxCode == "" {
			continue
		}
		at := 0
		for at < len(d.Taxes) && (d.Taxes[at].Code != l.TaxCode || !d.Taxes[at].Percent.Equal(l.TaxPercent)) {
			at++
		}
		if at == len(d.Taxes) {
			d.Taxes = append(d.Taxes, document.Tax{Code: l.TaxCode, Name: l.TaxName, Percent: l.TaxPercent})
		}
		d.Taxes[at].Base = d.Taxes[at].Base.Add(l.Amount)
	}
	for i, x := range d.Taxes {
		d.Taxes[i].Amount = x.Base.Mul(x.Percent).Shift(-2).Round(places)
		d.Tax = d.Tax.Add(d.Taxes[i].Amount)
	}
	d.Gross = d.Net.Add(d.Tax)
	if d.Net.IsNegative() {
		d.Kind, d.DueOn = document.CreditNote, clock.Date{}
		d.Corrects = []string{"Invoice INV-1"}
	}
	return d
}

func voucher(d document.Document) bookfile.Voucher {
	return bookfile.NewVoucher(uuid.Must(uuid.NewV7()), uuid.NullUUID{UUID: customerID, Valid: true}, d)
}

// systems are how each format is set up in the tests.
var systems = map[string]bookfile.Options{
	"quickbooks": {"form": "tax"}, "xero": {"tracking": "Department"}, "business-central": {"home": "USD"},
	"sage50": {}, "intacct": {}, "neutral": {},
	"datev": {"adviser": "1001", "client": "42", "home": "EUR", "chart": "03"},
}

func codes(system string) bookfile.Codes {
	debtor, account := "C-0042", "4000"
	if system == "datev" {
		debtor, account = "10042", "8400"
	}
	tax := map[string]string{"": "T0", "S20 20%": "T1", "R5 5.5%": "T5", "Z 0%": "T9"}
	if system == "datev" {
		tax = map[string]string{"": "-", "S20 20%": "3", "R5 5.5%": "2", "Z 0%": "-"}
	}
	return bookfile.Codes{bookfile.Customer: {customerID.String(): debtor}, bookfile.Account: {"": account},
		bookfile.Item: {"": "LIC"}, bookfile.Tax: tax, bookfile.Class: {"": "100"}}
}

func format(t testing.TB, system string) bookfile.Format {
	t.Helper()
	f, ok := bookfile.Of(system)
	if !ok {
		t.Fatal(system)
	}
	if p := f.Problems(systems[system]); len(p) > 0 {
		t.Fatal(system, p)
	}
	return f
}

func input(t testing.TB, system string, docs ...document.Document) bookfile.Input {
	t.Helper()
	in := bookfile.Input{Format: format(t, system), Options: systems[system], Codes: codes(system),
		Made: time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC)}
	for _, d := range docs {
		in.Vouchers = append(in.Vouchers, voucher(d))
	}
	return in
}

// papers draws documents as billing may make them, with texts as customers have them.
func papers(currencies ...string) *rapid.Generator[[]document.Document] {
	places := map[string]int32{"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}
	return rapid.Custom(func(t *rapid.T) []document.Document {
		var out []document.Document
		for n := range rapid.IntRange(1, 6).Draw(t, "documents") {
			currency := rapid.SampledFrom(currencies).Draw(t, "currency")
			digits := places[currency]
			var lines []document.Line
			for range rapid.IntRange(1, 8).Draw(t, "lines") {
				lines = append(lines, drawLine(t, digits))
			}
			if rapid.IntRange(0, 3).Draw(t, "credit") == 0 {
				for i := range lines {
					lines[i].Amount, lines[i].Seats = lines[i].Amount.Neg(), -lines[i].Seats
				}
			}
			d := paper(fmt.Sprintf("INV-2026-%04d", n+2), currency, digits, lines...)
			d.IssuedOn = day("2026-11-01").AddDays(rapid.IntRange(0, 60).Draw(t, "issued"))
			d.Order = rapid.SampledFrom([]string{"", "PO 77", "=1+1", "a,b;\"c\""}).Draw(t, "order")
			out = append(out, d)
		}
		return out
	})
}

func drawLine(t *rapid.T, digits int32) document.Line {
	seats := rapid.IntRange(-5, 40).Draw(t, "seats")
	price := decimal.New(rapid.Int64Range(0, 5000).Draw(t, "price"), -rapid.Int32Range(0, 4).Draw(t, "price places"))
	amount := price.Mul(decimal.NewFromInt(int64(seats))).Round(digits)
	if rapid.Bool().Draw(t, "part of a month") {
		amount = decimal.New(rapid.Int64Range(-3000, 100000).Draw(t, "amount"), -digits)
	}
	l := line(rapid.SampledFrom([]string{"", "CFQ7", "pn 9"}).Draw(t, "part"), seats, price.String(), amount.String())
	if rapid.IntRange(0, 5).Draw(t, "typed") == 0 {
		q := decimal.New(rapid.Int64Range(-50, 400).Draw(t, "quantity"), -rapid.Int32Range(0, 3).Draw(t, "its places"))
		l.Quantity, l.Seats = &q, 0
	}
	l.Product = rapid.SampledFrom([]string{"Premium", "Büro \"plus\", 5 Łódź", "-2 → Ünïted; x",
		" two  blanks\nand lines ",
		"日本語", "'=cmd"}).Draw(t, "product")
	l.Words = []string{rapid.StringMatching(`[a-zé ,;"×|\n\t€]{0,90}`).Draw(t, "words")}
	switch rapid.IntRange(0, 3).Draw(t, "tax") {
	case 0:
		return taxed(l, "S20", "20")
	case 1:
		return taxed(l, "R5", "5.5")
	case 2:
		return taxed(l, "Z", "0")
	}
	return l
}
