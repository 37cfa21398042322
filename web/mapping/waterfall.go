package mapping

import (
	"fmt"
	"math"

	"seatledger/internal/mapping"
	"seatledger/views/ui"
)

var evidenceLabels = map[string]string{
	"prior": "Before any evidence", "rivals": "Rivals", "calibration": "Calibration", "name": "Name",
	"domain": "Domain", "tenant_id": "Tenant id",
	"legal_form": "Legal form", "street": "Street", "postal_code": "Postal code", "city": "City", "state": "State",
	"country": "Country", "phone": "Phone",
}

// Waterfall shows how the reasons add up to the confidence: each bar begins where the
// one before it ended. What is written is rounded so that it adds up to the total.
func Waterfall(p mapping.Proposal) ui.Waterfall {
	w := ui.Waterfall{Caption: "How the confidence in " + p.CRMAccount + " adds up"}
	least, most, sum := 0.0, 0.0, 0.0
	for _, e := range p.Evidence {
		sum += e.Weight
		least, most = min(least, sum), max(most, sum)
	}
	at := func(v float64) int { return int(math.Round(100 * (v - least) / max(most-least, 0.01))) }
	sum = 0
	for _, e := range p.Evidence {
		if e.Field == "twin" {
			continue // it weighs nothing, and is told beside
		}
		label := evidenceLabels[e.Field]
		if label == "" {
			label = e.Field
		}
		from, to := sum, sum+e.Weight
		w.Bars = append(w.Bars, bar(ui.Bar{Label: label, Text: e.Sentence, Value: points(cents(to) - cents(from))},
			at(from), at(to)))
		sum = to
	}
	total := bar(ui.Bar{}, at(0), at(sum))
	w.Sum, w.Total = &total, fmt.Sprintf("%s, which is %d %%", points(cents(sum)), p.Percent())
	return w
}

func bar(b ui.Bar, from, to int) ui.Bar {
	b.From, b.Percent, b.Against = min(from, to), max(from, to)-min(from, to), to < from
	return b
}

func cents(v float64) int { return int(math.Round(v * 100)) }

func points(cents int) string { return fmt.Sprintf("%+.2f", float64(cents)/100) }
