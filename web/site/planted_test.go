package site_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"seatledger/internal/testkit/browser"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/webtest"
)

// payload closes whatever text or attribute it may stand in and brings a script in three ways. Each place has a number
// of its own, so that a page tells which of them it shows.
func payload(n int) string {
	return fmt.Sprintf(`zq%dx%%s{{7*7}}'"></textarea></title><script>pwned=1</script><img src=x onerror=pwned=1>`, n)
}

// farTexts are the texts of the distributor's records that are shown and decide nothing.
var farTexts = []string{"name", "address1", "address2", "city", "state", "zipCode", "contactName", "phone",
	"productName", "vendorName", "contractNo", "entryBy", "entrySource", "changeLog", "activityLog"}

// planter stands before the distributor and puts a payload behind each text of its answers.
type planter struct {
	mu  sync.Mutex
	far map[string]int // the number of each text
}

func plant(t *testing.T, far string) (*planter, string) {
	t.Helper()
	to, err := url.Parse(far)
	if err != nil {
		t.Fatal(err)
	}
	p := &planter{far: map[string]int{}}
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Header.Del("Accept-Encoding") },
		ModifyResponse: p.answer,
	}
	s := httptest.NewServer(proxy)
	t.Cleanup(s.Close)
	return p, s.URL
}

func (p *planter) answer(r *http.Response) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&v) == nil && r.StatusCode == http.StatusOK {
		if body, err = json.Marshal(p.value("", v)); err != nil {
			return err
		}
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}

func (p *planter) value(key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = p.value(k, v[k])
		}
		return v
	case []any:
		for i := range v {
			v[i] = p.value(key, v[i])
		}
		return v
	case string:
		if slices.Contains(farTexts, key) && v != "" {
			return v + " " + payload(p.number(key))
		}
	}
	return v
}

func (p *planter) number(key string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, had := p.far[key]; !had {
		p.far[key] = 1 + len(p.far)
	}
	return p.far[key]
}

// typedAt begins the numbers of what is typed into forms.
const typedAt = 1000

// typeIntoForms puts a payload into every field for text of every form there is, one field at a time, and tells how
// many were taken.
func (w *walk) typeIntoForms() (tried, taken int) {
	w.t.Helper()
	had := map[string]bool{}
	for _, p := range crawlAs(w.admin, w.extra...).one() {
		p.Doc().Find(`form[method="post"]`).Each(func(_ int, form *goquery.Selection) {
			action, _ := form.Attr("action")
			for _, field := range textFields(form) {
				key := shapeOf(action) + " " + field
				if had[key] || strings.HasPrefix(action, "/settings/profile/") {
					continue
				}
				had[key] = true
				status := w.typeInto(p.Path(), action, field, payload(typedAt+tried))
				tried++
				if status == http.StatusSeeOther {
					taken++
				}
			}
		})
	}
	return tried, taken
}

// typeInto fills one field of a form that is fetched afresh, sends it, and looks at what a refused form shows.
func (w *walk) typeInto(page, action, field, text string) int {
	w.t.Helper()
	p := w.admin.Look(page)
	selector := `form[method="post"][action="` + action + `"]`
	if !p.IsHTML() || p.Doc().Find(selector).Length() == 0 {
		return http.StatusGone // another payload led on from here
	}
	f := p.Form(selector)
	no := text[2:strings.IndexByte(text, 'x')]
	for name, usual := range usually {
		if f.Values.Has(name) && f.Values.Get(name) == "" {
			f.Values.Set(name, strings.ReplaceAll(usual, "#", no))
		}
	}
	if form := spelt[field]; form != "" {
		text = strings.Replace(form, "#", strings.ReplaceAll(text, "=", ""), 1)
	}
	f.Values.Set(field, text)
	answer := f.Submit()
	if answer.Status >= http.StatusInternalServerError {
		w.t.Errorf("%s: a payload in %s answers %d", action, field, answer.Status)
	}
	if answer.IsHTML() {
		inert(w.t, answer)
	}
	return answer.Status
}

// usually is what makes an empty form whole, so that a payload in one of its fields is not refused for the others.
var usually = map[string]string{"name": "Usual #", "legal_name": "Usual", "currency": "USD", "text": "Usual",
	"quantity": "1", "unit_amount": "1", "unit_price": "1.00", "unit_cost": "1.00", "note": "Usual", "reason": "Usual",
	"external_id": "U-#", "account_external_id": "M-1", "product": "Usual", "product_name": "Usual",
	"part_number": "U-#", "code": "U#", "percent": "7", "first_day": "2020-01-01", "start_date": "2026-01-01",
	"effective_from": "2026-01-01", "email": "u#@reseller.example", "password": "a fine sentence for #",
	"to": "ap@customer.example", "amount": "0.01"}

// spelt is how a field wants its text, where it takes no other.
var spelt = map[string]string{"statuses": "# = active", "rhythms": "# = monthly", "kinds": "# = licence"}

func textFields(form *goquery.Selection) []string {
	var out []string
	form.Find("input, textarea").Each(func(_ int, s *goquery.Selection) {
		name, named := s.Attr("name")
		_, disabled := s.Attr("disabled")
		kind := s.AttrOr("type", "text")
		if named && !disabled && slices.Contains([]string{"text", "search", "url", "email", "tel"}, kind) {
			out = append(out, name)
		}
	})
	return out
}

