// Package htmlcheck holds the rules that every page of the product keeps, as
// assertions on the parsed page: one h1, labels, unique ids, nothing inline. It
// knows no screen and no route.
package htmlcheck

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Parse reads a page.
func Parse(t testing.TB, page io.Reader) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(page)
	if err != nil {
		t.Fatalf("htmlcheck: %v", err)
	}
	return doc
}

// Page fails the test with every rule that the page breaks.
func Page(t testing.TB, doc *goquery.Document) {
	t.Helper()
	for _, fault := range Faults(doc) {
		t.Errorf("page %q: %s", Title(doc), fault)
	}
}

// Title is the window's title.
func Title(doc *goquery.Document) string { return strings.TrimSpace(doc.Find("title").Text()) }

// Heading is the text of the h1.
func Heading(doc *goquery.Document) string { return Text(doc.Find("h1").First()) }

// Text is the text of a selection with its white space made single.
func Text(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

// Faults lists the rules that the page breaks.
func Faults(doc *goquery.Document) []string {
	var out []string
	for _, rule := range rules() {
		out = append(out, rule(doc)...)
	}
	return out
}

func rules() []func(*goquery.Document) []string {
	return []func(*goquery.Document) []string{
		frame, labels, nothingInline, uniqueIDs, forms, links, images, references, tables, placeholders,
	}
}

func frame(doc *goquery.Document) []string {
	var out []string
	if n := doc.Find("h1").Length(); n != 1 {
		out = append(out, fmt.Sprintf("has %d h1 elements, want one", n))
	}
	if Title(doc) == "" {
		out = append(out, "has no title")
	}
	if lang, _ := doc.Find("html").Attr("lang"); lang == "" {
		out = append(out, "has no language")
	}
	if n := doc.Find("main").Length(); n != 1 {
		out = append(out, fmt.Sprintf("has %d main elements, want one", n))
	}
	return out
}

func labels(doc *goquery.Document) []string {
	return each(doc.Find("input, select, textarea"), func(s *goquery.Selection) string {
		switch kind, _ := s.Attr("type"); kind {
		case "hidden", "submit", "button":
			return ""
		}
		if has(s, "aria-label") || has(s, "aria-labelledby") || s.Closest("label").Length() > 0 {
			return ""
		}
		if id, ok := s.Attr("id"); ok && doc.Find(fmt.Sprintf("label[for=%q]", id)).Length() > 0 {
			return ""
		}
		return "has no label"
	})
}

func nothingInline(doc *goquery.Document) []string {
	out := each(doc.Find("style, [style]"), func(*goquery.Selection) string { return "is inline style" })
	out = append(out, each(doc.Find("script:not([src])"),
		func(*goquery.Selection) string { return "is inline script" })...)
	return append(out, each(doc.Find("*"), func(s *goquery.Selection) string {
		for _, a := range s.Nodes[0].Attr {
			if strings.HasPrefix(a.Key, "on") {
				return "has the handler " + a.Key
			}
		}
		return ""
	})...)
}

func uniqueIDs(doc *goquery.Document) []string {
	seen := map[string]bool{}
	return each(doc.Find("[id]"), func(s *goquery.Selection) string {
		id, _ := s.Attr("id")
		if seen[id] {
			return "repeats an id of the page"
		}
		seen[id] = true
		return ""
	})
}

func forms(doc *goquery.Document) []string {
	out := each(doc.Find("form"), func(s *goquery.Selection) string {
		if action, _ := s.Attr("action"); !strings.HasPrefix(action, "/") {
			return "does not say where it goes"
		}
		return ""
	})
	return append(out, each(doc.Find("form form"),
		func(*goquery.Selection) string { return "is a form within a form" })...)
}

func links(doc *goquery.Document) []string {
	return each(doc.Find("a, button, summary"), func(s *goquery.Selection) string {
		if goquery.NodeName(s) == "a" {
			if href, _ := s.Attr("href"); href == "" || href == "#" {
				return "leads nowhere"
			}
		}
		if Text(s) == "" && !has(s, "aria-label") {
			return "has no words"
		}
		return ""
	})
}

func images(doc *goquery.Document) []string {
	return each(doc.Find("img:not([alt])"), func(*goquery.Selection) string { return "has no alt text" })
}

// references must name an element of the page.
func references(doc *goquery.Document) []string {
	var out []string
	for _, attr := range []string{"for", "aria-describedby", "aria-labelledby", "form"} {
		out = append(out, each(doc.Find("["+attr+"]"), func(s *goquery.Selection) string {
			value, _ := s.Attr(attr)
			for _, id := range strings.Fields(value) {
				if doc.Find(fmt.Sprintf("[id=%q]", id)).Length() == 0 {
					return fmt.Sprintf("names #%s in %s, which is not there", id, attr)
				}
			}
			return ""
		})...)
	}
	return out
}

func tables(doc *goquery.Document) []string {
	return each(doc.Find("table"), func(s *goquery.Selection) string {
		if s.Find("caption").Length() == 0 {
			return "has no caption"
		}
		return ""
	})
}

// placeholders of the template engine and of Go's formatting must not reach a page.
func placeholders(doc *goquery.Document) []string {
	text := doc.Find("body").Text()
	for _, sign := range []string{"%!", "<nil>", "0001-01-01", "TemplFailedSanitizationURL"} {
		if strings.Contains(text, sign) {
			return []string{fmt.Sprintf("shows %q", sign)}
		}
	}
	return nil
}

func has(s *goquery.Selection, attr string) bool {
	v, ok := s.Attr(attr)
	return ok && v != ""
}

// each collects what fault says about the elements, with the start of their markup.
func each(all *goquery.Selection, fault func(*goquery.Selection) string) []string {
	var out []string
	all.Each(func(_ int, s *goquery.Selection) {
		if f := fault(s); f != "" {
			out = append(out, f+": "+markup(s))
		}
	})
	return out
}

func markup(s *goquery.Selection) string {
	html, err := goquery.OuterHtml(s)
	if err != nil {
		return goquery.NodeName(s)
	}
	if html = strings.Join(strings.Fields(html), " "); len(html) > 120 {
		html = html[:120]
	}
	return html
}
