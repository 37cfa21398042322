package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"
)

const customersPage = "/api/v1/cloud/customers?pageNo=1&pageSize=10"

// faulty starts a sandbox with one fault.
func faulty(t *testing.T, f Fault) (*Server, *client) {
	t.Helper()
	s, c := signedIn(t)
	if _, err := s.AddFault(f); err != nil {
		t.Fatal(err)
	}
	return s, c
}

func TestStatusFaultsWithRetryAfter(t *testing.T) {
	t.Parallel()
	for after, want := range map[string]string{
		"": "", "30": "30", "soon": "soon", "-5": "-5",
		"date:30s": "Thu, 05 Mar 2026 14:11:42 GMT", "date:-1h": "Thu, 05 Mar 2026 13:11:12 GMT",
	} {
		_, c := faulty(t, Fault{Kind: "status", Status: 429, RetryAfter: after})
		if a := c.get(customersPage).want(429); a.header.Get("Retry-After") != want ||
			a.str("data", "errorMessage") == "" {
			t.Errorf("%q gave %q and %s", after, a.header.Get("Retry-After"), a.raw)
		}
	}
	for _, status := range []int{401, 403, 404, 500, 502, 503, 504} {
		_, c := faulty(t, Fault{Kind: "status", Status: status, Shape: "flat", Message: "made up"})
		if a := c.get(customersPage).want(status); a.str("errorMessage") != "made up" {
			t.Errorf("%d answered %s", status, a.raw)
		}
	}
}

func TestAnswersThatAreNoAnswer(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		"html": maintenancePage, "empty": "", "null": "null", "empty_object": "{}",
	} {
		_, c := faulty(t, Fault{Kind: kind})
		if a := c.get(customersPage).want(200); string(a.raw) != want {
			t.Errorf("%s answered %s", kind, a.raw)
		}
	}
	_, c := faulty(t, Fault{Kind: "status", Status: 503, Shape: "html"})
	if a := c.get(customersPage).want(503); !strings.Contains(a.header.Get("Content-Type"), "html") {
		t.Errorf("answered %s", a.header)
	}
	_, c = faulty(t, Fault{Kind: "redirect", To: "http://elsewhere.example/"})
	if a := c.get(customersPage).want(302); a.header.Get("Location") != "http://elsewhere.example/" {
		t.Errorf("answered %s", a.header)
	}
}

func TestFailuresInsideAGoodStatus(t *testing.T) {
	t.Parallel()
	for kind, at := range map[string][]string{
		"error_in_200": {"errorMessage"}, "biz_error": {"data", "BizError", "ErrorMessage"},
		"status_error": {"message"},
	} {
		_, c := faulty(t, Fault{Kind: kind, Message: "the vendor is away"})
		if a := c.get(customersPage).want(200); a.str(at...) != "the vendor is away" {
			t.Errorf("%s answered %s", kind, a.raw)
		}
	}
}

func TestBrokenConnections(t *testing.T) {
	t.Parallel()
	for kind, check := range map[string]func(reply) bool{
		"reset":        func(a reply) bool { return errors.Is(a.err, syscall.ECONNRESET) },
		"reset_midway": func(a reply) bool { return a.status == 200 && a.err != nil },
		"short":        func(a reply) bool { return a.status == 200 && errors.Is(a.err, io.ErrUnexpectedEOF) },
		"cut": func(a reply) bool {
			return a.status == 200 && a.err == nil && !json.Valid(a.raw) &&
				len(a.raw) > 0
		},
	} {
		s, c := faulty(t, Fault{Kind: kind, Path: "/api/**"})
		if a := c.get(customersPage); !check(a) {
			t.Errorf("%s gave %d, %v, %s", kind, a.status, a.err, a.raw)
		}
		if e := s.Journal()[len(s.Journal())-1]; e.Fault != kind || e.Path != "/api/v1/cloud/customers" {
			t.Errorf("the journal has %+v", e)
		}
	}
}

func TestSlowHangAndDrip(t *testing.T) {
	t.Parallel()
	_, c := faulty(t, Fault{Kind: "slow", Millis: 1})
	c.get(customersPage).want(200).records()

	_, c = faulty(t, Fault{Kind: "hang", Millis: 1})
	if a := c.get(customersPage); a.err == nil {
		t.Errorf("a hang ended in %s", a.raw)
	}

	_, c = faulty(t, Fault{Kind: "hang"})
	c.http.Timeout = 30 * time.Millisecond
	if a := c.get(customersPage); a.err == nil {
		t.Errorf("a hang answered %s", a.raw)
	}

	_, c = faulty(t, Fault{Kind: "drip", Millis: 20})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+customersPage, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	a, err := c.http.Do(r)
	if err != nil || a.StatusCode != http.StatusOK {
		t.Fatalf("a drip gave %+v, %v", a, err)
	}
	defer a.Body.Close()
	n, err := a.Body.Read(make([]byte, 1000))
	cancel() // a caller who does not wait for the rest
	if rest, broken := io.ReadAll(a.Body); n == 0 || err != nil || broken == nil {
		t.Errorf("a drip gave %d bytes, %v, then %s", n, err, rest)
	}
}

