package calls

import (
	"net/http"
	"testing"
	"time"

	"seatledger/internal/distributor/outbound"
)

// A token that a server gives fits a header and has an end that can be reckoned with; all else is an error.
func FuzzSignIn(f *testing.F) {
	for _, s := range []string{"", "{}", `{"access_token":"a","expires_in":3600}`,
		`{"access_token":"a","expires_in":"1e99"}`,
		`{"access_token":"a\u0000b","expires_in":-1}`, `{"error":"invalid_client"}`, "<html>", `{"access_token":{}}`,
		`{"access_token":"a","expires_in":99999999999999999999}`} {
		f.Add(http.StatusOK, s)
		f.Add(http.StatusUnauthorized, s)
	}
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, status int, body string) {
		token, err := ReadSignIn(outbound.Answer{Status: status, Header: http.Header{}, Body: []byte(body)}, now)
		if err == nil && (token.Value == "" || !fitsHeader(token.Value) || token.Life < 0) {
			t.Errorf("%q gives a token that no header takes", body)
		}
	})
}
