package httpx_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/views/layout"
	"seatledger/web/httpx"
)

func failing(err error) echo.HandlerFunc { return func(echo.Context) error { return err } }

func TestEachKindHasItsStatus(t *testing.T) {
	t.Parallel()
	for kind, want := range map[errs.Kind]int{
		errs.Invalid: 422, errs.NotFound: 404, errs.Conflict: 409, errs.Forbidden: 403, errs.Unauthenticated: 401,
		errs.Unavailable: 503, errs.Internal: 500,
	} {
		err := fmt.Errorf("op: %w", errs.New(kind, "The public sentence."))
		w := ask{method: http.MethodPost, target: "/x"}.of(site(failing(err), io.Discard))
		if w.Code != want {
			t.Errorf("kind %d: status %d, want %d", kind, w.Code, want)
		}
		doc := htmlcheck.Parse(t, w.Body)
		htmlcheck.Page(t, doc)
		text := htmlcheck.Text(doc.Find("main"))
		if !strings.Contains(text, "The public sentence.") || !strings.Contains(text, "req-1") {
			t.Errorf("kind %d: the page says %q", kind, text)
		}
	}
}

func TestAStrangersTextStaysInTheLog(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"stranger": errors.New("dial tcp 10.0.0.1: password=hunter2"),
		"cause":    errs.Because(errs.Unavailable, "Not now.", errors.New("password=hunter2")),
		"echo message": echo.NewHTTPError(http.StatusBadRequest,
			"password=hunter2").SetInternal(errors.New("password=hunter2")),
	} {
		for _, accept := range []string{"text/html", "application/json"} {
			var log bytes.Buffer
			w := ask{target: "/x", header: map[string]string{"Accept": accept}}.of(site(failing(err), &log))
			if strings.Contains(w.Body.String(), "hunter2") {
				t.Errorf("%s: the answer to %s says %s", name, accept, w.Body)
			}
			if !strings.Contains(log.String(), "hunter2") || !strings.Contains(log.String(), "request_id=req-1") {
				t.Errorf("%s: the log lacks the cause or the request id: %s", name, log.String())
			}
		}
	}
}

func TestWhoeverTakesNoPageGetsText(t *testing.T) {
	t.Parallel()
	e := site(failing(errs.New(errs.Conflict, "Taken by Contoso.")), io.Discard)
	const text = "Taken by Contoso. (request req-1)\n"
	for _, c := range []struct {
		target, accept string
		page           bool
	}{
		{"/x", "application/json", false}, {"/x", "text/event-stream", false}, {"/x.csv", "*/*", false},
		{"/x", "*/*", true}, {"/x", "", true}, {"/x", "text/html,*/*;q=0.8", true},
	} {
		w := ask{target: c.target, header: map[string]string{"Accept": c.accept}}.of(e)
		if w.Code != http.StatusConflict || (w.Body.String() != text) != c.page {
			t.Errorf("%s for %q: %d %.80q", c.target, c.accept, w.Code, w.Body)
		}
	}
}

func TestOnlyAFormWithMessagesIsRefused(t *testing.T) {
	t.Parallel()
	f := errs.Fields{"name": "Taken."}
	if m, ok := httpx.Refused(fmt.Errorf("op: %w", f.Err())); !ok || m["name"] != "Taken." {
		t.Errorf("%v, %v", m, ok)
	}
	for _, err := range []error{nil, errors.New("x"), errs.New(errs.Conflict, "x"), errs.New(errs.Invalid, "x")} {
		if _, ok := httpx.Refused(err); ok {
			t.Errorf("%v is taken for a refused form", err)
		}
	}
}

func TestTheRoutersOwnErrorsReadLikeOurs(t *testing.T) {
	t.Parallel()
	w := ask{target: "/nowhere"}.of(site(failing(nil), io.Discard))
	doc := htmlcheck.Parse(t, w.Body)
	if w.Code != http.StatusNotFound || htmlcheck.Heading(doc) != "Page not found" {
		t.Errorf("%d %s", w.Code, htmlcheck.Heading(doc))
	}
	w = ask{method: http.MethodDelete, target: "/x"}.of(site(failing(nil), io.Discard))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("DELETE: %d", w.Code)
	}
}

func TestWithoutASessionAGetGoesToSignInAndAPostIsRefused(t *testing.T) {
	t.Parallel()
	e := site(failing(errs.New(errs.Unauthenticated, "Sign in.")), io.Discard)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		w := ask{method: method, target: "/x/1?a=b"}.of(e)
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/login?next=%2Fx%2F1%3Fa%3Db" {
			t.Errorf("%s: %d to %s", method, w.Code, w.Header().Get("Location"))
		}
	}
	if w := (ask{method: http.MethodPost, target: "/x"}).of(e); w.Code != http.StatusUnauthorized {
		t.Errorf("POST: %d", w.Code)
	}
}

func TestAnAnswerThatHasBegunIsLeftAlone(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w := ask{target: "/x"}.of(site(func(c echo.Context) error {
		_ = c.String(http.StatusOK, "begun")
		return errors.New("late")
	}, &log))
	if w.Code != http.StatusOK || w.Body.String() != "begun" || !strings.Contains(log.String(), "late") {
		t.Errorf("%d %q, log %s", w.Code, w.Body, log.String())
	}
}

func TestADeadlineIs503(t *testing.T) {
	t.Parallel()
	w := ask{target: "/x"}.of(site(failing(fmt.Errorf("query: %w", context.DeadlineExceeded)), io.Discard))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d", w.Code)
	}
}

func TestAnErrorPageKeepsTheNavigationAndLeadsBack(t *testing.T) {
	t.Parallel()
	frame := httpx.WithFrame(httpx.Frame{Base: func(echo.Context) layout.Page {
		return layout.Page{User: layout.User{Name: "Ada Example", Role: "Viewer"},
			Nav: []layout.Section{{Items: []layout.Item{{Label: "Audit", Href: "/audit"}}}}}
	}})
	e := site(failing(errs.New(errs.Conflict, "No.")), io.Discard, frame)
	w := ask{method: http.MethodPost, target: "/x",
		header: map[string]string{"Referer": "http://example.com/accounts?state=unmapped"}}.of(e)
	doc := htmlcheck.Parse(t, w.Body)
	if doc.Find(`nav a[href="/audit"]`).Length() != 1 ||
		doc.Find(`main a[href="/accounts?state=unmapped"]`).Length() != 1 {
		t.Errorf("navigation or the way back is missing: %s", htmlcheck.Text(doc.Find("body")))
	}
	w = ask{method: http.MethodPost, target: "/x", header: map[string]string{"Referer": "https://evil.example/x"}}.of(e)
	if strings.Contains(w.Body.String(), "evil.example") {
		t.Error("the way back leads to another site")
	}
}