func TestTokenEndsEarlyOnce(t *testing.T) {
	t.Parallel()
	_, c := faulty(t, Fault{Kind: "token_expired", Path: "/api/**", After: 1, Times: 1})
	c.get(customersPage).want(200)
	c.get(customersPage).want(401)
	c.get(customersPage).want(401)
	c.token = c.signIn("sandbox-app", "sandbox-secret")
	c.get(customersPage).want(200)
}

func TestTokenAnswerWithoutExpiry(t *testing.T) {
	t.Parallel()
	s, c := faulty(t, Fault{Kind: "drop_field", Path: "/oauth2/v1/token", Field: "expires_in"})
	form := map[string][]string{"grant_type": {"client_credentials"}, "client_id": {"sandbox-app"},
		"client_secret": {"sandbox-secret"}}
	if a := c.form("/oauth2/v1/token", form).want(200); a.at("expires_in") != nil || a.str("access_token") == "" {
		t.Errorf("granted %s", a.raw)
	}
	s.ClearFaults()
	if _, err := s.AddFault(Fault{Kind: "set_field", Path: "/oauth2/v1/token", Field: "expires_in",
		Value: json.RawMessage("0")}); err != nil {
		t.Fatal(err)
	}
	if a := c.form("/oauth2/v1/token", form).want(200); a.str("expires_in") != "0" {
		t.Errorf("granted %s", a.raw)
	}
}

func TestListsThatDisagree(t *testing.T) {
	t.Parallel()
	_, c := faulty(t, Fault{Kind: "empty_list"})
	if a := c.get(customersPage).want(200); len(a.records()) != 0 || a.str("data", "total") != "0" {
		t.Errorf("empty list is %s", a.raw)
	}
	_, c = faulty(t, Fault{Kind: "no_records"})
	if a := c.get(customersPage).want(200); a.at("data", "records") != nil || a.str("data", "total") != "40" {
		t.Errorf("without records %s", a.raw)
	}
	_, c = faulty(t, Fault{Kind: "total_mismatch", Count: -3})
	if a := c.get(customersPage).want(200); a.str("data", "total") != "37" {
		t.Errorf("total is %s", a.str("data", "total"))
	}
	_, c = faulty(t, Fault{Kind: "duplicate"})
	if rows := c.get(customersPage).want(200).records(); len(rows) != 11 ||
		rows[0]["customerNo"] != rows[10]["customerNo"] {
		t.Errorf("%d rows", len(rows))
	}
}

func TestPagesThatRepeatOrShift(t *testing.T) {
	t.Parallel()
	second := "/api/v1/cloud/customers?pageNo=2&pageSize=10"
	s, c := signedIn(t)
	page1, page2 := c.get(customersPage).records(), c.get(second).records()
	for kind, want := range map[string]struct {
		count int
		first any
	}{
		"repeat_page": {0, page1[0]["customerNo"]},
		"page_shift":  {1, page2[1]["customerNo"]},
	} {
		s.ClearFaults()
		if _, err := s.AddFault(Fault{Kind: kind, Count: want.count}); err != nil {
			t.Fatal(err)
		}
		if got := c.get(second).records()[0]["customerNo"]; got != want.first {
			t.Errorf("%s: page 2 begins with %v, want %v", kind, got, want.first)
		}
		if got := c.get(customersPage).records()[0]["customerNo"]; got != page1[0]["customerNo"] {
			t.Errorf("%s: page 1 begins with %v", kind, got)
		}
	}
	s.ClearFaults()
	if _, err := s.AddFault(Fault{Kind: "page_shift", Count: -1}); err != nil {
		t.Fatal(err)
	}
	if got := c.get(second).records()[0]["customerNo"]; got != page1[9]["customerNo"] {
		t.Errorf("a row in front: page 2 begins with %v", got)
	}
}

func TestStaleAnswersKeepWhatTheFaultFirstSaw(t *testing.T) {
	t.Parallel()
	s, c := faulty(t, Fault{Kind: "stale"})
	sub := live(t, s)
	before := c.get(subscriptionPath(sub)).want(200).str("data", "quantity")
	if err := s.SetSeats(sub.ID, sub.Quantity+5); err != nil {
		t.Fatal(err)
	}
	if got := c.get(subscriptionPath(sub)).want(200).str("data", "quantity"); got != before {
		t.Errorf("%s seats, first seen %s", got, before)
	}
	s.ClearFaults()
	if got := c.get(subscriptionPath(sub)).str("data", "quantity"); got != itoa(sub.Quantity+5) {
		t.Errorf("%s seats after the fault", got)
	}
}

