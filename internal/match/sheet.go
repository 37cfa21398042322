package match

import (
	"bytes"
	"encoding/csv"
	"strings"
)

// delimiters are tried in this order.
var delimiters = [...]rune{',', ';', '\t', '|'}

// delimiterOf finds the sign that parts the cells: the one under which the
// header has the most known columns.
func delimiterOf(text []byte) rune {
	best, most := ',', 0
	for _, d := range delimiters {
		rows := csv.NewReader(bytes.NewReader(text))
		rows.Comma, rows.LazyQuotes = d, true
		head, err := rows.Read()
		if err != nil {
			continue
		}
		known := 0
		for _, h := range head {
			if setters[columnOf(h)] != nil {
				known++
			}
		}
		if known > most {
			best, most = d, known
		}
	}
	return best
}

var headerSigns = strings.NewReplacer(" ", "_", "-", "_")

// columnOf writes a header as the contract does: "External ID" is external_id.
func columnOf(header string) string {
	return headerSigns.Replace(strings.ToLower(strings.TrimSpace(header)))
}
