package sandbox

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A client that caches a token, pages 100 a time and walks customer by customer
// must see the whole data set.
func TestPagedReadingSeesEveryCustomerAndSubscription(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	customers := c.readAll("/api/v1/cloud/customers", "7")
	if len(customers) != 40 {
		t.Fatalf("%d customers", len(customers))
	}
	want := map[string]Subscription{}
	for _, sub := range s.Subscriptions() {
		want[sub.ID] = sub
	}
	for _, customer := range customers {
		no := customer["customerNo"].(string)
		for _, row := range c.readAll("/api/v1/customers/"+no+"/subscriptions", "100") {
			id := row["subscriptionId"].(string)
			sub := want[id]
			if sub.CustomerNo != no || row["quantity"].(interface{ String() string }).String() != itoa(sub.Quantity) {
				t.Errorf("row %v is not %+v", row, sub)
			}
			delete(want, id)
		}
	}
	if len(want) != 0 {
		t.Errorf("%d subscriptions were not listed", len(want))
	}
}

func TestTokenGrants(t *testing.T) {
	t.Parallel()
	good := url.Values{"grant_type": {"client_credentials"}, "client_id": {"sandbox-app"},
		"client_secret": {"sandbox-secret"}}
	with := func(pairs ...string) url.Values {
		v := url.Values{}
		for k := range good {
			v[k] = good[k]
		}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	for name, tt := range map[string]struct {
		form      url.Values
		behaviour func(*Behaviour)
		status    int
		error     string
	}{
		"client credentials":    {with(), nil, 200, ""},
		"a scope means nothing": {with("scope", "anything"), nil, 200, ""},
		"password": {with("grant_type", "password", "username", "integration@reseller.example",
			"password", "sandbox-password"), nil, 200, ""},
		"wrong secret":        {with("client_secret", "no"), nil, 401, "invalid_client"},
		"unknown application": {with("client_id", "no"), nil, 401, "invalid_client"},
		"wrong password": {with("grant_type", "password", "username", "integration@reseller.example",
			"password", "no"), nil, 400, "invalid_grant"},
		"unknown grant": {with("grant_type", "device"), nil, 400, "unsupported_grant_type"},
		"no grant":      {with("grant_type", ""), nil, 400, "invalid_request"},
		"client credentials refused": {with(), func(b *Behaviour) { b.RefuseClientCredentials = true }, 400,
			"unauthorized_client"},
		"password refused": {with("grant_type", "password"), func(b *Behaviour) { b.RefusePassword = true }, 400,
			"unauthorized_client"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, c := start(t, func(o *Options) {
				b := DefaultBehaviour()
				if tt.behaviour != nil {
					tt.behaviour(&b)
				}
				o.Behaviour = &b
			})
			a := c.form("/oauth2/v1/token", tt.form).want(tt.status)
			if tt.error != "" {
				if a.str("error") != tt.error || a.str("error_description") == "" {
					t.Errorf("refused with %s", a.raw)
				}
				return
			}
			if a.str("token_type") != "Bearer" || a.str("expires_in") != "7200" || a.str("access_token") == "" {
				t.Errorf("granted %s", a.raw)
			}
		})
	}
}

func TestApplicationMayComeByBasicAuthentication(t *testing.T) {
	t.Parallel()
	_, c := start(t)
	r, err := http.NewRequestWithContext(t.Context(), "POST", c.base+"/oauth2/v1/token",
		strings.NewReader("grant_type=client_credentials"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("sandbox-app:sandbox-secret")))
	c.send(r).want(200).str("access_token")
}

func TestTokenEndpointWantsAForm(t *testing.T) {
	t.Parallel()
	_, c := start(t)
	c.post("/oauth2/v1/token", `{"grant_type":"client_credentials"}`).want(400)
}

func TestTokenRunsOut(t *testing.T) {
	t.Parallel()
	_, c := signedIn(t)
	c.get("/api/v1/cloud/vendors").want(200)
	c.basis.Advance(7199 * time.Second)
	c.get("/api/v1/cloud/vendors").want(200)
	c.basis.Advance(time.Second)
	if a := c.get("/api/v1/cloud/vendors").want(401); a.str("requestId") == "" || a.str("data", "errorMessage") == "" {
		t.Errorf("refused with %s", a.raw)
	}
}

func TestWithoutPagingAListIsEmpty(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	for _, query := range []string{"", "?pageNo=1", "?pageSize=100"} {
		a := c.get("/api/v1/cloud/customers" + query).want(200)
		if len(a.records()) != 0 || a.str("data", "total") != "40" || a.str("requestId") == "" {
			t.Errorf("%q answered %s", query, a.raw)
		}
	}
	b := s.Behaviour()
	b.UnpagedTotal = "zero"
	if err := s.SetBehaviour(b); err != nil {
		t.Fatal(err)
	}
	if a := c.get("/api/v1/cloud/customers").want(200); a.str("data", "total") != "0" {
		t.Errorf("answered %s", a.raw)
	}
}

