package paging_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/paging"
)

func sorts() paging.Sorts {
	return paging.Sorts{ID: "s.id", Default: "-start_date", Keys: []paging.Sort{
		{Key: "start_date", Expr: "s.start_date", Kind: paging.Date, Nullable: true},
		{Key: "quantity", Expr: "s.quantity", Kind: paging.Integer},
		{Key: "unit_cost", Expr: "s.unit_cost", Kind: paging.Numeric},
		{Key: "checked_at", Expr: "s.checked_at", Kind: paging.Time},
		{Key: "product", Expr: "s.product", Kind: paging.Text},
	}}
}

func order(t *testing.T, param string) paging.Order {
	t.Helper()
	o, err := sorts().Parse(param)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOnlyListedKeysSort(t *testing.T) {
	t.Parallel()
	if got := order(t, "").SQL(); got != "s.start_date DESC, s.id DESC" {
		t.Errorf("default order %q", got)
	}
	if got := order(t, "quantity").SQL(); got != "s.quantity ASC, s.id ASC" {
		t.Errorf("order %q", got)
	}
	for _, bad := range []string{"id", "--quantity", "quantity desc", "quantity;drop table x", "Quantity", "-"} {
		if _, err := sorts().Parse(bad); errs.KindOf(err) != errs.Invalid {
			t.Errorf("sort=%s: %v, want Invalid", bad, err)
		}
	}
}

func TestACursorComesBackAsItWas(t *testing.T) {
	t.Parallel()
	id := uuid.MustParse("00000000-0000-7000-8000-000000000001")
	day := clock.NewDate(2026, 3, 1)
	moment := time.Date(2026, 3, 1, 23, 30, 0, 123456000, time.FixedZone("x", 3600))
	cost := decimal.RequireFromString("18.920000")
	text := "Contoso “Example” \\ ü"
	cases := []struct {
		sort  string
		value any
		want  paging.Cursor
	}{
		{"start_date", day, paging.Cursor{Key: "2026-03-01", ID: id}},
		{"start_date", clock.Date{}, paging.Cursor{Null: true, ID: id}},
		{"start_date", (*time.Time)(nil), paging.Cursor{Null: true, ID: id}},
		{"-quantity", -12, paging.Cursor{Key: "-12", ID: id}},
		{"unit_cost", cost, paging.Cursor{Key: cost.String(), ID: id}},
		{"unit_cost", &cost, paging.Cursor{Key: cost.String(), ID: id}},
		{"checked_at", moment, paging.Cursor{Key: "2026-03-01T22:30:00.123456Z", ID: id}},
		{"checked_at", &moment, paging.Cursor{Key: "2026-03-01T22:30:00.123456Z", ID: id}},
		{"product", text, paging.Cursor{Key: text, ID: id}},
		{"product", &text, paging.Cursor{Key: text, ID: id}},
		{"product", "", paging.Cursor{Key: "", ID: id}},
	}
	for _, c := range cases {
		token, err := order(t, c.sort).Token(c.value, id)
		if err != nil {
			t.Fatal(err)
		}
		got, err := order(t, c.sort).Cursor(token)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&c.want, got); diff != "" {
			t.Errorf("sort %s, value %v (-want +got):\n%s", c.sort, c.value, diff)
		}
	}
}

func TestACursorOfAnotherSortIsRefused(t *testing.T) {
	t.Parallel()
	token, err := order(t, "quantity").Token(1, uuid.New())
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{"-quantity", "product", ""} {
		if _, err := order(t, other).Cursor(token); errs.KindOf(err) != errs.Invalid {
			t.Errorf("sort %q took it: %v", other, err)
		}
	}
}

func TestMadeUpCursorsNeverReachTheDatabase(t *testing.T) {
	t.Parallel()
	pack := func(json string) string { return base64.RawURLEncoding.EncodeToString([]byte(json)) }
	const id = `"00000000-0000-7000-8000-000000000001"`
	bad := map[string]string{
		"no base64":       "%%%",
		"no json":         pack("x"),
		"no id":           pack(`{"s":"quantity","k":"1","i":"1"}`),
		"no number":       pack(`{"s":"quantity","k":"one","i":` + id + `}`),
		"out of range":    pack(`{"s":"quantity","k":"99999999999999999999","i":` + id + `}`),
		"null not taken":  pack(`{"s":"quantity","k":null,"i":` + id + `}`),
		"key not text":    pack(`{"s":"quantity","k":1,"i":` + id + `}`),
		"NUL":             pack(`{"s":"product","k":"a\u0000b","i":` + id + `}`),
		"longer than any": strings.Repeat("A", 5000),
	}
	for name, token := range bad {
		sort := "quantity"
		if name == "NUL" {
			sort = "product"
		}
		if c, err := order(t, sort).Cursor(token); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
}

func TestAFloatCannotBeASortKey(t *testing.T) {
	t.Parallel()
	if _, err := order(t, "unit_cost").Token(1.5, uuid.New()); err == nil {
		t.Error("a float was taken: it would lose digits")
	}
}

func TestALastPageHasNoNext(t *testing.T) {
	t.Parallel()
	rows := make([]int, paging.Size)
	page, next, err := paging.Cut(paging.Request{Order: order(t, "quantity")}, rows,
		func(n int) (any, uuid.UUID) { return n, uuid.New() })
	if err != nil || next != "" || len(page) != paging.Size {
		t.Errorf("%d rows, next %q, %v", len(page), next, err)
	}
}

func TestValuesThatPostgresWouldRefuseAreRefusedBefore(t *testing.T) {
	t.Parallel()
	bad := map[string][]string{
		"start_date": {"0000-01-01", "2026-13-01", "now"},
		"checked_at": {"0000-01-01T00:00:00Z", "2026-03-01"},
		"unit_cost":  {"1e999999", "NaN", strings.Repeat("9", 100)},
	}
	for sort, keys := range bad {
		for _, key := range keys {
			token := base64.RawURLEncoding.EncodeToString([]byte(`{"s":"` + sort + `","k":"` + key +
				`","i":"00000000-0000-7000-8000-000000000001"}`))
			if _, err := order(t, sort).Cursor(token); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s took %q", sort, key)
			}
		}
	}
}
