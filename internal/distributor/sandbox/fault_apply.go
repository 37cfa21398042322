package sandbox

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"time"
)

// spoiled is one request that a fault hits, with the handler that would answer it.
type spoiled struct {
	*Fault
	server *Server
	w      http.ResponseWriter
	r      *http.Request
	next   http.Handler
}

// faultKinds are all kinds; docs/sandbox.md says what each does.
func faultKinds() map[string]func(spoiled) {
	return map[string]func(spoiled){
		"status": spoiled.status, "html": spoiled.html, "redirect": spoiled.redirect,
		"empty": spoiled.empty, "null": spoiled.null, "empty_object": spoiled.emptyObject,
		"error_in_200": spoiled.errorIn200, "biz_error": spoiled.bizError, "status_error": spoiled.statusError,
		"huge": spoiled.huge, "gzip_bomb": spoiled.gzipBomb, "big_header": spoiled.bigHeader,
		"token_expired": spoiled.tokenExpired,

		"slow": spoiled.slow, "hang": spoiled.hang, "drip": spoiled.drip, "reset": spoiled.reset,
		"cut": spoiled.cut, "short": spoiled.short, "reset_midway": spoiled.resetMidway,

		"repeat_page": spoiled.repeatPage, "page_shift": spoiled.pageShift, "stale": spoiled.stale,
		"empty_list": spoiled.emptyList, "no_records": spoiled.noRecords, "total_mismatch": spoiled.totalMismatch,
		"duplicate": spoiled.duplicate, "poison": spoiled.poison, "low_total": spoiled.lowTotal,
		"omit": spoiled.omit, "also_lists": spoiled.alsoLists, "answers_for": spoiled.answersFor,
		"change": spoiled.change, "remark": spoiled.remark,
		"late":      spoiled.late,
		"set_field": spoiled.setField, "drop_field": spoiled.dropField, "rename_field": spoiled.renameField,
		"scale_field": spoiled.scaleField,
		"ids_as":      spoiled.idsAs, "numbers_as_strings": spoiled.numbersAsStrings,
		"invalid_utf8": spoiled.invalidUTF8,
	}
}

// sortedKinds are the names of the kinds, in order.
func sortedKinds() []string { return slices.Sorted(maps.Keys(faultKinds())) }

// faults lets the first fault that matches answer in the handler's place.
func (s *Server) faults(next http.Handler) http.Handler {
	kinds := faultKinds()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f := s.faultList.take(r)
		if f == nil {
			next.ServeHTTP(w, r)
			return
		}
		x := exchangeOf(r)
		x.fault = f.Kind
		s.noteAnswer(x, 0, 0) // a connection that is broken gets no header
		kinds[f.Kind](spoiled{f, s, w, r, next})
	})
}

// orNumber takes the number that was given, or the usual one.
func orNumber(given, usual int) int {
	if given != 0 {
		return given
	}
	return usual
}

func (x spoiled) millis(usual int) time.Duration {
	return time.Duration(orNumber(x.Millis, usual)) * time.Millisecond
}

// recorder keeps an answer instead of sending it.
type recorder struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (rec *recorder) Header() http.Header { return rec.header }

func (rec *recorder) WriteHeader(code int) {
	if rec.code == 0 {
		rec.code = code
	}
}

func (rec *recorder) Write(b []byte) (int, error) {
	rec.WriteHeader(http.StatusOK)
	return rec.body.Write(b)
}

// answer is what the handler would have said.
func (x spoiled) answer() keptAnswer {
	rec := &recorder{header: http.Header{}}
	x.next.ServeHTTP(rec, x.r)
	return keptAnswer{rec.header, orNumber(rec.code, http.StatusOK), rec.body.Bytes()}
}

// head sends the header of an answer, with the length as given; -1 sends none.
func (x spoiled) head(a keptAnswer, length int) {
	for name, values := range a.header {
		if name != "Content-Length" {
			x.w.Header()[name] = values
		}
	}
	if length >= 0 {
		x.w.Header().Set("Content-Length", itoa(length))
	}
	x.w.WriteHeader(a.status)
}

// send gives an answer whole.
func (x spoiled) send(a keptAnswer) {
	x.head(a, len(a.body))
	_, _ = x.w.Write(a.body) // the client may be gone: nobody is left to tell
}