// uploadTexts looks at files whose texts are payloads.
func (w *walk) uploadTexts() {
	w.t.Helper()
	cell := func(n int) string { return `"` + strings.ReplaceAll(payload(n), `"`, `""`) + `"` }
	list := w.admin.Get("/price-lists.csv").Records()[0]["id"]
	customer := w.admin.Get("/crm-accounts.csv").Records()[0]["id"]
	for path, file := range map[string]string{
		"/crm-accounts/import": "external_id,name,street,city," + cell(801) + "\r\n" + cell(802) + "," +
			cell(803) + "," + cell(804) + "," + cell(805) + ",\r\n",
		"/price-lists/" + list + "/import": "part_number,product_name,unit,term,billing_frequency,unit_price," +
			"effective_from\r\n" + cell(806) + "," + cell(807) + ",month,annual,monthly,1.50,2026-01-01\r\n" +
			cell(808) + ",," + cell(809) + ",,x,\r\n",
		"/contracts/import": "crm_account_id,name\r\n" + customer + "," + cell(810) + "\r\n",
		"/invoices/payments": "number,date,amount,reference\r\n" + cell(811) + ",2026-01-01,1.00," + cell(812) +
			"\r\n",
	} {
		w.look(path, file)
	}
}

// TestNoTextThatAnybodySendsRunsAsAScript plants payloads in every text of the distributor's answers (customers,
// subscriptions, products, change log), in every text field of every form and in files; then it reads every page, and
// opens those that show one in a browser.
func TestNoTextThatAnybodySendsRunsAsAScript(t *testing.T) {
	t.Parallel()
	w := begin(t, nil)
	planted, front := plant(t, w.FarURL)
	w.FarURL = front
	w.path().weeksLater()
	w.uploadTexts()
	tried, taken := w.typeIntoForms()
	shown, pages := map[string]bool{}, []string{}
	for _, p := range crawlAs(w.admin, w.extra...).pages {
		if !p.IsHTML() {
			continue
		}
		found := inert(t, p)
		fresh := slices.ContainsFunc(found, func(f string) bool { return !shown[f] })
		for _, f := range found {
			shown[f] = true
		}
		if fresh {
			pages = append(pages, p.Path())
		}
	}
	t.Logf("%d fields of forms tried, %d taken, %d texts of the distributor; %d payloads shown on pages, %d pages "+
		"opened in a browser", tried, taken, len(planted.far), len(shown), len(pages))
	if taken < 60 || len(shown) < 60 {
		t.Errorf("only %d payloads of %d were taken and %d were shown: this proves little", taken, tried, len(shown))
	}
	for key, n := range planted.far {
		if slices.Contains(farShown, key) && !shown[fmt.Sprintf("zq%dx", n)] {
			t.Errorf("the distributor's %s is on no page: was it planted?", key)
		}
	}
	w.nothingRuns(t, pages)
}

// farShown are the texts of the distributor that some page must show.
var farShown = []string{"name", "productName"}

// inert holds that a page shows payloads as text and nothing else, and gives which.
func inert(t testing.TB, p *webtest.Page) []string {
	t.Helper()
	doc := p.Doc()
	doc.Find("script").Each(func(_ int, s *goquery.Selection) {
		if _, has := s.Attr("src"); !has && s.AttrOr("type", "") != "application/json" {
			t.Errorf("%s holds a script in line: %.80s", p.Path(), s.Text())
		}
	})
	doc.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, a := range s.Get(0).Attr {
			v := strings.ToLower(strings.TrimSpace(a.Val))
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" ||
				slices.Contains([]string{"href", "src", "action", "formaction"}, a.Key) &&
					(strings.HasPrefix(v, "javascript:") || strings.HasPrefix(v, "data:") && a.Key != "src") {
				t.Errorf("%s: <%s %s=%.60q>", p.Path(), goquery.NodeName(s), a.Key, a.Val)
			}
		}
	})
	if body := string(p.Body); strings.Contains(body, "%!s(") || strings.Contains(body, "x%s49") {
		t.Errorf("%s took a payload for a format or a template", p.Path())
	}
	return numbersOf(htmlcheck.Text(doc.Find("html")) + string(p.Body))
}

func numbersOf(text string) []string {
	var out []string
	for rest := text; ; {
		at := strings.Index(rest, "zq")
		if at < 0 {
			slices.Sort(out)
			return slices.Compact(out)
		}
		rest = rest[at+2:]
		if n := strings.IndexByte(rest[:min(6, len(rest))], 'x'); n > 0 {
			if _, err := strconv.Atoi(rest[:n]); err == nil {
				out = append(out, "zq"+rest[:n+1])
			}
		}
	}
}

// nothingRuns opens pages in a browser that would run what it is given, and asks whether anything did.
func (w *walk) nothingRuns(t *testing.T, pages []string) {
	t.Helper()
	tab := w.tab(t, browser.Start(t))
	for _, path := range pages {
		tab.Go(w.URL + path)
		if browser.Eval[bool](tab, `"pwned" in window`) {
			t.Errorf("%s: a script that was planted ran", path)
		}
	}
	for _, trouble := range tab.Troubles() {
		t.Error(trouble)
	}
}
