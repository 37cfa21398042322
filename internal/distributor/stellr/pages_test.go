package stellr

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"seatledger/internal/distributor"
)

const customersPath = "/api/v1/cloud/customers"

// shop answers customers page by page; ids may change between calls.
type shop struct {
	ids   func(call int) []string // all customers, as they stand at that call
	total func(n int) string      // of n customers
	clamp int                     // the largest page it gives
	calls atomic.Int32
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ids := s.ids(int(s.calls.Add(1)))
	no, _ := strconv.Atoi(r.URL.Query().Get("pageNo"))
	size, _ := strconv.Atoi(r.URL.Query().Get("pageSize"))
	if s.clamp > 0 {
		size = min(size, s.clamp)
	}
	from := min(max(no-1, 0)*size, len(ids))
	var records []string
	for _, id := range ids[from:min(from+size, len(ids))] {
		records = append(records, fmt.Sprintf(`{"customerNo":"%s"}`, id))
	}
	total := ""
	if s.total != nil {
		total = `"total":` + s.total(len(ids)) + `,`
	}
	fmt.Fprintf(w, `{"requestId":"r","data":{%s"records":[%s]}}`, total, strings.Join(records, ","))
}

func truth(n int) string { return strconv.Itoa(n) }

func numbered(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("c%03d", i)
	}
	return ids
}

func always(ids []string) func(int) []string { return func(int) []string { return ids } }

func TestPagingReadsEveryCustomerOnceHoweverTheServerPages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		shop     *shop
		complete bool
		calls    int32
		want     int
	}{
		"total told":         {&shop{ids: always(numbered(250)), total: truth}, true, 3, 250},
		"exactly full pages": {&shop{ids: always(numbered(200)), total: truth}, true, 3, 200},
		"a full page, a total too low": {&shop{ids: always(numbered(250)),
			total: func(int) string { return "100" }}, false, 6, 250},
		"neither records nor a total":    {&shop{ids: always(nil)}, false, 2, 0},
		"the server gives smaller pages": {&shop{ids: always(numbered(120)), total: truth, clamp: 50}, true, 3, 120},
		"no total":                       {&shop{ids: always(numbered(120))}, false, 6, 120},
		"no total and smaller pages":     {&shop{ids: always(numbered(120)), clamp: 50}, false, 8, 120},
		"none at all":                    {&shop{ids: always(nil), total: truth}, true, 1, 0},
		"a total as text": {&shop{ids: always(numbered(3)), total: func(n int) string { return `"3"` }},
			true, 1, 3},
		"a total that is too high": {&shop{ids: always(numbered(30)), total: func(int) string { return "31" }},
			false, 4, 30},
		"a total that is too low": {&shop{ids: always(numbered(30)), total: func(int) string { return "20" }},
			false, 2, 30},
		"a customer goes between pages": {&shop{ids: goes, total: truth}, true, 4, 149},
		"one comes and one goes":        {&shop{ids: comesAndGoes, total: truth}, true, 5, 150},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.on(customersPath, test.shop.ServeHTTP)
			got, err := f.connect(t).Accounts(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			for _, a := range got.Accounts {
				seen[a.ExternalID] = true
			}
			if len(seen) != test.want || len(got.Accounts) != test.want || got.Complete != test.complete ||
				(got.Why == "") != test.complete {
				t.Errorf("%d accounts, %d distinct, complete %v (%s)", len(got.Accounts), len(seen),
					got.Complete, got.Why)
			}
			if n := test.shop.calls.Load(); test.calls != n {
				t.Errorf("%d calls, want %d", n, test.calls)
			}
		})
	}
}

// goes: the first customer is gone before the second page is read.
func goes(call int) []string {
	if call == 1 {
		return numbered(150)
	}
	return numbered(150)[1:]
}

