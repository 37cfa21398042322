package standin

import (
	"net/http"
	"strconv"
	"strings"
)

// Fault is something that goes wrong with the next requests whose path ends with Path.
type Fault struct {
	Path       string // "accounts", "token"; empty: any
	Times      int
	Skip       int // requests that pass before
	Status     int
	RetryAfter int    // seconds
	Code       string // of the error in the body
	HTML       bool   // a web page, with whatever status
	Cut        bool   // the connection breaks off in the middle of the body
	Body       string // exactly this, as JSON
}

// Break orders a fault.
func (o *Organisation) Break(f Fault) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	o.faults = append(o.faults, f)
}

// Mend takes all faults away.
func (o *Organisation) Mend() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.faults = nil
}

func (o *Organisation) fail(w *statusWriter, r *http.Request) bool {
	for i := range o.faults {
		f := &o.faults[i]
		if f.Times == 0 || !strings.HasSuffix(r.URL.Path, f.Path) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		f.Times--
		f.answer(w)
		return true
	}
	return false
}

func (f *Fault) answer(w *statusWriter) {
	status := f.Status
	if status == 0 {
		status = http.StatusOK
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	switch {
	case f.HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<!DOCTYPE html><html><title>Sign in to your account</title></html>"))
	case f.Cut:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "10000")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"value":[{"accountid":"`))
	case f.Body != "":
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(f.Body))
	default:
		refuse(w, status, f.Code, "The stand-in was told to fail.")
	}
}
