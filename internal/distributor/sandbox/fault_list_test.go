package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"
)

// list reads all pages of five as a plain client does, and gives the ids and the total of each page.
func (c *client) list(path, key string) (ids []string, totals []string) {
	c.t.Helper()
	for no := 1; no < 40; no++ {
		a := c.get(fmt.Sprintf("%s?pageNo=%d&pageSize=5", path, no)).want(http.StatusOK)
		page := a.records()
		totals = append(totals, fmt.Sprint(a.at("data", "total")))
		for _, r := range page {
			ids = append(ids, fmt.Sprint(r[key]))
		}
		if len(page) < 5 {
			break
		}
	}
	return ids, totals
}

func TestTwoCustomersChangePlacesWhileTheListIsReadAndTheTotalStays(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	all := s.Customers()
	first, late := all[1].CustomerNo, all[12].CustomerNo
	if _, err := s.AddFault(Fault{Kind: "change", Path: "/api/v1/cloud/customers",
		Query: map[string]string{"pageNo": "2"},
		Times: 1, Do: []Step{{Op: "swap", ID: first, To: late}}}); err != nil {
		t.Fatal(err)
	}
	ids, totals := c.list("/api/v1/cloud/customers", "customerNo")
	if slices.Contains(ids, late) || len(slices.Compact(slices.Clone(totals))) != 1 {
		t.Errorf("listed %v with totals %v", ids, totals)
	}
	if again, _ := c.list("/api/v1/cloud/customers", "customerNo"); !slices.Contains(again, late) {
		t.Error("the change hit a second time")
	}
}

func TestARowMovesToACustomerThatIsNotListedYet(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	sub := s.Subscriptions()[0]
	fresh := s.Customers()[30].CustomerNo
	if err := s.SetCustomerGone(fresh, true); err != nil {
		t.Fatal(err)
	}
	path := "/api/v1/customers/" + sub.CustomerNo + "/subscriptions"
	_, err := s.AddFault(Fault{Kind: "change", Path: path, Times: 1, Afterwards: true,
		Do: []Step{{Op: "join", ID: fresh}, {Op: "move", ID: sub.ID, To: fresh}}})
	if err != nil {
		t.Fatal(err)
	}
	if ids, _ := c.list(path, "subscriptionId"); !slices.Contains(ids, sub.ID) {
		t.Error("the answer that comes before the change lacks the row")
	}
	if ids, _ := c.list(path, "subscriptionId"); slices.Contains(ids, sub.ID) {
		t.Error("the row did not move")
	}
	if ids, _ := c.list("/api/v1/customers/"+fresh+"/subscriptions", "subscriptionId"); !slices.Contains(ids, sub.ID) {
		t.Error("the new customer lacks the row")
	}
}

func TestListsThatLie(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	sub, other := s.Subscriptions()[0], s.Customers()[5].CustomerNo
	at := func(no string) string { return "/api/v1/customers/" + no + "/subscriptions" }
	set := func(f Fault) {
		t.Helper()
		s.ClearFaults()
		if _, err := s.AddFault(f); err != nil {
			t.Fatal(err)
		}
	}
	set(Fault{Kind: "also_lists", Path: at(other), Record: sub.ID, Value: []byte(`77`)})
	found := 0
	for _, r := range c.get(at(other) + "?pageNo=1&pageSize=100").want(200).records() {
		if r["subscriptionId"] == sub.ID && r["customerNo"] == other && fmt.Sprint(r["quantity"]) == "77" {
			found++
		}
	}
	if found != 1 {
		t.Errorf("the other customer lists it %d times", found)
	}
	set(Fault{Kind: "omit", Path: "/api/v1/cloud/customers", Record: sub.CustomerNo})
	if ids, totals := c.list("/api/v1/cloud/customers", "customerNo"); slices.Contains(ids, sub.CustomerNo) ||
		totals[0] != "39" {
		t.Errorf("listed %v of %s", ids, totals[0])
	}
	c.get(at(sub.CustomerNo) + "?pageNo=1&pageSize=5").want(200)
	set(Fault{Kind: "low_total", Path: "/api/v1/cloud/customers"})
	if _, totals := c.list("/api/v1/cloud/customers", "customerNo"); totals[0] != "5" || totals[1] != "10" {
		t.Errorf("totals %v", totals)
	}
	set(Fault{Kind: "empty_list", Variant: "no_total"})
	if a := c.get(at(sub.CustomerNo) + "?pageNo=1&pageSize=5").want(200); len(a.records()) != 0 ||
		a.at("data", "total") != nil {
		t.Errorf("answered %s", a.raw)
	}
	set(Fault{Kind: "scale_field", Field: "quantity", To: "10", Path: at(sub.CustomerNo), Row: 1})
	if a := c.get(at(sub.CustomerNo) + "?pageNo=1&pageSize=5").want(200); fmt.Sprint(a.records()[0]["quantity"]) !=
		fmt.Sprint(10*sub.Quantity) {
		t.Errorf("answered %s", a.raw)
	}
}

func TestALateAnswerIsOfWhenItWasAskedFor(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	sub := s.Subscriptions()[0]
	path := "/api/v1/customers/" + sub.CustomerNo + "/subscriptions"
	if _, err := s.AddFault(Fault{Kind: "late", Path: path, Millis: 400}); err != nil {
		t.Fatal(err)
	}
	asked := make(chan reply, 1)
	go func() { asked <- c.get(path + "?pageNo=1&pageSize=5") }()
	for len(s.Faults()) == 0 || s.Faults()[0].Hits == 0 {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(50 * time.Millisecond)
	if err := s.SetSeats(sub.ID, sub.Quantity+9); err != nil {
		t.Fatal(err)
	}
	a := <-asked
	if got := fmt.Sprint(a.records()[0]["quantity"]); got != fmt.Sprint(sub.Quantity) {
		t.Errorf("the late answer tells %s seats, it was asked for at %d", got, sub.Quantity)
	}
}

func TestAScheduleIsTheSameForASeedAndHitsItsCalls(t *testing.T) {
	t.Parallel()
	s, c := signedIn(t)
	first, err := s.AddSchedule(Schedule{Seed: 9, Calls: 20, Count: 4, Faults: []Fault{{Kind: "status", Status: 503}}})
	if err != nil {
		t.Fatal(err)
	}
	var hit []int
	for n := 1; n <= 20; n++ {
		if c.get(customersPage).status == http.StatusServiceUnavailable {
			hit = append(hit, n)
		}
	}
	var want []int
	for _, f := range first {
		want = append(want, f.Calls...)
	}
	if !slices.Equal(hit, want) || len(want) != 4 {
		t.Errorf("hit calls %v, the schedule says %v", hit, want)
	}
	s.ClearFaults()
	again, err := s.AddSchedule(Schedule{Seed: 9, Calls: 20, Count: 4, Faults: []Fault{{Kind: "status", Status: 503}}})
	if err != nil || !slices.Equal(again[2].Calls, first[2].Calls) {
		t.Errorf("the same seed made %v, then %v (%v)", first, again, err)
	}
}

func TestFaultsThatMeanNothingAreRefused(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	for _, f := range []Fault{
		{Kind: "change"}, {Kind: "change", Do: []Step{{Op: "explode"}}}, {Kind: "change", Do: []Step{{Op: "move",
			ID: "1"}}},
		{Kind: "omit"}, {Kind: "also_lists"}, {Kind: "empty_list", Variant: "no_id"}, {Kind: "status",
			Variant: "no_id"},
	} {
		if _, err := s.AddFault(f); err == nil {
			t.Errorf("%+v was taken", f)
		}
	}
}