// comesAndGoes: a customer comes at the front and the last goes, so that the total stays.
func comesAndGoes(call int) []string {
	if call == 1 {
		return numbered(150)
	}
	return append([]string{"new"}, numbered(149)...)
}

func TestAPageThatRepeatsForEverEndsTheListing(t *testing.T) {
	t.Parallel()
	page := func(n int) string {
		var records []string
		for _, id := range numbered(n) {
			records = append(records, `{"customerNo":"`+id+`"}`)
		}
		return "[" + strings.Join(records, ",") + "]"
	}
	for n, complete := range map[int]bool{7: true, 100: false, 250: true} {
		f := newFake(t)
		f.says(customersPath, page(n))
		got, err := f.connect(t).Accounts(t.Context())
		if err != nil || len(got.Accounts) != n || got.Complete != complete {
			t.Errorf("%d: %d accounts, complete %v (%s), %v", n, len(got.Accounts), got.Complete, got.Why, err)
		}
	}
}

func TestARowWithoutAnIDIsKeptAndTheListingIsNotComplete(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.says(customersPath, `{"data":{"total":4,"records":[{"customerNo":"1"},{"name":"nobody.example"},"text",{"customerNo":null}]}}`)
	got, err := f.connect(t).Accounts(t.Context())
	if err != nil || got.Complete || len(got.Accounts) != 1 || len(got.Bad) != 3 {
		t.Fatalf("%+v %v", got, err)
	}
	mustContain(t, got.Why, "3 of the rows")
	mustContain(t, string(got.Bad[0].Raw), "nobody.example")
}

func TestABadSubscriptionIsKeptWithItsReasonAndNeverZero(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.says("/api/v1/customers/7/subscriptions",
		`{"data":{"total":6,"records":[{"subscriptionId":"1_1","quantity":5.0,"unitPrice":0.12345678,"startDate":"soon"},
		{"subscriptionId":"1_2","quantity":null},{"subscriptionId":"1_3","quantity":-4},{"subscriptionId":"1_4","quantity":2.5},{"contractNo":1,"lineNo":5,"quantity":"3","customerNo":"8"},{"subscriptionId":"1_6","quantity":1e18}]}}`)
	got, err := f.connect(t).Subscriptions(t.Context(), "7")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Subscriptions) != 2 || len(got.Bad) != 4 || !got.Complete {
		t.Fatalf("%+v", got)
	}
	for i, why := range []string{"missing", "negative", "whole number", "absurdly large"} {
		if b := got.Bad[i]; b.ExternalID == "" || !strings.Contains(b.Reason, why) {
			t.Errorf("%+v", b)
		}
	}
	if s := got.Subscriptions[0]; s.Quantity != 5 || s.UnitCost.Valid || len(s.Notes) != 2 {
		t.Errorf("%+v", s)
	}
	if s := got.Subscriptions[1]; s.ExternalID != "1_5" || len(s.Notes) != 1 {
		t.Errorf("%+v", s)
	}
}

func TestAnOddAnswerIsAnErrorAndNeverAnEmptyList(t *testing.T) {
	t.Parallel()
	for body, kind := range map[string]distributor.ErrorKind{
		"": distributor.BadAnswer, "null": distributor.BadAnswer, "{}": distributor.BadAnswer,
		"<html>": distributor.BadAnswer, `{"data":{"total":0}}`: distributor.BadAnswer,
		`{"data":{"total":1,"rec`: distributor.BadAnswer,
		`{"requestId":"r5","errorMessage":"no","data":{"total":0,"records":[]}}`: distributor.Refused,
	} {
		f := newFake(t)
		f.says(customersPath, body)
		_, err := f.connect(t).Accounts(t.Context())
		if got := kindOf(t, err); got != kind {
			t.Errorf("%q: %s", body, got)
		}
		if kind == distributor.Refused && distributor.AsError(err).RequestID != "r5" {
			t.Errorf("request id %q", distributor.AsError(err).RequestID)
		}
	}
}
