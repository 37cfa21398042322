package sandbox

import "testing"

func TestTheFacesMayDifferWhereTheAdminFaceSaysSo(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	sub := live(t, s)
	both := itoa(sub.Quantity)
	want := func(step, stellr, legacy string) {
		t.Helper()
		if a, b := bothFaces(c, sub); a != stellr || b != legacy {
			t.Errorf("%s: comprehensive %q, legacy %q, want %q and %q", step, a, b, stellr, legacy)
		}
	}
	c.admin("PATCH", "subscriptions/"+sub.ID, `{"legacy_quantity":3}`)
	want("other seats on the legacy face", both, "3")
	c.admin("PATCH", "subscriptions/"+sub.ID, `{"only_face":"stellr"}`)
	want("new one only", both, "")
	c.admin("PATCH", "subscriptions/"+sub.ID, `{"only_face":"legacy","legacy_quantity":-1}`)
	want("old one only", "", both)
	c.admin("PATCH", "subscriptions/"+sub.ID, `{"only_face":""}`)
	want("both again", both, both)
	c.do("PATCH", "/_sandbox/subscriptions/"+sub.ID, "application/json", `{"only_face":"other"}`).want(400)
	want("a word that is no face", both, both)
}

func TestASubscriptionMayBeAddedOnOneFaceUnderAGivenVendorsNumber(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	a := c.admin("POST", "subscriptions", `{"customer_no":"`+s.Customers()[0].CustomerNo+
		`","mfg_part_no":"CFQ7TTC0LH18:0001:P1Y:Y","quantity":9,"only_face":"stellr","vendor_subscription_id":"v-1"}`)
	if a.str("vendor_subscription_id") != "v-1" {
		t.Errorf("%s", a.raw)
	}
	for _, sub := range s.Subscriptions() {
		if sub.ID == a.str("subscription_id") {
			if stellr, legacy := bothFaces(c, sub); stellr != "9" || legacy != "" {
				t.Errorf("comprehensive %q, legacy %q", stellr, legacy)
			}
			return
		}
	}
	t.Error("it was not added")
}
