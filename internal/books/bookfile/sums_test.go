package bookfile_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"seatledger/internal/books/bookfile"
	"seatledger/internal/document"
)

// Whatever is billed, the file read back by other means comes to what the document says, to
// the smallest coin and for each document.
func TestFilesComeToWhatTheDocumentsSay(t *testing.T) {
	t.Parallel()
	for system, check := range map[string]func(testing.TB, table, bool) (string, func(int) decimal.Decimal){
		"quickbooks": readQuickBooks, "xero": readXero, "business-central": readJournal, "sage50": readSage,
		"intacct": readIntacct, "neutral": readNeutral,
	} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(r *rapid.T) {
				docs := papers("USD", "EUR", "JPY", "KWD").Draw(r, "documents")
				p := bookfile.Make(input(t, system, docs...))
				seen := map[string]bool{}
				for _, held := range p.Held {
					v := held.Voucher
					if seen[v.Doc.Number] = system == "business-central" && v.Gross.IsNegative(); !seen[v.Doc.Number] {
						r.Fatalf("%s is held up: %q", v.Doc.Number, held.Why)
					}
				}
				for _, part := range p.Parts {
					b := tableOf(t, parse(t, asUTF8(t, part.Bytes()), ','))
					by, of := check(t, b, part.Credit)
					same(r, system, part, b.sums(by, of), docs, seen)
				}
				complete(r, docs, seen)
			})
		})
	}
}

// same compares sums by document with the stored documents: with tax where the file has it.
func same(r *rapid.T, system string, part bookfile.Part, sums map[string]decimal.Decimal, docs []document.Document,
	seen map[string]bool) {
	for _, d := range docs {
		if d.Currency != part.Currency || (d.Kind == document.CreditNote) != part.Credit {
			continue
		}
		of := false
		for _, v := range part.Vouchers {
			of = of || v.Doc.Number == d.Number
		}
		if !of {
			continue
		}
		want := d.Gross
		if system == "xero" {
			want = d.Net // it computes the tax from the tax type
		}
		if system == "business-central" {
			want = decimal.Zero
		} else if part.Credit {
			want = want.Neg()
		}
		if !sums[d.Number].Equal(want) {
			r.Fatalf("%s: the file has %s, the document %s", d.Number, sums[d.Number], want)
		}
		seen[d.Number] = true
		delete(sums, d.Number)
	}
	if len(sums) > 0 {
		r.Fatalf("the file has documents that are not its: %v", sums)
	}
}

func complete(r *rapid.T, docs []document.Document, seen map[string]bool) {
	for _, d := range docs {
		if !seen[d.Number] {
			r.Fatalf("%s is in no file", d.Number)
		}
	}
}

// multiplies fails where a reader that multiplies comes to another amount.
func multiplies(t testing.TB, b table, row int, quantity, rate string, amount decimal.Decimal) {
	t.Helper()
	if got := b.money(row, quantity).Mul(b.money(row, rate)); !got.Equal(amount) || b.money(row,
		quantity).IsNegative() {
		t.Fatalf("%s x %s = %s, not %s", b.at(row, quantity), b.at(row, rate), got, amount)
	}
}

func readQuickBooks(t testing.TB, b table, credit bool) (string, func(int) decimal.Decimal) {
	by := map[bool]string{false: "*InvoiceNo", true: "CreditMemoNo"}[credit]
	for i := range b.rows {
		multiplies(t, b, i, "ItemQuantity", "ItemRate", b.money(i, "ItemAmount"))
	}
	return by, func(i int) decimal.Decimal { return b.money(i, "ItemAmount").Add(b.money(i, "ItemTaxAmount")) }
}

func readXero(t testing.TB, b table, credit bool) (string, func(int) decimal.Decimal) {
	by := map[bool]string{false: "*InvoiceNumber", true: "*CreditNoteNumber"}[credit]
	return by, func(i int) decimal.Decimal {
		amount := b.money(i, "*Quantity").Mul(b.money(i, "*UnitAmount"))
		multiplies(t, b, i, "*Quantity", "*UnitAmount", amount.Round(3))
		return amount
	}
}

