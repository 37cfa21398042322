package webtest

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"seatledger/internal/testkit/htmlcheck"
)

// Page is an answer, as a browser shows it.
type Page struct {
	Method string
	URL    *url.URL // where the redirects ended
	Status int
	Header http.Header
	Body   []byte

	c   *Client
	doc *goquery.Document
}

// Path is the address within the site, with its query.
func (p *Page) Path() string { return p.URL.RequestURI() }

// IsHTML tells whether the answer is a page.
func (p *Page) IsHTML() bool { return strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") }

// Doc is the parsed page.
func (p *Page) Doc() *goquery.Document {
	p.c.t.Helper()
	if p.doc == nil {
		p.doc = htmlcheck.Parse(p.c.t, bytes.NewReader(p.Body))
	}
	return p.doc
}

// Text is the visible text of the page's main part.
func (p *Page) Text() string {
	p.c.t.Helper()
	return htmlcheck.Text(p.Doc().Find("main"))
}

// Has tells whether the main part shows some words.
func (p *Page) Has(words string) bool {
	p.c.t.Helper()
	return strings.Contains(p.Text(), words)
}

// Shows fails the test when the main part lacks some of the words.
func (p *Page) Shows(words ...string) *Page {
	p.c.t.Helper()
	for _, w := range words {
		if !p.Has(w) {
			p.c.t.Errorf("%s does not show %q: %.1500s", p.Path(), w, p.Text())
		}
	}
	return p
}

// Link is where the first link with these words leads; the test ends when there is none.
func (p *Page) Link(words string) string {
	p.c.t.Helper()
	found := p.Doc().Find("a").FilterFunction(func(_ int,
		s *goquery.Selection) bool {
		return htmlcheck.Text(s) == words
	})
	href, ok := found.First().Attr("href")
	if !ok {
		p.c.t.Fatalf("webtest: %s has no link %q; it has %q", p.Path(), words, linkWords(p.Doc()))
	}
	return href
}

func linkWords(doc *goquery.Document) []string {
	return doc.Find("main a").Map(func(_ int, s *goquery.Selection) string { return htmlcheck.Text(s) })
}

// Follow opens the first link with these words.
func (p *Page) Follow(words string) *Page {
	p.c.t.Helper()
	return p.c.Get(p.resolve(p.Link(words)))
}

// Links are the addresses within the site that the page links to, as paths with query.
func (p *Page) Links() []string {
	p.c.t.Helper()
	var out []string
	p.Doc().Find("a[href]").Each(func(_ int, s *goquery.Selection) {
		href, _ := s.Attr("href")
		if u, err := p.URL.Parse(href); err == nil && u.Host == p.URL.Host && u.Scheme == p.URL.Scheme {
			out = append(out, u.RequestURI())
		}
	})
	return out
}

// Next opens where a redirect leads; the test ends unless the answer is a 303.
func (p *Page) Next() *Page {
	p.c.t.Helper()
	p.want(http.StatusSeeOther)
	return p.c.Get(p.resolve(p.Header.Get("Location")))
}

// Location is where a redirect leads.
func (p *Page) Location() string { return p.Header.Get("Location") }

// Want fails the test unless the answer has this status, and gives the page back.
func (p *Page) Want(status int) *Page {
	p.c.t.Helper()
	return p.want(status)
}

func (p *Page) want(status int) *Page {
	p.c.t.Helper()
	if p.Status != status {
		p.c.t.Fatalf("webtest: %s %s answers %d, want %d: %.1500s", p.Method, p.Path(), p.Status, status, p.gist())
	}
	return p
}

func (p *Page) gist() string {
	if !p.IsHTML() {
		return string(p.Body)
	}
	return p.Text()
}

func (p *Page) resolve(href string) string {
	p.c.t.Helper()
	u, err := p.URL.Parse(href)
	if err != nil {
		p.c.t.Fatalf("webtest: %s links to %q: %v", p.Path(), href, err)
	}
	return u.String()
}
