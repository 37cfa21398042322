package site_test

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// A record knows the list that one came from, under its filters and in its order: what comes before and after it,
// and the way back.
func TestEachRecordKnowsTheListThatOneCameFrom(t *testing.T) {
	t.Parallel()
	w := lived(t)
	for _, list := range []string{"/accounts?sort=name", "/contracts?sort=-name", "/crm-accounts?q=e", "/invoices?sort=total",
		"/providers?active=true", "/subscriptions?state=active", "/sync-runs?sort=started_at", "/accounts"} {
		var rows []string
		w.admin.Get(list).Doc().Find("tbody th a").Each(func(_ int, a *goquery.Selection) {
			rows = append(rows, a.AttrOr("href", ""))
		})
		if len(rows) == 0 {
			t.Errorf("%s has no rows", list)
			continue
		}
		r := w.admin.Request("GET", rows[0], nil)
		r.Header.Set("Referer", w.URL+list)
		page := w.admin.Send(r).Doc()
		around := page.Find(".around")
		if around.Length() == 0 || around.Find("a[rel=prev]").Length() != 0 {
			t.Errorf("%s: the way around the first is %q", list, around.Text())
		}
		if path, _, _ := strings.Cut(list, "?"); page.Find(`.crumbs a[href^="`+path+`"]`).AttrOr("href", "") != list {
			t.Errorf("%s: no way back", list)
		}
		next := around.Find("a[rel=next]").AttrOr("href", "")
		if len(rows) > 1 && !sameRecord(next, rows[1]) || len(rows) == 1 && next != "" {
			t.Errorf("%s: behind the first comes %q", list, next)
		}
	}
}

func sameRecord(a, b string) bool {
	a, _, _ = strings.Cut(a, "?")
	b, _, _ = strings.Cut(b, "?")
	return a == b
}
