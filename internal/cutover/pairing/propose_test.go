package pairing

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"seatledger/internal/clock"
	"seatledger/internal/subscription"
	_ "seatledger/internal/testkit/samehistories"
)

func seat(external, sku string, n int) Side {
	return Side{ID: uuid.NewSHA1(uuid.Nil, []byte(external)), ExternalID: external, SKU: sku,
		ProductName: "Product " + sku, Quantity: n, State: subscription.Active, Term: "unknown", Frequency: "unknown"}
}

func modernSeat(external, sku string, n int) Side {
	s := seat(external, sku, n)
	s.PartNumber, s.Term, s.Frequency, s.End = "PN-"+sku, "annual", "monthly", clock.NewDate(2026, 12, 31)
	return s
}

func exactOf(ps []Proposal) int {
	n := 0
	for _, p := range ps {
		if p.Confidence == Exact {
			n++
		}
	}
	return n
}

func TestAPairIsExactOnlyToTheLetter(t *testing.T) {
	t.Parallel()
	old, new := seat("L1", "900100", 5), modernSeat("N1", "900100", 5)
	with := func(s Side, change func(*Side)) []Side {
		change(&s)
		return []Side{s}
	}
	for name, c := range map[string]struct {
		old, new []Side
		exact    int
	}{
		"product and quantity agree, and nothing else is known": {[]Side{old}, []Side{new}, 1},
		"another quantity":                  {[]Side{old}, with(new, func(s *Side) { s.Quantity = 6 }), 0},
		"another SKU":                       {[]Side{old}, with(new, func(s *Side) { s.SKU = "900200" }), 0},
		"no SKU on one side, the same name": {with(old, func(s *Side) { s.SKU = "" }), []Side{new}, 0},
		"another start: the new one begins when it was set up there": {with(old,
			func(s *Side) { s.Start = clock.NewDate(2025, 11, 15) }),
			with(new, func(s *Side) { s.Start = clock.NewDate(2026, 11, 10) }), 1},
		"another end that both know": {with(old, func(s *Side) { s.End = clock.NewDate(2027, 1, 31) }),
			[]Side{new}, 0},
		"the same end":                {with(old, func(s *Side) { s.End = new.End }), []Side{new}, 1},
		"another term that both know": {with(old, func(s *Side) { s.Term = "monthly" }), []Side{new}, 0},
		"another currency that both know": {with(old, func(s *Side) { s.CostCurrency = "EUR" }),
			with(new, func(s *Side) { s.CostCurrency = "USD" }), 0},
		"a currency that was assumed": {with(old, func(s *Side) { s.CostCurrency, s.CostAssumed = "EUR", true }),
			with(new, func(s *Side) { s.CostCurrency = "USD" }), 1},
		"two equal old ones": {[]Side{old, seat("L2", "900100", 5)}, []Side{new}, 0},
		"two equal new ones": {[]Side{old}, []Side{new, modernSeat("N2", "900100", 5)}, 0},
		"an old one that has ended": {with(old, func(s *Side) { s.State = subscription.Inactive }),
			[]Side{new}, 0},
		"two pairs of different quantity": {[]Side{old, seat("L2", "900100", 7)},
			[]Side{new, modernSeat("N2", "900100", 7)}, 2},
	} {
		got := Propose(c.old, c.new)
		if exactOf(got) != c.exact {
			t.Errorf("%s: %+v", name, got)
		}
	}
	two := Propose([]Side{old, seat("L2", "900100", 5)}, []Side{new, modernSeat("N2", "900100", 5)})
	if len(two) != 2 || !strings.Contains(two[0].Reason, "a person must say") {
		t.Errorf("two equal rows: %+v", two)
	}
}

// TestExactPairsFollowTheRule tells the rule a second time, the slow way, and compares.
func TestExactPairsFollowTheRule(t *testing.T) {
	t.Parallel()
	draw := func(t *rapid.T, side string, n int) []Side {
		var out []Side
		for i := range n {
			s := seat(fmt.Sprintf("%s%d", side, i), rapid.SampledFrom([]string{"", "A", "B"}).Draw(t, "sku"),
				rapid.IntRange(1, 2).Draw(t, "seats"))
			s.ProductName = rapid.SampledFrom([]string{"", "Suite", "Plan"}).Draw(t, "name")
			s.Term = rapid.SampledFrom([]string{"unknown", "annual", "monthly"}).Draw(t, "term")
			if rapid.Bool().Draw(t, "dated") {
				s.End = clock.NewDate(2026, 12, rapid.IntRange(30, 31).Draw(t, "end"))
			}
			out = append(out, s)
		}
		return out
	}
	agree := func(o, n Side) bool {
		return o.SKU != "" && o.SKU == n.SKU && o.Quantity == n.Quantity &&
			(o.Term == n.Term || o.Term == "unknown" || n.Term == "unknown") &&
			(o.End == n.End || o.End.IsZero() || n.End.IsZero())
	}
	rapid.Check(t, func(t *rapid.T) {
		old, new := draw(t, "L", rapid.IntRange(0, 4).Draw(t, "old")), draw(t, "N", rapid.IntRange(0, 4).Draw(t, "new"))
		got := Propose(old, new)
		want := map[[2]uuid.UUID]bool{}
		for _, o := range old {
			for _, n := range new {
				byOld := slices.IndexFunc(new, func(x Side) bool { return x.ID != n.ID && agree(o, x) }) < 0
				byNew := slices.IndexFunc(old, func(x Side) bool { return x.ID != o.ID && agree(x, n) }) < 0
				if agree(o, n) && byOld && byNew {
					want[[2]uuid.UUID{o.ID, n.ID}] = true
				}
			}
		}
		seen := map[uuid.UUID]bool{}
		for _, p := range got {
			if seen[p.Old] || seen[p.New] {
				t.Fatalf("in two proposals: %+v", got)
			}
			seen[p.Old], seen[p.New] = true, true
			if (p.Confidence == Exact) != want[[2]uuid.UUID{p.Old, p.New}] {
				t.Fatalf("%+v, want exact %v", p, want)
			}
		}
		if exactOf(got) != len(want) {
			t.Fatalf("%d exact, want %d", exactOf(got), len(want))
		}
		slices.Reverse(old)
		slices.Reverse(new)
		if again := Propose(old, new); !slices.Equal(again, got) {
			t.Fatalf("the order of the rows decides:\n%+v\n%+v", got, again)
		}
	})
}
