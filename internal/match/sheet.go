package match

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// plainText gives a file as UTF-8 without its byte order mark. What is neither
// UTF-8 nor marked as UTF-16 is read as Windows-1252, as spreadsheets write it.
func plainText(raw []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		return nil, errors.New("this is an Excel workbook or a zip file; save it as CSV first")
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(raw)
	case utf8.Valid(raw):
		return bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")), nil
	}
	return charmap.Windows1252.NewDecoder().Bytes(raw)
}

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

// columnOf writes a header as the contract does: "External ID" is external_id.
func columnOf(header string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(header)))
}
