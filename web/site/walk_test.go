package site_test

import (
	"testing"

	"seatledger/internal/auth"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/testkit/webtest"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{Workers: true, Far: sandbox.DataOptions{Customers: 6, Subscriptions: 20, Seed: 7}})
	c := s.SignIn(auth.Admin)
	p := c.Get("/providers/new")
	f := p.FormTo("/providers")
	t.Log(f.Values)
	p = f.Set("name", "Sandbox", "user_name", "integration@reseller.example", "password", "sandbox-password", "url", s.FarURL, "application_id", "sandbox-app",
		"application_secret", "sandbox-secret", "reseller_number", "100200", "token_url", s.FarURL+"/oauth2/v1/token", "currency", "USD").Submit()
	if p.Status != 303 {
		t.Fatal(p.Status, p.Text())
	}
	p = p.Next()
	t.Log(p.Path(), p.Text())
	p = p.FormTo(p.Path() + "/verify").Submit().Next()
	t.Log(p.Text())
	prov := p.Path()
	p = p.FormTo(prov + "/sync-accounts").Submit().Next()
	t.Log(s.WaitRun(p))
	p = c.Get(prov).FormTo(prov + "/sync-subscriptions").Submit().Next()
	t.Log(s.WaitRun(p))
	t.Log(c.Get("/accounts").Text())
	t.Log(c.Get("/accounts").Links())
}
