package contracts_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/htmlcheck"
)

// typing makes a contract and fills the form of a line in.
func (d *desk) typing() (contract string, form *goquery.Selection, v url.Values) {
	d.Helper()
	contract = d.post("/contracts", d.filled("Contoso"), http.StatusSeeOther).Header().Get("Location")
	form = d.get(contract + "/lines/new").Find("main form").First()
	v = values(form)
	v.Set("text", "Support, gold")
	v.Set("unit_amount", "49.90")
	v.Set("every", "cycle")
	return contract, form, v
}

func (d *desk) typedRow(contract, text string) *goquery.Selection {
	d.Helper()
	row := d.get(contract).Find("#typed-lines tbody tr").FilterFunction(func(_ int,
		s *goquery.Selection) bool {
		return strings.Contains(s.Text(), text)
	})
	if row.Length() != 1 {
		d.Fatalf("%d rows of %s", row.Length(), text)
	}
	return row
}

func TestALineIsTypedAndSetAside(t *testing.T) {
	t.Parallel()
	d := open(t)
	contract, form, v := d.typing()
	v.Set("quantity", "2.5")
	d.post(form.AttrOr("action", ""), v, http.StatusSeeOther)
	row := d.typedRow(contract, "Support, gold")
	for _, part := range []string{"every cycle from 2026-11-22", "2.5", "49.90", "124.75", "not yet"} {
		if !strings.Contains(htmlcheck.Text(row), part) {
			t.Errorf("lacks %q: %s", part, htmlcheck.Text(row))
		}
	}
	if d.get(row.Find("a").First().AttrOr("href", "")).Find("input[name=until]").Length() != 1 {
		t.Error("no form of its end")
	}
	aside := row.Find("a").Last().AttrOr("href", "")
	confirm := d.get(aside).Find("main form").First()
	d.post(confirm.AttrOr("action", ""), values(confirm), http.StatusSeeOther)
	if text := htmlcheck.Text(d.typedRow(contract, "Support, gold")); !strings.Contains(text, "set aside") {
		t.Error(text)
	}
	d.post(confirm.AttrOr("action", ""), values(confirm), http.StatusConflict)
	d.post(strings.Replace(aside, "set-aside", "end", 1), url.Values{"until": {"2027-01-01"}}, http.StatusConflict)
}

func TestWhatIsNoLineComesBackWithItsProblems(t *testing.T) {
	t.Parallel()
	d := open(t)
	contract, form, good := d.typing()
	for _, bad := range []struct{ field, typed string }{
		{"text", ""}, {"text", strings.Repeat("é", 201)}, {"quantity", "0"}, {"quantity", "-1"}, {"quantity", "two"},
		{"quantity", "1,5"}, {"quantity", "0.0000001"},
		{"unit_amount", ""}, {"unit_amount", "ten"}, {"unit_amount", "1e11"}, {"unit_amount", "1000000000000"},
		{"unit_amount", "-1000000000000"}, {"unit_amount", "0.0000001"},
		{"unit_amount", strings.Repeat("9", 40)}, {"unit_amount", "NaN"}, {"tax_code", "S99"}, {"every", ""},
		{"every", "weekly"}, {"from", ""}, {"from", "31.12.2026"},
		{"from", "2026-11-21"}, {"from", "2032-01-01"}, {"until", "2026-11-22"}, {"until", "soon"},
	} {
		v := url.Values{}
		for name, set := range good {
			v[name] = set
		}
		v.Set(bad.field, bad.typed)
		page := d.page(d.post(form.AttrOr("action", ""), v, http.StatusUnprocessableEntity))
		if n := page.Find(".summary li").Length(); n != 1 ||
			page.Find(".summary a[href='#"+bad.field+"'], .summary a[href*='"+bad.field+"']").Length() == 0 {
			t.Errorf("%s %q: %s", bad.field, bad.typed, htmlcheck.Text(page.Find(".summary")))
		}
	}
	v := url.Values{}
	for name, set := range good {
		v[name] = set
	}
	v.Set("quantity", "1000000")
	v.Set("unit_amount", "1000000")
	d.post(form.AttrOr("action", ""), v, http.StatusUnprocessableEntity)
	good.Set("every", "once")
	good.Set("until", "2026-12-31")
	d.post(form.AttrOr("action", ""), good, http.StatusUnprocessableEntity)
	if n := d.get(contract).Find("#typed-lines tbody tr").Length(); n != 0 {
		t.Errorf("%d lines", n)
	}
	d.do(newRequest(contract+"/lines/0190a000-0000-7000-8000-00000000000f/end"), http.StatusNotFound)
	d.do(newRequest(contract+"/lines/x/end"), http.StatusNotFound)
}

func TestATypedLineKeepsCurrencyAndCustomerOfItsContract(t *testing.T) {
	t.Parallel()
	d := open(t)
	contract, form, v := d.typing()
	d.post(form.AttrOr("action", ""), v, http.StatusSeeOther)
	edit := values(d.get(contract + "/edit").Find("main form").First())
	edit.Set("currency", "EUR")
	edit.Set("price_list_id", "")
	page := d.page(d.post(contract, edit, http.StatusUnprocessableEntity))
	if text := htmlcheck.Text(page.Find(".summary")); !strings.Contains(text,
		"1 lines in this contract were typed in USD") {
		t.Error(text)
	}
}

func TestAViewerSeesTypedLinesAndIsOfferedNothing(t *testing.T) {
	t.Parallel()
	d := open(t)
	contract, form, v := d.typing()
	d.post(form.AttrOr("action", ""), v, http.StatusSeeOther)
	d.role = auth.Viewer
	if n := d.get(contract).Find("#typed-lines a").Length(); n != 0 {
		t.Errorf("%d links", n)
	}
	d.typedRow(contract, "Support, gold")
}

// A form that is sent twice, by a double click or a page that is loaded again, is one line; another line wants a page
// of its own.
func TestAFormSentTwiceIsOneTypedLine(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, form, v := d.typing()
	to := form.AttrOr("action", "")
	d.post(to, v, http.StatusSeeOther)
	d.post(to, v, http.StatusSeeOther)
	contract := strings.TrimSuffix(to, "/lines")
	d.typedRow(contract, "Support, gold")
	v.Set("text", "Support, silver")
	if page := d.page(d.post(to, v, http.StatusConflict)); !strings.Contains(htmlcheck.Text(page.Selection), "anew") {
		t.Error(htmlcheck.Text(page.Selection))
	}
	other := d.post("/contracts", d.filled("Fabrikam"), http.StatusSeeOther).Header().Get("Location")
	v.Set("text", "Support, gold")
	d.post(other+"/lines", v, http.StatusConflict)
	v.Set("press", "x")
	d.post(to, v, http.StatusUnprocessableEntity)
	v.Del("press")
	d.post(other+"/lines", v, http.StatusSeeOther)
	d.typedRow(other, "Support, gold")
	if n := d.get(contract).Find("#typed-lines tbody tr").Length(); n != 1 {
		t.Errorf("%d lines", n)
	}
}
