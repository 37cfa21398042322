package sandbox

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const legacyPassword = `"user_name":"integration@reseller.example","password":"sandbox-password"`

// legacySignIn signs in as public clients do; reseller may be left out with "".
func (c *client) legacySignIn(reseller string) reply {
	c.t.Helper()
	body := `{"action_name":"create_access_token",` + legacyPassword
	if reseller != "" {
		body += `,"snx_reseller_no":` + reseller
	}
	return c.post("/webservice/auth/token", body+"}")
}

func (c *client) csp(body string) reply {
	c.t.Helper()
	return c.post("/webservice/solutions/csp", body).want(200)
}

// A client that lists customers, skips those without a tenant, asks for the ids
// of their subscriptions and then for each one by id.
func TestLegacyWalkOverCustomersAndSubscriptions(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	c.token = c.legacySignIn("100200").want(200).str("access_token")
	bySKU, byLegacy := map[string]int{}, map[string]Subscription{}
	for _, sub := range s.Subscriptions() {
		byLegacy[itoa(sub.LegacyID)] = sub
	}
	withTenant := 0
	users := c.csp(`{"action_name":"get_eu_list"}`).list("items")
	for _, user := range users {
		if user["tenant_id"] == nil {
			continue
		}
		withTenant++
		no := user["snx_eu_no"].(json.Number).String()
		for _, row := range c.csp(`{"action_name":"get_subscriptions_by_eu_no","snx_eu_no":` + no + `}`).list("items") {
			id := row["subscription_id"].(json.Number).String()
			order := c.csp(`{"action_name":"get_subscription_by_id","subscription_id":` + id + `}`)
			info := order.list("items", "subscriptions_info")[0]
			sub := byLegacy[id]
			if info["subscription_id"].(json.Number).String() != id ||
				info["quantity"].(json.Number).String() != itoa(sub.Quantity) ||
				info["snx_sku_no"].(json.Number).String() != itoa(sub.SKU) ||
				info["msrp"].(json.Number).String() != sub.CustomerPrice.String() ||
				info["unit_price"].(json.Number).String() != sub.UnitPrice.String() ||
				order.str("items", "rs_po_no") != sub.PurchaseOrder {
				t.Fatalf("%s is not %+v", order.raw, sub)
			}
			bySKU[itoa(sub.SKU)]++
		}
	}
	if len(users) != 40 || withTenant == 0 || withTenant == 40 || len(bySKU) == 0 {
		t.Errorf("%d customers, %d with a tenant", len(users), withTenant)
	}
}

func TestLegacyRowsHaveNoDatesAndNoPartNumbers(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	c.token = c.legacySignIn("").str("access_token")
	raw := string(c.csp(`{"action_name":"get_subscription_by_id","subscription_id":` +
		itoa(s.Subscriptions()[0].LegacyID) + `}`).raw)
	for _, word := range []string{"Date", "date", "CFQ7", "mfg", "subscriptionId", "customerNo"} {
		if strings.Contains(raw, word) {
			t.Errorf("%q stands in %s", word, raw)
		}
	}
}

// A client that leaves the reseller number out and reads licences in one call.
func TestLegacyLicencesBySKU(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	c.token = c.legacySignIn("").want(200).str("access_token")
	customer := s.Customers()[0]
	want := map[string]int{}
	for _, sub := range s.store.subscriptionsOf(customer.CustomerNo, faceLegacy) {
		want[itoa(sub.SKU)] += sub.Quantity
	}
	body := fmt.Sprintf(`{"action_name":"get_subscriptions","snx_eu_no":"%d"}`, customer.LegacyNo)
	for _, item := range c.post("/webservice/solutions/csp/license", body).want(200).list("items") {
		want[item["snx_sku_no"].(json.Number).String()] -= atoi(item["quantity"].(json.Number).String())
	}
	for sku, left := range want {
		if left != 0 {
			t.Errorf("SKU %s differs by %d", sku, left)
		}
	}
}

func TestLegacyTenantTokenOpensItsCustomerOnly(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	c.token = c.legacySignIn("100200").str("access_token")
	one, two := s.Customers()[0].LegacyNo, s.Customers()[1].LegacyNo
	ask := func(no int) string { return fmt.Sprintf(`{"action_name":"get_subscribed_sku","snx_eu_no":%d}`, no) }
	c.post("/webservice/solutions/csp/license", ask(one)).want(401)
	tenant := c.post("/webservice/auth/license/token",
		fmt.Sprintf(`{"action_name":"create_tenant_access_token","snx_eu_no":%d}`, one)).want(200)
	c.token = tenant.str("access_token")
	c.post("/webservice/solutions/csp/license", ask(one)).want(200).list("items")
	if a := c.post("/webservice/solutions/csp/license", ask(two)).want(200); a.str("status") == "success" {
		t.Errorf("another customer answered %s", a.raw)
	}
}

