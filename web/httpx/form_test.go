package httpx_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/web/httpx"
)

func TestFormTrimsAllButPasswords(t *testing.T) {
	t.Parallel()
	var got httpx.Values
	post(t, url.Values{"name": {"  Contoso \t"}, "password": {" a b "}, "note": {"one\r\ntwo\r\n"}, "id": {"1", " 2"}},
		func(c echo.Context) (err error) {
			got, err = httpx.Form(c)
			return err
		})
	want := httpx.Values{"name": {"Contoso"}, "password": {" a b "}, "note": {"one\ntwo"}, "id": {"1", "2"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFormReadsTheBodyAndNeverTheAddress(t *testing.T) {
	t.Parallel()
	e := site(func(c echo.Context) error {
		v, err := httpx.Form(c)
		if err != nil {
			return err
		}
		return c.String(http.StatusOK, v.Get("role"))
	}, io.Discard)
	if got := (ask{method: http.MethodPost, target: "/x?role=admin", body: "name=a"}).of(e).Body.String(); got != "" {
		t.Errorf("role %q came from the address", got)
	}
}

func TestACheckboxIsOnForItsThreeWords(t *testing.T) {
	t.Parallel()
	v := httpx.Values{"a": {"on"}, "b": {"true"}, "c": {"1"}, "d": {"yes"}, "e": {"off"}, "f": {""}}
	for name, want := range map[string]bool{"a": true, "b": true, "c": true, "d": false, "e": false, "f": false,
		"absent": false} {
		if v.On(name) != want {
			t.Errorf("%s is %v", name, !want)
		}
	}
}

func TestUnreadableFormsAreRefused(t *testing.T) {
	t.Parallel()
	read := func(c echo.Context) error {
		_, err := httpx.Form(c)
		return err
	}
	for name, c := range map[string]struct {
		body string
		want int
	}{
		"NUL in a value":       {"name=a%00b", http.StatusUnprocessableEntity},
		"broken UTF-8":         {"name=%ff%fe", http.StatusUnprocessableEntity},
		"NUL in a name":        {"na%00me=a", http.StatusBadRequest},
		"broken escape":        {"name=%zz", http.StatusBadRequest},
		"more than the limit":  {"name=" + strings.Repeat("a", httpx.FormLimit+1), http.StatusRequestEntityTooLarge},
		"as much as the limit": {"n=" + strings.Repeat("a", httpx.FormLimit-2), http.StatusOK},
	} {
		if w := (ask{method: http.MethodPost, target: "/x", body: c.body}).of(site(read,
			io.Discard)); w.Code != c.want {
			t.Errorf("%s: status %d, want %d", name, w.Code, c.want)
		}
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	const id = "0190c3a1-7e2b-7d00-8000-000000000001"
	if got, err := (httpx.Values{"id": {id, id}}).IDs("id"); err != nil || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"1", "", "urn:uuid:" + id, "{" + id + "}", strings.ReplaceAll(id, "-", "")} {
		if _, err := (httpx.Values{"id": {id, bad}}).IDs("id"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: %v, want Invalid", bad, err)
		}
	}
}

func TestAPathIDThatIsNoUUIDIsNotFound(t *testing.T) {
	t.Parallel()
	e := echo.New()
	for raw, want := range map[string]errs.Kind{"1": errs.NotFound,
		"0190c3a1-7e2b-7d00-8000-00000000000g": errs.NotFound} {
		c := e.NewContext(nil, nil)
		c.SetParamNames("id")
		c.SetParamValues(raw)
		if _, err := httpx.ID(c, "id"); errs.KindOf(err) != want {
			t.Errorf("%q: %v", raw, err)
		}
	}
}
