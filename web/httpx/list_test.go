package httpx_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"pgregory.net/rapid"

	"seatledger/internal/errs"
	"seatledger/internal/paging"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

const providerID = "0190c3a1-7e2b-7d00-8000-000000000001"

func spec() httpx.ListSpec {
	return httpx.ListSpec{
		Sorts: paging.Sorts{ID: "s.id", Default: "product", Keys: []paging.Sort{
			{Key: "product", Expr: "p.name", Kind: paging.Text},
			{Key: "quantity", Expr: "s.quantity", Kind: paging.Integer},
		}},
		Filters: []httpx.Filter{
			{Name: "state", Label: "State",
				Choices: []httpx.Choice{{Value: "held", Label: "Held"}, {Value: "active", Label: "Active"}}},
			{Name: "provider", Label: "Provider", IsID: true},
			{Name: "since", Label: "Since", IsDate: true},
		},
	}
}

func parseList(target string) (httpx.ListQuery, error) {
	e := echo.New()
	return httpx.ParseList(e.NewContext(httptest.NewRequest(http.MethodGet, target, nil),
		httptest.NewRecorder()), spec())
}

func TestAListAddressIsRead(t *testing.T) {
	t.Parallel()
	q, err := parseList("/subscriptions?q=+contoso+&state=held&provider=" + providerID +
		"&sort=-quantity&since=2026-03-01&unknown=x")
	if err != nil {
		t.Fatal(err)
	}
	if q.Search != "contoso" || q.Filter("state") != "held" || q.FilterID("provider") != uuid.MustParse(providerID) ||
		q.Filter("since") != "2026-03-01" {
		t.Errorf("read %+v", q)
	}
	if q.Page.Order.SQL() != "s.quantity DESC, s.id DESC" || !q.Narrowed() {
		t.Errorf("order %q, narrowed %v", q.Page.Order.SQL(), q.Narrowed())
	}
}

func TestUnknownValuesOfKnownParametersAreRefused(t *testing.T) {
	t.Parallel()
	for _, query := range []string{
		"state=gone", "state=Held", "provider=1", "since=yesterday", "sort=id", "sort=quantity;--", "after=x",
		"q=%00", "q=%ff",
		"q=" + strings.Repeat("a", 201), "state=held&state=active", "state=%zz", "sort=quantity%3B--",
	} {
		if _, err := parseList("/subscriptions?" + query); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v, want Invalid", query, err)
		}
	}
	for _, query := range []string{"", "state=", "q=", "sort=", "after=", "colour=red"} {
		if q, err := parseList("/subscriptions?" + query); err != nil || q.Narrowed() {
			t.Errorf("%q: %v", query, err)
		}
	}
}

func TestAFileHasTheListsPathAndNoPlaceInIt(t *testing.T) {
	t.Parallel()
	q, err := parseList("/subscriptions.csv?state=held&after=nonsense")
	if err != nil || q.Path != "/subscriptions" || q.Page.After != nil {
		t.Errorf("path %q, after %v, %v", q.Path, q.Page.After, err)
	}
}

func TestAnAddressAndItsStateAreTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := url.Values{}
		draw := func(name string, of ...string) {
			if s := rapid.SampledFrom(append(of, "")).Draw(t, name); s != "" {
				v.Set(name, s)
			}
		}
		draw("q", "contoso", "a&b=c", "100 %", "ü + ö")
		draw("state", "held", "active")
		draw("provider", providerID)
		draw("since", "2026-03-01")
		draw("sort", "quantity", "-quantity", "-product")
		q, err := parseList("/s?" + v.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if got := q.With("state", q.Filter("state")); got != (&url.URL{Path: "/s", RawQuery: v.Encode()}).String() {
			t.Fatalf("%q became %q", v.Encode(), got)
		}
	})
}

func TestTheBarShowsWhatNarrowsTheListEachRemovable(t *testing.T) {
	t.Parallel()
	q, err := parseList("/s?q=contoso&state=held&provider=" + providerID + "&sort=-quantity")
	if err != nil {
		t.Fatal(err)
	}
	bar := q.FilterBar("Search")
	want := []ui.Chip{
		{Label: "“contoso”", RemoveHref: "/s?provider=" + providerID + "&sort=-quantity&state=held"},
		{Label: "State: Held", RemoveHref: "/s?provider=" + providerID + "&q=contoso&sort=-quantity"},
		{Label: "Provider", RemoveHref: "/s?q=contoso&sort=-quantity&state=held"},
	}
	if diff := cmp.Diff(want, bar.Chips); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]ui.Pair{{Name: "provider", Value: providerID}, {Name: "sort", Value: "-quantity"}},
		bar.Hidden); diff != "" {
		t.Errorf("a new search forgets: %s", diff)
	}
	if bar.ClearHref != "/s?sort=-quantity" ||
		bar.CSVHref != "/s.csv?provider="+providerID+"&q=contoso&sort=-quantity&state=held" {
		t.Errorf("clear %s, csv %s", bar.ClearHref, bar.CSVHref)
	}
}

func TestColumnsSortBothWays(t *testing.T) {
	t.Parallel()
	q, _ := parseList("/s?sort=quantity")
	if c := q.NumberColumn("quantity", "Seats"); c.Sorted != ui.Ascending || c.SortHref != "/s?sort=-quantity" ||
		!c.Numeric {
		t.Errorf("%+v", c)
	}
	if c := q.Column("product", "Product"); c.Sorted != ui.Unsorted || c.SortHref != "/s" {
		t.Errorf("the default sort needs no parameter: %+v", c)
	}
	if c := q.Column("note", "Note"); c.SortHref != "" {
		t.Errorf("a column that is not on the list sorts: %+v", c)
	}
}

func TestThePagerLeadsOnAndBackToTheStart(t *testing.T) {
	t.Parallel()
	first, _ := parseList("/s?state=held")
	token, err := first.Page.Order.Token("Visio", uuid.MustParse(providerID))
	if err != nil {
		t.Fatal(err)
	}
	p := first.Pager(token, "", "1 to 50")
	if p.FirstHref != "" || p.NextHref != "/s?after="+token+"&page=2&state=held" {
		t.Errorf("%+v", p)
	}
	second, err := parseList(p.NextHref)
	if err != nil || second.Page.After == nil || second.Page.After.Key != "Visio" {
		t.Fatalf("%+v, %v", second.Page.After, err)
	}
	if p := second.Pager("", "", "51 to 60"); p.FirstHref != "/s?state=held" || p.NextHref != "" {
		t.Errorf("%+v", p)
	}
}
