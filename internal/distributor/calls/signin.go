package calls

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"regexp"
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
		e := distributor.AsError(err)
		_ = turnedAway(e, lenient.ReadComplaint(a.Body), isPage(a.Body))
		if e.Kind == distributor.Broken {
			e.RetryAfter, e.AskedFor = RetryAfter(a.Header, now)
		}
		return Token{}, e
	}
	raw, id, err := lenient.ReadOne(a.Body, "items")
	if err != nil {
		var c *lenient.Complaint
		if !errors.As(err, &c) {
			c = &lenient.Complaint{}
		}
		return Token{}, turnedAway(distributor.AsError(Unreadable("token", err, a.Header)), *c, false)
	}
	r, _ := lenient.NewRecord(raw)
	e := &distributor.Error{Op: "token", StatusCode: http.StatusOK, RequestID: RequestID(id, a.Header)}
	switch value := r.Text(lenient.Field{"access_token", "token"}); {
	case value == "":
		e.Kind = distributor.Refused
		return Token{}, turnedAway(e, lenient.Complaint{Text: r.Text(lenient.Field{"message"})}, false)
	case !fitsHeader(value):
		e.Kind, e.Message = distributor.BadAnswer, "What came as a token cannot be one."
		return Token{}, turnedAway(e, lenient.Complaint{}, false)
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

// passing are words of a server that cannot sign anybody in just now (RFC 6749 5.2 and 4.1.2.1, and what gateways say).
var passing = []string{"temporar", "transient", "unavailable", "maintenance", "server_error", "server error",
	"internal error", "timeout", "timed out", "time-out", "try again", "try later", "too many", "rate limit",
	"slow_down",
	"busy", "overload"}

func ofTheMoment(said string) bool {
	said = strings.ToLower(said)
	return slices.ContainsFunc(passing, func(word string) bool { return strings.Contains(said, word) })
}

// refusals are the codes by which OAuth turns these credentials away (RFC 6749 5.2 and 4.1.2.1).
var refusals = []string{"invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
	"invalid_scope", "access_denied"}

// refusing are the words for it of servers that give no such code; AADSTS is the mark of Microsoft Entra.
var refusing = regexp.MustCompile(`(?i)AADSTS\d|\bunauthori[sz]ed\b|not authori[sz]ed|\bforbidden\b|\bdenied\b|` +
	`cannot validate token|` +
	`(invalid|wrong|incorrect|bad|unknown|expired|disabled|locked|no)\b.*\b(` + credentials + `)|` +
	`\b(` + credentials + `)\b.*\b(invalid|wrong|incorrect|unknown|expired|disabled|locked)`)

const credentials = `client|credentials?|password|user ?name|user|secret|account|app|application|reseller`

// refuses tells whether an answer turns these credentials away. The code decides where there is one that is known.
func refuses(c lenient.Complaint) bool {
	switch word := strings.ToLower(c.Word); {
	case slices.Contains(refusals, word):
		return true
	case ofTheMoment(word):
		return false
	}
	said := c.Error()
	return refusing.MatchString(said) || slices.ContainsFunc(refusals, func(code string) bool {
		return strings.Contains(strings.ToLower(said), code)
	})
}

// turnedAway tells a wrong secret from a wrong address and from a bad moment.
func turnedAway(e *distributor.Error, c lenient.Complaint, page bool) error {
	said := c.Error()
	if c.Word != "" && !strings.Contains(said, c.Word) {
		said = strings.TrimSpace(said + " (" + c.Word + ")")
	}
	switch {
	case e.Kind == distributor.NotFound, e.Kind == distributor.BadAnswer:
		e.Message = "At the token URL there is no sign-in. " + e.Message
		e.Advice = "Check the URL and, under Advanced, the token URL."
	case e.Kind != distributor.NotPermitted && e.Kind != distributor.Refused:
	case refuses(c):
		e.Kind = distributor.NeedsCredentials
		e.Message = "The distributor refused the sign-in: " + stop(c.Error())
	case page && e.StatusCode == http.StatusForbidden:
		e.Message = lookedAtNothing(e.StatusCode)
		e.Advice = "Ask the distributor whether this server's address may sign in; if it may, check the token URL."
	case page:
		e.Kind, e.Message = distributor.Broken, lookedAtNothing(e.StatusCode)
		e.Advice = "Try again later; if it lasts, check the token URL, and ask the distributor whether its sign-in " +
			"is up."
	case said == "" && e.StatusCode == http.StatusOK:
		e.Kind, e.Message = distributor.BadAnswer, "The answer to the sign-in has no token and gives no reason."
		e.Advice = "Try again later; if it lasts, check the token URL."
	case said == "":
		e.Kind = distributor.Broken
		e.Message = fmt.Sprintf("The sign-in was answered with %d and no reason, which says nothing of the credentials.",
			e.StatusCode)
		e.Advice = "Try again later; if it lasts, check the credentials, and ask the distributor for the reason."
	default:
		e.Kind, e.Message = distributor.Broken, "The distributor cannot sign anybody in just now: "+stop(said)
		e.Advice = "Try again later; if it lasts, ask the distributor whether its sign-in is up."
	}
	return e
}

func lookedAtNothing(code int) string {
	return fmt.Sprintf("The sign-in was answered by a web page (%d), so nobody looked at the credentials.", code)
}
