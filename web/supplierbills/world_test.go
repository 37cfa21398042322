package supplierbills_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
	"time"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/pgtest"
	"seatledger/internal/testkit/webtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk is a site with somebody of the billing role at it.
type desk struct {
	*testing.T
	site *webtest.Site
	c    *webtest.Client
}

func open(t *testing.T) *desk {
	t.Helper()
	s := webtest.Start(t, webtest.Options{At: time.Date(2026, 7, 8, 9, 0, 0, 0, time.UTC)})
	s.SignIn(auth.Admin) // the first user is
	return &desk{T: t, site: s, c: s.SignIn(auth.Billing)}
}

// upload brings a file up to its preview.
func (d *desk) upload(content string, pairs ...string) *webtest.Page {
	d.Helper()
	return d.c.Get("/supplier-bills/new").FormTo("/supplier-bills").Set(pairs...).File("file", content).Submit().Next()
}

// refused brings a file up and gives the page that says why it is not taken.
func (d *desk) refused(content string) string {
	d.Helper()
	p := d.c.Get("/supplier-bills/new").FormTo("/supplier-bills").File("file", content).Submit()
	if p.Status != 422 {
		d.Fatalf("status %d at %s: %s", p.Status, p.Location(), p.Text())
	}
	return p.Text()
}

// say answers questions of a preview.
func (d *desk) say(p *webtest.Page, pairs ...string) *webtest.Page {
	d.Helper()
	f := p.FormTo(p.Path() + "/apply").Set(pairs...)
	f.Action = p.Path() + "/columns"
	return f.Submit().Next()
}

// apply keeps the bill of a preview and gives its page.
func (d *desk) apply(p *webtest.Page) *webtest.Page {
	d.Helper()
	done := p.FormTo(p.Path() + "/apply").Submit().Next()
	return d.c.Get(done.Link("Done"))
}

// lines are the lines of a bill as its file has them.
func (d *desk) lines(bill *webtest.Page) []map[string]string {
	d.Helper()
	return d.c.Get(bill.Path() + "/lines.csv").Records()
}

func column(rows []map[string]string, names ...string) []string {
	var out []string
	for _, r := range rows {
		var some []string
		for _, n := range names {
			some = append(some, r[n])
		}
		out = append(out, strings.Join(some, " "))
	}
	return out
}

// zipped packs each text as a member of its own.
func zipped(t *testing.T, members ...string) string {
	t.Helper()
	var b bytes.Buffer
	for _, m := range members {
		w := gzip.NewWriter(&b)
		if _, err := w.Write([]byte(m)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}
