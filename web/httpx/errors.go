package httpx

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// ErrorHandler is the one place that turns an error into an answer. A kind of errs
// gives the status and its public sentence; anything else is a 500 whose text stays
// in the log. Whoever takes HTML gets a page, others plain text, both with the request id.
func ErrorHandler(log *slog.Logger) echo.HTTPErrorHandler {
	return func(err error, c echo.Context) {
		f := failureOf(err)
		record(log, c, f, err)
		if c.Response().Committed {
			return
		}
		if aerr := answer(c, f); aerr != nil {
			log.ErrorContext(c.Request().Context(), "the error page failed", "error", aerr)
			_ = c.String(http.StatusInternalServerError, internalText)
		}
	}
}

const internalText = "Something went wrong on our side. Nothing was changed."

// failure is an error as a person may see it.
type failure struct {
	Status  int
	Title   string
	Text    string
	Details map[string]string // field messages
}

func failureOf(err error) failure {
	err = postgres.Translate(err)
	var he *echo.HTTPError
	if errors.As(err, &he) {
		return failure{Status: he.Code, Title: titleOf(he.Code), Text: textOf(he.Code)}
	}
	if errors.Is(err, context.DeadlineExceeded) && errs.KindOf(err) == errs.Internal {
		return failure{Status: http.StatusServiceUnavailable, Title: titleOf(http.StatusServiceUnavailable),
			Text: "This took too long and was stopped. Nothing was changed; try again."}
	}
	s := Status(err)
	return failure{Status: s, Title: titleOf(s), Text: errs.Public(err), Details: errs.FieldsOf(err)}
}

// Status is the HTTP status of an error's kind.
func Status(err error) int {
	switch errs.KindOf(err) {
	case errs.Invalid:
		return http.StatusUnprocessableEntity
	case errs.NotFound:
		return http.StatusNotFound
	case errs.Conflict:
		return http.StatusConflict
	case errs.Forbidden:
		return http.StatusForbidden
	case errs.Unauthenticated:
		return http.StatusUnauthorized
	case errs.Unavailable:
		return http.StatusServiceUnavailable
	case errs.TooMany:
		return http.StatusTooManyRequests
	}
	return http.StatusInternalServerError
}

func answer(c echo.Context, f failure) error {
	r := c.Request()
	safe := r.Method == http.MethodGet || r.Method == http.MethodHead
	if f.Status == http.StatusUnauthorized && safe && !byToken(r) {
		return SeeOther(c, LoginPath(r.URL.RequestURI()))
	}
	if r.Method == http.MethodHead {
		return c.NoContent(f.Status)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	if !wantsHTML(c) {
		return c.String(f.Status, f.Text+requestLine(c)+"\n")
	}
	return Render(c, f.Status, errorPage(c, f))
}

// LoginPath is the sign-in page that leads back to where somebody wanted to go.
func LoginPath(next string) string {
	if next = SafeNext(next); next == "/" {
		return "/login"
	}
	return "/login?" + url.Values{"next": {next}}.Encode()
}

// wantsHTML is true for browsers and for whoever takes anything; a file or a
// stream that fails is told in text.
func wantsHTML(c echo.Context) bool {
	if byToken(c.Request()) {
		return false
	}
	accept := c.Request().Header.Get(echo.HeaderAccept)
	if strings.Contains(accept, "text/html") {
		return true
	}
	return !IsFile(c) && (accept == "" || strings.Contains(accept, "*/*"))
}

// Bearer is the token that a request bears; ok, when it bears one at all.
func Bearer(r *http.Request) (secret string, ok bool) {
	for _, h := range r.Header.Values(echo.HeaderAuthorization) {
		scheme, rest, _ := strings.Cut(h, " ")
		if strings.EqualFold(scheme, "Bearer") {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}

// byToken tells whether a program asks, with a token and not with a session.
func byToken(r *http.Request) bool {
	_, ok := Bearer(r)
	return ok
}

// RequestID is the id of this request, which is also in every log line of it.
func RequestID(c echo.Context) string {
	return c.Response().Header().Get(echo.HeaderXRequestID)
}

func requestLine(c echo.Context) string {
	if id := RequestID(c); id != "" {
		return " (request " + id + ")"
	}
	return ""
}

func record(log *slog.Logger, c echo.Context, f failure, err error) {
	ctx := c.Request().Context()
	level := slog.LevelInfo
	// A person who left is no fault of ours.
	if f.Status >= http.StatusInternalServerError && !errors.Is(ctx.Err(), context.Canceled) {
		level = slog.LevelError
	}
	log.Log(ctx, level, "request failed",
		"status", f.Status, "method", c.Request().Method, "route", c.Path(), "request_id", RequestID(c), "error",
		err.Error())
}
