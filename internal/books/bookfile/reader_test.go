package bookfile_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// table is a file read back by rules of its own: nothing of what wrote it is used.
type table struct {
	t     testing.TB
	names []string
	rows  [][]string
}

// parse reads records by their form: fields apart by one sign, in quotes where a quote opens
// them, quotes doubled inside, each record ended by CR LF.
func parse(t testing.TB, file string, separator byte) [][]string {
	t.Helper()
	var records [][]string
	var record []string
	for i := 0; i < len(file); {
		var field strings.Builder
		if file[i] == '"' {
			for i++; ; i++ {
				if i >= len(file) {
					t.Fatal("a quote stays open")
				}
				if file[i] == '"' {
					if i+1 >= len(file) || file[i+1] != '"' {
						i++
						break
					}
					i++
				}
				field.WriteByte(file[i])
			}
		} else {
			for ; i < len(file) && file[i] != separator && file[i] != '\r'; i++ {
				if file[i] == '"' || file[i] == '\n' {
					t.Fatalf("a bare field has %q: %.80q", file[i], file[i:])
				}
				field.WriteByte(file[i])
			}
		}
		record = append(record, field.String())
		switch {
		case strings.HasPrefix(file[i:], "\r\n"):
			records, record, i = append(records, record), nil, i+2
		case i < len(file) && file[i] == separator:
			if i++; strings.HasPrefix(file[i:], "\r\n") { // an empty last field
				records, record, i = append(records, append(record, "")), nil, i+2
			}
		default:
			t.Fatalf("neither a separator nor a line end: %.80q", file[i:])
		}
	}
	if record != nil {
		t.Fatal("the last record has no end")
	}
	return records
}

func tableOf(t testing.TB, records [][]string) table {
	t.Helper()
	for i, r := range records {
		if len(r) != len(records[0]) {
			t.Fatalf("record %d has %d fields, the header %d", i, len(r), len(records[0]))
		}
	}
	return table{t, records[0], records[1:]}
}

func (b table) at(row int, name string) string {
	b.t.Helper()
	for i, n := range b.names {
		if n == name {
			return b.rows[row][i]
		}
	}
	b.t.Fatalf("no column %q in %q", name, b.names)
	return ""
}

func (b table) money(row int, name string) decimal.Decimal {
	b.t.Helper()
	text := b.at(row, name)
	d, err := decimal.NewFromString(text)
	if err != nil || strings.ContainsAny(text, "eE,+ ") {
		b.t.Fatalf("%s is %q", name, text)
	}
	return d
}

// sums adds up a column by the documents that another names.
func (b table) sums(by string, of func(row int) decimal.Decimal) map[string]decimal.Decimal {
	out := map[string]decimal.Decimal{}
	for i := range b.rows {
		n := b.at(i, by)
		out[n] = out[n].Add(of(i))
	}
	return out
}

// high are the signs of Windows-1252 that stand elsewhere than in Latin-1.
var high = map[byte]rune{0x80: '€', 0x82: '‚', 0x83: 'ƒ', 0x84: '„', 0x85: '…', 0x86: '†', 0x87: '‡', 0x88: 'ˆ',
	0x89: '‰', 0x8a: 'Š', 0x8b: '‹', 0x8c: 'Œ', 0x8e: 'Ž', 0x91: '‘', 0x92: '’', 0x93: '“', 0x94: '”', 0x95: '•',
	0x96: '–', 0x97: '—', 0x98: '˜', 0x99: '™', 0x9a: 'š', 0x9b: '›', 0x9c: 'œ', 0x9e: 'ž', 0x9f: 'Ÿ'}

func fromWindows(t testing.TB, b []byte) string {
	t.Helper()
	var out strings.Builder
	for _, c := range b {
		r, ok := high[c]
		if !ok {
			if r = rune(c); c >= 0x80 && c < 0xa0 {
				t.Fatalf("byte %x is nothing in Windows-1252", c)
			}
		}
		out.WriteRune(r)
	}
	return out.String()
}

func asUTF8(t testing.TB, b []byte) string {
	t.Helper()
	if !utf8.Valid(b) || strings.HasPrefix(string(b), "\ufeff") {
		t.Fatal("it is no UTF-8, or has a mark of bytes")
	}
	return string(b)
}
