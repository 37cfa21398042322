package site_test

import (
	"strings"
	"testing"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/webtest"
)

// Three statements frame every page: the session, its user and the bell. A list adds one for its
// rows and how many there are, and one where there is something to choose from.
func TestAPageOfAListAsksFewStatements(t *testing.T) {
	t.Parallel()
	var asked webtest.Statements
	s := webtest.Start(t, webtest.Options{Pool: asked.Watch})
	c := s.SignIn(auth.Viewer)
	for path, most := range map[string]int{
		"/contracts": 4, "/contracts?active=yes&sort=-start_date": 4, "/invoice-lines": 4, "/changes": 5,
		"/changes?event=update&sort=effective_at": 5,
		"/invoices": 6, // and whether anything was billed before
		"/accounts": 6, // and how far the mapping is
	} {
		c.Get(path) // the first page of a day sees to the day's prices
		if all := asked.During(func() { c.Get(path) }); len(all) > most {
			t.Errorf("%s asks %d statements, more than %d:\n%s", path, len(all), most, strings.Join(all, "\n"))
		}
	}
}
