package match

import (
	"strings"
	"testing"
)

func TestAMegabyteInOneCellIsReadOnlyAtItsBeginning(t *testing.T) {
	t.Parallel()
	huge := Record{ID: "A1", Name: "Harborview Dental " + strings.Repeat("x y ", 700_000),
		EmailDomains: strings.Fields(strings.Repeat("a.example ", 5_000))}
	got := huge.readable()
	if len(got.Name) != longestField || len(got.EmailDomains) != mostDomains ||
		!strings.HasPrefix(got.Name, "Harborview Dental x y") {
		t.Errorf("%d bytes of name, %d domains", len(got.Name), len(got.EmailDomains))
	}
	if s := strings.Repeat("é", longestField+9); beginning(s) != s[:2*longestField] {
		t.Error("runes are cut in the middle")
	}
	assign([]Record{huge}, []Record{{ID: "C1", Name: "Harborview Dental Group LLC", City: "Austin"}}, Options{})
}
