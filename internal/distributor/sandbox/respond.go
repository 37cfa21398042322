package sandbox

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/shopspring/decimal"
)

// apiError is a refusal of the comprehensive face.
type apiError struct {
	status  int
	code    string
	message string
}

func (e *apiError) Error() string { return e.message }

func badRequest(format string, args ...any) error {
	return &apiError{http.StatusBadRequest, "INVALID_REQUEST", fmt.Sprintf(format, args...)}
}

func notFound(what string) error {
	return &apiError{http.StatusNotFound, "NOT_FOUND", what + " was not found."}
}

// envelope is the single-record answer. Guess: it has the shape of the list answer.
type envelope struct {
	RequestID string `json:"requestId"`
	Data      any    `json:"data"`
}

// listData is the page of a list.
type listData struct {
	Total   int   `json:"total"`
	Records []any `json:"records"`
}

type errorData struct {
	Code    string `json:"errorCode"`
	Message string `json:"errorMessage"`
}

type flatError struct {
	RequestID string `json:"requestId"`
	errorData
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, data any) {
	writeJSON(w, http.StatusOK, envelope{exchangeOf(r).requestID, data})
}

// fail writes an error in the shape that is set.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	var e *apiError
	if !errors.As(err, &e) {
		e = asAPIError(err)
	}
	writeJSON(w, e.status, errorBody(exchangeOf(r).requestID, s.behave().ErrorShape, e))
}

func errorBody(requestID, shape string, e *apiError) any {
	data := errorData{e.code, e.message}
	if shape == "flat" {
		return flatError{requestID, data}
	}
	return envelope{requestID, data}
}

func asAPIError(err error) *apiError {
	if missing := errNotThere(""); errors.As(err, &missing) {
		return &apiError{http.StatusNotFound, "NOT_FOUND", err.Error()}
	}
	return &apiError{http.StatusBadRequest, "INVALID_REQUEST", err.Error()}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "the sandbox could not write its answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone: nobody is left to tell
}

// num writes a decimal as a JSON number, digit for digit.
func num(d decimal.Decimal) json.Number { return json.Number(d.String()) }

// newGUID makes a random GUID, for ids that need not repeat with the seed.
func newGUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// atoi reads a number of the data set's own; anything else is 0.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
