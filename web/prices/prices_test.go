package prices_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/testkit/htmlcheck"
)

var ids = regexp.MustCompile(`,[0-9a-f-]{36},`)

func (d *desk) newList(name string) string {
	d.Helper()
	return d.post("/price-lists", url.Values{"name": {name}, "currency": {"usd"}},
		http.StatusSeeOther).Header().Get("Location")
}

// newPrice adds a price through the form, with its prefilled values.
func (d *desk) newPrice(list string) {
	d.Helper()
	form := d.get(list + "/items/new").Find("main form").First()
	v := values(form)
	v.Set("part_number", "CFQ7TTC0LH18:0001")
	v.Set("product_name", "Business Basic")
	v.Set("unit_price", "1234.5")
	d.post(form.AttrOr("action", ""), v, http.StatusSeeOther)
}

func TestAPriceListIsMadeFilledAndEdited(t *testing.T) {
	t.Parallel()
	d := open(t)
	list := d.newList("Standard")
	d.newPrice(list)
	row := d.get(list + "?in_force=yes").Find("main tbody tr")
	if text := htmlcheck.Text(row); row.Length() != 1 || !strings.Contains(text, "1,234.50 USD per month") ||
		!strings.Contains(text, "Microsoft") {
		t.Fatalf("%d rows: %s", row.Length(), text)
	}
	item := row.Find("a").AttrOr("href", "")
	form := d.get(item).Find("main form").First()
	v := values(form)
	v.Set("unit_price", "1300")
	d.post(item, v, http.StatusSeeOther)
	page := d.page(d.post(item, v, http.StatusConflict))
	if text := htmlcheck.Text(page.Find("main")); !strings.Contains(text, "Somebody else has saved") {
		t.Errorf("stale: %s", text)
	}
	v.Set("version", "2")
	v.Set("unit_price", "1,300")
	page = d.page(d.post(item, v, http.StatusUnprocessableEntity))
	if text := htmlcheck.Text(page.Find(".summary")); !strings.Contains(text, "is no price") {
		t.Errorf("a comma: %s", text)
	}
	if text := htmlcheck.Text(d.get(item + "/delete").Find("main")); !strings.Contains(text, "1,300.00 USD per month") {
		t.Errorf("before deleting: %s", text)
	}
	d.post(item+"/delete", nil, http.StatusSeeOther)
	if text := htmlcheck.Text(d.get(list).Find("main")); !strings.Contains(text, "No prices yet") {
		t.Errorf("after deleting: %s", text)
	}
}

func TestAPriceListCanBeRenamedAndTakenOutOfUse(t *testing.T) {
	t.Parallel()
	d := open(t)
	list := d.newList("Standard")
	d.page(d.post("/price-lists", url.Values{"name": {"standard"}, "currency": {"USD"}},
		http.StatusUnprocessableEntity))
	d.newPrice(list)
	d.page(d.post(list, url.Values{"name": {"Standard"}, "currency": {"EUR"}, "version": {"1"}},
		http.StatusUnprocessableEntity))
	d.post(list, url.Values{"name": {"Standard 2027"}, "currency": {"USD"}, "version": {"1"}}, http.StatusSeeOther)
	d.page(d.post(list, url.Values{"name": {"Other"}, "currency": {"USD"}, "version": {"1"}}, http.StatusConflict))
	d.post(list+"/deactivate", nil, http.StatusSeeOther)
	if text := htmlcheck.Text(d.get(list).Find("main")); !strings.Contains(text, "This price list is deactivated") {
		t.Error(text)
	}
	d.post(list+"/activate", nil, http.StatusSeeOther)
	if rows := d.get("/price-lists?active=yes&q=2027").Find("main tbody tr").Length(); rows != 1 {
		t.Errorf("%d rows", rows)
	}
	if file := d.file("/price-lists.csv"); !strings.Contains(file, ",Standard 2027,USD,true,1,0\r\n") {
		t.Errorf("file %q", file)
	}
}

func TestPricesComeInAndGoOutAsTheSameFile(t *testing.T) {
	t.Parallel()
	d := open(t)
	list := d.newList("Standard")
	d.get(list + "/import")
	file := "part_number,product_name,unit,term,billing_frequency,unit_price,effective_from,effective_to\n" +
		"CFQ7TTC0LH18:0001,Business Basic,month,annual,monthly,6.00,2026-01-01,\n" +
		"65304,'=Photo,year,P1Y,annual,300,2026-01-01,2027-01-01\n" +
		"65305,Bad,fortnight,P1Y,annual,300,2026-01-01,\n"
	where := d.upload(list+"/import", file, http.StatusSeeOther).Header().Get("Location")
	form := d.get(where).Find("main form")
	if form.Length() != 1 {
		t.Fatalf("%d forms", form.Length())
	}
	d.post(form.AttrOr("action", ""), values(form), http.StatusSeeOther)
	want := []string{
		"part_number,product_name,unit,term,billing_frequency,unit_price,effective_from,effective_to,vendor,id,unit_cost,suggested_price",
		"65304,'=Photo,year,annual,annual,300,2026-01-01,2027-01-01,Unknown vendor,ID,,",
		"CFQ7TTC0LH18:0001,Business Basic,month,annual,monthly,6,2026-01-01,,Microsoft,ID,,",
	}
	var got []string
	for _, line := range strings.Split(strings.TrimSpace(d.file(list+".csv")), "\r\n") {
		got = append(got, ids.ReplaceAllString(line, ",ID,"))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	back := d.upload(list+"/import", d.file(list+".csv"), http.StatusSeeOther).Header().Get("Location")
	if text := htmlcheck.Text(d.get(back).Find("main")); !strings.Contains(text, "nothing to change") {
		t.Errorf("our own file does not come back unchanged: %s", text)
	}
	other := d.newList("Other")
	d.do(httptest.NewRequest(http.MethodGet, other+strings.TrimPrefix(where, list), nil), http.StatusNotFound)
}
