package calls

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/lenient"
	"seatledger/internal/distributor/outbound"
)

// maxToken is far beyond any token and far below what a header may hold.
const maxToken = 16 << 10

// ReadSignIn reads the answer of a sign-in. A refusal is NeedsCredentials, in
// whichever way the server tells it; the caller adds the advice. What is no refusal
// of these credentials, a server that is busy or a page of somebody else, is never
// called one: nobody would ask again before a person came.
func ReadSignIn(a outbound.Answer, now time.Time) (Token, error) {
	if err := Judge("token", a, now); err != nil {
		said := lenient.ReadComplaint(a.Body)
		return Token{}, turnedAway(distributor.AsError(err), said.Error(), isPage(a.Body))
	}
	raw, id, err := lenient.ReadOne(a.Body, "items")
	if err != nil {
		said := ""
		var c *lenient.Complaint
		if errors.As(err, &c) {
			said = c.Error()
		}
		return Token{}, turnedAway(distributor.AsError(Unreadable("token", err, a.Header)), said, false)
	}
	r, _ := lenient.NewRecord(raw)
	e := &distributor.Error{Op: "token", StatusCode: http.StatusOK, RequestID: RequestID(id, a.Header)}
	switch value := r.Text(lenient.Field{"access_token", "token"}); {
	case value == "":
		e.Kind = distributor.Refused
		return Token{}, turnedAway(e, or(r.Text(lenient.Field{"message"}), "it gave no token"), false)
	case !fitsHeader(value):
		e.Kind, e.Message = distributor.BadAnswer, "What came as a token cannot be one."
		return Token{}, turnedAway(e, "", false)
	default:
		return Token{Value: value, Life: Life(r)}, nil
	}
}

// fitsHeader tells whether a token can be sent: a blank or a line break would end it.
func fitsHeader(token string) bool {
	if len(token) > maxToken {
		return false
	}
	for _, c := range []byte(token) {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

func isPage(body []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) }

func or(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}

// passing are words of a server that cannot sign anybody in just now (RFC 6749 5.2 and 4.1.2.1, and what gateways say).
var passing = []string{"temporar", "unavailable", "maintenance", "server_error", "server error", "internal error",
	"timeout", "timed out", "time-out", "try again", "too many", "rate limit", "slow_down", "busy", "overload"}

func ofTheMoment(said string) bool {
	said = strings.ToLower(said)
	return slices.ContainsFunc(passing, func(word string) bool { return strings.Contains(said, word) })
}

// turnedAway tells a wrong secret from a wrong address and from a bad moment.
func turnedAway(e *distributor.Error, said string, page bool) error {
	switch {
	case e.Kind == distributor.NotFound, e.Kind == distributor.BadAnswer:
		e.Message = "At the token URL there is no sign-in. " + e.Message
		e.Advice = "Check the URL and, under Advanced, the token URL."
	case e.Kind != distributor.NotPermitted && e.Kind != distributor.Refused:
	case e.StatusCode != http.StatusUnauthorized && ofTheMoment(said):
		e.Kind, e.Message = distributor.Broken, "The distributor cannot sign anybody in just now: "+stop(said)
		e.Advice = "Try again later; if it lasts, ask the distributor whether its sign-in is up."
	case e.StatusCode != http.StatusUnauthorized && page:
		e.Message = fmt.Sprintf("The sign-in was answered by a web page (%d), so nobody looked at the credentials.",
			e.StatusCode)
		e.Advice = "Ask the distributor whether this server's address may sign in; if it may, check the token URL."
	default:
		e.Kind = distributor.NeedsCredentials
		e.Message = "The distributor refused the sign-in."
		if said != "" {
			e.Message = "The distributor refused the sign-in: " + stop(said)
		}
	}
	return e
}
