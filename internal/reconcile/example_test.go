package reconcile_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const examples = "../../docs/reconcile"

// What the documents show of a first run is what a first run says.
func TestTheExampleInTheDocumentsIsTrue(t *testing.T) {
	t.Parallel()
	result, said := compared(t, filepath.Join(examples, "bill.csv"), filepath.Join(examples, "billed.csv"))
	golden(t, filepath.Join(examples, "differences.csv"), result)
	golden(t, filepath.Join(examples, "differences.svg"), drawn(t, result))
	_, said, _ = strings.Cut(said, "\n") // the first two lines name files of this run
	_, sums, _ := strings.Cut(said, "\n")
	for _, name := range []string{"../../docs/reconcile.md", "../../README.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), sums) {
			t.Errorf("%s does not show\n%s", name, sums)
		}
	}
}

func golden(t *testing.T, name, is string) {
	t.Helper()
	if os.Getenv("SEATLEDGER_UPDATE") != "" {
		if err := os.WriteFile(name, []byte(is), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil || string(want) != is {
		t.Errorf("%s: %v; now\n%s", name, err, is)
	}
}

// drawn is the result as a picture.
func drawn(t *testing.T, result string) string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(result)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	height := 34 + 26*len(rows)
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="960" height="%d" viewBox="0 0 960 %[1]d" `+
		`font-family="system-ui, sans-serif" font-size="13" role="img">`+"\n", height)
	out.WriteString("<title>What a bill charges that nobody bills on</title>\n")
	fmt.Fprintf(&out, `<rect width="960" height="%d" rx="8" fill="#fff" stroke="#c9ced6"/>`+"\n", height)
	for i, r := range rows {
		y, weight, fill := 32+26*i, "400", "#1c2430"
		cells := []string{r[3], strings.ReplaceAll(r[1], "_", " "), r[11], r[7] + " " + r[8]}
		if i == 0 {
			weight, fill, cells = "600", "#4a5566", []string{"Customer", "Cause", "Why", "On this bill"}
		} else {
			fmt.Fprintf(&out, `<path d="M16 %d H944" stroke="#e4e7ec"/>`+"\n", y-18)
		}
		if strings.HasPrefix(r[7], "-") {
			fill = "#6b7280"
		}
		for j, x := range []int{16, 150, 290, 944} {
			anchor := "start"
			if j == 3 {
				anchor = "end"
			}
			fmt.Fprintf(&out, `<text x="%d" y="%d" font-weight="%s" fill="%s" text-anchor="%s">%s</text>`+"\n", x, y, weight,
				fill, anchor, strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(cells[j]))
		}
	}
	out.WriteString("</svg>\n")
	return out.String()
}
