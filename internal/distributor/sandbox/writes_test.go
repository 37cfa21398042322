package sandbox

import (
	"strings"
	"testing"
	"time"
)

func subscriptionPath(sub Subscription) string {
	return "/api/v1/customers/" + sub.CustomerNo + "/subscriptions/" + sub.ID
}

// lastChange is the newest line of the change log of a subscription.
func (c *client) lastChange(sub Subscription) string {
	c.t.Helper()
	rows := c.get(subscriptionPath(sub) + "/changelogs?pageNo=1&pageSize=5").want(200).records()
	if len(rows) == 0 {
		return ""
	}
	return rows[0]["changeLog"].(string)
}

func TestChangeSeatsTakesTheTotalAndIsDoneAfterPending(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	sub := live(t, s)
	id := c.post(subscriptionPath(sub)+"/changeSeats", `{"quantity":`+itoa(sub.Quantity+3)+`}`).want(200).str("data",
		"operationId")
	operation := "/api/v1/subscriptions/operations/" + id
	if first, then := c.get(operation).str("data", "status"),
		c.get(operation).str("data", "status"); first != "pending" || then != "done" {
		t.Errorf("operation is %s, then %s", first, then)
	}
	if got := c.get(subscriptionPath(sub)).str("data", "quantity"); got != itoa(sub.Quantity+3) {
		t.Errorf("%s seats", got)
	}
	if text := c.lastChange(sub); text != "Add 3 seats" {
		t.Errorf("change log says %q", text)
	}
	c.post(subscriptionPath(sub)+"/changeSeats", `{"quantity":0}`).want(400)
	c.post(subscriptionPath(sub)+"/changeSeats", `{"quantity":2.5}`).want(400)
	c.post(subscriptionPath(sub)+"/changeSeats", `nonsense`).want(400)
}

func TestSeatsCanBeTakenBackWithin168HoursOnly(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	sub := live(t, s)
	seats := func(n int) reply { return c.post(subscriptionPath(sub)+"/changeSeats", `{"quantity":"`+itoa(n)+`"}`) }
	seats(sub.Quantity - 1).want(400)
	seats(sub.Quantity + 5).want(200)
	s.Advance(100 * time.Hour)
	c.token = c.signIn("sandbox-app", "sandbox-secret")
	seats(sub.Quantity + 3).want(200)
	seats(sub.Quantity - 1).want(400)
	s.Advance(69 * time.Hour)
	c.token = c.signIn("sandbox-app", "sandbox-secret")
	if a := seats(sub.Quantity).want(400); !strings.Contains(string(a.raw), "168 hours") {
		t.Errorf("refused with %s", a.raw)
	}
}

func TestCancelWithin168HoursOfPurchaseOnly(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	old := live(t, s)
	c.post(subscriptionPath(old)+"/cancel", "").want(400)
	made := c.post("/api/v1/customers/"+old.CustomerNo+"/subscriptions",
		`{"resellerPoNo":"PO-9","vendorId":"Microsoft","skuNo":`+itoa(old.SKU)+`,"quantity":4}`).want(200)
	id := made.at("data", "subscriptionIds").([]any)[0].(string)
	fresh := Subscription{ID: id, CustomerNo: old.CustomerNo}
	c.post(subscriptionPath(fresh)+"/cancel", "").want(200)
	if status := c.get(subscriptionPath(fresh)).str("data", "status"); status != "Cancelled" {
		t.Errorf("status is %s", status)
	}
	c.post(subscriptionPath(fresh)+"/activate", "{}").want(400)
}

func TestSuspendAndReactivate(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	sub := live(t, s)
	c.post(subscriptionPath(sub)+"/suspend", "").want(200)
	if status := c.get(subscriptionPath(sub)).str("data", "status"); status != "Suspended" {
		t.Errorf("status is %s", status)
	}
	c.post(subscriptionPath(sub)+"/reactive", "").want(200)
	if status := c.get(subscriptionPath(sub)).str("data", "status"); status != "Activated" {
		t.Errorf("status is %s", status)
	}
	c.post(subscriptionPath(sub)+"/reactivate", "").want(404)
}

func TestRenewSettingIsReadFromRenewOptions(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	sub := live(t, s)
	for _, decision := range []string{"REJECT", "ACCEPT"} {
		c.do("PUT", subscriptionPath(sub)+"/renew/setting", "application/json", `{"decision":"`+decision+`"}`).want(200)
		if got := c.get(subscriptionPath(sub)+"/renew/options").str("data", "decision"); got != decision {
			t.Errorf("set %s, read %s", decision, got)
		}
	}
	c.do("PUT", subscriptionPath(sub)+"/renew/setting", "application/json", `{}`).want(400)
}

