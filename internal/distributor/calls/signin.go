package calls

import (
	"errors"
	"net/http"
	"time"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/lenient"
	"seatledger/internal/distributor/outbound"
)

// ReadSignIn reads the answer of a sign-in. A refusal is BadCredentials, in
// whichever way the server tells it; the caller adds the advice.
func ReadSignIn(a outbound.Answer, now time.Time) (Token, error) {
	if err := Judge("token", a, now); err != nil {
		said := lenient.ReadComplaint(a.Body)
		return Token{}, refusal(distributor.AsError(err), said.Error())
	}
	raw, id, err := lenient.ReadOne(a.Body, "items")
	if err != nil {
		said := ""
		var c *lenient.Complaint
		if errors.As(err, &c) {
			said = c.Error()
		}
		return Token{}, refusal(distributor.AsError(Unreadable("token", err, a.Header)), said)
	}
	r, _ := lenient.NewRecord(raw)
	value := r.Text(lenient.Field{"access_token", "token"})
	if value != "" {
		return Token{Value: value, Life: Life(r)}, nil
	}
	e := &distributor.Error{Kind: distributor.Refused, Op: "token", StatusCode: http.StatusOK,
		RequestID: RequestID(id, a.Header)}
	return Token{}, refusal(e, or(r.Text(lenient.Field{"message"}), "it gave no token"))
}

func or(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}

// refusal tells a wrong secret from a wrong address and from a bad moment.
func refusal(e *distributor.Error, said string) error {
	switch e.Kind {
	case distributor.NotFound, distributor.BadAnswer:
		e.Message = "At the token URL there is no sign-in. " + e.Message
		e.Advice = "Check the URL and, under Advanced, the token URL."
	case distributor.NotPermitted, distributor.Refused:
		e.Kind = distributor.NeedsCredentials
		e.Message = "The distributor refused the sign-in."
		if said != "" {
			e.Message = "The distributor refused the sign-in: " + stop(said)
		}
	}
	return e
}