func TestLegacyBadLoginHasNoToken(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	bad := `{"action_name":"create_access_token","user_name":"integration@reseller.example","password":"no","snx_reseller_no":"100200"}`
	if a := c.post("/webservice/auth/token", bad).want(200); a.at("access_token") != nil || a.str("message") == "" {
		t.Errorf("answered %s", a.raw)
	}
	b := s.Behaviour()
	b.LegacyBadLogin = "unauthorized"
	if err := s.SetBehaviour(b); err != nil {
		t.Fatal(err)
	}
	c.post("/webservice/auth/token", bad).want(401)
}

func TestLegacyWrongResellerIsEmptyOrRefused(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	c.token = c.legacySignIn(`"555"`).want(200).str("access_token")
	if items := c.csp(`{"action_name":"get_eu_list"}`).list("items"); len(items) != 0 {
		t.Errorf("%d customers", len(items))
	}
	subs := c.csp(fmt.Sprintf(`{"action_name":"get_subscriptions_by_eu_no","snx_eu_no":%d}`, s.Customers()[0].LegacyNo))
	if len(subs.list("items")) != 0 {
		t.Errorf("answered %s", subs.raw)
	}
	b := s.Behaviour()
	b.LegacyWrongReseller = "refuse"
	if err := s.SetBehaviour(b); err != nil {
		t.Fatal(err)
	}
	if a := c.legacySignIn("555"); a.at("access_token") != nil {
		t.Errorf("answered %s", a.raw)
	}
}

func TestTokensAreGoodOnTheirOwnFaceOnly(t *testing.T) {
	t.Parallel()
	_, c := signedIn(t)
	c.post("/webservice/solutions/csp", `{"action_name":"get_eu_list"}`).want(401)
	c.token = c.legacySignIn("").str("access_token")
	c.get("/api/v1/cloud/customers?pageNo=1&pageSize=1").want(401)
}

func TestLegacyWritesChangeBothFaces(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	c.token = c.legacySignIn("").str("access_token")
	sub := live(t, s)
	if a := c.csp(fmt.Sprintf(`{"action_name":"update_seat","subscription_id":%d,"new_quantity":%d}`, sub.LegacyID,
		sub.Quantity+4)); a.str("status") != "success" {
		t.Fatalf("answered %s", a.raw)
	}
	if a := c.csp(fmt.Sprintf(`{"action_name":"update_seat","subscription_id":%d,"new_quantity":1}`,
		sub.LegacyID)); a.str("status") == "success" || a.str("message") == "" {
		t.Errorf("a reduction past the window answered %s", a.raw)
	}
	customer := s.Customers()[0]
	order := fmt.Sprintf(`{"action_name":"create_new_order","snx_eu_no":%d,"rs_po_no":"PO-1","line_items":[{"snx_sku_no":%d,"quantity":2}]}`, customer.LegacyNo, sub.SKU)
	if a := c.csp(order); a.str("status") != "success" {
		t.Fatalf("answered %s", a.raw)
	}
	c.token = c.signIn("sandbox-app", "sandbox-secret")
	if got := c.get("/api/v1/customers/"+sub.CustomerNo+"/subscriptions/"+sub.ID).want(200).str("data",
		"quantity"); got != itoa(sub.Quantity+4) {
		t.Errorf("the comprehensive face has %s seats", got)
	}
	if n := len(s.Subscriptions()); n != 301 {
		t.Errorf("%d subscriptions after one order", n)
	}
}

func TestLegacyUnknownActionIsNoSuccess(t *testing.T) {
	t.Parallel()
	_, c := start(t)
	c.token = c.legacySignIn("").str("access_token")
	if a := c.csp(`{"action_name":"suspend"}`); a.str("status") == "success" {
		t.Errorf("answered %s", a.raw)
	}
	if a := c.csp(`{"action_name":"get_customer_users","snx_eu_no":80000}`); len(a.list("items")) == 0 {
		t.Errorf("answered %s", a.raw)
	}
}
