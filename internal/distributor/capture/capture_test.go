package capture_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/capture"
	"seatledger/internal/distributor/connect"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/distributor/sandbox"
	_ "seatledger/internal/testkit/samehistories"
)

// far is a sandbox and the way to it.
type far struct {
	*testing.T
	*sandbox.Server
	url string
	out *outbound.Client
}

func newFar(t *testing.T, o sandbox.Options) *far {
	t.Helper()
	s, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	allow, err := outbound.ParseAllow("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	out, err := outbound.New(outbound.Options{Allow: allow, Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.CloseIdle)
	return &far{T: t, Server: s, url: server.URL, out: out}
}

func data() sandbox.Options {
	return sandbox.Options{Data: sandbox.DataOptions{Customers: 12, Subscriptions: 60, Seed: 4,
		Today: clock.DateOf(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), time.UTC)}}
}

func (f *far) open(connector string, hc *outbound.Client) distributor.Connector {
	f.Helper()
	c, err := connect.Opener(hc, clock.System{}, slog.New(slog.DiscardHandler))(f.Context(), distributor.Credentials{
		Connector: connector, BaseURL: f.url, ApplicationID: "sandbox-app", ApplicationSecret: "sandbox-secret",
		UserName: "integration@reseller.example", Password: "sandbox-password", ResellerNumber: "100200",
		Concurrency: 1})
	if err != nil {
		f.Fatal(err)
	}
	return c
}

// capture reads a few customers and gives the file.
func (f *far) capture(connector string, accounts int) capture.File {
	f.Helper()
	r := capture.NewRecorder(f.url)
	all, chosen, err := capture.Read(f.Context(), f.open(connector, f.out.Watched(r.See)), accounts)
	if err != nil {
		f.Fatal(err)
	}
	file, err := r.Make(connector, all, chosen)
	if err != nil {
		f.Fatal(err)
	}
	return file
}

// shape is what a reading says that a capture has to keep: no ids, names, dates or prices.
type shape struct {
	Seats                       int
	Status, Frequency, Term     string
	StatusText, Kind, Vendor    string
	Cost, Start, End, Same      bool
	CostPeriod, AutoRenew, Curr string
}

func shapes(t *testing.T, c distributor.Connector) (out [][]shape, log [][2]any) {
	t.Helper()
	accounts, err := c.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !accounts.Complete {
		t.Errorf("the list of customers: %s", accounts.Why)
	}
	for _, a := range accounts.Accounts[:min(5, len(accounts.Accounts))] {
		subs, err := c.Subscriptions(t.Context(), a.ExternalID)
		if err != nil {
			t.Fatal(err)
		}
		var of []shape
		for _, s := range subs.Subscriptions {
			of = append(of, shape{Seats: s.Quantity, Status: string(s.Status), StatusText: s.StatusText,
				Frequency: string(s.Frequency), Term: string(s.Term), Kind: string(s.Kind), Vendor: s.Vendor,
				Cost: s.UnitCost.Valid, Start: !s.Start.IsZero(), End: !s.End.IsZero(),
				Same: s.ExternalID == s.ContractNo+"_"+s.LineNo, CostPeriod: string(s.CostPeriod),
				AutoRenew: string(s.AutoRenew), Curr: s.Currency})
		}
		out = append(out, of)
		if len(subs.Subscriptions) == 0 || !c.Capabilities().ChangeLog {
			continue
		}
		changes, err := c.Changes(t.Context(), distributor.ChangeQuery{AccountExternalID: a.ExternalID,
			ContractNo: subs.Subscriptions[0].ContractNo})
		if err != nil {
			t.Fatal(err)
		}
		for _, ch := range changes {
			log = append(log, [2]any{ch.Delta, ch.Ended})
		}
	}
	return out, log
}

