package supplierbills_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/testkit/webtest"
)

// connected is a site with a provider that can be asked for bills.
func connected(t *testing.T) *desk {
	t.Helper()
	clk := clock.NewMoved(clock.System{}, time.Date(2026, 7, 8, 9, 0, 0, 0, time.UTC))
	s := webtest.Start(t, webtest.Options{Both: clk, Far: sandbox.DataOptions{Customers: 6, Subscriptions: 100}})
	admin := s.SignIn(auth.Admin)
	admin.Get("/providers/new").FormTo("/providers").Set("name", "Stellr", "user_name",
		"integration@reseller.example", "password", "sandbox-password", "url", s.FarURL, "application_id",
		"sandbox-app", "application_secret", "sandbox-secret", "reseller_number", "100200",
		"token_url", s.FarURL+"/oauth2/v1/token", "currency", "USD").Submit().Want(303)
	return &desk{T: t, site: s, c: s.SignIn(auth.Billing)}
}

func TestABillIsReadFromTheProvider(t *testing.T) {
	t.Parallel()
	d := connected(t)
	p := d.c.Get("/supplier-bills/new")
	p.Shows("By what is known of the API")
	p.FormTo("/supplier-bills/read").Set("read_number", "CI209901").Submit().Want(422).Shows("lists no such bill")
	preview := p.FormTo("/supplier-bills/read").Submit().Next()
	preview.Shows("Bill CI202606 for 2026-06", "is exactly what its lines come to with tax")
	bill := d.apply(preview)
	bill.Shows("CI202606", "Stellr", "The total is right")
	rows := d.lines(bill)
	var want int
	for _, sub := range d.site.Far.Subscriptions() {
		for _, r := range rows {
			if r["subscription_external_id"] == sub.ID {
				want++
			}
		}
	}
	if len(rows) == 0 || want != len(rows) || rows[0]["from"][:7] != "2026-06" {
		t.Errorf("%d of %d lines are about subscriptions of the distributor: %v", want, len(rows), rows)
	}
	d.c.Get("/supplier-bills/new").FormTo("/supplier-bills/read").Submit().Next().Shows("This bill is here already")
	earlier := d.c.Get("/supplier-bills/new").FormTo("/supplier-bills/read").Set("read_number",
		"CI202604").Submit().Next()
	earlier.Shows("Bill CI202604 for 2026-04", "is exactly what its lines come to with tax")
}

// The bill with planted errors is another one, and the file that the sandbox writes of it is the same bill.
func TestTheSandboxPlantsErrorsInItsBill(t *testing.T) {
	t.Parallel()
	d := connected(t)
	b := d.site.Far.Behaviour()
	b.BillErrors = true
	if err := d.site.Far.SetBehaviour(b); err != nil {
		t.Fatal(err)
	}
	file, planted, err := d.site.Far.Bill(clock.Date{})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range planted {
		kinds = append(kinds, e.Kind)
	}
	for _, kind := range []string{"quantity", "price", "currency", "term", "period", "double", "only_on_bill",
		"unmapped", "charged_after_end", "only_here", "usage_without_rule"} {
		if !slices.Contains(kinds, kind) {
			t.Errorf("no %s is planted: %v", kind, kinds)
		}
	}
	read := d.lines(d.apply(d.c.Get("/supplier-bills/new").FormTo("/supplier-bills/read").Submit().Next()))
	written := d.upload(string(file))
	names := []string{"subscription_external_id", "charge", "from", "to", "quantity", "amount", "currency", "reference",
		"billing_frequency"}
	if diff := cmp.Diff(column(read, names...), column(d.lines(d.apply(d.say(written, "answer.replaces", "no"))),
		names...)); diff != "" {
		t.Error(diff)
	}
	if !slices.ContainsFunc(read, func(r map[string]string) bool { return strings.HasPrefix(r["amount"], "-") }) {
		t.Error("no line of the bill gives anything back")
	}
	for _, e := range planted {
		if e.Line > 0 && read[e.Line-1]["subscription_external_id"] != e.SubscriptionID {
			t.Errorf("%+v is not on line %d: %v", e, e.Line, read[e.Line-1])
		}
	}
}
