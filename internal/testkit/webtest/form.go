package webtest

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"

	"github.com/PuerkitoBio/goquery"

	"seatledger/internal/testkit/htmlcheck"
)

// Form is a form of a page, filled as the page filled it.
type Form struct {
	Method string // GET or POST
	Action string
	Values url.Values

	page  *Page
	files map[string]string
	named map[string]bool // every field a person could fill
}

// Form finds a form by a CSS selector; the test ends when there is none.
func (p *Page) Form(selector string) *Form {
	p.c.t.Helper()
	s := p.Doc().Find(selector).Filter("form").First()
	if s.Length() == 0 {
		p.c.t.Fatalf("webtest: %s has no form %s; it has %q", p.Path(), selector, formActions(p.Doc()))
	}
	action, _ := s.Attr("action")
	f := &Form{Method: http.MethodGet, Action: action, page: p, Values: url.Values{}, files: map[string]string{},
		named: map[string]bool{}}
	if m, _ := s.Attr("method"); m == "post" {
		f.Method = http.MethodPost
	}
	f.read(s)
	return f
}

// FormTo finds the form that posts to an address.
func (p *Page) FormTo(action string) *Form {
	p.c.t.Helper()
	return p.Form(`form[method="post"][action="` + action + `"]`)
}

func formActions(doc *goquery.Document) []string {
	return doc.Find("form").Map(func(_ int, s *goquery.Selection) string {
		action, _ := s.Attr("action")
		return action
	})
}

// read takes the fields within the form, and those elsewhere that name it.
func (f *Form) read(s *goquery.Selection) {
	fields := s.Find("input, select, textarea")
	if id, ok := s.Attr("id"); ok {
		fields = fields.AddSelection(f.page.Doc().Find(`[form="` + id + `"]`).Filter("input, select, textarea"))
	}
	fields.Each(func(_ int, field *goquery.Selection) {
		name, _ := field.Attr("name")
		_, disabled := field.Attr("disabled")
		if name == "" || disabled || field.Closest("fieldset[disabled]").Length() > 0 {
			return
		}
		f.named[name] = true
		if value, sent := valueOf(field); sent {
			f.Values.Add(name, value)
		}
	})
}

// valueOf is what a browser sends of a field that nobody touched.
func valueOf(field *goquery.Selection) (value string, sent bool) {
	switch goquery.NodeName(field) {
	case "textarea":
		return field.Text(), true
	case "select":
		chosen := field.Find("option[selected]")
		if chosen.Length() == 0 {
			chosen = field.Find("option").First()
		}
		value, ok := chosen.Attr("value")
		if !ok {
			value = htmlcheck.Text(chosen)
		}
		return value, chosen.Length() > 0
	}
	value, given := field.Attr("value")
	_, checked := field.Attr("checked")
	switch kind, _ := field.Attr("type"); kind {
	case "submit", "button", "reset", "file", "image":
		return "", false
	case "checkbox", "radio":
		if !given {
			value = "on"
		}
		return value, checked
	}
	return value, true
}

// Set fills fields, as name and value by turns; the test ends when the form lacks one.
func (f *Form) Set(pairs ...string) *Form {
	f.page.c.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		if !f.named[pairs[i]] {
			f.page.c.t.Fatalf("webtest: the form %s on %s has no field %s", f.Action, f.page.Path(), pairs[i])
		}
		f.Values.Set(pairs[i], pairs[i+1])
	}
	return f
}

// Tick ticks one more box of a name.
func (f *Form) Tick(name, value string) *Form {
	f.page.c.t.Helper()
	if !f.named[name] {
		f.page.c.t.Fatalf("webtest: the form %s on %s has no box %s", f.Action, f.page.Path(), name)
	}
	f.Values.Add(name, value)
	return f
}

// File puts a file into a field.
func (f *Form) File(name, content string) *Form {
	f.files[name] = content
	return f
}

// Submit sends the form and gives the answer as it is; a redirect is not followed.
func (f *Form) Submit() *Page {
	f.page.c.t.Helper()
	to := f.page.resolve(f.Action)
	switch {
	case f.Method == http.MethodGet:
		return f.page.c.Look(to + "?" + f.Values.Encode())
	case len(f.files) > 0:
		return f.upload(to)
	}
	return f.page.c.Post(to, f.Values)
}

// Submit fills the first form that the selector finds and sends it, following the
// redirect of a good answer.
func (p *Page) Submit(selector string, pairs ...string) *Page {
	p.c.t.Helper()
	return p.Form(selector).Set(pairs...).Submit().Next()
}

func (f *Form) upload(to string) *Page {
	f.page.c.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	err := f.write(w)
	if err != nil {
		f.page.c.t.Fatalf("webtest: %v", err)
	}
	r := f.page.c.Request(http.MethodPost, to, nil)
	r.Body = io.NopCloser(&body)
	r.ContentLength = int64(body.Len())
	r.Header.Set("Content-Type", w.FormDataContentType())
	return f.page.c.Send(r)
}

func (f *Form) write(w *multipart.Writer) error {
	for name, values := range f.Values {
		for _, v := range values {
			if err := w.WriteField(name, v); err != nil {
				return err
			}
		}
	}
	for name, content := range f.files {
		part, err := w.CreateFormFile(name, name+".csv")
		if err != nil {
			return err
		}
		if _, err := io.WriteString(part, content); err != nil {
			return err
		}
	}
	return w.Close()
}