func TestWhatWasCapturedIsReadAgainAsItWas(t *testing.T) {
	t.Parallel()
	for _, connector := range []string{distributor.Stellr, distributor.StellrLegacy} {
		t.Run(connector, func(t *testing.T) {
			t.Parallel()
			f := newFar(t, data())
			want, wantLog := shapes(t, f.open(connector, f.out))
			file := f.capture(connector, 5)
			again := newFar(t, sandbox.Options{Replay: file.Content})
			got, gotLog := shapes(t, again.open(connector, again.out))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("subscriptions: %s", diff)
			}
			if diff := cmp.Diff(wantLog, gotLog); diff != "" {
				t.Errorf("change log: %s", diff)
			}
			if len(want) < 5 {
				t.Fatalf("only %d customers", len(want))
			}
		})
	}
}

// TestNothingOfTheDataIsInTheFile looks for every text and number of the answers that could
// tell who somebody is.
func TestNothingOfTheDataIsInTheFile(t *testing.T) {
	t.Parallel()
	f := newFar(t, data())
	file := string(f.capture(distributor.Stellr, 5).Content)
	conn := f.open(distributor.Stellr, f.out)
	accounts, err := conn.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	none := func(what, s string) {
		looked++
		if strings.Trim(s, "0123456789") == "" && len(s) < 10 {
			s = `"` + s + `"` // few digits stand somewhere by chance, but not as a value of their own
			if len(s) < 9 {
				return
			}
		}
		if len(s) >= 4 && strings.Contains(strings.ToLower(file), strings.ToLower(s)) {
			t.Errorf("%s %q is in the file", what, s)
		}
	}
	for _, a := range accounts.Accounts {
		for what, s := range map[string]string{"id": a.ExternalID, "name": a.Name, "domain": a.Domain,
			"tenant": a.TenantID,
			"mail":   a.Email, "phone": a.Phone, "street": a.Street, "city": a.City, "zip": a.PostalCode} {
			none(what, s)
		}
		subs, err := conn.Subscriptions(t.Context(), a.ExternalID)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range subs.Subscriptions {
			for what, s := range map[string]string{"id": s.ExternalID, "contract": s.ContractNo, "sku": s.SKU,
				"vendor's id": s.VendorSubscriptionID, "product": s.ProductName} {
				none(what, s)
			}
		}
	}
	for _, s := range []string{"sandbox-app", "sandbox-secret", "sandbox-password", "integration@", "Bearer", "100200",
		"127.0.0.1", "access_token"} {
		none("secret", s)
	}
	if looked < 100 {
		t.Errorf("looked for %d texts only", looked)
	}
}

// planted is an answer in which every value is one that must not be seen again.
type planted struct {
	t     *rapid.T
	words []string
}

