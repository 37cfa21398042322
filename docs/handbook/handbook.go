// Package handbook is the handbook as the program carries it: its pages, read into parts that a screen can show, and
// which page tells of which address of the app. It knows no screen and no record.
package handbook

import (
	"embed"
	"path"
	"regexp"
	"strings"
)

//go:embed *.md
var files embed.FS

// Page is one page.
type Page struct {
	Name   string // of its file and in its address
	Title  string
	Blocks []Block
}

// Kind is what a block is.
type Kind int

// The kinds of block.
const (
	Paragraph Kind = iota
	Heading
	Item     // of a list
	Numbered // of a numbered list
	Code
	Table
)

// Block is a part of a page.
type Block struct {
	Kind   Kind
	Anchor string // of a heading
	Text   []Span
	Code   string
	Rows   [][][]Span // of a table, the head first
}

// Span is a piece of a line.
type Span struct {
	Text string
	Code bool
	Bold bool
	Link string // an address of the handbook or of the app; empty: none
}

// order is that in which the pages are read.
func order() []string {
	return []string{"start", "connect", "map", "review", "bill", "reconcile", "cut-over", "operate", "secure", "extend",
		"glossary"}
}

// Pages are all pages, in the order in which they are read.
func Pages() []Page {
	var out []Page
	for _, name := range order() {
		if p, ok := Find(name); ok {
			out = append(out, p)
		}
	}
	return out
}

// Find gives a page by its name.
func Find(name string) (Page, bool) {
	b, err := files.ReadFile(path.Base(name) + ".md")
	if err != nil {
		return Page{}, false
	}
	return read(name, string(b)), true
}

func read(name, text string) Page {
	p := Page{Name: name}
	var para []string
	flush := func() {
		if len(para) > 0 {
			p.Blocks = append(p.Blocks, Block{Text: spans(strings.Join(para, " "))})
			para = nil
		}
	}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case strings.HasPrefix(line, "# "):
			p.Title = line[2:]
		case strings.HasPrefix(line, "## "):
			flush()
			p.Blocks = append(p.Blocks, Block{Kind: Heading, Anchor: Anchor(line[3:]), Text: spans(line[3:])})
		case strings.HasPrefix(line, "```"):
			flush()
			var code []string
			for i++; i < len(lines) && !strings.HasPrefix(lines[i], "```"); i++ {
				code = append(code, lines[i])
			}
			p.Blocks = append(p.Blocks, Block{Kind: Code, Code: strings.Join(code, "\n")})
		case strings.HasPrefix(line, "|"):
			flush()
			table := Block{Kind: Table}
			for ; i < len(lines) && strings.HasPrefix(lines[i], "|"); i++ {
				if row := cells(lines[i]); row != nil {
					table.Rows = append(table.Rows, row)
				}
			}
			i--
			p.Blocks = append(p.Blocks, table)
		case strings.HasPrefix(line, "* "):
			flush()
			p.Blocks = append(p.Blocks, Block{Kind: Item, Text: spans(line[2:])})
		case numbered.MatchString(line):
			flush()
			p.Blocks = append(p.Blocks, Block{Kind: Numbered, Text: spans(numbered.ReplaceAllString(line, ""))})
		case strings.TrimSpace(line) == "":
			flush()
		default:
			para = append(para, line)
		}
	}
	flush()
	return p
}

var (
	numbered = regexp.MustCompile(`^\d+\. `)
	ruler    = regexp.MustCompile(`^\|[\s|:-]+\|$`)
	inline   = regexp.MustCompile("`([^`]+)`|\\*\\*([^*]+)\\*\\*|\\[([^\\]]+)\\]\\(([^)]+)\\)")
	plain    = regexp.MustCompile(`[^a-z0-9]+`)
)

// Anchor is the name by which a heading is found.
func Anchor(heading string) string {
	return strings.Trim(plain.ReplaceAllString(strings.ToLower(heading), "-"), "-")
}

func cells(line string) [][]Span {
	if ruler.MatchString(line) {
		return nil
	}
	var out [][]Span
	for _, cell := range strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ") {
		out = append(out, spans(strings.TrimSpace(cell)))
	}
	return out
}

func spans(text string) []Span {
	var out []Span
	at := 0
	for _, m := range inline.FindAllStringSubmatchIndex(text, -1) {
		if m[0] > at {
			out = append(out, Span{Text: text[at:m[0]]})
		}
		part := func(n int) string { return text[m[2*n]:m[2*n+1]] }
		switch {
		case m[2] >= 0:
			out = append(out, Span{Text: part(1), Code: true})
		case m[4] >= 0:
			out = append(out, Span{Text: part(2), Bold: true})
		default:
			out = append(out, Span{Text: part(3), Link: address(part(4))})
		}
		at = m[1]
	}
	if at < len(text) {
		out = append(out, Span{Text: text[at:]})
	}
	return out
}

// address leads from one page of the handbook to another in the app; what lies outside the handbook is no link there.
func address(to string) string {
	name, anchor, _ := strings.Cut(to, "#")
	if strings.HasPrefix(to, "/") {
		return to
	}
	name, ours := strings.CutSuffix(name, ".md")
	if !ours || strings.Contains(name, "/") {
		return ""
	}
	to = "/help/" + name
	if anchor != "" {
		to += "#" + anchor
	}
	return to
}
