package price_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"seatledger/internal/imports"
)

// Whatever a file says of whatever stands, Apply does what the preview has said.
func TestApplyDoesWhatThePreviewSaid(t *testing.T) {
	t.Parallel()
	s := open(t)
	pick := func(values ...string) *rapid.Generator[string] { return rapid.SampledFrom(values) }
	line := rapid.Custom(func(t *rapid.T) string {
		return strings.Join([]string{
			pick("P-1", "p-1", "P-2", "CFQ7TTC0XX01:0001", "").Draw(t, "part"),
			pick("", "Name", strings.Repeat("x", 300)).Draw(t, "name"),
			pick("month", "year", "fortnight").Draw(t, "unit"), pick("annual", "monthly").Draw(t, "term"), "monthly",
			pick("1", "12.50", "12,50", "99999999999999.999999", "999999999999999", "-1", "0").Draw(t, "price"),
			pick("2026-01-01", "2026-06-01", "01/02/2026", "9999-12-31").Draw(t, "from"),
			pick("", "2026-03-01").Draw(t, "to"),
			pick("", "Microsoft", "Acme", "Unknown vendor").Draw(t, "vendor"), pick("", "3").Draw(t, "cost"),
		}, ";")
	})
	rapid.Check(t, func(t *rapid.T) {
		file := "part_number;product_name;unit;term;billing_frequency;unit_price;effective_from;effective_to;vendor;unit_cost\n" +
			strings.Join(rapid.SliceOfN(line, 1, 8).Draw(t, "lines"), "\n")
		k := s.Import(s.list)
		id, err := s.desk().Upload(s.Context(), bea, k, imports.File{Name: "prices.csv", Content: []byte(file)})
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.desk().Preview(s.Context(), k, id)
		if err != nil {
			t.Fatal(err)
		}
		if p.Unclear != "" {
			return
		}
		r, err := s.desk().Apply(s.Context(), bea, k, imports.Order{ID: id, Seen: p.Plan.Summary().Token()})
		if err != nil {
			t.Fatalf("%s\n%v", file, err)
		}
		if d := cmp.Diff(fmt.Sprint(p.Plan.Summary()), fmt.Sprint(r.Summary)); d != "" || r.Expected != nil {
			t.Fatalf("%s\n%s", file, d)
		}
	})
}