func TestEveryPoisonSpoilsOneMoreRecord(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	sub := live(t, s)
	path := "/api/v1/customers/" + sub.CustomerNo + "/subscriptions?pageNo=1&pageSize=200"
	clean := c.get(path).want(200).raw
	for _, variant := range poisonVariants() {
		s.ClearFaults()
		if _, err := s.AddFault(Fault{Kind: "poison", Variant: variant}); err != nil {
			t.Fatal(err)
		}
		a := c.get(path).want(200)
		good := reply{t: t, top: map[string]any{}}
		if err := json.Unmarshal(clean, &good.top); err != nil {
			t.Fatal(err)
		}
		all, ok := a.at("data", "records").([]any)
		if !ok || len(all) != len(good.records())+1 || a.str("data", "total") != itoa(len(all)) {
			t.Fatalf("%s: %d records, total %s", variant, len(all), a.str("data", "total"))
		}
		last, first := all[len(all)-1], all[0]
		if lastText, firstText := mustJSON(t, last), mustJSON(t, first); bytes.Equal(lastText, firstText) &&
			variant != "same_id" {
			t.Errorf("%s: the record is as good as the first: %s", variant, lastText)
		}
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPoisonsAreWhatTheyAreCalled(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	sub := live(t, s)
	path := "/api/v1/customers/" + sub.CustomerNo + "/subscriptions?pageNo=1&pageSize=200"
	for variant, check := range map[string]func(map[string]any) bool{
		"no_id":               func(r map[string]any) bool { _, ok := r["subscriptionId"]; return !ok },
		"null_quantity":       func(r map[string]any) bool { v, ok := r["quantity"]; return ok && v == nil },
		"negative_quantity":   func(r map[string]any) bool { return r["quantity"] == json.Number("-3") },
		"fractional_quantity": func(r map[string]any) bool { return r["quantity"] == json.Number("2.5") },
		"string_quantity":     func(r map[string]any) bool { return r["quantity"] == "7" },
		"huge_price": func(r map[string]any) bool {
			return r["unitPrice"] == json.Number("1000000000000000000")
		},
		"formula_name":   func(r map[string]any) bool { return strings.HasPrefix(r["productName"].(string), "=") },
		"long_name":      func(r map[string]any) bool { return len(r["productName"].(string)) == 300 },
		"unknown_status": func(r map[string]any) bool { return r["status"] == "Frozen" },
	} {
		s.ClearFaults()
		if _, err := s.AddFault(Fault{Kind: "poison", Variant: variant}); err != nil {
			t.Fatal(err)
		}
		rows := c.get(path).want(200).records()
		if last := rows[len(rows)-1]; !check(last) {
			t.Errorf("%s gave %v", variant, last)
		}
	}
}

func TestFieldsCanBeSetDroppedAndRenamed(t *testing.T) {
	t.Parallel()
	_, c := faulty(t, Fault{Kind: "set_field", Field: "status", Value: json.RawMessage(`"Odd"`), Row: 2})
	rows := c.get(customersPage).records()
	if rows[1]["status"] != "Odd" || rows[0]["status"] == "Odd" {
		t.Errorf("rows are %v", rows[:2])
	}
	_, c = faulty(t, Fault{Kind: "drop_field", Field: "name"})
	if rows := c.get(customersPage).records(); rows[3]["name"] != nil {
		t.Errorf("row is %v", rows[3])
	}
	_, c = faulty(t, Fault{Kind: "rename_field", Field: "name", To: "companyName"})
	if rows := c.get(customersPage).records(); rows[3]["name"] != nil || rows[3]["companyName"] == nil {
		t.Errorf("row is %v", rows[3])
	}
}

func TestIdsAndNumbersInTheOtherForm(t *testing.T) {
	t.Parallel()
	_, c := faulty(t, Fault{Kind: "ids_as", To: "number"})
	if v := c.get(customersPage).records()[0]["customerNo"]; v != json.Number("1200000") {
		t.Errorf("customerNo is %#v", v)
	}
	s, c := faulty(t, Fault{Kind: "ids_as", To: "string"})
	sub := live(t, s)
	if v := c.get(subscriptionPath(sub)).at("data", "skuNo"); v != itoa(sub.SKU) {
		t.Errorf("skuNo is %#v", v)
	}
	s, c = faulty(t, Fault{Kind: "numbers_as_strings"})
	sub = live(t, s)
	if v := c.get(subscriptionPath(sub)).at("data", "unitPrice"); v != sub.UnitPrice.String() {
		t.Errorf("unitPrice is %#v", v)
	}
}

func TestOversizedAndUnreadableAnswers(t *testing.T) {
	t.Parallel()
	_, c := faulty(t, Fault{Kind: "huge", Bytes: 3 << 20})
	if a := c.get(customersPage).want(200); len(a.raw) < 3<<20 || !json.Valid(a.raw) {
		t.Errorf("%d bytes", len(a.raw))
	}
	_, c = faulty(t, Fault{Kind: "gzip_bomb", Bytes: 3 << 20})
	if a := c.get(customersPage).want(200); len(a.raw) < 3<<20 || !json.Valid(a.raw) { // the client has unpacked it
		t.Errorf("%d bytes", len(a.raw))
	}
	_, c = faulty(t, Fault{Kind: "big_header", Bytes: 100 << 10})
	if a := c.get(customersPage).want(200); len(a.header.Get("X-Padding")) != 100<<10 {
		t.Errorf("%d bytes of header", len(a.header.Get("X-Padding")))
	}
	_, c = faulty(t, Fault{Kind: "invalid_utf8"})
	if a := c.get(customersPage).want(200); utf8.Valid(a.raw) {
		t.Error("the answer is valid UTF-8")
	}
}

func TestFaultsHitOnlyWhatTheyAreMeantFor(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	one, two := s.Customers()[0].CustomerNo, s.Customers()[1].CustomerNo
	if _, err := s.AddFault(Fault{Kind: "status", Status: 403, Method: "GET",
		Path: "/api/v1/customers/" + one + "/*"}); err != nil {
		t.Fatal(err)
	}
	paged := "/subscriptions?pageNo=1&pageSize=1"
	c.get("/api/v1/customers/" + one + paged).want(403)
	c.get("/api/v1/customers/" + two + paged).want(200)
	// * does not cross a segment
	c.get("/api/v1/customers/" + one + "/subscriptions/changelogs?pageNo=1&pageSize=1").want(200)
	s.ClearFaults()
	if _, err := s.AddFault(Fault{Kind: "status", Status: 500, Query: map[string]string{"pageNo": "2"}}); err != nil {
		t.Fatal(err)
	}
	c.get(customersPage).want(200)
	c.get("/api/v1/cloud/customers?pageNo=2&pageSize=10").want(500)
	s.ClearFaults()
	if _, err := s.AddFault(Fault{Kind: "status", Status: 500, Action: "get_eu_list"}); err != nil {
		t.Fatal(err)
	}
	c.token = c.legacySignIn("").str("access_token")
	c.post("/webservice/solutions/csp", `{"action_name":"get_eu_list"}`).want(500)
	if s.Journal()[len(s.Journal())-1].Fault != "status" {
		t.Error("the journal does not name the fault")
	}
}

func TestFaultsAreCountedAndRemoved(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	id := c.admin("POST", "faults", `{"kind":"status","status":503,"path":"/api/**","after":1,"times":2}`).str("id")
	var seen []int
	for range 4 {
		seen = append(seen, c.get(customersPage).status)
	}
	if seen[0] != 200 || seen[1] != 503 || seen[2] != 503 || seen[3] != 200 {
		t.Errorf("statuses %v", seen)
	}
	if hits := s.Faults()[0].Hits; hits != 2 {
		t.Errorf("%d hits", hits)
	}
	c.admin("DELETE", "faults/"+id, "")
	if len(s.Faults()) != 0 {
		t.Error("the fault is still there")
	}
	for _, bad := range []string{`{"kind":"nonsense"}`, `{"kind":"status","path":"["}`,
		`{"kind":"poison","variant":"x"}`, `{"kidn":"status"}`} {
		if c.do("POST", "/_sandbox/faults", "application/json", bad).status != http.StatusBadRequest {
			t.Errorf("%s was taken", bad)
		}
	}
}

func TestProbabilityRepeatsWithItsSeed(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) (hits string) {
		_, c := faulty(t, Fault{Kind: "status", Status: 503, Probability: 0.3, Seed: seed})
		for range 60 {
			hits += itoa(c.get(customersPage).status / 100)
		}
		return hits
	}
	first := run(5)
	if again := run(5); again != first {
		t.Errorf("seed 5 gave\n%s\nand\n%s", first, again)
	}
	if n := strings.Count(first, "5"); n < 8 || n > 30 {
		t.Errorf("%d of 60 requests were hit", n)
	}
	if run(6) == first {
		t.Error("another seed gave the same run")
	}
}
