package site_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/jackc/pgx/v5"

	"seatledger/internal/testkit/webtest"
)

// planted are values that nobody types, by the type of a column, for looking whether one was stored.
var planted = map[string]string{"uuid": "0badc0de-0000-4000-8000-00000badc0de", "text": "planted-in-a-column",
	"int4": "424242", "int8": "424242", "numeric": "424242.42", "date": "2041-02-03", "bool": "true",
	"timestamptz": "2041-02-03T04:05:06Z"}

// columns are the names of all columns of all tables of ours, each with a planted value of its type.
func columns(t *testing.T, s *webtest.Site) url.Values {
	t.Helper()
	rows, err := s.DB.Owner().Query(t.Context(), `SELECT DISTINCT ON (column_name) column_name::text, udt_name::text
		FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2`)
	if err != nil {
		t.Fatal(err)
	}
	out := url.Values{}
	var name, kind string
	if _, err := pgx.ForEachRow(rows, []any{&name, &kind}, func() error {
		v, known := planted[kind]
		if !known {
			v = planted["text"]
		}
		out.Set(name, v)
		return nil
	}); err != nil || len(out) < 200 {
		t.Fatalf("%d columns, %v", len(out), err)
	}
	return out
}

// with adds the columns that a form has no field for. A tick that is not set is a field too.
func with(f *webtest.Form, form *goquery.Selection, more url.Values) *webtest.Form {
	for name, v := range more {
		if form.Find(`[name="`+name+`"]`).Length() == 0 {
			f.Values[name] = v
		}
	}
	return f
}

// writtenAnew are forms whose every saving is a version of its own; of these only what was planted is looked for.
var writtenAnew = []string{"/books/:system", "/settings/mail/rules", "/providers/:id/dialect", "/crm-accounts/:id/mail",
	"/settings/four-eyes", "/settings/sso", "/settings/profile/notices",
	"/settings/sign-in", "/contracts/:id/lines/:line/end", "/contracts/:id/lines/:line/set-aside", "/renewals/:id/:day"}

// TestAFormTakesNoColumnButItsOwn sends each form of a record as it stands with the name of every column of the
// database beside its own fields: a record that was saved unchanged stays unchanged, whatever else was sent. New
// records are made the same way, and none of what was sent for a column is stored.
func TestAFormTakesNoColumnButItsOwn(t *testing.T) {
	t.Parallel()
	w := walked(t)
	w.keepByHand()
	w.bill()
	w.SignIn("billing")
	more, edits := columns(t, w.Site), 0
	except := []string{"sessions", "audit_events", "audit_folds", "audit_head", "audit_days", "choice_marks"}
	pages := crawlAs(w.admin, w.extra...).one()
	for _, p := range pages {
		p.Doc().Find(`form[method="post"]:has(input[name="version"])`).Each(func(_ int, form *goquery.Selection) {
			action := form.AttrOr("action", "")
			f := p.FormTo(action)
			if f.Submit().Status != http.StatusSeeOther {
				return // a deed and no form of a record, or one that is not whole as it stands
			}
			fresh := w.admin.Look(p.Path())
			if !fresh.IsHTML() || fresh.Doc().Find(`form[action="`+action+`"]`).Length() == 0 {
				return
			}
			before := w.Versions(except...)
			if got := with(fresh.FormTo(action), form, more).Submit().Status; got >= http.StatusInternalServerError {
				t.Errorf("%s with every column: %d", action, got)
			}
			edits++
			if !slices.ContainsFunc(writtenAnew, func(pattern string) bool { return fits(pattern, action) }) {
				w.same(before, w.Versions(except...))
			}
		})
	}
	made := w.makeWithColumns(pages, more)
	t.Logf("%d forms of records and %d of new ones took every column", edits, made)
	if edits < 6 || made < 6 {
		t.Errorf("%d forms of records and %d of new ones took every column: this proves little", edits, made)
	}
	dump := w.Dump()
	for kind, v := range planted {
		if kind != "bool" && strings.Contains(dump, v) {
			t.Errorf("a column of kind %s took %s: %s", kind, v, around(dump, v))
		}
	}
}

// makeWithColumns sends the forms of new records, filled as usual, and counts those that were taken.
func (w *walk) makeWithColumns(pages []*webtest.Page, more url.Values) int {
	w.t.Helper()
	made := 0
	for _, p := range pages {
		if !strings.HasSuffix(p.URL.Path, "/new") {
			continue
		}
		p.Doc().Find(`main form[method="post"]`).Each(func(_ int, form *goquery.Selection) {
			f := with(p.FormTo(form.AttrOr("action", "")), form, more)
			for name, usual := range usually {
				if form.Find(`[name="`+name+`"]`).Length() > 0 && f.Values.Get(name) == "" {
					f.Values.Set(name, strings.ReplaceAll(usual, "#", "9"))
				}
			}
			switch got := f.Submit().Status; {
			case got == http.StatusSeeOther:
				made++
			case got >= http.StatusInternalServerError:
				w.t.Errorf("%s with every column: %d", f.Action, got)
			}
		})
	}
	return made
}
