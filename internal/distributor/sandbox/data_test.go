package sandbox

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seatledger/internal/clock"
)

var sameData = cmp.Options{
	cmp.AllowUnexported(Data{}, Subscription{}, window{}),
	cmp.Comparer(func(a, b clock.Date) bool { return a.String() == b.String() }),
	cmpopts.EquateEmpty(),
}

func TestSameSeedMakesSameData(t *testing.T) {
	t.Parallel()
	o := DataOptions{Customers: 50, Subscriptions: 300, Seed: 3}
	if diff := cmp.Diff(NewData(o), NewData(o), sameData); diff != "" {
		t.Errorf("two data sets of one seed differ:\n%s", diff)
	}
	if o2 := (DataOptions{Customers: 50, Subscriptions: 300, Seed: 4}); cmp.Equal(NewData(o).Companies(),
		NewData(o2).Companies()) {
		t.Error("another seed made the same companies")
	}
}

func TestCompaniesDoNotDependOnSizeOrDay(t *testing.T) {
	t.Parallel()
	small := NewData(DataOptions{Customers: 20, Subscriptions: 10, Seed: 3}).Companies()
	large := NewData(DataOptions{Customers: 80, Subscriptions: 900, Seed: 3,
		Today: clock.NewDate(2027, 5, 6)}).Companies()
	if diff := cmp.Diff(small, large[:20]); diff != "" {
		t.Errorf("companies differ:\n%s", diff)
	}
}

func TestSubscriptionsFlagIsTheTotal(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 17, 300, 1001} {
		if got := len(NewData(DataOptions{Customers: 35, Subscriptions: n}).Subscriptions()); got != n {
			t.Errorf("asked for %d subscriptions, got %d", n, got)
		}
	}
}

func TestKeysAreUniqueAndDifferBetweenFaces(t *testing.T) {
	t.Parallel()
	d := NewData(DataOptions{Customers: 400, Subscriptions: 3000, Seed: 1})
	seen := map[any]bool{}
	unique := func(what string, key any) {
		if seen[key] {
			t.Errorf("%s %v occurs twice", what, key)
		}
		seen[key] = true
	}
	for _, c := range d.Customers() {
		unique("customerNo", c.CustomerNo)
		unique("snx_eu_no", c.LegacyNo)
		unique("domain", c.Company.Domain)
		if c.CustomerNo == itoa(c.LegacyNo) || !strings.HasSuffix(c.Company.Domain, ".example") {
			t.Errorf("customer %+v", c)
		}
	}
	for _, sub := range d.Subscriptions() {
		unique("subscriptionId", sub.ID)
		unique("subscription_id", sub.LegacyID)
	}
}

func TestDataHasTheOdditiesOfTheField(t *testing.T) {
	t.Parallel()
	d := NewData(DataOptions{Customers: 200, Subscriptions: 2000, Seed: 1})
	found := map[string]bool{}
	products := map[int]Product{}
	for _, p := range d.Products() {
		products[p.SKU] = p
	}
	held := map[string]bool{}
	for _, sub := range d.Subscriptions() {
		p := products[sub.SKU]
		found["vendor "+p.Vendor], found["frequency "+p.Frequency], found["kind "+p.Kind] = true, true, true
		found["no currency"] = found["no currency"] || sub.Currency == ""
		found["status "+statusText(sub.Status)] = true
		held[sub.CustomerNo] = true
	}
	for _, c := range d.Customers() {
		found["customer "+statusText(c.Status)] = true
		found["domain name"] = found["domain name"] || c.Company.StellrName == c.Company.Domain
		found["company name"] = found["company name"] || c.Company.StellrName == c.Company.Name
		found["no tenant"] = found["no tenant"] || c.Company.StellrTenant == ""
		found["nothing held"] = found["nothing held"] || !held[c.CustomerNo]
	}
	for _, want := range []string{
		"vendor Microsoft", "vendor Cisco", "vendor Meraki", "vendor Google", "frequency month", "frequency annual",
		"frequency one_time",
		"kind trial", "kind usage", "no currency", "status Activated", "status null", "status ", "status Expire",
		"status Cancelled",
		"status Suspended", "status Pending", "customer Discontinued", "customer null", "customer ", "domain name",
		"company name", "no tenant", "nothing held",
	} {
		if !found[want] {
			t.Errorf("the data set lacks %q", want)
		}
	}
}

func statusText(s *string) string {
	if s == nil {
		return "null"
	}
	return *s
}

// The change log must add up: what was bought and what came later is today's quantity.
func TestSeatsBoughtAndChangedAddUpToTheQuantity(t *testing.T) {
	t.Parallel()
	d := NewData(DataOptions{Customers: 100, Subscriptions: 2000, Seed: 1})
	additions := map[string]int{}
	for _, e := range d.log {
		if n, ok := strings.CutPrefix(e.Text, "Add "); ok {
			additions[e.SubscriptionID] += atoi(strings.Fields(n)[0])
		}
		if n, ok := strings.CutPrefix(e.Text, "Remove "); ok {
			additions[e.SubscriptionID] -= atoi(strings.Fields(n)[0])
		}
	}
	if len(additions) < 100 {
		t.Fatalf("only %d subscriptions have changed mid-term", len(additions))
	}
	for _, sub := range d.Subscriptions() {
		bought := sub.windows[0].seats
		if bought < 1 || bought+additions[sub.ID] != sub.Quantity {
			t.Errorf("%s: bought %d, changed by %d, holds %d", sub.ID, bought, additions[sub.ID], sub.Quantity)
		}
	}
}