// word gives something that names somebody, as each field might hold it.
func (p *planted) word() string {
	first := rapid.SampledFrom([]string{"Zelda", "Brünhilde", "Xanthippe", "Wolfgang", "Quirin"}).Draw(p.t, "first")
	n := rapid.IntRange(100_000_000_000, 999_999_999_999).Draw(p.t, "number")
	last := rapid.StringMatching(`[A-Z][a-z]{7,12}`).Draw(p.t, "last")
	hex := rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}`).Draw(p.t, "guid")
	s := rapid.SampledFrom([]string{first + " " + last, last, strings.ToUpper(last), strings.ToLower(last),
		fmt.Sprintf("%s.%s@%s.example", strings.ToLower(first), last, strings.ToLower(last)), hex, fmt.Sprint(n),
		fmt.Sprintf("%d_1", n), "+49 30 " + fmt.Sprint(n), "Active " + last, "Cancelled by " + first + " " + last,
		"Add 3 seats for " + last, "P1Y " + last, "No error " + last, "sk_" + hex[:8] + "!" + last,
		"https://" + strings.ToLower(last) + ".example/" + last, last + ":" + last + ":P1Y:" + last}).Draw(p.t, "word")
	for _, w := range []string{last, fmt.Sprint(n), hex} {
		if strings.Contains(strings.ToLower(s), strings.ToLower(w)) {
			p.words = append(p.words, w)
		}
	}
	return s
}

var everyField = strings.Fields(`customerNo name domain microsoftTenantId email phone address1 city state zipCode
	country status subscriptionId contractNo lineNo vendorName productName mfgPartNo skuNo
	quantity unitPrice msrp currency
	billingFrequency term startDate endDate autoRenew billingModel requestId total errorMessage errorCode message error
	changeLog activityLog entryDatetime entryBy entrySource code action success count unknownField note comment`)

func (p *planted) value(depth int) any {
	switch rapid.IntRange(0, 9).Draw(p.t, "kind") {
	case 0:
		return nil
	case 1:
		n := rapid.IntRange(100_000_000_000, 999_999_999_999).Draw(p.t, "bare")
		p.words = append(p.words, fmt.Sprint(n))
		return n
	case 2:
		if depth < 3 {
			return p.object(depth + 1)
		}
	case 3:
		if depth < 3 {
			return []any{p.value(depth + 1), p.value(depth + 1)}
		}
	}
	return p.word()
}

func (p *planted) object(depth int) map[string]any {
	out := map[string]any{}
	for range rapid.IntRange(3, 14).Draw(p.t, "fields") {
		key := rapid.SampledFrom(everyField).Draw(p.t, "field")
		if rapid.IntRange(0, 6).Draw(p.t, "odd key") == 0 {
			key = p.word()
		}
		out[key] = p.value(depth)
	}
	return out
}

func TestAPlantedNameNeverPasses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := &planted{t: t}
		r := capture.NewRecorder("https://api.reseller.example/base")
		for range rapid.IntRange(1, 3).Draw(t, "calls") {
			body, err := json.Marshal(p.object(0))
			if err != nil {
				t.Fatal(err)
			}
			if rapid.Bool().Draw(t, "broken") {
				body = append(body, []byte(p.word())...)
			}
			r.See(outbound.Request{Op: "list subscriptions of " + p.word(), Method: "GET",
				URL: "https://api.reseller.example/base/api/v1/customers/" + strings.ReplaceAll(p.word(), " ", "%20") +
					"/subscriptions?pageNo=1&who=" + strings.ReplaceAll(p.word(), " ", "+"),
				Header: map[string][]string{"Authorization": {"Bearer " + p.word()}, "Cookie": {p.word()}},
				Body:   body,
			}, outbound.Answer{Status: 200, Body: body, Header: map[string][]string{"X-Request-Id": {p.word()},
				"Content-Type": {"application/json; " + p.word()}, "Retry-After": {p.word()},
				"Set-Cookie": {p.word()}}}, nil)
			r.See(outbound.Request{Op: "token", Method: "POST", URL: "https://sso.example/token", Body: body},
				outbound.Answer{Status: 200, Body: body}, nil)
		}
		file, err := r.Make(distributor.Stellr, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		preview, err := json.Marshal(file.Preview)
		if err != nil {
			t.Fatal(err)
		}
		low := strings.ToLower(string(file.Content) + string(preview))
		for _, w := range p.words {
			if strings.Contains(low, strings.ToLower(w)) {
				t.Fatalf("%q is in\n%s", w, file.Content)
			}
		}
	})
}

// TestFormAndEqualityStay: what is the same before is the same afterwards, and of one sort.
func TestFormAndEqualityStay(t *testing.T) {
	t.Parallel()
	const body = `{"data":{"total":2,"records":[
	{"customerNo":411833,"subscriptionId":"411833_1","contractNo":"411833","lineNo":1,"domain":"northwind.example",
	 "email":"ada@Northwind.example","microsoftTenantId":"2B1F0E5C-7A41-4D0E-9A53-0C6A1D0E7F11",
	 "startDate":"2026-11-16",
	 "endDate":"2026-11-26T00:00:00.000Z","quantity":12,"unitPrice":10.50,"status":"Partially Cancelled",
	 "mfgPartNo":"CFQ7TTC0LH18:0001:P1Y:Y","phone":"+49 30 1234567","entryDate":"11/20/2026","411833_1":{"a":null}},
	{"customerNo":"411833","subscriptionId":"411833_2","microsoftTenantId":"2b1f0e5c-7a41-4d0e-9a53-0c6a1d0e7f11",
	 "unitPrice":"21.00","status":"Ada","quantity":"7","zipCode":"00123","changeLog":"Add 3 seats by Ada"}]}}`
	r := capture.NewRecorder("https://api.example")
	r.See(outbound.Request{Op: "x", Method: "GET",

		URL:    "https://api.example/api/v1/customers/411833/subscriptions?contractNo=411833",
		Header: map[string][]string{"Authorization": {"Bearer x"}}}, outbound.Answer{Status: 200,
		Body: []byte(body)}, nil)
	file, err := r.Make(distributor.Stellr, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := bytes.Cut(file.Content, []byte("\n"))
	var x struct {
		Path   string
		Query  map[string]string
		Answer struct {
			Data struct{ Records []map[string]any }
		}
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	if err := d.Decode(&x); err != nil {
		t.Fatal(err)
	}
	a, b := x.Answer.Data.Records[0], x.Answer.Data.Records[1]
	text := func(v any) string { return fmt.Sprint(v) }
	id := text(a["contractNo"])
	for name, same := range map[string]bool{
		"an id without quotes":  text(a["customerNo"]) == id && len(id) == 6 && id != "411833",
		"and with":              text(b["customerNo"]) == id,
		"in a path and a query": x.Path == "/api/v1/customers/"+id+"/subscriptions" && x.Query["contractNo"] == id,
		"contract and line":     text(a["subscriptionId"]) == id+"_"+text(a["lineNo"]),
		"another line":          text(b["subscriptionId"]) != text(a["subscriptionId"]),
		"a mail's domain": strings.HasSuffix(text(a["email"]), "@"+text(a["domain"])) &&
			strings.HasSuffix(text(a["domain"]), ".example"),
		"a GUID in either case": strings.ToLower(text(a["microsoftTenantId"])) == text(b["microsoftTenantId"]) &&
			len(text(b["microsoftTenantId"])) == 36,
		"seats":               text(a["quantity"]) == "12" && b["quantity"] == "7",
		"a known status":      a["status"] == "Partially Cancelled",
		"a name for a status": b["status"] != "Ada" && len(text(b["status"])) == 3,
		"term and plan": strings.HasPrefix(text(a["mfgPartNo"]), "CFQ7TTC0") &&
			strings.HasSuffix(text(a["mfgPartNo"]), ":P1Y:Y"),
		"the product is another": !strings.Contains(text(a["mfgPartNo"]), "LH18"),
		"leading zeros":          strings.HasPrefix(text(b["zipCode"]), "00") && b["zipCode"] != "00123",
		"a line of the log": strings.HasPrefix(text(b["changeLog"]), "Add 3 seats by ") &&
			!strings.Contains(text(b["changeLog"]), "Ada"),
		"the key is gone": !strings.Contains(string(line), "411833"),
		"a phone's form": strings.HasPrefix(text(a["phone"]), "+") &&
			len(text(a["phone"])) == len("+49 30 1234567"),
	} {
		if !same {
			t.Errorf("%s: %s", name, line)
		}
	}
	day := func(s string) time.Time {
		for _, layout := range []string{time.DateOnly, time.RFC3339, "1/2/2006"} {
			if d, err := time.Parse(layout, s); err == nil {
				return d
			}
		}
		t.Errorf("%s is no date", s)
		return time.Time{}
	}
	start := day(text(a["startDate"]))
	if day(text(a["endDate"])).Sub(start) != 240*time.Hour || day(text(a["entryDate"])).Sub(start) != 96*time.Hour ||
		start.Format(time.DateOnly) == "2026-11-16" {
		t.Errorf("dates: %v %v %v", a["startDate"], a["endDate"], a["entryDate"])
	}
	var one, two float64
	fmt.Sscan(text(a["unitPrice"]), &one)
	fmt.Sscan(text(b["unitPrice"]), &two)
	if one == 10.5 || two/one < 1.99 || two/one > 2.01 {
		t.Errorf("prices: %v %v", one, two)
	}
}
