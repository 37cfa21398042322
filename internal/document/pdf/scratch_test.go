package pdf

import (
	"fmt"
	"os"
	"testing"
	"time"
	"bytes"

	"github.com/shopspring/decimal"
	"seatledger/internal/clock"
	"seatledger/internal/company"
	"seatledger/internal/document"
	"seatledger/internal/document/words"
)

func TestScratch(t *testing.T) {
	day := func(s string) clock.Date { d, _ := clock.ParseDate(s); return d }
	d := document.Document{Kind: document.Invoice, Language: "en", Labels: words.For("en").Labels(), Number: "INV-2026-0042", IssuedOn: day("2026-11-29"), DueOn: day("2026-12-29"), From: day("2026-11-01"), To: day("2026-12-01"), Currency: "EUR",
		Seller: document.Party{Name: "Nordlicht Systemhaus GmbH", Address: []string{"Hafenstraße 12", "20457 Hamburg", "Germany"}, TaxIDs: []string{"VAT DE123456789"}},
		Customer: document.Party{Name: "Ελληνική Εταιρεία Λογισμικού / Общество Ромашка / Łódź Żółć / 株式会社サンプル商事", Address: []string{"東京都千代田区丸の内1-2-3", "100-0005 Tokyo", "Japan"}, TaxIDs: []string{"EL 094014201"}}, Contract: "Licences", Order: "PO 7711", Footer: "Nordlicht Systemhaus GmbH, Amtsgericht Hamburg HRB 1234", Bank: []string{"IBAN DE00 0000 0000 0000 0000 00"}, Paper: "a4"}
	d.Taxes = []document.Tax{{Code: "S", Name: "VAT", Percent: decimal.NewFromInt(19), Base: decimal.RequireFromString("1000.00"), Amount: decimal.RequireFromString("190.00")}}
	for i := range 12 {
		d.Lines = append(d.Lines, document.Line{Product: fmt.Sprintf("Microsoft 365 Business Premium %d", i), PartNumber: "CFQ7TTC0LCHC:0002", Words: []string{"1 Nov 2026 to 30 Nov 2026: 5 seats × 10.00 per month × 11/30 days"}, Seats: 5, UnitPrice: decimal.NewFromInt(10), Amount: decimal.RequireFromString("18.33"), TaxCode: "S", TaxPercent: decimal.NewFromInt(19)})
	}
	d.Net, d.Tax, d.Gross = decimal.NewFromInt(1000), decimal.NewFromInt(190), decimal.NewFromInt(1190)
	start := time.Now()
	a, err := Draw(d, company.Logo{})
	if err != nil { t.Fatal(err) }
	t.Log(time.Since(start), len(a))
	for range 5 {
		b, _ := Draw(d, company.Logo{})
		if !bytes.Equal(a, b) { t.Error("differs") }
	}
	os.WriteFile("/tmp/w/docs/one.pdf", a, 0o644)
	m, _ := Missing(d.Texts())
	t.Log(string(m))
	m, _ = Missing([]string{"a😀bעc\u200b한국어 中文"})
	t.Logf("%q", string(m))
}
