package stellr

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
)

const changeBody = `{"requestId":"r","data":{"total":6,"records":[
	{"subscriptionId":"411833_1","customerNo":7,"contractNo":411833,"lineNo":1,"activityLog":"Update Service (M365)","changeLog":"Add 3 seats","entryDatetime":"2026-03-01T22:15:30.123-0400","entryBy":"jo","entrySource":"ECX"},
	{"subscriptionId":"411833_1","contractNo":"411833","activityLog":"Update Service (M365)","changeLog":"Add 3 seats","entryDatetime":"2026-03-01T22:15:30.123-0400","entryBy":"jo","entrySource":"ECX"},
	{"contractNo":411833,"lineNo":2,"activityLog":"Cancel Service (M365)","entryDatetime":"2026-04-01T00:00:00Z"},
	{"subscriptionId":"9_1","contractNo":9,"changeLog":"Add 1 seat","entryDatetime":"2026-03-01T00:00:00Z"},
	{"subscriptionId":"411833_1","contractNo":411833,"changeLog":"Remove 1 seat","entryDatetime":"some day"},
	{"subscriptionId":"411833_1","contractNo":411833,"activityLog":"Cancel Service","changeLog":"Scheduled for the end of term","entryDatetime":"2026-05-01T00:00:00Z"}]}}`

func TestTheChangeLogIsReadFilteredAndWithoutDoubles(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.says("/api/v1/customers/7/subscriptions/changelogs", changeBody)

	got, err := f.connect(t).Changes(t.Context(),
		distributor.ChangeQuery{AccountExternalID: "7", ContractNo: "411833", From: clock.NewDate(2026, 2, 1)})
	if err != nil {
		t.Fatal(err)
	}

	want := []distributor.Change{
		{SubscriptionExternalID: "411833_1", At: time.Date(2026, 3, 2, 2, 15, 30, 123e6, time.UTC),
			On: clock.NewDate(2026, 3, 1), Delta: 3, Text: "Add 3 seats", By: "jo", Source: "ECX"},
		{SubscriptionExternalID: "411833_2", At: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC),
			On: clock.NewDate(2026, 4, 1), Ended: true, Text: "Cancel Service (M365)"},
		{SubscriptionExternalID: "411833_1", At: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC),
			On: clock.NewDate(2026, 5, 1), Text: "Scheduled for the end of term"},
	}
	if d := cmp.Diff(want, got, cmp.Comparer(func(a, b clock.Date) bool { return a.String() == b.String() })); d != "" {
		t.Error(d)
	}
	if r := f.requests()[0]; r != "GET /api/v1/customers/7/subscriptions/changelogs?contractNo=411833&pageNo=1&pageSize=100&startDate=2026-02-01" {
		t.Error(r)
	}
}

func TestThePathOfTheChangeLogIsSoughtOnceAndRemembered(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	// taken for the id of a subscription
	f.says("/api/v1/customers/7/subscriptions/changelogs", `{"requestId":"r","data":{"subscriptionId":"changelogs"}}`)
	f.says("/api/v1/customers/7/subscriptions/change-logs", `{"data":{"total":0,"records":[]}}`)
	c := f.connect(t)
	for range 2 {
		if _, err := c.Changes(t.Context(),
			distributor.ChangeQuery{AccountExternalID: "7", ContractNo: "1"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(f.requests()); n != 5 {
		t.Errorf("%d calls", n)
	}
}

func TestTheSearchForAChangeLogRestsWhenThereIsNone(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.connect(t)
	read := func() {
		_, err := c.Changes(t.Context(), distributor.ChangeQuery{AccountExternalID: "7"})
		if kindOf(t, err) != distributor.Unsupported {
			t.Error(err)
		}
	}
	for range 10 {
		read()
	}
	if n := len(f.requests()); n != missesToRest*len(changePaths) {
		t.Errorf("%d calls", n)
	}
	c.clk.Advance(changeRest)
	read()
	if n := len(f.requests()); n != (missesToRest+1)*len(changePaths) {
		t.Errorf("%d calls after the rest", n)
	}
}
