package site_test

import (
	"strings"
	"testing"
	"time"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/webtest"
)

func TestAMovedClockIsSaidOnEveryPage(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{At: time.Date(2027, 3, 31, 9, 0, 0, 0, time.UTC)})
	const says = "The clock is moved: it is Wed 31 Mar 2027, 09:0"
	for _, path := range []string{"/setup", "/login"} {
		if p := s.Client().Look(path); !strings.Contains(string(p.Body), says) {
			t.Errorf("%s does not say that the clock is moved", path)
		}
	}
	c := s.SignIn(auth.Admin)
	for _, path := range []string{"/", "/invoices", "/contracts/new", "/settings/profile", "/audit", "/no-such-page",
		"/contracts/no-such-id"} {
		if p := c.Look(path); !strings.Contains(p.Text(), says) || !strings.Contains(p.Text(), "in truth ") {
			t.Errorf("%s (%d) does not say that the clock is moved: %.200s", path, p.Status, p.Text())
		}
	}
	s.Clock.Put(time.Date(2027, 5, 1, 0, 30, 0, 0, time.UTC))
	c = s.SignIn(auth.Admin) // a month later the session has ended
	c.Get("/").Shows("it is Sat 1 May 2027, 00:3")
}

func TestSignInsAndTheTrailBearTheTrueTimeBesideAMovedOne(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{At: time.Date(2027, 3, 31, 9, 0, 0, 0, time.UTC)})
	began := time.Now().UTC().Add(-time.Second).Truncate(time.Second)
	c := s.SignIn(auth.Admin)
	rows := c.Get("/audit.csv?check=all").Want(200).Records()
	if len(rows) == 0 {
		t.Fatal("no trail")
	}
	for _, r := range rows {
		at, err := time.Parse(time.RFC3339, r["true_at"])
		if err != nil || at.Before(began) || at.After(time.Now().Add(time.Second)) ||
			!strings.HasPrefix(r["at"], "2027-03-31T09:0") {
			t.Errorf("%s: at %q, true_at %q", r["action"], r["at"], r["true_at"])
		}
	}
	c.Get("/audit?check=all").Shows("chain intact", "in truth "+time.Now().UTC().Format("2 Jan 2006"))
	c.Get("/settings/users").Shows("in truth ")
	c.Get("/settings/profile").Shows("in truth ")
}

func TestATrueClockIsNotSpokenOf(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	c := s.SignIn(auth.Admin)
	for _, path := range []string{"/", "/audit", "/settings/users"} {
		if p := c.Get(path).Want(200); p.Has("in truth") || p.Has("clock is moved") {
			t.Errorf("%s speaks of a moved clock", path)
		}
	}
	for _, r := range c.Get("/audit.csv").Want(200).Records() {
		if r["true_at"] != "" {
			t.Errorf("%s has a true time beside a true one", r["action"])
		}
	}
}
