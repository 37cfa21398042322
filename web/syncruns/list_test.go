package syncruns_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"seatledger/internal/syncing"
	"seatledger/internal/testkit/htmlcheck"
)

// listed are the runs that a list shows, in its order.
func listed(doc *goquery.Document) []string {
	var out []string
	doc.Find(`tbody th a`).Each(func(_ int, a *goquery.Selection) {
		record, _, _ := strings.Cut(a.AttrOr("href", ""), "?") // behind it stands the list that leads there
		out = append(out, strings.TrimPrefix(record, "/sync-runs/"))
	})
	return out
}

func TestTheListIsFilteredAndSorted(t *testing.T) {
	t.Parallel()
	d := open(t)
	failed := d.run(syncing.Failed, nil)
	d.clock.Advance(time.Hour)
	night := d.run(syncing.Succeeded, map[string]any{"trigger": "nightly", "kind": "accounts"})
	d.clock.Advance(time.Hour)
	queued := d.run(syncing.Queued, map[string]any{"started_at": nil})
	first := d.provider
	d.provider = d.newProvider("Fabrikam CA")
	other := d.run(syncing.Succeeded, nil)
	for query, want := range map[string][]uuid.UUID{
		"":                                  {other, queued, night, failed},
		"?sort=requested_at":                {failed, night, queued, other},
		"?sort=started_at":                  {failed, night, other, queued},
		"?provider=" + first.String():       {queued, night, failed},
		"?state=succeeded&sort=-started_at": {other, night},
		"?kind=accounts":                    {night},
		"?trigger=nightly":                  {night},
		"?trigger=retry":                    nil,
	} {
		var ids []string
		for _, id := range want {
			ids = append(ids, id.String())
		}
		if diff := cmp.Diff(ids, listed(d.get("/sync-runs"+query))); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	for _, bad := range []string{"?state=fine", "?kind=all", "?trigger=me", "?provider=" + uuid.NewString(),
		"?sort=message"} {
		if res := d.request(http.MethodGet, "/sync-runs"+bad, nil); res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", bad, res.StatusCode)
		}
	}
}

func TestTheFileHasTheColumnsOfTheContract(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.run(syncing.Partial, map[string]any{"added": 3, "changed": 1, "unchanged": 340, "gone": 2, "held": 4,
		"failed": 5, "message": "=cmd()"})
	rows, err := csv.NewReader(d.request(http.MethodGet, "/sync-runs.csv?state=partial", nil).Body).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v %v", rows, err)
	}
	columns := "id,provider_id,provider,kind,trigger,state,started_at,finished_at,added,changed,unchanged,gone,held,failed,message"
	if got := strings.Join(rows[0], ","); !strings.HasPrefix(got, columns+",") {
		t.Errorf("columns: %s", got)
	}
	want := []string{id.String(), d.provider.String(), "Northwind US", "subscriptions", "person", "partial",
		"2026-11-22T09:00:00Z", "2026-11-22T09:01:30Z", "3", "1", "340", "2", "4", "5", "'=cmd()"}
	if diff := cmp.Diff(want, rows[1][:len(want)]); diff != "" {
		t.Error(diff)
	}
}

func TestAnEmptyListSaysWhy(t *testing.T) {
	t.Parallel()
	d := open(t)
	if text := htmlcheck.Text(d.get("/sync-runs").Find("main")); !strings.Contains(text, "No sync yet") {
		t.Errorf("nothing yet: %s", text)
	}
	d.run(syncing.Failed, nil)
	if text := htmlcheck.Text(d.get("/sync-runs?state=running").Find("main")); !strings.Contains(text,
		"No run matches") {
		t.Errorf("no match: %s", text)
	}
}
