package calls

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/outbound"
)

func TestOnlyARefusalOfTheCredentialsIsCalledOne(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		code int
		body string
		want distributor.ErrorKind
	}{
		"wrong secret":        {401, `{"error":"invalid_client"}`, distributor.NeedsCredentials},
		"no reason":           {401, ``, distributor.Broken},
		"no reason, 400":      {400, `{}`, distributor.Broken},
		"cut short":           {401, `{"error":"inv`, distributor.Broken},
		"a page instead":      {401, `<html>no</html>`, distributor.Broken},
		"a page instead, 400": {400, `<html>no</html>`, distributor.Broken},
		"wrong password":      {400, `{"error":"invalid_grant"}`, distributor.NeedsCredentials},
		"a wrong scope":       {400, `{"error":"invalid_scope"}`, distributor.NeedsCredentials},
		"another grant":       {400, `{"error":"unauthorized_client"}`, distributor.NeedsCredentials},
		"locked, by the code": {401, `{"error":"invalid_client","error_description":"temporarily locked, try later"}`,
			distributor.NeedsCredentials},
		"in words": {401, `{"message":"Invalid user name or password. Please try again."}`,
			distributor.NeedsCredentials},
		"in a word": {401, `{"message":"Unauthorized"}`, distributor.NeedsCredentials},
		"in data":   {401, `{"data":{"errorCode":"UNAUTHORIZED","errorMessage":"no"}}`, distributor.NeedsCredentials},
		"Ion's":     {400, `{"error":"cannot validate token: redis: nil"}`, distributor.NeedsCredentials},
		"Entra's tenant": {400, `{"error":"invalid_request","error_description":"AADSTS90002: Tenant not found."}`,
			distributor.NeedsCredentials},
		"busy, described": {400, `{"error":"temporarily_unavailable","error_description":"try later"}`,
			distributor.Broken},
		"its own fault, described": {400, `{"error":"server_error","error_description":"the password store"}`,
			distributor.Broken},
		"slower":                {400, `{"error":"slow_down"}`, distributor.Broken},
		"busy, with a 401":      {401, `{"error":"temporarily_unavailable"}`, distributor.Broken},
		"a word nobody defines": {400, `{"error":"upstream_reset"}`, distributor.Broken},
		"no token":              {200, `{"token_type":"Bearer"}`, distributor.BadAnswer},
		"in a 200": {200, `{"status":"error","message":"Invalid user name"}`,
			distributor.NeedsCredentials},
		"no user of it":        {403, `{"error":"access_denied"}`, distributor.NeedsCredentials},
		"a firewall":           {403, `<html>Request blocked</html>`, distributor.NotPermitted},
		"busy, by the book":    {400, `{"error":"temporarily_unavailable"}`, distributor.Broken},
		"its own fault":        {400, `{"error":"server_error"}`, distributor.Broken},
		"busy in a 200":        {200, `{"errorMessage":"Service temporarily unavailable"}`, distributor.Broken},
		"down":                 {503, `{"error":"invalid_client"}`, distributor.Broken},
		"too many":             {429, `{"error":"invalid_client"}`, distributor.RateLimited},
		"maintenance":          {200, `<html>back soon</html>`, distributor.BadAnswer},
		"nothing":              {200, ``, distributor.BadAnswer},
		"an empty object":      {200, `{}`, distributor.BadAnswer},
		"a token of two words": {200, `{"access_token":"no token"}`, distributor.BadAnswer},
		"a token of two lines": {200, `{"access_token":"a\nX-Evil: 1"}`, distributor.BadAnswer},
		"a token beyond measure": {200, `{"access_token":"` + strings.Repeat("a", maxToken+1) + `"}`,
			distributor.BadAnswer},
		"a good one": {200, `{"access_token":"ok"}`, ""},
	} {
		_, err := ReadSignIn(outbound.Answer{Status: x.code, Header: http.Header{}, Body: []byte(x.body)}, noon)
		if got := distributor.KindOf(err); got != x.want || err != nil && distributor.AsError(err).Message == "" {
			t.Errorf("%s: %q, want %q (%v)", name, got, x.want, err)
		}
	}
}

func TestABusySignInSaysItsOwnCause(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"error":"temporarily_unavailable","error_description":"later"}`: "later (temporarily_unavailable).",
		`<html></html>`: "web page (400), so nobody looked at the credentials.",
		``:              "400 and no reason",
	} {
		_, err := ReadSignIn(outbound.Answer{Status: 400, Header: http.Header{"Retry-After": {"7"}},
			Body: []byte(body)},
			noon)
		e := distributor.AsError(err)
		if !strings.Contains(e.Message, want) || strings.Contains(e.Sentence(), "refused") ||
			e.RetryAfter != 7*time.Second {
			t.Errorf("%s: %s %v", body, e.Sentence(), e.RetryAfter)
		}
	}
}

func TestARememberedRefusalSaysSinceWhenAndUntilWhen(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 2*60*60)
	clk := clock.NewFake(time.Date(2026, 11, 29, 0, 0, 13, 0, time.UTC))
	answer := error(&distributor.Error{Kind: distributor.NeedsCredentials,
		Message: "The distributor refused the sign-in."})
	tokens := NewTokens(clk, zone, func(context.Context) (Token, error) {
		return Token{Value: "t", Life: time.Hour}, answer
	})
	_, _ = tokens.Get(t.Context())
	answer = nil
	clk.Advance(20 * time.Second)
	_, err := tokens.Get(t.Context())
	const want = "The distributor refused the sign-in. That was at 02:00:13; " +
		"the sign-in is not asked again before 02:01:13."
	if e := distributor.AsError(err); e.Kind != distributor.NeedsCredentials || e.Message != want {
		t.Errorf("%v", err)
	}
	clk.Advance(40 * time.Second)
	if value, err := tokens.Get(t.Context()); value != "t" || err != nil {
		t.Errorf("%s %v", value, err)
	}
}

func TestARenewalBeforeItsTimeThatFailsOnTheWayLeavesTheTokenInUse(t *testing.T) {
	t.Parallel()
	clk, asked := clock.NewFake(noon), 0
	tokens := NewTokens(clk, nil, func(context.Context) (Token, error) {
		if asked++; asked > 1 {
			return Token{}, failing(distributor.Broken, 0)
		}
		return Token{Value: "t", Life: time.Hour}, nil
	})
	_, _ = tokens.Get(t.Context())
	clk.Advance(59 * time.Minute)
	for range 5 {
		if value, err := tokens.Get(t.Context()); value != "t" || err != nil {
			t.Errorf("%s %v", value, err)
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times within a moment", asked)
	}
	clk.Advance(time.Minute)
	if _, err := tokens.Get(t.Context()); distributor.KindOf(err) != distributor.Broken {
		t.Errorf("a token that has ended: %v", err)
	}
}
