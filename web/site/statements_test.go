package site_test

import (
	"testing"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/webtest"
)

func TestAPageOfAListAsksFewStatements(t *testing.T) {
	t.Parallel()
	var asked webtest.Statements
	s := webtest.Start(t, webtest.Options{Pool: asked.Watch})
	c := s.SignIn(auth.Viewer)
	for _, path := range []string{"/contracts", "/changes", "/invoices", "/invoice-lines", "/accounts", "/subscriptions"} {
		c.Get(path)
		all := asked.During(func() { c.Get(path) })
		t.Log(path, len(all))
		for _, sql := range all {
			t.Logf("    %.150s", sql)
		}
	}
}
