package site_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/webtest"
)

// TestWhatNoPageSendsIsInTheTrail: bodies over their bound, what is no form, and names of other servers.
func TestWhatNoPageSendsIsInTheTrail(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	admin := s.SignIn(auth.Admin)
	for range 3 {
		r := admin.Request(http.MethodPost, "/providers", nil)
		r.Body, r.ContentLength = io.NopCloser(io.LimitReader(unending{}, 2<<20)), 2<<20
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		admin.Send(r).Want(http.StatusRequestEntityTooLarge)
		r = admin.Request(http.MethodPost, "/providers", nil)
		r.Body = io.NopCloser(strings.NewReader("name=%zz"))
		r.ContentLength = 8
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		admin.Send(r).Want(http.StatusBadRequest)
		r = admin.Request(http.MethodGet, "/", nil)
		r.Host = "other.example"
		admin.Send(r).Want(http.StatusMisdirectedRequest)
	}
	for _, why := range []string{"a body over its bound", "what is no form", "a name that is not this server's"} {
		var n int
		err := s.DB.Read(t.Context()).Raw(`SELECT count(*) FROM audit_events WHERE action = 'access.refused'
			AND object_name = ?`, why).Scan(&n).Error
		if err != nil || n < 1 || n > 2 { // a row a minute
			t.Errorf("%s: %d rows, %v", why, n, err)
		}
	}
}
