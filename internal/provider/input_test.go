package provider_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/distributor"
	"seatledger/internal/provider"
)

func TestEveryRefusalStandsAtItsField(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	for name, c := range map[string]struct {
		in    provider.Input
		field string
		says  string
	}{
		"no name": {with(good(), func(in *provider.Input) { in.Name = "  " }), "name",
			"Enter a name"},
		"a pasted page as name": {with(good(),
			func(in *provider.Input) { in.Name = strings.Repeat("x", 201) }), "name", "longer than 200"},
		"no such connector": {with(good(), func(in *provider.Input) { in.Connector = "ion" }),
			"connector", "no such connector"},
		"no address": {with(good(), func(in *provider.Input) { in.URL = "" }), "url",
			provider.DefaultURL},
		"http": {with(good(),
			func(in *provider.Input) { in.URL = "http://api.us.tdsynnex.com/" }), "url", "https://"},
		"a private address": {with(good(), func(in *provider.Input) { in.URL = "https://10.0.0.8/" }),
			"url", "10.0.0.8"},
		"a loopback address": {with(good(), func(in *provider.Input) { in.URL = "https://127.0.0.1/" }),
			"url", "127.0.0.1"},
		"a password in the address": {with(good(),
			func(in *provider.Input) { in.URL = "https://a:b@api.us.tdsynnex.com/" }), "url", "user name or password"},
		"the legacy host, toggle on": {with(good(),
			func(in *provider.Input) { in.URL = "https://ws.synnex.com/" }), "url", "legacy API"},
		"the comprehensive host, off": {with(legacy(),
			func(in *provider.Input) { in.URL = "https://api.us.tdsynnex.com/" }), "url", "comprehensive API"},
		"a token address over http": {with(good(),
			func(in *provider.Input) { in.TokenURL = "http://sso.us.tdsynnex.com/x" }), "token_url", "https://"},
		"no reseller number": {with(good(), func(in *provider.Input) { in.ResellerNumber = "" }),
			"reseller_number", "TD SYNNEX account number"},
		"no application id": {with(good(), func(in *provider.Input) { in.ApplicationID = "" }),
			"application_id", "developer portal"},
		"no application secret": {with(good(), func(in *provider.Input) { in.ApplicationSecret = "" }),
			"application_secret", "shows it once"},
		"password grant, no password": {with(good(),
			func(in *provider.Input) { in.Grant, in.Password = "password", "" }), "password", "Enter the password"},
		"password grant, no user": {with(good(),
			func(in *provider.Input) { in.Grant, in.UserName = "password", "" }), "user_name", "Enter the user name"},
		"legacy, no password": {with(legacy(), func(in *provider.Input) { in.Password = "" }), "password",
			"Enter the password"},
		"legacy, no user": {with(legacy(), func(in *provider.Input) { in.UserName = "" }), "user_name",
			"Enter the user name"},
		"an unknown grant": {with(good(), func(in *provider.Input) { in.Grant = "implicit" }), "grant",
			"client_credentials"},
		"a page size over the largest": {with(good(), func(in *provider.Input) { in.PageSize = "201" }), "page_size",
			"1 to 200"},
		"a page size in words": {with(good(), func(in *provider.Input) { in.PageSize = "many" }),
			"page_size", "whole number"},
		"no concurrency at all": {with(good(), func(in *provider.Input) { in.Concurrency = "0" }),
			"concurrency", "1 to 16"},
		"no currency": {with(good(), func(in *provider.Input) { in.Currency = "dollars" }),
			"currency", "three letters"},
		"swapped: admin link as reseller": {with(good(),
			func(in *provider.Input) { in.ResellerAuthorizeURL = gdapURL }), "reseller_authorize_url", "swapped"},
		"swapped: reseller link as admin": {with(good(),
			func(in *provider.Input) { in.DelegatedAdminURL = indirectURL }), "delegated_admin_url", "swapped"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := r.Create(t.Context(), r.by, c.in)
			fields := (&room{T: t}).fields(err)
			if !strings.Contains(fields[c.field], c.says) {
				t.Errorf("%s says %q, want it to name %q (all: %v)", c.field, fields[c.field], c.says, fields)
			}
			if len(fields) != 1 {
				t.Errorf("more than the one fault is told: %v", fields)
			}
		})
	}
}

