package review_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/review"
	"seatledger/internal/testkit/pgtest"
)

// codes are the findings of a review by their group.
var codes = map[review.Group][]string{
	review.Customer: {"missing", "not_sent", "moved", "account_gone", "customer", "status", "hold", "date", "begun",
		"not_seen", "past_end", "renewal"},
	review.Contract: {"contract", "currency", "dates", "frequency"},
	review.Pricing: {"kind", "ledger", "twin", "product", "price", "free", "proposal", "period", "cost",
		"margin"},
}

// stops are those that stop billing where they fail (RULES 7).
var stops = map[string]bool{"customer.customer": true, "customer.moved": true, "contract.contract": true,
	"contract.currency": true, "pricing.twin": true}

// What a run leaves out and what the kept sums of money leave out are one thing, said in two places.
func TestRunsAndKeptSumsAreStoppedByTheSameFindings(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	kept := func(checks []review.Check) (stopped bool) {
		t.Helper()
		err := db.Read(t.Context()).Raw(`SELECT review_stops(CAST(? AS jsonb))`, asJSON(t, checks)).Row().Scan(&stopped)
		if err != nil {
			t.Fatal(err)
		}
		return stopped
	}
	fine := review.Check{Group: review.Pricing, Code: "price", Verdict: review.OK, Says: "12.00 USD a month."}
	for group, all := range codes {
		for _, code := range all {
			for _, verdict := range []review.Verdict{review.OK, review.Warn, review.Fail} {
				checks := []review.Check{fine, {Group: group, Code: code, Verdict: verdict, Says: "It says so."}}
				want := verdict == review.Fail && stops[fmt.Sprintf("%s.%s", group, code)]
				if got := runStops(t, checks); got != want {
					t.Errorf("a run is stopped by %s %s %s: %v, want %v", group, code, verdict, got, want)
				}
				if got := kept(checks); got != want {
					t.Errorf("the kept sums are stopped by %s %s %s: %v, want %v", group, code, verdict, got, want)
				}
			}
		}
	}
	if runStops(t, nil) || kept([]review.Check{}) {
		t.Error("no findings stop")
	}
}

// runStops says whether a run leaves out an active, signed subscription of its contract for these findings.
func runStops(t *testing.T, checks []review.Check) bool {
	t.Helper()
	contract := uuid.Must(uuid.NewV7())
	c := review.Candidate{ContractID: uuid.NullUUID{UUID: contract, Valid: true}, Kind: "licence", State: "active",
		SignedOnce: true, SignedNow: true, Checks: asJSON(t, checks)}
	why, says := c.Stops(contract)
	if why != "" && (why != review.Failing || says != "It says so.") {
		t.Errorf("%v: left out for %s, %q", checks, why, says)
	}
	return why != ""
}

func asJSON(t *testing.T, checks []review.Check) string {
	t.Helper()
	b, err := json.Marshal(checks)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
