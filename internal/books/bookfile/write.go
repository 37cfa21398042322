package bookfile

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// Cell is a value of a row over the columns: a text, which may stand in quotes, or a figure.
type Cell struct {
	Value  string
	Figure bool
}

// Name is what the file is called, as part of the export of some number.
func (p Part) Name(export int64) string {
	kind := map[bool]string{false: "invoices", true: "credits"}[p.Credit]
	name := fmt.Sprintf("%s-%d-%s-%s", p.System, export, kind, p.Currency)
	if !p.Month.IsZero() {
		name += "-" + p.Month.String()[:7]
	}
	if p.Of > 1 {
		name += fmt.Sprintf("-%d-of-%d", p.Place, p.Of)
	}
	if p.System == datev.System {
		name = "EXTF_" + name
	}
	return name + ".csv"
}

// Bytes is the file. Nothing in it is made safe for spreadsheets: a program reads it, and
// what goes in comes back as it went.
func (p Part) Bytes() []byte {
	var b bytes.Buffer
	style := p.format.styled(p.options)
	if p.format.Head != nil {
		style.line(&b, p.format.Head(p.options, p))
	}
	cells := make([]Cell, len(p.columns))
	for i, c := range p.columns {
		cells[i] = Cell{Value: c.Name, Figure: true} // names of columns stand in quotes only where they must
	}
	style.line(&b, cells)
	for _, row := range p.rows {
		for i, c := range p.columns {
			cells[i] = Cell{Value: row[i], Figure: c.Kind == Figure}
		}
		style.line(&b, cells)
	}
	if style.Charset != Windows1252 {
		return b.Bytes()
	}
	out := make([]byte, 0, b.Len())
	for _, r := range b.String() {
		c, _ := charmap.Windows1252.EncodeRune(r) // fit has seen to it
		out = append(out, c)
	}
	return out
}

func (s Style) line(b *bytes.Buffer, cells []Cell) {
	for i, c := range cells {
		if i > 0 {
			b.WriteByte(s.Separator)
		}
		if s.QuoteTexts && !c.Figure || needsQuotes(c.Value, s.Separator) {
			b.WriteString(`"` + strings.ReplaceAll(c.Value, `"`, `""`) + `"`)
		} else {
			b.WriteString(c.Value)
		}
	}
	b.WriteString("\r\n")
}

func needsQuotes(v string, separator byte) bool {
	return strings.ContainsAny(v, "\"\r\n"+string(separator)) || strings.HasPrefix(v, " ") || strings.HasSuffix(v, " ")
}

// fit makes a value one that its column and the file can hold, or says why not.
func (j *job) fit(c Column, value string) string {
	switch c.Kind {
	case Figure:
		if whole, _, _ := strings.Cut(strings.TrimPrefix(value, "-"), string(j.style.Point)); c.Most > 0 &&
			len(whole) > c.Most {
			j.refuse("%s in %s has more than %d digits before the point, and %s takes no more.", value, c.Name, c.Most,
				j.Format.Label)
		}
		return value
	case Name:
		return j.name(c, value)
	}
	value = oneLine(value)
	held := j.style.Charset.held(value)
	if held != norm.NFC.String(value) {
		j.changed.replaced++
	}
	value = held
	if c.Most > 0 && utf8.RuneCountInString(value) > c.Most {
		value = string([]rune(value)[:c.Most-1]) + "…"
		j.changed.cut++
	}
	return value
}

// name leaves a name as it is, or refuses the document: a changed one is another's.
func (j *job) name(c Column, value string) string {
	switch {
	case c.Most > 0 && utf8.RuneCountInString(value) > c.Most:
		j.refuse("%q is longer than the %d characters that %s has in %s.", value, c.Most, j.Format.Label, c.Name)
	case strings.ContainsFunc(value, unicode.IsControl):
		j.refuse("%q in %s has a line end or another control character.", value, c.Name)
	case j.style.Charset.held(value) != norm.NFC.String(value):
		j.refuse("%q in %s has characters that a file in %s cannot hold.", value, c.Name, j.style.Charset)
	}
	return norm.NFC.String(value)
}

// held is a text as the character set can hold it: as it is, else with the nearest letters.
func (c Charset) held(s string) string {
	s = norm.NFC.String(s)
	if c != Windows1252 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if fits(r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(nearest(r))
	}
	return b.String()
}

func fits(r rune) bool {
	_, ok := charmap.Windows1252.EncodeRune(r)
	return ok && !unicode.IsControl(r)
}

var letters = map[rune]string{'Ł': "L", 'ł': "l", 'Đ': "D", 'đ': "d", 'ı': "i", '→': "->", '−': "-", '\u202f': " "}

func nearest(r rune) string {
	if l, ok := letters[r]; ok {
		return l
	}
	if base, _ := utf8.DecodeRuneInString(norm.NFD.String(string(r))); fits(base) {
		return string(base)
	}
	return "?"
}
