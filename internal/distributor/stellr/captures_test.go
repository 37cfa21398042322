package stellr_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/distributor/stellr"
)

// TestCapturesReadAsTheyDid serves each capture of testdata/captures and compares what the
// connector makes of it with the golden file beside it. A golden file is read against its
// capture by a person before it is kept; SEATLEDGER_UPDATE=1 writes it anew.
func TestCapturesReadAsTheyDid(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/captures/*.jsonl")
	if err != nil || len(files) < 3 {
		t.Fatalf("%v: %d captures", err, len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			got, golden := neutral(t, file), strings.TrimSuffix(file, ".jsonl")+".golden"
			if os.Getenv("SEATLEDGER_UPDATE") != "" {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// neutral writes what the connector reads, one record a line.
func neutral(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := sandbox.New(sandbox.Options{Replay: content})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	allow, err := outbound.ParseAllow("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	hc, err := outbound.New(outbound.Options{Allow: allow, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hc.CloseIdle)
	c := stellr.New(distributor.Credentials{Connector: distributor.Stellr, BaseURL: server.URL,
		ApplicationID: "sandbox-app", ApplicationSecret: "sandbox-secret"}, hc, calls.Options{Clock: clock.System{}},
		slog.New(slog.DiscardHandler))
	accounts, err := c.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "customers complete %v\n", accounts.Complete)
	for _, a := range accounts.Accounts {
		fmt.Fprintf(&b, "\ncustomer %s | %s | %s | %s | active %v %q\n", a.ExternalID, a.Name, a.Domain,
			a.TenantID, a.Active,
			a.StatusText)
		account(t, c, &b, a.ExternalID)
	}
	return b.String()
}

func account(t *testing.T, c *stellr.Connector, b *strings.Builder, id string) {
	t.Helper()
	subs, err := c.Subscriptions(t.Context(), id)
	if err != nil {
		fmt.Fprintf(b, "  not read: %s\n", distributor.KindOf(err))
		return
	}
	contract := ""
	for _, s := range subs.Subscriptions {
		cost := "no cost"
		if s.UnitCost.Valid {
			cost = s.UnitCost.Decimal.String()
		}
		fmt.Fprintf(b, "  %s | %d seats | %s %s %s | %s %s | %s to %s | %s %q | %s %s | %s\n", s.ExternalID, s.Quantity,
			cost, s.Currency, s.CostPeriod, s.Frequency, s.Term, s.Start, s.End, s.Status, s.StatusText,
			s.Vendor, s.Kind,
			s.PartNumber)
		if contract == "" {
			contract = s.ContractNo
		}
	}
	for _, bad := range subs.Bad {
		fmt.Fprintf(b, "  unreadable %s: %s\n", bad.ExternalID, bad.Reason)
	}
	changes, err := c.Changes(t.Context(), distributor.ChangeQuery{AccountExternalID: id, ContractNo: contract})
	if err != nil {
		fmt.Fprintf(b, "  no change log: %s\n", distributor.KindOf(err))
	}
	for _, ch := range changes {
		fmt.Fprintf(b, "  %s of %s: %+d, ended %v\n", ch.On, ch.SubscriptionExternalID, ch.Delta, ch.Ended)
	}
}

func TestARefusedSignInAtARegionalHostNamesTheTokenURL(t *testing.T) {
	t.Parallel()
	for api, want := range map[string]string{
		"https://api.ca.tdsynnex.com": "try the token URL https://sso.us.tdsynnex.com/oauth2/v1/token",
		"https://api.us.tdsynnex.com": "",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":"invalid_client"}`)
		}))
		t.Cleanup(server.Close)
		allow, err := outbound.ParseAllow("127.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		hc, err := outbound.New(outbound.Options{Allow: allow, Timeout: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		_, err = stellr.New(distributor.Credentials{Connector: distributor.Stellr, BaseURL: api, TokenURL: server.URL,
			ApplicationID: "a", ApplicationSecret: "b-secret"}, hc, calls.Options{Clock: clock.System{}},
			slog.New(slog.DiscardHandler)).
			Accounts(t.Context())
		advice := distributor.AsError(err).Advice
		if distributor.KindOf(err) != distributor.NeedsCredentials ||
			strings.Contains(advice, "region") != (want != "") ||
			!strings.Contains(advice, strings.Replace(want, "sso.us", "sso.ca", 1)) {
			t.Errorf("%s: %v: %s", api, err, advice)
		}
	}
}
