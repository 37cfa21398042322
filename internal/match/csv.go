package match

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// readRecords reads a CSV with any subset of the known columns, in any order;
// unknown columns are ignored. Commas, semicolons, tabs and bars may part the
// cells. Errors name the line.
func readRecords(r io.Reader) ([]Record, error) {
	raw, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > mostBytes {
		return nil, fmt.Errorf("the file is larger than %d MB, which is the most that is read; part it", mostBytes>>20)
	}
	text, err := plainText(raw)
	if err != nil {
		return nil, err
	}
	out, err := parseRecords(text, false)
	if errors.Is(err, csv.ErrBareQuote) || errors.Is(err, csv.ErrQuote) { // 12" Pipes Ltd
		return parseRecords(text, true)
	}
	return out, err
}

// parseRecords is strict about quotes, or lazy: then a quote inside a cell is a
// sign like any other, and a cell must not go over lines, for that is how a
// quote that was never closed would swallow the rest of a file.
func parseRecords(text []byte, lazy bool) ([]Record, error) {
	rows := csv.NewReader(bytes.NewReader(text))
	rows.Comma = delimiterOf(text)
	rows.FieldsPerRecord = -1
	rows.LazyQuotes = lazy
	head, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty; it needs a header line with at least external_id and one more column")
	}
	if err != nil {
		return nil, err
	}
	cols, err := readHeader(head)
	if err != nil {
		return nil, err
	}
	return readRows(rows, cols)
}

// What one file may hold. Memory grows with the rows: about 10 KB for one of either side.
const (
	mostBytes = 256 << 20
	mostRows  = 200_000
)

// setters put a cell into its field.
var setters = map[string]func(*Record, string){
	"external_id":   func(r *Record, s string) { r.ID = s },
	"name":          func(r *Record, s string) { r.Name = s },
	"domain":        addSites,
	"website":       addSites,
	"email_domains": func(r *Record, s string) { r.EmailDomains = append(r.EmailDomains, splitList(s)...) },
	"tenant_id":     func(r *Record, s string) { r.TenantID = s },
	"street":        func(r *Record, s string) { r.Street = s },
	"city":          func(r *Record, s string) { r.City = s },
	"state":         func(r *Record, s string) { r.State = s },
	"postal_code":   func(r *Record, s string) { r.PostalCode = s },
	"country":       func(r *Record, s string) { r.Country = s },
	"phone":         func(r *Record, s string) { r.Phone = s },
}

// addSites takes the first address as the website and keeps the others beside
// the mail domains: domain and website may both be there, with several in one cell.
func addSites(r *Record, s string) {
	for _, site := range splitList(s) {
		if r.Website == "" {
			r.Website = site
		} else if site != r.Website {
			r.EmailDomains = append(r.EmailDomains, site)
		}
	}
}

// splitList parts mail domains at commas, semicolons, bars and blanks.
func splitList(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",;| \t\n", r) })
}

func readHeader(head []string) ([]string, error) {
	cols := make([]string, len(head))
	seen := map[string]bool{}
	for i, h := range head {
		c := columnOf(h)
		if setters[c] == nil {
			continue
		}
		if seen[c] {
			return nil, fmt.Errorf("line 1: column %s stands there twice", c)
		}
		seen[c] = true
		cols[i] = c
	}
	if !seen["external_id"] {
		return nil, fmt.Errorf("line 1: column external_id is missing; found %q", excerpt(strings.Join(head, ", ")))
	}
	if len(seen) < 2 {
		return nil, errors.New("line 1: besides external_id at least one of name, domain, website, email_domains, " +
			"tenant_id, street, city, state, postal_code, country, phone is needed")
	}
	return cols, nil
}

// excerpt is as much of a file as a message shows.
func excerpt(s string) string {
	const most = 120
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "..."
	}
	return s
}

func readRows(rows *csv.Reader, cols []string) ([]Record, error) {
	var out []Record
	lineOf := map[string]int{}
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err // encoding/csv names the line
		}
		line, _ := rows.FieldPos(0)
		r, err := readRow(cells, cols, rows.LazyQuotes)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		if r == nil {
			continue
		}
		if first, ok := lineOf[r.ID]; ok {
			return nil, fmt.Errorf("line %d: external_id %q stands already on line %d", line, excerpt(r.ID), first)
		}
		lineOf[r.ID] = line
		if len(out) == mostRows {
			return nil, fmt.Errorf("line %d: there are more than %d rows, which is the most that is read; part the file",
				line, mostRows)
		}
		out = append(out, *r)
	}
}

// readRow gives nil for a blank line.
func readRow(cells, cols []string, lazy bool) (*Record, error) {
	if strings.TrimSpace(strings.Join(cells, "")) == "" {
		return nil, nil
	}
	if lazy && strings.Contains(strings.Join(cells, ""), "\n") {
		return nil, errors.New("a quote is opened and not closed")
	}
	if len(cells) > len(cols) {
		if strings.TrimSpace(strings.Join(cells[len(cols):], "")) != "" {
			return nil, fmt.Errorf("%d cells, but the header has %d columns", len(cells), len(cols))
		}
		cells = cells[:len(cols)] // delimiters at the end, nothing between them
	}
	r := &Record{}
	for i, cell := range cells {
		switch put := setters[cols[i]]; {
		case put == nil:
		case cols[i] == "external_id":
			put(r, cell) // it comes back as it went in
		default:
			put(r, strings.TrimSpace(cell))
		}
	}
	if strings.TrimSpace(r.ID) == "" {
		return nil, errors.New("external_id is empty")
	}
	return r, nil
}
