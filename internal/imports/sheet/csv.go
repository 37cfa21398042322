package sheet

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// readCSV reads a text file, whatever spreadsheet wrote it.
func readCSV(content []byte) (Sheet, error) {
	s := Sheet{}
	text, note, err := decode(content)
	if err != nil {
		return s, err
	}
	if note != "" {
		s.Notes = append(s.Notes, note)
	}
	r := open(text)
	names, err := r.Read()
	switch {
	case errors.Is(err, io.EOF):
		return s, Unreadable("The file is empty. Its first line must name the columns.")
	case err != nil:
		return s, r.broken(err)
	}
	s.Comma = string(r.Comma)
	if err := s.add(Row{Line: 1 + r.skipped, Cells: names}); err != nil {
		return s, err
	}
	return s, s.readLines(r)
}

func (s *Sheet) readLines(r reader) error {
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return r.broken(err)
		}
		if Blank(cells) {
			continue
		}
		line, _ := r.FieldPos(0)
		if len(cells) > maxValues {
			return Unreadable(fmt.Sprintf("Line %d has %d values. Save only the columns of the list and upload that.",
				line+r.skipped, len(cells)))
		}
		if err := s.add(Row{Line: line + r.skipped, Cells: cells}); err != nil {
			return err
		}
	}
}

// reader is encoding/csv plus the lines that were taken off in front of it.
type reader struct {
	*csv.Reader
	skipped int
}

func open(text string) reader {
	r := reader{}
	first, rest, _ := strings.Cut(text, "\n")
	first = strings.TrimRight(first, "\r")
	comma := separator(first)
	// Excel marks its separator on a line of its own.
	if mark, ok := strings.CutPrefix(strings.ToLower(first), "sep="); ok && len(mark) == 1 &&
		strings.Contains(",;\t", mark) {
		text, comma, r.skipped = rest, rune(mark[0]), 1
	}
	r.Reader = csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = comma, -1, false
	return r
}

// separator is the one of comma, semicolon and tab that the header uses most, quoted names aside.
func separator(header string) rune {
	count := map[rune]int{}
	quoted := false
	for _, c := range header {
		if c == '"' {
			quoted = !quoted
		} else if !quoted {
			count[c]++
		}
	}
	best := ','
	for _, c := range ";\t" {
		if count[c] > count[best] {
			best = c
		}
	}
	return best
}

func (r reader) broken(err error) error {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return Unreadable("The file cannot be read as CSV.")
	}
	return Unreadable(fmt.Sprintf("Line %d cannot be read: a quotation mark stands in the wrong place. "+
		"Write it twice, and put the whole value in quotation marks.", p.Line+r.skipped))
}
