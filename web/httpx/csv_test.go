package httpx_test

import (
	"encoding/csv"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"pgregory.net/rapid"

	_ "seatledger/internal/testkit/samehistories"
	"seatledger/web/httpx"
)

func file(rows func(httpx.Row) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		return httpx.CSV(c, "subscriptions.csv", []string{"product", "unit_cost"}, rows)
	}
}

func TestACSVIsWrittenToTheLetter(t *testing.T) {
	t.Parallel()
	w := ask{target: "/x.csv"}.of(site(file(func(write httpx.Row) error {
		_ = write(httpx.Text(`Business "Premium", 1`), httpx.Plain("-18.92"))
		_ = write(httpx.Text("=cmd()"), httpx.Plain(""))
		return write(httpx.Text("two\nlines"), httpx.Plain("true"))
	}), io.Discard))
	want := "product,unit_cost\r\n\"Business \"\"Premium\"\", 1\",-18.92\r\n'=cmd(),\r\n\"two\r\nlines\",true\r\n"
	if diff := cmp.Diff(want, w.Body.String()); diff != "" {
		t.Error(diff)
	}
	if got := w.Header().Get("Content-Type"); got != "text/csv; charset=utf-8; header=present" {
		t.Errorf("content type %q", got)
	}
	if got := w.Header().Get("Content-Disposition"); got != `attachment; filename="subscriptions.csv"` {
		t.Errorf("disposition %q", got)
	}
}

func TestTextCellsNeverBeginAFormula(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", "'=": "'=", "a=b": "a=b",
		"": "", " =1": " =1", "ü": "ü",
	} {
		w := ask{target: "/x.csv"}.of(site(file(func(write httpx.Row) error {
			return write(httpx.Text(in),
				httpx.Plain("0"))
		}), io.Discard))
		if got := strings.TrimPrefix(w.Body.String(), "product,unit_cost\r\n"); !strings.Contains(got,
			strings.ReplaceAll(want, "\r", "")) {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestTextSurvivesACSVReader(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		in := rapid.StringMatching(`[^=+\-@\t\r\n][^\r]*`).Draw(rt, "text")
		w := ask{target: "/x.csv"}.of(site(file(func(write httpx.Row) error {
			return write(httpx.Text(in),
				httpx.Plain("1"))
		}), io.Discard))
		all, err := csv.NewReader(w.Body).ReadAll()
		if err != nil || len(all) != 2 || all[1][0] != in {
			rt.Fatalf("%q came back as %q, %v", in, all, err)
		}
	})
}

func TestAnEmptyFileHasItsHeader(t *testing.T) {
	t.Parallel()
	none := func(httpx.Row) error { return nil }
	if w := (ask{target: "/x.csv"}).of(site(file(none), io.Discard)); w.Body.String() != "product,unit_cost\r\n" {
		t.Errorf("%q", w.Body)
	}
	if w := (ask{method: http.MethodHead, target: "/x.csv"}).of(site(file(none),
		io.Discard)); w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("HEAD: %d %q", w.Code, w.Body)
	}
}

func TestAFailureBeforeTheFirstChunkIsAnErrorPage(t *testing.T) {
	t.Parallel()
	w := ask{target: "/x.csv"}.of(site(file(func(write httpx.Row) error {
		_ = write(httpx.Text("a"), httpx.Plain("1"))
		return errors.New("the database is gone")
	}), io.Discard))
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "unit_cost") {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

func TestARowOfTheWrongLengthIsAFault(t *testing.T) {
	t.Parallel()
	w := ask{target: "/x.csv"}.of(site(file(func(write httpx.Row) error { return write(httpx.Text("a")) }), io.Discard))
	if w.Code != http.StatusInternalServerError {
		t.Errorf("status %d", w.Code)
	}
}

func TestAFailureMidwayBreaksTheConnection(t *testing.T) {
	t.Parallel()
	e := site(file(func(write httpx.Row) error {
		for range 10_000 {
			if err := write(httpx.Text("a product with a long name"), httpx.Plain("1")); err != nil {
				return err
			}
		}
		return errors.New("the database is gone")
	}), io.Discard, middleware.Recover(), httpx.WithFrame(httpx.Frame{Log: slog.New(slog.DiscardHandler)}))
	s := httptest.NewUnstartedServer(e)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.Start()
	t.Cleanup(s.Close)
	res, err := http.Get(s.URL + "/x.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusOK || len(body) == 0 {
		t.Fatalf("status %d, %d bytes: the failure came before the first chunk", res.StatusCode, len(body))
	}
	if err == nil {
		t.Error("half a file ended like a whole one")
	}
}
