package paper

import (
	"strings"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
)

// align is where a text stands in its column.
type align int

const (
	left align = iota
	right
)

const (
	margin = 18.0 // of a page, in millimetres
	small  = 8.0  // sizes of letters, in points
	normal = 9.0
	large  = 16.0
)

// lineHeight is what a line of a size takes, in millimetres.
func lineHeight(size float64) float64 { return size * 0.3528 * 1.35 }

// paper draws texts of several scripts.
type paper struct {
	*fpdf.Fpdf
	shelf
	width, height float64
}

func (p *paper) measure(text string, size float64, bold bool) float64 {
	w := 0.0
	for _, r := range p.runs(text, bold) {
		p.SetFont(r.font.family, r.font.style, size)
		w += p.GetStringWidth(r.text)
	}
	return w
}

// put draws a text that fits its width, with its top at y.
func (p *paper) put(x, y, w float64, text string, size float64, bold bool, a align) {
	if a == right {
		x += w - p.measure(text, size, bold)
	}
	for _, r := range p.runs(text, bold) {
		p.SetFont(r.font.family, r.font.style, size)
		p.Text(x, y+size*0.3528, r.text)
		x += p.GetStringWidth(r.text)
	}
}

// wrap cuts a text into lines of a width: between words, between Asian characters, and
// inside a word that is wider than the line.
func (p *paper) wrap(text string, w, size float64, bold bool) []string {
	var lines []string
	line := ""
	for _, piece := range pieces(clean(text)) {
		if p.measure(strings.TrimRight(line+piece, " "), size, bold) <= w {
			line += piece
			continue
		}
		if line != "" {
			lines = append(lines, strings.TrimRight(line, " "))
		}
		line = piece
		for p.measure(strings.TrimRight(line, " "), size, bold) > w && len([]rune(line)) > 1 {
			fits := p.fitting(line, w, size, bold)
			lines, line = append(lines, line[:fits]), line[fits:]
		}
	}
	if line = strings.TrimRight(line, " "); line != "" {
		lines = append(lines, line)
	}
	return lines
}

// fitting is how many bytes of a word fit a line, at least those of one character.
func (p *paper) fitting(word string, w, size float64, bold bool) int {
	at := 0
	for i, r := range word {
		next := i + len(string(r))
		if at > 0 && p.measure(word[:next], size, bold) > w {
			break
		}
		at = next
	}
	return at
}

// pieces are what a text may be cut between: words with the space behind them, and single Asian characters.
func pieces(text string) []string {
	var out []string
	word := ""
	for _, r := range text {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) {
			if word != "" {
				out = append(out, word)
			}
			out, word = append(out, string(r)), ""
			continue
		}
		word += string(r)
		if r == ' ' {
			out, word = append(out, word), ""
		}
	}
	if word != "" {
		out = append(out, word)
	}
	return out
}

// block draws lines below each other and gives where it ended.
func (p *paper) block(x, y, w float64, texts []string, size float64, bold bool) float64 {
	for _, t := range texts {
		for _, l := range p.wrap(t, w, size, bold) {
			p.put(x, y, w, l, size, bold, left)
			y += lineHeight(size)
		}
	}
	return y
}

func (p *paper) rule(y float64) {
	p.SetDrawColor(150, 150, 150)
	p.SetLineWidth(0.2)
	p.Line(margin, y, p.width-margin, y)
}

func (p *paper) grey(on bool) {
	if on {
		p.SetTextColor(85, 85, 85)
		return
	}
	p.SetTextColor(0, 0, 0)
}
