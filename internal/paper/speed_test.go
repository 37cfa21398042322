package paper

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"

	"seatledger/internal/company"
	"seatledger/internal/document"
	"seatledger/internal/words"
)

func BenchmarkDraw(b *testing.B) {
	for _, lines := range []int{10, 640} {
		d := document.Document{Kind: document.Invoice, Labels: words.For("en").Labels(), Number: "1", Currency: "USD"}
		for i := range lines {
			d.Lines = append(d.Lines, document.Line{Product: fmt.Sprintf("Microsoft 365 Business Premium (NCE "+
				"Commercial) %d", i), Amount: decimal.New(1001, -2),
				Words: []string{"1 Nov 2026 to 30 Nov 2026: 5 seats × 10.00 per month × 11/30 days"}})
		}
		b.Run(fmt.Sprint(lines, " lines"), func(b *testing.B) {
			for b.Loop() {
				if _, err := Draw(d, company.Logo{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
