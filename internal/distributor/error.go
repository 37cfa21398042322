package distributor

import (
	"errors"
	"fmt"
	"time"
)

// ErrorKind says what sort of failure a call met, which decides who can mend it.
type ErrorKind string

// The kinds of failure.
const (
	AddressRefused ErrorKind = "address_refused" // the guard does not let this address through
	NotHTTPS       ErrorKind = "not_https"
	NameUnknown    ErrorKind = "name_unknown" // DNS
	Unreachable    ErrorKind = "unreachable"  // refused, reset, no route
	TimedOut       ErrorKind = "timed_out"    // no answer within the limit
	Dropped        ErrorKind = "dropped"      // the connection broke off in the middle
	TLSFailed      ErrorKind = "tls_failed"   // certificate or protocol
	// NeedsCredentials is a refused sign-in: only a person can mend it, and asking again may lock the account.
	NeedsCredentials ErrorKind = "needs_credentials"
	NotPermitted     ErrorKind = "not_permitted" // 403, or 401 with a fresh token
	NotFound         ErrorKind = "not_found"
	RateLimited      ErrorKind = "rate_limited"
	// Paused says that nothing may be asked before Error.Until; AskedBy tells who wants it so.
	Paused      ErrorKind = "paused"
	Broken      ErrorKind = "broken" // 5xx
	Redirected  ErrorKind = "redirected"
	TooLarge    ErrorKind = "too_large"
	NoRoom      ErrorKind = "no_room"     // here, for a large answer: others as large are being read
	BadAnswer   ErrorKind = "bad_answer"  // not JSON, unknown shape, totals that disagree
	Refused     ErrorKind = "refused"     // an error inside the answer, also inside a 200
	Unsupported ErrorKind = "unsupported" // the connector has no such call
)

// Asker is who asked for a pause.
type Asker string

// Those who ask for a pause.
const (
	ByDistributor Asker = "distributor" // Retry-After of an answer
	ByBreaker     Asker = "breaker"     // ours: most of its answers were failures of its server
	ByLimit       Asker = "limit"       // ours: the provider's calls per minute are used up
)

// Error is a failed call, in words for the person and for the log. It never holds a secret or a token.
type Error struct {
	Kind       ErrorKind
	Op         string // what was asked: "token", "list customers", ...
	Message    string // one sentence: what happened
	Advice     string // one sentence: what to do
	StatusCode int
	RequestID  string // the distributor's, for its support
	RetryAfter time.Duration
	AskedFor   time.Duration // the pause that was asked for, where a shorter one is kept
	Until      time.Time     // of a pause: the first moment at which something may be asked again
	AskedBy    Asker         // of a pause
	Shortened  bool          // of a pause: a longer one was asked for, and a day of it is kept
	Cause      error
}

func (e *Error) Error() string {
	s := e.Message
	if e.Op != "" {
		s = e.Op + ": " + s
	}
	if e.RequestID != "" {
		s += " (request " + e.RequestID + ")"
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// AsError finds the *Error in a chain, or makes one of a stranger.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Unreachable, Op: "call", Message: "The distributor could not be reached.",
		Advice: "Try again; if it lasts, check the address and the network.", Cause: err}
}

// KindOf tells the kind of a failed call; empty for strangers.
func KindOf(err error) ErrorKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// PauseOf tells until when nothing may be asked and who wants it so, where err is a pause.
func PauseOf(err error) (until time.Time, by Asker, ok bool) {
	var e *Error
	if !errors.As(err, &e) || e.Kind != Paused {
		return time.Time{}, "", false
	}
	return e.Until, e.AskedBy, true
}

// Sentence is message and advice together, for a page.
func (e *Error) Sentence() string { return fmt.Sprintf("%s %s", e.Message, e.Advice) }
