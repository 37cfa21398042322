package sandbox

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

const maintenancePage = "<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body><h1>We will be back " +
	"soon</h1></body></html>\n"

// status answers an error status in the shape asked for, with Retry-After.
func (x spoiled) status() {
	if wait := x.retryAfter(); wait != "" {
		x.w.Header().Set("Retry-After", wait)
	}
	code := orNumber(x.Status, http.StatusServiceUnavailable)
	message := or(x.Message, http.StatusText(code))
	switch x.Shape {
	case "html":
		x.text(code, "text/html", maintenancePage)
	case "empty":
		x.text(code, "application/json", "")
	case "oauth":
		writeJSON(x.w, code, map[string]string{"error": message, "error_description": "made by a fault"})
	default:
		name := strings.ToUpper(strings.ReplaceAll(http.StatusText(code), " ", "_"))
		shape := or(x.Shape, x.server.behave().ErrorShape)
		writeJSON(x.w, code, errorBody(exchangeOf(x.r).requestID, shape, &apiError{code, name, message}))
	}
}

// retryAfter writes date:30s as an HTTP date that far ahead, anything else as it is.
func (x spoiled) retryAfter() string {
	span, isDate := strings.CutPrefix(x.RetryAfter, "date:")
	if !isDate {
		return x.RetryAfter
	}
	d, err := time.ParseDuration(span)
	if err != nil {
		return x.RetryAfter
	}
	return x.server.base.Now().Add(d).UTC().Format(http.TimeFormat)
}

func (x spoiled) text(code int, kind, body string) {
	x.w.Header().Set("Content-Type", kind)
	x.w.Header().Set("Content-Length", itoa(len(body)))
	x.w.WriteHeader(code)
	_, _ = io.WriteString(x.w, body) // the client may be gone: nobody is left to tell
}

func (x spoiled) html() { x.text(orNumber(x.Status, 200), "text/html; charset=utf-8", maintenancePage) }

func (x spoiled) empty() { x.text(orNumber(x.Status, 200), "application/json", "") }

func (x spoiled) null() { x.text(orNumber(x.Status, 200), "application/json", "null") }

func (x spoiled) emptyObject() { x.text(orNumber(x.Status, 200), "application/json", "{}") }

func (x spoiled) redirect() {
	http.Redirect(x.w, x.r, or(x.To, "http://127.0.0.1:9/"), orNumber(x.Status, http.StatusFound))
}

// errorIn200 is a failure inside a good status, at the top level.
func (x spoiled) errorIn200() {
	writeJSON(x.w, http.StatusOK, map[string]any{
		"requestId": exchangeOf(x.r).requestID, "errorMessage": or(x.Message, "Server.RuntimeError"),
		"errorDetail": "made by a fault",
	})
}

// bizError is a failure inside a good status, nested.
func (x spoiled) bizError() {
	writeJSON(x.w, http.StatusOK, envelope{exchangeOf(x.r).requestID, map[string]any{
		"BizError": map[string]string{"ErrorMessage": or(x.Message, "The operation failed."),
			"ErrorDetail": "made by a fault"},
	}})
}

// statusError is how the legacy face fails inside a good status.
func (x spoiled) statusError() {
	writeJSON(x.w, http.StatusOK, legacyResult{"error", or(x.Message, "The operation failed.")})
}

// tokenExpired ends the token of the request early; the request then fails with 401 by itself.
func (x spoiled) tokenExpired() {
	x.server.tokens.revoke(bearer(x.r))
	x.next.ServeHTTP(x.w, x.r)
}

func (x spoiled) bigHeader() {
	x.w.Header().Set("X-Padding", strings.Repeat("x", orNumber(x.Bytes, 1<<20)))
	x.next.ServeHTTP(x.w, x.r)
}

// huge is one record with a name of the size asked for; the JSON itself is sound.
func (x spoiled) huge() {
	x.w.Header().Set("Content-Type", "application/json")
	x.w.WriteHeader(http.StatusOK)
	x.bulk(x.w, orNumber(x.Bytes, 50<<20))
}

// gzipBomb is the same, small on the wire.
func (x spoiled) gzipBomb() {
	x.w.Header().Set("Content-Type", "application/json")
	x.w.Header().Set("Content-Encoding", "gzip")
	x.w.WriteHeader(http.StatusOK)
	z := gzip.NewWriter(x.w)
	x.bulk(z, orNumber(x.Bytes, 200<<20))
	_ = z.Close() // the client may be gone: nobody is left to tell
}

func (x spoiled) bulk(w io.Writer, size int) {
	const head = `{"requestId":%q,"data":{"total":1,"records":[{"customerNo":"1","subscriptionId":"1_1","name":"`
	if _, err := fmt.Fprintf(w, head, exchangeOf(x.r).requestID); err != nil {
		return
	}
	block := strings.Repeat("x", 64<<10)
	for left := size; left > 0; left -= len(block) {
		if _, err := io.WriteString(w, block[:min(left, len(block))]); err != nil {
			return
		}
	}
	_, _ = io.WriteString(w, `"}]}}`) // the client may be gone: nobody is left to tell
}