func TestTermsRenewOrExpireWhenTheClockMoves(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	renews, ends := true, false
	sub := live(t, s)
	if err := s.ChangeSubscription(sub.ID, SubscriptionChange{AutoRenew: &renews}); err != nil {
		t.Fatal(err)
	}
	var other Subscription
	for _, o := range s.Subscriptions() {
		if o.is("Activated") && o.ID != sub.ID && !o.End.IsZero() {
			other = o
		}
	}
	if err := s.ChangeSubscription(other.ID, SubscriptionChange{AutoRenew: &ends}); err != nil {
		t.Fatal(err)
	}
	s.Advance(4 * 366 * 24 * time.Hour)
	for _, after := range s.Subscriptions() {
		switch after.ID {
		case sub.ID:
			if !after.End.After(sub.End) || after.Start != sub.Start || !after.is("Activated") {
				t.Errorf("renewed: %+v", after)
			}
		case other.ID:
			if !after.is("Expire") {
				t.Errorf("expired: %+v", after)
			}
		}
	}
}

func TestAddOnPlanChangeAndTransfer(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	sub := live(t, s)
	c.post(subscriptionPath(sub)+"/addOn", `{"skuNo":6100000,"quantity":1}`).want(200)
	c.post(subscriptionPath(sub)+"/upgrade", `{"skuNo":6100013}`).want(200)
	if got := c.get(subscriptionPath(sub)).str("data", "skuNo"); got != "6100013" {
		t.Errorf("SKU is %s", got)
	}
	c.post(subscriptionPath(sub)+"/changePlan", `{"skuNo":1}`).want(400)
	to := s.Customers()[9].CustomerNo
	c.post("/api/v1/customers/"+sub.CustomerNo+"/subscriptions/transfer",
		`{"subscriptionId":"`+sub.ID+`","targetCustomerNo":"`+to+`"}`).want(200)
	c.get(subscriptionPath(sub)).want(404)
	sub.CustomerNo = to
	c.get(subscriptionPath(sub)).want(200)
}

func TestOperationMayHideAFailureOfTheVendor(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t, func(o *Options) {
		b := DefaultBehaviour()
		b.OperationOutcome, b.OperationReads = "vendor_failed", 0
		o.Behaviour = &b
	})
	sub := live(t, s)
	id := c.post(subscriptionPath(sub)+"/changeSeats", `{"quantity":`+itoa(sub.Quantity+3)+`}`).want(200).str("data",
		"operationId")
	a := c.get("/api/v1/subscriptions/operations/" + id).want(200)
	if a.str("data", "status") != "done" || len(a.list("data", "vendorErrors")) != 1 {
		t.Errorf("operation is %s", a.raw)
	}
	if got := c.get(subscriptionPath(sub)).str("data", "quantity"); got != itoa(sub.Quantity) {
		t.Errorf("%s seats", got)
	}
}

func TestOrderMayBeOrphaned(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t, func(o *Options) {
		b := DefaultBehaviour()
		b.OperationOutcome = "orphan"
		o.Behaviour = &b
	})
	no := s.Customers()[0].CustomerNo
	made := c.post("/api/v1/customers/"+no+"/subscriptions",
		`[{"skuNo":6100000,"quantity":1},{"skuNo":6100013,"quantity":2}]`).want(200)
	ids := made.at("data", "subscriptionIds").([]any)
	row := c.get("/api/v1/customers/" + no + "/subscriptions/" + ids[1].(string)).want(200)
	if row.at("data", "vendorSubscriptionId") != nil || row.str("data", "status") != "Pending" {
		t.Errorf("order is %s", row.raw)
	}
}

func TestCustomerCanBeCreated(t *testing.T) {
	t.Parallel()
	_, c := signedIn(t)
	no := c.post("/api/v1/cloud/customers", `{"name":"Fresh Start LLC","city":"Boston"}`).want(200).str("data",
		"customerNo")
	if name := c.get("/api/v1/cloud/customers/"+no).want(200).str("data", "name"); name != "Fresh Start LLC" {
		t.Errorf("name is %s", name)
	}
	c.post("/api/v1/cloud/customers", `{}`).want(400)
	tenant := `{"customerNo":"` + no + `","tenantId":"5d0f1c3a-0000-4000-8000-000000000001"}`
	c.post("/api/v1/cloud/vendors/account", tenant).want(200)
	c.post("/api/v1/customers/"+no+"/agreements/MCA", "").want(200)
}
