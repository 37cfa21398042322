package stellr

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/money"
)

func TestASubscriptionIsReadWithEveryKnownField(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	raw := `{"subscriptionId":"411833_1","contractNo":411833,"lineNo":1,"customerNo":"77","vendorName":"Microsoft","productName":"Microsoft 365 Business Premium (annual, billed monthly)",` +
		`"mfgPartNo":"CFQ7TTC0LCHC:0002:P1Y:M","skuNo":7654321,"quantity":"12","unitPrice":"17.60","customerPrice":22,"currency":"usd","billingFrequency":"month",` +
		`"startDate":"2026-03-01T00:00:00.000-0500","endDate":"2027-02-28T23:59:59Z","status":"Activated"}`
	f.says("/api/v1/customers/77/subscriptions", `{"requestId":"r9","data":{"total":1,"records":[`+raw+`]}}`)

	got, err := f.connect(t).Subscriptions(t.Context(), "77")
	if err != nil {
		t.Fatal(err)
	}

	want := distributor.SubscriptionListing{Complete: true, RequestID: "r9", Subscriptions: []distributor.Subscription{{
		ExternalID: "411833_1", AccountExternalID: "77", ContractNo: "411833", LineNo: "1", Vendor: "Microsoft",
		Kind:        distributor.Licence,
		ProductName: "Microsoft 365 Business Premium (annual, billed monthly)", PartNumber: "CFQ7TTC0LCHC:0002:P1Y:M",
		SKU: "7654321", Quantity: 12,
		UnitCost: decimal.NewNullDecimal(decimal.RequireFromString("17.60")), CostPeriod: money.Month,
		SuggestedPrice: decimal.NewNullDecimal(decimal.RequireFromString("22")), Currency: "USD",
		Frequency: distributor.Monthly, FrequencyText: "month", Term: distributor.Annual, TermText: "P1Y",
		TermDerived: true,
		Start:       clock.NewDate(2026, 3, 1), End: clock.NewDate(2027, 2, 28), Status: distributor.StatusActive,
		StatusText: "Activated",
		Raw:        json.RawMessage(raw), RequestID: "r9",
	}}}
	for _, name := range []string{"subscriptionId=subscriptionId", "unitPrice=unitPrice", "endDate=endDate"} {
		if got.Names[name] != 1 {
			t.Errorf("%s was read %d times", name, got.Names[name])
		}
	}
	got.Names = nil
	equalDates := cmp.Comparer(func(a, b clock.Date) bool { return a.String() == b.String() })
	if d := cmp.Diff(want, got, equalDates); d != "" {
		t.Error(d)
	}
}

func TestAccountsAreReadPageByPage(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.says("/api/v1/cloud/customers",
		`{"requestId":"r1","data":{"total":1,"records":[{"customerNo":100200,"companyName":"northwind.example","address1":"1 Main St","city":"Tulsa","zipCode":74101,"microsoftTenantId":"8a5e","status":null}]}}`)

	got, err := f.connect(t).Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !got.Complete || len(got.Accounts) != 1 {
		t.Fatalf("%+v", got)
	}
	a := got.Accounts[0]
	if a.ExternalID != "100200" || a.Name != "northwind.example" || a.PostalCode != "74101" || !a.Active {
		t.Errorf("%+v", a)
	}
	if d := cmp.Diff([]string{"GET /api/v1/cloud/customers?pageNo=1&pageSize=100"}, f.requests()); d != "" {
		t.Error(d)
	}
}

func TestAWatchedReadingTellsWhichNamesAreRealAndWhichKeysNobodyReads(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.says("/api/v1/cloud/customers",
		`{"data":{"total":2,"records":[{"customerNumber":"1","displayName":"a.example","loyaltyTier":"gold"},
		{"customerNumber":"2","displayName":"b.example","loyaltyTier":"tin","Jane Example":1,"janeexample":1}]}}`)
	f.says("/api/v1/customers/1/subscriptions", `{"data":{"total":3,"records":[
		{"subscriptionId":"1_1","quantity":1,"status":"Frozen","unitPrice":10.379999999999999,"promo":{"code":"x"}},
		{"subscriptionId":"1_2","quantity":1,"status":"Held for jane@example.example","billingFrequency":"P2Y"},
		{"subscriptionId":"1_3","quantity":1,"status":"Frozen","promo":{"code":"y"}}]}}`)
	c := f.connect(t)
	ctx, watch := distributor.Watching(t.Context())
	if _, err := c.Accounts(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Subscriptions(ctx, "1"); err != nil {
		t.Fatal(err)
	}
	r := watch.Report()
	if d := cmp.Diff(map[string]int{"customer.loyaltyTier": 2, "subscription.promo.code": 2}, r.Unread); d != "" {
		t.Errorf("keys that nothing reads: %s", d)
	}
	if d := cmp.Diff(map[string]int{"status=Frozen": 2, "frequency=P2Y": 1}, r.Words); d != "" || r.HiddenWords != 1 {
		t.Errorf("words: %s, %d hidden", d, r.HiddenWords)
	}
	if r.Names["customer.customerNo=customerNumber"] != 2 || r.Names["customer.name=displayName"] != 2 {
		t.Errorf("names: %v", r.Names)
	}
	if r.Places["15"] != 1 || r.Codes["200"] != 2 || r.LargestPage != 3 || r.Records["subscription"] != 3 {
		t.Errorf("%+v", r)
	}
}