func TestPageSizeOver200IsClampedOrRefused(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t, func(o *Options) { o.Data.Customers = 230 })
	if n := len(c.get("/api/v1/cloud/customers?pageNo=1&pageSize=500").want(200).records()); n != 200 {
		t.Errorf("a page of 500 has %d records", n)
	}
	b := s.Behaviour()
	b.OversizedPage = "refuse"
	if err := s.SetBehaviour(b); err != nil {
		t.Fatal(err)
	}
	c.get("/api/v1/cloud/customers?pageNo=1&pageSize=201").want(400)
	c.get("/api/v1/cloud/customers?pageNo=0&pageSize=10").want(400)
	if n := len(c.get("/api/v1/cloud/customers?pageNo=99&pageSize=200").want(200).records()); n != 0 {
		t.Errorf("a page after the last has %d records", n)
	}
}

func TestUnknownPathSaysNoStaticResource(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	for _, path := range []string{"/v1/customers", "/api/v1/cloud/customers/", "//api/v1/cloud/customers",
		"/api/v1/customers/1/wrong", "/api/v1/cloud/products/1/images"} {
		if a := c.get(path).want(404); !strings.Contains(a.str("data", "errorMessage"), "No static resource") {
			t.Errorf("%s answered %s", path, a.raw)
		}
	}
	b := s.Behaviour()
	b.ErrorShape = "flat"
	if err := s.SetBehaviour(b); err != nil {
		t.Fatal(err)
	}
	if a := c.get("/nowhere").want(404); a.str("errorCode") != "NOT_FOUND" || a.at("data") != nil {
		t.Errorf("flat error is %s", a.raw)
	}
	c.do("DELETE", "/api/v1/cloud/customers", "", "").want(405)
}

func TestWrongResellerSeesEmptyLists(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	c.token = c.signIn("other-app", "other-secret")
	no := s.Customers()[0].CustomerNo
	for _, path := range []string{"/api/v1/cloud/customers", "/api/v1/customers/" + no + "/subscriptions",
		"/api/v1/customers/" + no + "/subscriptions/changelogs"} {
		if a := c.get(path + "?pageNo=1&pageSize=100").want(200); len(a.records()) != 0 ||
			a.str("data", "total") != "0" {
			t.Errorf("%s answered %s", path, a.raw)
		}
	}
	c.get("/api/v1/cloud/customers/" + no).want(404)
}

func TestRowsHaveTheKnownNamesAndNoOthersOfTheirMeaning(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	sub := live(t, s)
	row := c.get("/api/v1/customers/" + sub.CustomerNo + "/subscriptions/" + sub.ID).want(200).
		at("data").(map[string]any)
	for _, name := range []string{"subscriptionId", "contractNo", "lineNo", "customerNo", "vendorSubscriptionId",
		"vendorId", "productId", "productName", "skuNo", "mfgPartNo", "quantity", "unitPrice", "customerPrice",
		"billingFrequency", "startDate", "endDate", "status"} {
		if row[name] == nil {
			t.Errorf("the subscription has no %s", name)
		}
	}
	for _, name := range []string{"id", "msrp", "unitCost", "price", "autoRenew"} { // clients would take these first
		if _, ok := row[name]; ok {
			t.Errorf("the subscription must have no %s", name)
		}
	}
	line := row["lineNo"].(interface{ String() string }).String()
	if id := row["subscriptionId"]; id != row["contractNo"].(string)+"_"+line {
		t.Errorf("subscriptionId is %v", id)
	}
	if !regexp.MustCompile(`^(CFQ7TTC0|DZH318Z0)[0-9A-Z]{4}:[0-9A-Z]{4}:P1Y:[MY]$`).
		MatchString(row["mfgPartNo"].(string)) {
		t.Errorf("mfgPartNo is %v", row["mfgPartNo"])
	}
	customer := c.get("/api/v1/cloud/customers/" + sub.CustomerNo).want(200).at("data").(map[string]any)
	for _, name := range []string{"customerNo", "name", "address1", "city", "state", "zipCode"} {
		if customer[name] == nil {
			t.Errorf("the customer has no %s", name)
		}
	}
}

func TestChangeLogUnderEverySpelling(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	sub := live(t, s)
	if err := s.SetSeats(sub.ID, sub.Quantity+3); err != nil {
		t.Fatal(err)
	}
	query := "?contractNo=" + sub.ContractNo + "&customerNo=" + sub.CustomerNo +
		"&startDate=2026-03-05&pageNo=1&pageSize=100"
	base := "/api/v1/customers/" + sub.CustomerNo
	for _, path := range []string{
		base + "/subscriptions/changelogs", base + "/subscriptions/changeLogs",
		base + "/subscriptions/change-logs", base + "/subscriptions/changelog",
		base + "/subscriptions/change-log", base + "/subscriptions/" + sub.ID + "/changeLogs", base + "/changeLogs",
		"/api/v1/cloud/customers/" + sub.CustomerNo + "/subscriptions/changelogs", "/api/v1/subscriptions/changeLogs",
	} {
		rows := c.get(path + query).want(200).records()
		if len(rows) != 1 || rows[0]["changeLog"] != "Add 3 seats" ||
			rows[0]["subscriptionId"] != sub.ID || rows[0]["customerNo"] != sub.CustomerNo {
			t.Fatalf("%s answered %v", path, rows)
		}
		if at := rows[0]["entryDatetime"]; at != "2026-03-05T10:11:12.000-0400" {
			t.Errorf("entryDatetime is %v", at)
		}
		if !strings.HasPrefix(rows[0]["activityLog"].(string), "Update Service (") {
			t.Errorf("activityLog is %v", rows[0]["activityLog"])
		}
	}
	if n := len(c.get(base + "/subscriptions/changelogs?contractNo=" + sub.ContractNo).want(200).records()); n != 0 {
		t.Errorf("without paging the change log has %d lines", n)
	}
	c.get(base + "/subscriptions/changelogs?startDate=yesterday&pageNo=1&pageSize=10").want(400)
}