func TestAllProblemsOfAFormComeAtOnce(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	_, err := r.Create(t.Context(), r.by,
		provider.Input{ComprehensiveAPI: true, PageSize: "x", ResellerAuthorizeURL: "http://x.example"})
	got := slices.Sorted(maps.Keys(r.fields(err)))
	want := []string{"application_id", "application_secret", "name", "page_size", "reseller_authorize_url",
		"reseller_number", "url"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheToggleDecidesBetweenTheTwoAPIs(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	full, old := r.create(good()), r.create(legacy())
	if full.Connector != distributor.Stellr || !full.ComprehensiveAPI || full.TokenURL != "" ||
		full.TokenAddress() != "https://sso.us.tdsynnex.com/oauth2/v1/token" {
		t.Errorf("toggle on: %s, token at %q", full.Connector, full.TokenURL)
	}
	if old.Connector != distributor.StellrLegacy || old.ComprehensiveAPI || old.TokenAddress() != "" {
		t.Errorf("toggle off: %s, token at %q", old.Connector, old.TokenURL)
	}
}

func TestAManualProviderNeedsANameOnly(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(provider.Input{Connector: distributor.Manual, Name: "By hand"})
	if p.Connectivity() != provider.NotApplicable {
		t.Errorf("connectivity %s", p.Connectivity())
	}
	if _, err := r.Verify(t.Context(), r.by, p.ID); err == nil {
		t.Error("a manual provider was verified")
	}
}

func TestTokenAddressAndCurrencyFollowTheHostUnlessTyped(t *testing.T) {
	t.Parallel()
	const us = "https://sso.us.tdsynnex.com/oauth2/v1/token"
	r := newRoom(t)
	r.CheckURL = func(string) error { return nil }
	for api, want := range map[string][2]string{
		"https://api.us.tdsynnex.com/":          {us, "USD"},
		"https://api.ca.tdsynnex.com":           {"https://sso.ca.tdsynnex.com/oauth2/v1/token", "CAD"},
		"https://api-br.lac.tdsynnex.com":       {us, "BRL"},
		"https://api-mx.lac.tdsynnex.com":       {us, "MXN"},
		"https://stellr.sandbox.example:9443/v": {"https://stellr.sandbox.example:9443/v/oauth2/v1/token", "USD"},
		"https://eviltdsynnex.com/":             {"https://eviltdsynnex.com/oauth2/v1/token", "USD"},
	} {
		p := r.create(with(good(), func(in *provider.Input) { in.Name, in.URL, in.Currency = api, api, "" }))
		stored := r.get(p.ID)
		if diff := cmp.Diff(want, [2]string{stored.TokenAddress(), stored.Currency}); diff != "" {
			t.Errorf("%s: %s", api, diff)
		}
		if stored.TokenURL != "" || !stored.CurrencyByHost {
			t.Errorf("%s: what nobody typed is stored as typed: %+v", api, stored)
		}
		// The sign-in goes where the page says that it goes.
		if _, err := r.Connect(t.Context(), stored); err != nil || r.stub.asked.TokenURL != want[0] {
			t.Errorf("%s: %v, asked %s", api, err, r.stub.asked.TokenURL)
		}
	}
}

func TestWhatWasTypedStaysWhenTheURLChanges(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(with(good(), func(in *provider.Input) { in.Currency = "" }))
	edited := with(good(), func(in *provider.Input) { in.URL, in.Currency = "https://api.ca.tdsynnex.com/", "" })
	if err := r.Update(t.Context(), r.by, p.ID, 1, edited); err != nil {
		t.Fatal(err)
	}
	if now := r.get(p.ID); now.Currency != "CAD" || !strings.Contains(now.TokenAddress(), "sso.ca.") {
		t.Errorf("untyped, after the URL changed: %s %s", now.Currency, now.TokenAddress())
	}
	typed := with(edited, func(in *provider.Input) {
		in.URL, in.Currency = "https://api-mx.lac.tdsynnex.com/", "USD"
		in.TokenURL = "https://sso.mx.tdsynnex.com/oauth2/v1/token"
	})
	if err := r.Update(t.Context(), r.by, p.ID, 2, typed); err != nil {
		t.Fatal(err)
	}
	if now := r.get(p.ID); now.Currency != "USD" || now.TokenAddress() != typed.TokenURL || now.CurrencyByHost {
		t.Errorf("typed: %+v", now)
	}
}

func TestTheDistributorsOwnHostsWantHTTPSWhateverIsAllowed(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.CheckURL = func(string) error { return nil } // as with exceptions for a stand-in
	_, err := r.Create(t.Context(), r.by, with(good(), func(in *provider.Input) {
		in.URL, in.TokenURL = "HTTP://api.us.tdsynnex.com:80/", "http://sso.us.tdsynnex.com/oauth2/v1/token"
	}))
	if f := r.fields(err); !strings.Contains(f["url"], "https only") {
		t.Error(f)
	}
	r.create(with(good(), func(in *provider.Input) { in.URL = "http://127.0.0.1:9090/" }))
}