// readJournal: a document comes to zero, and the customer's side to its total.
func readJournal(t testing.TB, b table, credit bool) (string, func(int) decimal.Decimal) {
	for i := range b.rows {
		customer := b.at(i, "Account Type") == "Customer"
		if amount := b.money(i, "Amount"); customer && amount.IsNegative() != credit || amount.IsZero() {
			t.Fatalf("the customer's side is %s", amount)
		}
		if want := map[bool]string{false: "Invoice", true: "Credit Memo"}[credit]; b.at(i, "Document Type") != want {
			t.Fatal(b.at(i, "Document Type"))
		}
	}
	return "Document No.", func(i int) decimal.Decimal { return b.money(i, "Amount") }
}

func readSage(t testing.TB, b table, credit bool) (string, func(int) decimal.Decimal) {
	return "Reference", func(i int) decimal.Decimal {
		sum := b.money(i, "Net Amount").Add(b.money(i, "Tax Amount"))
		if b.money(i, "Net Amount").IsNegative() || b.money(i, "Tax Amount").IsNegative() {
			t.Fatalf("an amount is below zero: %q", b.rows[i])
		}
		if (b.at(i, "Type") == "SC") != credit {
			return sum.Neg()
		}
		return sum
	}
}

func readIntacct(_ testing.TB, b table, _ bool) (string, func(int) decimal.Decimal) {
	return "INVOICE_NO", func(i int) decimal.Decimal { return b.money(i, "AMOUNT") }
}

func readNeutral(t testing.TB, b table, _ bool) (string, func(int) decimal.Decimal) {
	nets, taxes := map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
	for i := range b.rows {
		multiplies(t, b, i, "quantity", "rate", b.money(i, "net"))
		n := b.at(i, "number")
		nets[n], taxes[n] = nets[n].Add(b.money(i, "net")), taxes[n].Add(b.money(i, "tax"))
	}
	for i := range b.rows {
		n := b.at(i, "number")
		if !nets[n].Equal(b.money(i, "document_net")) || !taxes[n].Equal(b.money(i, "document_tax")) {
			t.Fatalf("%s: lines %s and %s, document %q", n, nets[n], taxes[n], b.rows[i])
		}
	}
	return "number", func(i int) decimal.Decimal { return b.money(i, "gross") }
}

var wholeRow = regexp.MustCompile(`^[0-9]{1,10},[0-9]{2}$`)

func TestDATEVComesToWhatTheDocumentsSay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		docs := papers("EUR").Draw(r, "documents")
		p := bookfile.Make(input(t, "datev", docs...))
		if len(p.Held) > 0 {
			r.Fatal(p.Held)
		}
		seen := map[string]bool{}
		for _, part := range p.Parts {
			records := parse(t, fromWindows(t, part.Bytes()), ';')
			head := records[0]
			if len(head) != 31 || head[0] != "EXTF" || head[21] != "EUR" || head[10] != "1001" || head[11] != "42" ||
				!strings.HasPrefix(part.Name(7), "EXTF_") {
				r.Fatalf("%s %q", part.Name(7), head)
			}
			b := tableOf(t, records[1:])
			sums := b.sums("Belegfeld 1", func(i int) decimal.Decimal {
				text, side := b.at(i, "Umsatz (ohne Soll/Haben-Kz)"), b.at(i, "Soll/Haben-Kennzeichen")
				amount := dec(strings.Replace(text, ",", ".", 1))
				if !wholeRow.MatchString(text) || !amount.IsPositive() || side != "S" && side != "H" {
					r.Fatalf("%q %q", text, side)
				}
				// DDMM of the file's month
				if month := head[14][4:6]; b.at(i, "Belegdatum")[2:] != month || head[15][4:6] != month {
					r.Fatalf("%q in the file of %q", b.at(i, "Belegdatum"), head[14])
				}
				if (side == "H") != part.Credit {
					return amount.Neg()
				}
				return amount
			})
			for _, v := range part.Vouchers { // one that posts nothing has no row
				if _, ok := sums[v.Doc.Number]; !ok {
					sums[v.Doc.Number] = decimal.Zero
				}
			}
			same(r, "datev", part, sums, docs, seen)
		}
		complete(r, docs, seen)
	})
}
