package accounts

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"seatledger/internal/auth"
	"seatledger/internal/mapping"
	"seatledger/internal/testkit/htmlcheck"
)

func TestTheListIsUnmappedFirstAndNarrowsByEveryFilter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	north, south := w.provider("North", "stellr"), w.provider("South", "manual")
	mapped := w.account(north, "10", "Aspen", "aspen.example", "")
	w.decide(mapped, w.customer("Aspen LLC", "", ""))
	w.account(north, "20", "Zinnia", "zinnia.example", "")
	excluded := w.account(south, "30", "Birch", "", "")
	if err := w.mapping.Exclude(t.Context(), olga, mapping.Choice{AccountID: excluded, Reason: "a test"}); err != nil {
		t.Fatal(err)
	}
	gone := w.account(south, "40", "Cedar", "", "2b1f0e5c-7a41-4d0e-9a53-0c6a1d0e7f11")
	w.exec(`UPDATE provider_accounts SET provider_status = 'gone', gone_at = now() WHERE id = ?`, gone)
	p := w.person("Vera Example", auth.Viewer)
	for query, want := range map[string]string{
		"": "Cedar Zinnia Aspen Birch", "?state=mapped": "Aspen", "?state=excluded": "Birch",
		"?state=unmapped": "Cedar Zinnia", "?status=gone": "Cedar",
		"?provider=" + south.String(): "Cedar Birch", "?q=zinnia.EXAMPLE": "Zinnia", "?q=2b1f0e5c": "Cedar",
		"?q=%25": "", "?sort=name": "Aspen Birch Cedar Zinnia",
		"?sort=-external_id": "Cedar Birch Zinnia Aspen", "?state=": "Cedar Zinnia Aspen Birch",
		"?unknown=1": "Cedar Zinnia Aspen Birch",
	} {
		a := p.get("/accounts" + query)
		if got := a.names(); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	for _, query := range []string{"?state=lost", "?status=x", "?sort=domain", "?provider=1", "?after=xyz"} {
		if a := p.get("/accounts" + query); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", query, a.StatusCode)
		}
	}
	if a := p.get("/accounts"); strings.Contains(a.body, "Accept</") ||
		a.page.Find(htmlcheck.Deeds).Length() != 0 {
		t.Error("a viewer is offered decisions")
	}
}

// names are the accounts of a list, in its order.
func (a answer) names() string {
	var out []string
	a.page.Find("tbody th a").Each(func(_ int, s *goquery.Selection) { out = append(out, s.Text()) })
	return strings.Join(out, " ")
}

func TestThePagesOfTheListHoldEachAccountOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North", "stellr")
	for i := range 120 {
		w.account(p, fmt.Sprint(1000+i), fmt.Sprintf("Same name %d", i%7), "", "")
	}
	olga := w.person("Olga Example", auth.Operator)
	seen, next := map[string]bool{}, "/accounts"
	for pages := 0; next != ""; pages++ {
		a := olga.get(next)
		a.page.Find("tbody th a").Each(func(_ int, s *goquery.Selection) {
			if href := s.AttrOr("href", ""); seen[href] {
				t.Errorf("%s stands twice", href)
			} else {
				seen[href] = true
			}
		})
		next = a.page.Find("a[rel=next]").AttrOr("href", "")
		if pages > 5 {
			t.Fatal("the pages do not end")
		}
	}
	if len(seen) != 120 {
		t.Errorf("%d accounts", len(seen))
	}
}

func TestTheFileHasTheContractsColumnsAndTheFiltersRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("=North", "stellr")
	mapped := w.account(p, "-10", "=Aspen", "aspen.example", "")
	c := w.customer("Aspen LLC", "", "")
	w.decide(mapped, c)
	w.account(p, "20", "Zinnia", "", "")
	a := w.person("Olga Example", auth.Operator).get("/accounts.csv?state=mapped")
	if ct := a.Header.Get("Content-Type"); !strings.HasPrefix(ct, "text/csv") || !strings.Contains(a.body, "\r\n") {
		t.Errorf("%s", ct)
	}
	rows, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v %q", err, a.body)
	}
	if got := strings.Join(rows[0][:11],
		","); got != "id,provider_id,provider,external_id,name,domain,tenant_id,provider_status,state,crm_account_id,crm_account" {
		t.Errorf("columns %s", got)
	}
	want := fmt.Sprintf("%s,%s,'=North,'-10,'=Aspen,aspen.example,,active,mapped,%s,Aspen LLC", mapped, p, c)
	if got := strings.Join(rows[1][:11], ","); got != want {
		t.Errorf("row %s, want %s", got, want)
	}
}

func TestAnEmptyListSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.person("Olga Example", auth.Operator)
	if a := p.get("/accounts"); !strings.Contains(a.text(), "No accounts yet") {
		t.Errorf("nothing yet: %s", a.text())
	}
	account := w.account(w.provider("North", "stellr"), "10", "Aspen", "", "")
	if a := p.get("/accounts?q=nobody"); !strings.Contains(a.text(), "No account matches") {
		t.Errorf("no match: %s", a.text())
	}
	w.decide(account, w.customer("Aspen LLC", "", ""))
	if a := p.get("/accounts?state=unmapped"); !strings.Contains(a.text(), "Everything is mapped") ||
		!strings.Contains(a.text(), "100 % mapped, 0 to do") {
		t.Errorf("all done: %s", a.text())
	}
}
