// Package errs is the one vocabulary of failure: a kind that decides the HTTP
// status, one public sentence for the person, messages per form field, and the
// wrapped cause for the log. It knows nothing of HTTP or of the database.
package errs

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure an error is. Errors that were not made here are Internal.
type Kind int

// The kinds, with the HTTP status that the web floor gives them.
const (
	Internal        Kind = iota // 500
	Invalid                     // 422: the form has field messages
	NotFound                    // 404
	Conflict                    // 409: a rule refuses the command
	Forbidden                   // 403
	Unauthenticated             // 401
	Unavailable                 // 503
	TooMany                     // 429
)

// Error is a failure that a person can be told about.
type Error struct {
	Kind   Kind
	Public string            // one sentence: what happened, what was kept, what to do next
	Fields map[string]string // form field -> message, for Invalid
	cause  error
}

func (e *Error) Error() string {
	if e.cause != nil {
		return e.Public + ": " + e.cause.Error()
	}
	return e.Public
}

// Unwrap gives the cause, so that errors.Is and errors.As see through.
func (e *Error) Unwrap() error { return e.cause }

// New makes an error of a kind with its public sentence.
func New(k Kind, public string) *Error { return &Error{Kind: k, Public: public} }

// Newf is New with a format.
func Newf(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Public: fmt.Sprintf(format, args...)}
}

// Because attaches a kind and a public sentence to a cause that only the log may show.
func Because(k Kind, public string, cause error) *Error {
	return &Error{Kind: k, Public: public, cause: cause}
}

// KindOf tells the kind of any error; a stranger is Internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Public gives the sentence for the person. A stranger's text never leaks.
func Public(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Public
	}
	return "Something went wrong on our side. Nothing was changed."
}

// FieldsOf gives the field messages of an Invalid error, or nil.
func FieldsOf(err error) map[string]string {
	var e *Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return nil
}

// Fields collects messages while an input is validated, so that a person sees all of them at once.
type Fields map[string]string

// Add notes a message for a field; the first message of a field stands.
func (f Fields) Add(field, format string, args ...any) {
	if _, ok := f[field]; !ok {
		f[field] = fmt.Sprintf(format, args...)
	}
}

// Err is nil when nothing was added, else an Invalid error with all messages.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Public: "There is a problem with the form.", Fields: f}
}

// Wrap puts the operation in front of *err, for the log: defer errs.Wrap(&err, "mapping.Accept(%s)", id).
func Wrap(err *error, format string, args ...any) {
	if *err != nil {
		*err = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), *err)
	}
}
