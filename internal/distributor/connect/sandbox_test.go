package connect

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/distributor/sandbox"
)

var sandboxData = sandbox.DataOptions{Customers: 40, Subscriptions: 300, Seed: 7,
	Today: clock.NewDate(2026, time.March, 5)}

// sandboxURL serves the stand-in distributor, changed by requests to its admin face.
func sandboxURL(t *testing.T, faults ...string) string {
	t.Helper()
	s, err := sandbox.New(sandbox.Options{Data: sandboxData, Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	for _, f := range faults {
		r, err := http.Post(server.URL+"/_sandbox/faults", "application/json", strings.NewReader(f))
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode >= 300 {
			t.Fatalf("%s: %d", f, r.StatusCode)
		}
	}
	return server.URL
}

func openerTo(t *testing.T) distributor.Open {
	t.Helper()
	return patientOpener(t, 10*time.Second)
}

func patientOpener(t *testing.T, limit time.Duration) distributor.Open {
	t.Helper()
	allow, err := outbound.ParseAllow("127.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	hc, err := outbound.New(outbound.Options{Allow: allow, Timeout: limit})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hc.CloseIdle)
	return Opener(hc, clock.System{}, slog.New(slog.DiscardHandler))
}

func connectTo(t *testing.T, url, connector string) distributor.Connector {
	t.Helper()
	return opened(t, openerTo(t), url, connector)
}

func opened(t *testing.T, open distributor.Open, url, connector string) distributor.Connector {
	t.Helper()
	c, err := open(t.Context(),
		distributor.Credentials{Connector: connector, BaseURL: url,
			ApplicationID: "sandbox-app", ApplicationSecret: "sandbox-secret", UserName: "integration@reseller.example",
			Password:       "sandbox-password",
			ResellerNumber: "100200", PageSize: 15})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheComprehensiveConnectorReadsTheSandboxToTheLastSeatAndCent(t *testing.T) {
	t.Parallel()
	c := connectTo(t, sandboxURL(t), distributor.Stellr)
	data := sandbox.NewData(sandboxData)
	want := map[string]sandbox.Subscription{}
	for _, s := range data.Subscriptions() {
		want[s.ID] = s
	}

	accounts, err := c.Accounts(t.Context())
	if err != nil || !accounts.Complete || len(accounts.Accounts) != len(data.Customers()) {
		t.Fatalf("%d accounts, complete %v (%s), %v", len(accounts.Accounts), accounts.Complete, accounts.Why, err)
	}
	got := 0
	for _, a := range accounts.Accounts {
		list, err := c.Subscriptions(t.Context(), a.ExternalID)
		if err != nil || !list.Complete || len(list.Bad) > 0 {
			t.Fatalf("%s: %+v %v", a.ExternalID, list, err)
		}
		for _, s := range list.Subscriptions {
			got++
			sameAsSandbox(t, s, want[s.ExternalID])
		}
	}
	if got != len(want) {
		t.Errorf("%d subscriptions, want %d", got, len(want))
	}
}

func sameAsSandbox(t *testing.T, s distributor.Subscription, w sandbox.Subscription) {
	t.Helper()
	if s.Quantity != w.Quantity || !s.UnitCost.Decimal.Equal(w.UnitPrice) ||
		!s.SuggestedPrice.Decimal.Equal(w.CustomerPrice) || s.Currency != w.Currency ||
		s.Start.String() != w.Start.String() || s.End.String() != w.End.String() ||
		s.AccountExternalID != w.CustomerNo || s.SKU != fmt.Sprint(w.SKU) || len(s.Notes) > 0 {
		s.Raw = nil
		t.Errorf("read %+v\nwant %+v", s, w)
	}
	if s.Status == distributor.StatusUnknown || s.Frequency == distributor.FreqUnknown ||
		s.Kind == distributor.UnknownKind {
		t.Logf("not known: %q %q %q (%s)", s.StatusText, s.FrequencyText, s.Kind, s.ProductName)
	}
}

func TestTheChangeLogOfTheSandboxTellsOfAddedSeats(t *testing.T) {
	t.Parallel()
	c := connectTo(t, sandboxURL(t), distributor.Stellr)
	changes := 0
	for _, s := range sandbox.NewData(sandboxData).Subscriptions() {
		list, err := c.Changes(t.Context(), distributor.ChangeQuery{AccountExternalID: s.CustomerNo,
			ContractNo: s.ContractNo, From: clock.NewDate(2020, 1, 1)})
		if err != nil {
			t.Fatal(err)
		}
		for _, change := range list {
			if change.Delta != 0 {
				changes++
			}
		}
	}
	if changes == 0 {
		t.Error("no seat change was read")
	}
}

func TestTheLegacyConnectorReadsTheSandboxToo(t *testing.T) {
	t.Parallel()
	c := connectTo(t, sandboxURL(t), distributor.StellrLegacy)
	data := sandbox.NewData(sandboxData)
	want := map[string]sandbox.Subscription{}
	for _, s := range data.Subscriptions() {
		want[fmt.Sprint(s.LegacyID)] = s
	}
	accounts, err := c.Accounts(t.Context())
	if err != nil || !accounts.Complete {
		t.Fatalf("%+v %v", accounts, err)
	}
	got := 0
	for _, a := range accounts.Accounts {
		list, err := c.Subscriptions(t.Context(), a.ExternalID)
		if err != nil || !list.Complete {
			t.Fatalf("%s: %+v %v", a.ExternalID, list, err)
		}
		for _, s := range list.Subscriptions {
			got++
			if w := want[s.ExternalID]; s.Quantity != w.Quantity || !s.UnitCost.Decimal.Equal(w.UnitPrice) {
				s.Raw = nil
				t.Errorf("read %+v\nwant %+v", s, w)
			}
		}
	}
	if got == 0 {
		t.Error("nothing was read")
	}
	t.Logf("%d of %d subscriptions, %d accounts", got, len(want), len(accounts.Accounts))
}

func TestBothConnectorsVerifyAtTheSandbox(t *testing.T) {
	t.Parallel()
	url := sandboxURL(t)
	for _, name := range []string{distributor.Stellr, distributor.StellrLegacy} {
		check := connectTo(t, url, name).Verify(t.Context(), distributor.Hurried)
		if check.Result() != distributor.Passed {
			t.Errorf("%s: %+v", name, check)
		}
	}
}

// Each fault of the stand-in distributor either leaves a listing whole, or makes
// it an error or incomplete: never a shorter list that looks whole.
func TestNoFaultMakesAListingThatLooksWholeAndIsNot(t *testing.T) {
	t.Parallel()
	customers := len(sandbox.NewData(sandboxData).Customers())
	for _, fault := range []string{
		`"kind":"status","status":500,"times":2`, `"kind":"status","status":500`, `"kind":"status","status":403`,
		`"kind":"html"`, `"kind":"redirect","to":"https://login.example/"`, `"kind":"empty"`, `"kind":"null"`,
		`"kind":"empty_object"`,
		`"kind":"error_in_200"`, `"kind":"biz_error"`, `"kind":"status_error"`, `"kind":"big_header"`,
		`"kind":"token_expired","times":1`, `"kind":"token_expired"`,
		`"kind":"reset","times":1`, `"kind":"cut"`, `"kind":"short","times":1`, `"kind":"short"`,
		`"kind":"reset_midway","times":1`,
		`"kind":"repeat_page","query":{"pageNo":"2"}`, `"kind":"page_shift","times":1,"count":1,"query":{"pageNo":"2"}`,
		`"kind":"no_records"`, `"kind":"total_mismatch"`,
		`"kind":"duplicate"`, `"kind":"ids_as","to":"number"`, `"kind":"numbers_as_strings"`, `"kind":"invalid_utf8"`,
		`"kind":"status","status":429,"retry_after":"1","times":1`,
		`"kind":"drop_field","field":"customerNo","row":1`,
		`"kind":"rename_field","field":"customerNo","to":"customer_no"`,
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			url := sandboxURL(t, `{"path":"/api/v1/cloud/customers",`+fault+`}`)
			list, err := connectTo(t, url, distributor.Stellr).Accounts(t.Context())
			ids := map[string]bool{}
			for _, a := range list.Accounts {
				ids[a.ExternalID] = true
			}
			if len(ids) != len(list.Accounts) {
				t.Errorf("%d accounts, %d of them distinct", len(list.Accounts), len(ids))
			}
			if err == nil && list.Complete && len(ids) != customers {
				t.Errorf("%d of %d customers, and complete", len(ids), customers)
			}
			t.Logf("%d accounts, complete %v (%s), %v", len(ids), list.Complete, list.Why, err)
		})
	}
}
