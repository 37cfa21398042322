package dataverse_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/clock"
	"seatledger/internal/crm/dataverse"
	"seatledger/internal/crm/dataverse/standin"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/outbound"
)

// org is the stand-in with a client that reads it.
type org struct {
	*testing.T
	*standin.Organisation
	url    string
	config dataverse.Config
	log    *safeBuffer
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func newOrg(t *testing.T) *org {
	t.Helper()
	o := &org{T: t, Organisation: standin.New(), log: &safeBuffer{}}
	server := httptest.NewServer(o.Organisation)
	t.Cleanup(server.Close)
	o.url = server.URL
	o.config = dataverse.Config{URL: server.URL, TokenURL: server.URL + "/" + standin.Tenant + "/oauth2/v2.0/token",
		Tenant:   standin.Tenant,
		ClientID: standin.ClientID, ClientSecret: standin.Secret, PageSize: 3}
	return o
}

func (o *org) client() *dataverse.Client {
	o.Helper()
	allow, err := outbound.ParseAllow("127.0.0.1")
	if err != nil {
		o.Fatal(err)
	}
	door, err := outbound.New(outbound.Options{Allow: allow, Timeout: 5 * time.Second})
	if err != nil {
		o.Fatal(err)
	}
	c, err := dataverse.New(o.config, door, clock.System{},
		slog.New(slog.NewTextHandler(o.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		o.Fatal(err)
	}
	return c
}

func (o *org) fill(n int) {
	for i := 1; i <= n; i++ {
		o.PutAccount(id(i), map[string]any{"name": fmt.Sprintf("Customer %d", i)})
	}
}

func id(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

func quiet(int) {}

func (o *org) accounts(c *dataverse.Client, delta string) (dataverse.Listing[dataverse.Account], error) {
	return c.Accounts(o.Context(), delta, quiet)
}

func TestPagesAreFollowedToTheirEndAndGiveADeltaLink(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	o.fill(8)
	c := o.client()
	var told []int
	l, err := c.Accounts(t.Context(), "", func(n int) { told = append(told, n) })
	if err != nil || len(l.Records) != 8 || l.Delta == "" {
		t.Fatalf("%v, %d records, delta %q", err, len(l.Records), l.Delta)
	}
	if d := cmp.Diff([]int{3, 6, 8}, told); d != "" {
		t.Error(d)
	}
	o.PutAccount(id(2), map[string]any{"telephone1": "+44 1"})
	o.DeleteAccount(id(3))
	l, err = o.accounts(c, l.Delta)
	if err != nil || len(l.Records) != 1 || l.Records[0].Phone != "+44 1" || l.Deleted[id(3)] != "deleted" {
		t.Errorf("%v %+v", err, l)
	}
	if o.Issued() != 1 {
		t.Errorf("%d tokens for one client", o.Issued())
	}
	for _, q := range o.Journal() {
		if q.Method == http.MethodGet && !strings.Contains(q.Prefer, "odata.maxpagesize=3") {
			t.Errorf("without a page size: %+v", q)
		}
	}
}

func TestALinkToAnotherHostIsNeverFollowed(t *testing.T) {
	t.Parallel()
	stranger := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stranger++ }))
	t.Cleanup(other.Close)
	for _, link := range []string{other.URL + "/api/data/v9.2/accounts?$skiptoken=2",
		"//evil.example/api/data/v9.2/accounts", "https://evil.example/api/data/x", "%URL%/evil?x",
		"%URL%/api/data/../../admin", "%AT%/api/data/v9.2/accounts"} {
		for _, key := range []string{"@odata.nextLink", "@odata.deltaLink"} {
			o := newOrg(t)
			link := strings.NewReplacer("%URL%", o.url, "%AT%",
				strings.Replace(o.url, "://", "://u:p@", 1)).Replace(link)
			o.Break(standin.Fault{Path: "/accounts",
				Body: fmt.Sprintf(`{"value":[{"accountid":%q,"name":"A"}],%q:%q}`, id(1), key, link)})
			_, err := o.accounts(o.client(), "")
			if distributor.KindOf(err) != distributor.BadAnswer || !strings.Contains(err.Error(), "not followed") {
				t.Errorf("%s %s: %v", key, link, err)
			}
		}
	}
	if stranger > 0 {
		t.Errorf("a stranger was asked %d times", stranger)
	}
}

func TestOddAnswersAreErrorsAndNeverAnEmptyList(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]standin.Fault{
		"a web page":        {HTML: true},
		"a page of errors":  {HTML: true, Status: http.StatusOK},
		"no JSON":           {Body: `{"value":[`},
		"no list":           {Body: `{"d":{}}`},
		"null":              {Body: `{"value":null}`},
		"a list of another": {Body: `{"value":{"a":1}}`},
		"cut off":           {Cut: true, Times: 5},
		"an error":          {Status: http.StatusInternalServerError, Times: 5},
	} {
		o := newOrg(t)
		o.fill(2)
		f.Path = "/accounts"
		o.Break(f)
		if l, err := o.accounts(o.client(), ""); err == nil || len(l.Records) > 0 || l.Delta != "" {
			t.Errorf("%s: %v %+v", name, err, l)
		} else if e := distributor.AsError(err); e.Advice == "" ||
			strings.Contains(strings.ToLower(e.Message+e.Advice), "distributor") {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestAPageThatPointsToItselfEnds(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	self := o.url + "/api/data/v9.2/accounts?$skiptoken=1"
	o.Break(standin.Fault{Path: "/accounts", Times: 99, Body: fmt.Sprintf(`{"value":[],"@odata.nextLink":%q}`, self)})
	if _, err := o.accounts(o.client(), ""); distributor.KindOf(err) != distributor.BadAnswer {
		t.Errorf("%v", err)
	}
}

func TestRetryAfterIsObeyedAndALongOneHandedOver(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	o.fill(1)
	o.Break(standin.Fault{Path: "/accounts", Status: http.StatusTooManyRequests, RetryAfter: 1, Code: "0x80072322"})
	began := time.Now()
	if _, err := o.accounts(o.client(), ""); err != nil || time.Since(began) < time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
	o.Break(standin.Fault{Path: "/accounts", Status: http.StatusTooManyRequests, RetryAfter: 300, Code: "0x80072321"})
	_, err := o.accounts(o.client(), "")
	if e := distributor.AsError(err); e.Kind != distributor.Paused || e.RetryAfter != 5*time.Minute ||
		!strings.Contains(e.Advice, "working time") {
		t.Errorf("%+v", e)
	}
}

func TestARejectedTokenIsReplacedOnce(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	o.fill(1)
	c := o.client()
	if _, err := o.accounts(c, ""); err != nil {
		t.Fatal(err)
	}
	o.ExpireTokens()
	if _, err := o.accounts(c, ""); err != nil || o.Issued() != 2 {
		t.Errorf("%v, %d tokens", err, o.Issued())
	}
	o.Break(standin.Fault{Path: "/accounts", Status: http.StatusUnauthorized, Times: 9})
	if _, err := o.accounts(c, ""); distributor.KindOf(err) != distributor.NotPermitted {
		t.Errorf("%v", err)
	}
}

func TestADeltaLinkThatIsNoLongerTakenIsToldApart(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]standin.Fault{
		"gone":        {Status: http.StatusGone, Code: "0x80044352"},
		"bad request": {Status: http.StatusBadRequest, Code: "0x80060888"},
	} {
		o := newOrg(t)
		o.fill(1)
		c := o.client()
		l, err := o.accounts(c, "")
		if err != nil {
			t.Fatal(err)
		}
		f.Path = "/accounts"
		o.Break(f)
		if _, err := o.accounts(c, l.Delta); !errors.Is(err, dataverse.ErrExpired) {
			t.Errorf("%s: %v", name, err)
		}
		o.Break(f)
		if _, err := o.accounts(c, ""); errors.Is(err, dataverse.ErrExpired) {
			t.Errorf("%s without a delta link: %v", name, err)
		}
	}
}

func TestDeletedEntriesAreReadInBothWritings(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	o.Break(standin.Fault{Path: "/accounts", Body: fmt.Sprintf(`{"value":[
		{"@odata.context":"x/$metadata#accounts/$deletedEntity","id":%q,"reason":"deleted"},
		{"@removed":{"reason":"changed"},"@id":"accounts(%s)"},
		{"@odata.context":"x/$metadata#accounts/$deletedEntity","id":"nonsense","reason":"deleted"},
		{"accountid":"nonsense","name":"x"}, 7,
		{"accountid":%q,"name":"B","address1_postalcode":1067,"statecode":1}]}`, id(1), id(2),
		"{"+strings.ToUpper(id(3))+"}")})
	l, err := o.accounts(o.client(), "")
	if err != nil {
		t.Fatal(err)
	}
	if l.Deleted[id(1)] != "deleted" || l.Deleted[id(2)] != "changed" || l.Bad != 3 {
		t.Errorf("%+v", l)
	}
	if len(l.Records) != 1 || l.Records[0].ID != id(3) || !l.Records[0].Inactive || l.Records[0].PostalCode != "1067" {
		t.Errorf("%+v", l.Records)
	}
}

func TestTheCheckTellsEachLayerAndWhatToDo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*org)
		layer  string
		result distributor.LayerResult
		says   string
	}{
		"all well": {func(*org) {}, dataverse.LayerContacts, distributor.Passed, "only the domains"},
		"wrong secret": {func(o *org) { o.SetSecret("another") }, distributor.LayerToken, distributor.Failed,
			"not its Secret ID"},
		"wrong client": {func(o *org) { o.config.ClientID = id(9) }, distributor.LayerToken, distributor.Failed,
			"no application with this client id"},
		"wrong tenant": {func(o *org) { o.config.TokenURL = strings.Replace(o.config.TokenURL, "3f1c", "4f1c", 1) },
			distributor.LayerToken, distributor.Failed, "no such directory"},
		"a web page": {func(o *org) { o.Break(standin.Fault{Path: "/WhoAmI", HTML: true, Times: 9}) },
			dataverse.LayerOrganisation, distributor.Failed, "web page"},
		"no user there": {func(o *org) { o.Break(standin.Fault{Path: "/WhoAmI", Status: 401, Times: 9}) },
			dataverse.LayerOrganisation, distributor.Failed, "application user"},
		"no accounts": {func(o *org) { o.Lose("accounts", id(1)) }, dataverse.LayerAccounts, distributor.Warned,
			"whole organisation"},
		"accounts denied": {func(o *org) { o.Forbid("accounts", true) }, dataverse.LayerAccounts, distributor.Failed,
			"security role"},
		"contacts denied": {func(o *org) { o.Forbid("contacts", true) }, dataverse.LayerContacts, distributor.Warned,
			"mail domains"},
		"an unknown field": {func(o *org) { o.config.TenantColumn = "new_nothing" }, dataverse.LayerAccounts,
			distributor.Failed, "tenant id column"},
		"plain http": {func(o *org) { o.config.URL = "http://crm.contoso.example" }, distributor.LayerAddress,
			distributor.Failed, "https://"},
		"a private host": {func(o *org) { o.config.URL = "https://10.1.2.3" }, distributor.LayerAddress,
			distributor.Failed, "private address"},
	} {
		o := newOrg(t)
		o.fill(1)
		c.change(o)
		check := o.client().Verify(t.Context())
		found := false
		for _, l := range check.Layers {
			if l.Name == c.layer {
				found = true
				if l.Result != c.result || !strings.Contains(l.Message+" "+l.Advice, c.says) {
					t.Errorf("%s: %+v", name, l)
				}
			}
			if strings.Contains(strings.ToLower(l.Message+l.Advice), "distributor") ||
				strings.Contains(l.Message, "tdsynnex") {
				t.Errorf("%s: speaks of somebody else: %+v", name, l)
			}
		}
		if !found {
			t.Errorf("%s: no layer %s", name, c.layer)
		}
	}
}

func TestNeitherErrorsNorLogsHoldSecretOrToken(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	o.fill(1)
	c := o.client()
	if _, err := o.accounts(c, ""); err != nil {
		t.Fatal(err)
	}
	o.Break(standin.Fault{Path: "/accounts", Status: 403,
		Body: `{"error":{"code":"x","message":"no right for dv-token-1-3a9f and ` + standin.Secret + `"}}`})
	_, denied := o.accounts(c, "")
	o.SetSecret("another") // the stand-in repeats what it was sent
	o.ExpireTokens()
	_, refused := o.accounts(c, "")
	all := fmt.Sprintf("%v %+v %v %+v %+v", denied, denied, refused, refused, o.config) + o.log.b.String()
	for _, e := range []error{denied, refused} {
		all += distributor.AsError(e).Sentence()
	}
	if denied == nil || refused == nil || strings.Contains(all, standin.Secret) || strings.Contains(all, "dv-token") {
		t.Errorf("leaked: %s", all)
	}
}
