package httpx_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"seatledger/web/httpx"
)

// site is an echo with the product's error handler and one handler on every path below /x.
func site(h echo.HandlerFunc, log io.Writer, mw ...echo.MiddlewareFunc) *echo.Echo {
	e := echo.New()
	e.HTTPErrorHandler = httpx.ErrorHandler(slog.New(slog.NewTextHandler(log, nil)))
	e.Use(middleware.RequestIDWithConfig(middleware.RequestIDConfig{Generator: func() string { return "req-1" }}))
	e.Use(mw...)
	e.Match([]string{http.MethodGet, http.MethodHead, http.MethodPost}, "/x*", h)
	return e
}

type ask struct {
	method, target, body string
	header               map[string]string
}

func (a ask) of(e *echo.Echo) *httptest.ResponseRecorder {
	if a.method == "" {
		a.method = http.MethodGet
	}
	r := httptest.NewRequest(a.method, a.target, strings.NewReader(a.body))
	r.Header.Set("Accept", "text/html")
	if a.body != "" {
		r.Header.Set("Content-Type", echo.MIMEApplicationForm)
	}
	for k, v := range a.header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

func post(t *testing.T, values url.Values, h echo.HandlerFunc) *httptest.ResponseRecorder {
	t.Helper()
	return ask{method: http.MethodPost, target: "/x", body: values.Encode()}.of(site(h, io.Discard))
}
