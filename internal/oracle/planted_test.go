//go:build faults

package oracle

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A planted fault asks for its name where the product reckons. The product has no such
// places: they are put into a copy of its files for this build only.
var places = []struct{ file, rule, fault string }{
	{"history/load.go", "c.delta, c.refund,", "c.delta, `+refundColumn()+`,"},
	{"history/load.go", "l.standing AND l.kind <> 'credit' AS standing", "`+standingColumn()+` AS standing"},
	{"history/load.go", "l.kind = 'credit' AND NOT l.again AS goodwill", "`+goodwillColumn()+` AS goodwill"},
	{"history/parts.go", "p.DivRound(denominator, money.Digits(currency))",
		"rounded(p.Decimal, money.Digits(currency))"},
	{"history/replay.go", "func(a, b step) int { return a.place.Compare(b.place) }", "inOrder"},
	{"history/decode.go", "return Place{Seq: r.Seq}", "return placeOf(r, k[id])"},
	{"billing/charge.go", "contract: h.Contract(contractID)", "contract: termsIn(h, contractID)"},
	{"billing/charge.go", "p := s.Price.Price.Amount", "p := priceOf(r, s)"},
	{"billing/charge.go", "due := s.Due(); due != 0", "due := dueOf(s); due != 0"},
	{"subscription/prices.go", "on = landingDay(h)", "on = firstUnder(h)"},
}

// buildFlags builds the program with its planted faults, each asleep until
// SEATLEDGER_FAULT names it.
func buildFlags(dir string) ([]string, error) {
	root, err := filepath.Abs("..")
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for _, p := range places {
		path := filepath.Join(root, p.file)
		if texts[path] == "" {
			text, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			texts[path] = string(text)
		}
		if n := strings.Count(texts[path], p.rule); n != 1 {
			return nil, fmt.Errorf("%s has %q %d times", p.file, p.rule, n)
		}
		texts[path] = strings.Replace(texts[path], p.rule, p.fault, 1)
	}
	replace := map[string]string{}
	for path, text := range texts {
		copied := filepath.Join(dir, strings.ReplaceAll(strings.TrimPrefix(path, root+"/"), "/", "_"))
		if err := os.WriteFile(copied, []byte(text), 0o600); err != nil {
			return nil, err
		}
		replace[path] = copied
	}
	for _, room := range []string{"history", "billing", "subscription"} {
		planted, err := filepath.Abs(filepath.Join("testdata", "faults", room+".go"))
		if err != nil {
			return nil, err
		}
		replace[filepath.Join(root, room, "fault.go")] = planted
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "overlay.json")
	return []string{"-overlay", path}, os.WriteFile(path, overlay, 0o600)
}