func TestSeatsAddedMidTermKeepTheStartDate(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	sub := live(t, s)
	path := "/api/v1/customers/" + sub.CustomerNo + "/subscriptions/" + sub.ID
	before := c.get(path).want(200)
	if err := s.SetSeats(sub.ID, sub.Quantity+2); err != nil {
		t.Fatal(err)
	}
	after := c.get(path).want(200)
	if after.str("data", "quantity") != itoa(sub.Quantity+2) ||
		after.str("data", "startDate") != before.str("data", "startDate") {
		t.Errorf("before %s\nafter %s", before.raw, after.raw)
	}
}

// A shop client: vendors without paging, products with $search, one product by id and by SKU.
func TestProductsAsAShopReadsThem(t *testing.T) {
	t.Parallel()
	_, c := signedIn(t)
	var vendors []string
	for _, v := range c.get("/api/v1/cloud/vendors").want(200).records() {
		vendors = append(vendors, v["vendorId"].(string))
	}
	if !slices.Contains(vendors, "Microsoft") || !slices.Contains(vendors, "Google") {
		t.Fatalf("vendors are %v", vendors)
	}
	all := c.get("/api/v2/vendors/Microsoft/cloud/products?pageNo=1&pageSize=200&includeEOL=Y").want(200).records()
	current := c.get("/api/v2/vendors/Microsoft/cloud/products?pageNo=1&pageSize=200&includeEOL=N").want(200).records()
	if len(all) != len(current)+1 {
		t.Errorf("%d products with the discontinued, %d without", len(all), len(current))
	}
	found := c.get("/api/v2/vendors/Microsoft/cloud/products?pageNo=1&pageSize=10&includeEOL=N&%24search=copilot").
		want(200).records()
	if len(found) == 0 || !strings.Contains(found[0]["productName"].(string), "Copilot") {
		t.Fatalf("search found %v", found)
	}
	part := c.get("/api/v2/vendors/Microsoft/cloud/products?pageNo=1&pageSize=10&mfgPartNo=" +
		url.QueryEscape(found[0]["mfgPartNo"].(string))).records()
	if len(part) != 1 || len(part[0]["productPrice"].([]any)) != 1 {
		t.Errorf("by part number: %v", part)
	}
	byID := c.get("/api/v1/cloud/products/" + found[0]["productId"].(string)).want(200)
	sku := found[0]["skuNo"].(interface{ String() string }).String()
	bySKU := c.get("/api/v1/cloud/products/skuNo/" + sku).want(200)
	if byID.str("data", "mfgPartNo") != bySKU.str("data", "mfgPartNo") {
		t.Errorf("by id %s, by SKU %s", byID.raw, bySKU.raw)
	}
	c.get("/api/v1/cloud/products/" + found[0]["productId"].(string) + "/related").want(200).records()
	c.get("/api/v1/vendors/Google/cloud/products/transferable").want(200).records()
	c.get("/api/v1/cloud/products/skuNo/1").want(404)
}

func TestTheOtherReadsAnswer(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	sub := live(t, s)
	one := "/api/v1/customers/" + sub.CustomerNo
	for path, field := range map[string]string{
		one + "/agreements/MCA": "accepted",
		one + "/vendors/Microsoft/subscribed/products?pageNo=1&pageSize=10": "records",
		one + "/subscriptions/" + sub.ID + "/renew/options":                 "decision",
		one + "/subscriptions/" + sub.ID + "/transition/products":           "records",
		"/api/v1/subscriptions?pageNo=1&pageSize=10":                        "records",
		"/api/v1/cloud/invoices?pageNo=1&pageSize=10":                       "records",
		"/api/v1/cloud/invoice/report?pageNo=1&pageSize=10":                 "records",
		"/api/v1/cloud/consumption/azure/summary?pageNo=1&pageSize=10":      "records",
		"/api/v1/cloud/vendors/account?customerNo=" + sub.CustomerNo:        "records",
	} {
		if a := c.get(path).want(200); a.at("data", field) == nil || a.str("requestId") == "" {
			t.Errorf("%s answered %s", path, a.raw)
		}
	}
	c.post("/api/v1/cloud/vendors/Microsoft/check/domain", `{"domain":"x.example"}`).want(200)
	if n := c.get("/api/v1/subscriptions?pageNo=1&pageSize=10").str("data", "total"); n != "300" {
		t.Errorf("reseller-wide total is %s", n)
	}
}
