package story

import (
	"encoding/json"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/clock"
	"seatledger/internal/distributor/sandbox"
)

func day(t *testing.T, s string) clock.Date {
	t.Helper()
	d, err := clock.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// told plays the story of a day by parts on a sandbox of its own.
func told(t *testing.T, today string, until ...string) (*Story, *sandbox.Server) {
	t.Helper()
	o := sandbox.DataOptions{Customers: 20, Seed: 20}
	clk := clock.NewFake(day(t, today).Start(time.UTC).Add(5 * time.Hour))
	far, err := sandbox.New(sandbox.Options{Data: o, Clock: clk})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(far.Handler())
	t.Cleanup(server.Close)
	s := New(sandbox.NewData(o), day(t, today))
	p := NewPlayer(server.URL, clk, s)
	for _, d := range until {
		if err := p.Until(t.Context(), day(t, d)); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Rest(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, far
}

func TestTheYearBeginsInJanuaryAndHasFourMonthsAtLeast(t *testing.T) {
	t.Parallel()
	for today, first := range map[string]string{"2026-11-23": "2026-01-01", "2026-04-01": "2026-01-01",
		"2026-03-31": "2025-01-01", "2026-01-01": "2025-01-01"} {
		s, _ := told(t, today)
		if s.First != day(t, first) {
			t.Errorf("on %s it begins on %s", today, s.First)
		}
		if last := s.Events[len(s.Events)-1].On; last.Before(s.ThisMonth()) || last.After(s.Today) {
			t.Errorf("on %s the last change is on %s", today, last)
		}
	}
}

func TestAStoryToldAtOnceEndsAsOneToldMonthByMonth(t *testing.T) {
	t.Parallel()
	_, whole := told(t, "2026-08-20")
	_, parts := told(t, "2026-08-20", "2026-01-01", "2026-02-28", "2026-05-11", "2026-08-01")
	if d := cmp.Diff(written(t, whole), written(t, parts)); d != "" {
		t.Error(d)
	}
}

func written(t *testing.T, far *sandbox.Server) []string {
	t.Helper()
	var all []string
	for _, sub := range far.Subscriptions() {
		doc, err := json.Marshal(sub)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(doc))
	}
	return all
}

func TestTheTwoFacesDifferWhereAPersonMustDecide(t *testing.T) {
	t.Parallel()
	s, far := told(t, "2026-08-20")
	of := func(customer int) (all []sandbox.Subscription) {
		for _, sub := range far.Subscriptions() {
			if sub.CustomerNo == s.Companies[customer].CustomerNo {
				all = append(all, sub)
			}
		}
		return all
	}
	equal := map[int]int{}
	for _, sub := range of(Equal) {
		equal[sub.SKU*1000+sub.Quantity]++
	}
	twice := 0
	for _, n := range equal {
		twice = max(twice, n)
	}
	if twice != 2 {
		t.Errorf("no two equal ones: %v", equal)
	}
	if d := of(Differs)[0]; d.LegacyQuantity == nil || *d.LegacyQuantity == d.Quantity {
		t.Errorf("the seats agree: %+v", d)
	}
	only := func(customer int, face string) bool {
		subs := of(customer)
		for _, sub := range subs {
			if sub.OnlyFace == face {
				return len(subs) > 1
			}
		}
		return false
	}
	if !only(NewOnly, "stellr") || !only(OldOnly, "legacy") {
		t.Error("nothing is on one face alone")
	}
	for _, sub := range of(0) {
		if !sub.Start.Before(s.First) || !sub.End.After(s.Today) {
			t.Errorf("it began on %s and ends on %s", sub.Start, sub.End)
		}
	}
}
