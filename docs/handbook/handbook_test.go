package handbook

import (
	"strings"
	"testing"
)

// anchors are the sections of a page.
func anchors(p Page) map[string]bool {
	out := map[string]bool{"": true}
	for _, b := range p.Blocks {
		if b.Kind == Heading {
			out[b.Anchor] = true
		}
	}
	return out
}

func TestEveryPlaceAndEveryLinkLeadsToASectionThatIsThere(t *testing.T) {
	t.Parallel()
	pages := Pages()
	if len(pages) != len(order()) {
		t.Fatalf("%d pages of %d", len(pages), len(order()))
	}
	leads := func(from, to string) {
		t.Helper()
		name, anchor, _ := strings.Cut(strings.TrimPrefix(to, "/help/"), "#")
		if p, ok := Find(name); !ok || !anchors(p)[anchor] {
			t.Errorf("%s leads to %s, which is not there", from, to)
		}
	}
	for at := range places() {
		leads(at, For(at))
	}
	if got := For("/providers/7c9e6679/edit"); got != "/help/connect#the-provider" {
		t.Errorf("a page below a place: %s", got)
	}
	for _, p := range pages {
		if p.Title == "" || len(p.Blocks) < 1 {
			t.Errorf("%s: title %q, %d blocks", p.Name, p.Title, len(p.Blocks))
		}
		for _, b := range p.Blocks {
			lines := append([][]Span{b.Text}, flat(b.Rows)...)
			for _, line := range lines {
				for _, s := range line {
					if strings.HasPrefix(s.Link, "/help/") {
						leads(p.Name, s.Link)
					}
				}
			}
			if b.Kind == Table && len(b.Rows) < 2 {
				t.Errorf("%s: a table of %d rows", p.Name, len(b.Rows))
			}
		}
	}
}

func flat(rows [][][]Span) [][]Span {
	var out [][]Span
	for _, r := range rows {
		out = append(out, r...)
	}
	return out
}

func TestAPageIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	p := read("x",
		"# Title\n\nOne `code` and **bold**,\n[there](map.md#files) or [out](../x.md).\n\n* a\n* b\n\n1. c\n\n"+
			"| A | B |\n| --- | --- |\n| x | y |\n\n```\nrun it\n```\n\n## A, section!\n")
	kinds := ""
	for _, b := range p.Blocks {
		kinds += string(rune('0' + int(b.Kind)))
	}
	if p.Title != "Title" || kinds != "0223541" || p.Blocks[6].Anchor != "a-section" ||
		p.Blocks[5].Code != "run it" ||
		len(p.Blocks[4].Rows) != 2 || p.Blocks[0].Text[5].Link != "/help/map#files" ||
		p.Blocks[0].Text[7].Link != "" {
		t.Errorf("%s %+v", kinds, p)
	}
	if _, ok := Find("../../README"); ok {
		t.Error("a file that is no page is found")
	}
}
