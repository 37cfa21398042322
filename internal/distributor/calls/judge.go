package calls

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/lenient"
	"seatledger/internal/distributor/outbound"
)

// Judge turns an HTTP code other than 200 into an error that tells what the
// answer says about itself. Whether the body of a 200 is good is for its reader.
func Judge(op string, a outbound.Answer, now time.Time) error {
	if a.Status == http.StatusOK {
		return nil
	}
	said := lenient.ReadComplaint(a.Body)
	e := &distributor.Error{Op: op, StatusCode: a.Status, RequestID: RequestID(said.RequestID, a.Header)}
	e.Kind, e.Message, e.Advice = verdict(a.Status)
	if e.Kind == distributor.RateLimited || e.Kind == distributor.Broken {
		e.RetryAfter, e.AskedFor = RetryAfter(a.Header, now)
	}
	if text := said.Error(); text != "" {
		e.Message += itSays + stop(text)
	}
	return e
}

func verdict(code int) (kind distributor.ErrorKind, message, advice string) {
	switch {
	case code == http.StatusUnauthorized:
		return distributor.NotPermitted, "The distributor did not accept the token (401).",
			"Check application id and secret, and whether the account may use this API."
	case code == http.StatusForbidden:
		return distributor.NotPermitted, "The distributor does not permit this to the account (403).",
			"Ask the distributor to give the integration account access to customers and subscriptions."
	case code == http.StatusNotFound, code == http.StatusMethodNotAllowed, code == http.StatusGone:
		return distributor.NotFound, fmt.Sprintf("The distributor does not know this address or record (%d).", code),
			"Check the URL; if other records can be read, this one may be gone at the distributor."
	case code == http.StatusTooManyRequests:
		return distributor.RateLimited, "The distributor limits the rate of calls (429).",
			"Try again later, or lower the concurrency under Advanced."
	case code == http.StatusRequestTimeout:
		return distributor.TimedOut, "The distributor gave up waiting (408).", "Try again."
	case code >= 500:
		return distributor.Broken, fmt.Sprintf("The distributor's server failed (%d).", code),
			"Try again later; if it lasts, give the distributor the request id."
	case code >= 400:
		return distributor.Refused, fmt.Sprintf("The distributor refused the request (%d).", code),
			"Give the distributor the request id if the reason is not clear."
	}
	return distributor.BadAnswer, fmt.Sprintf("The distributor answered with the unexpected code %d.", code),
		"Nothing of it was used; check the URL."
}

// Unreadable turns the failure to read a good answer's body into an error.
func Unreadable(op string, cause error, h http.Header) error {
	var c *lenient.Complaint
	if errors.As(cause, &c) {
		return &distributor.Error{Kind: distributor.Refused, Op: op, StatusCode: http.StatusOK,
			RequestID: RequestID(c.RequestID, h),
			Message:   "The distributor answered with an error: " + stop(c.Error()),
			Advice:    "Nothing of the answer was used; give the distributor the request id if the reason is not clear."}
	}
	return &distributor.Error{Kind: distributor.BadAnswer, Op: op, StatusCode: http.StatusOK,
		RequestID: RequestID("", h),
		Message:   fmt.Sprintf("The distributor's answer could not be used: %s.", cause),
		Advice:    "Nothing of it was used; check the URL, and try again if it may be maintenance."}
}

// itSays leads to the server's own words.
const itSays = " It says: "

// stop ends a text that came from outside as a sentence.
func stop(text string) string { return strings.TrimRight(text, ". ") + "." }

// RequestID takes the id from the body, else from the usual headers.
func RequestID(fromBody string, h http.Header) string {
	if fromBody != "" {
		return fromBody
	}
	for _, name := range []string{"X-Request-Id", "Request-Id", "X-Correlation-Id", "X-Amzn-Requestid"} {
		if id := lenient.Clean(h.Get(name)); id != "" && len(id) <= 100 {
			return id
		}
	}
	return ""
}
