package sheet

import (
	"fmt"
	"regexp"
	"strconv"
)

// texts is that table: one long text, and where each of them ends.
type texts struct {
	all  string
	ends []int
}

func (t *texts) at(index string) (string, bool) {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(t.ends) {
		return "", false
	}
	from := 0
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.all[from:t.ends[i]], true
}

// readTexts reads the table of shared texts.
func (b *book) readTexts(links map[string]link) error {
	var all []byte
	var ends []int
	var in phrase
	err := b.each(partOf(links, "sharedStrings"), func(x *scanner) error {
		switch {
		case x.opens("sst"):
			if n, err := strconv.Atoi(x.attr("uniqueCount")); err == nil && n > b.bounds.texts {
				return b.bounds.tooManyTexts()
			}
		case x.opens("si"):
			in = phrase{}
		case x.closes("si"):
			if all, ends = append(all, unescaped(in.letters)...), append(ends, 0); len(ends) > b.bounds.texts ||
				len(all) > b.bounds.letters {
				return b.bounds.tooManyTexts()
			}
			ends[len(ends)-1] = len(all)
		default:
			return in.take(x)
		}
		return nil
	})
	b.strings = &texts{string(all), ends}
	return err
}

func (m bounds) tooManyTexts() error {
	return Unreadable(fmt.Sprintf("The workbook holds more than %d different texts or %d MB of them. "+
		"Save only the list, as CSV UTF-8, and upload that file.", m.texts, m.letters>>20))
}

// phrase gathers the letters of a text that may be written in several runs. How a
// word is pronounced (rPh) is none of it.
type phrase struct {
	letters []byte
	open    bool
	aside   bool
}

func (p *phrase) take(x *scanner) error {
	switch {
	case x.opens("rPh"):
		p.aside = true
	case x.closes("rPh"):
		p.aside = false
	case x.opens("t"):
		p.open = !p.aside
	case x.closes("t"):
		p.open = false
	case p.open:
		if p.letters = append(p.letters, x.text()...); len(p.letters) > maxCell {
			return hugeText()
		}
	}
	return nil
}

var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescaped writes out what a workbook cannot hold as it is: _x000D_ is a line end.
func unescaped(b []byte) []byte {
	return escaped.ReplaceAllFunc(b, func(m []byte) []byte {
		n, err := strconv.ParseUint(string(m[2:6]), 16, 32)
		if err != nil || n == 0 {
			return m
		}
		return []byte(string(rune(n)))
	})
}
