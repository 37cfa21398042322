package oracle

import (
	"flag"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"
)

var pairs = flag.Bool("oracle.pairs", false, "play every pair of facts, in both orders, on the product, and not a few")

// facts are one of each kind that a person may enter on 1 May about a subscription of ten
// seats at 10.00, which is paid up to then. Seats and prices begin on paid days.
func facts() map[string]op {
	return map[string]op{
		"more seats":           {Act: setSeats, On: "2027-04-11", N: 12},
		"fewer seats":          {Act: setSeats, On: "2027-04-16", N: 6},
		"fewer with refund":    {Act: setSeats, On: "2027-04-21", N: 4, Yes: true},
		"a lower price":        {Act: setPrice, On: "2027-04-06", Price: "8", Period: "month"},
		"a price ahead":        {Act: setPrice, On: "2027-06-01", Price: "20", Period: "month"},
		"a corrected price":    {Act: fixPrice, Price: "9"},
		"billed elsewhere":     {Act: elsewhere, On: "2027-04-26"},
		"another contract":     {Act: move, On: "2027-05-01"},
		"an end":               {Act: endSub, On: "2027-05-20", Yes: true},
		"an end of a contract": {Act: endContract, On: "2027-05-21", Yes: true},
		"closed":               {Act: deactivate, On: "2027-04-28", Yes: true},
		"another product":      {Act: swap},
		"credited":             {Act: creditAgain, N: 3},
		"goodwill":             {Act: goodwill, N: 1},
		"no refunds any more":  {Act: setRefunds},
	}
}

// byOrder are the pairs whose order decides something by the rules: the refund of a
// reduction is fixed when it is recorded, from the contract's setting of that day; and of
// two reductions the later one covers, with its refund, the seats that had not left when it
// was recorded: a row entered before it leaves its days as they were charged (RULES 1).
func byOrder(a, b string) bool {
	if a == "fewer seats" && b == "fewer with refund" {
		return true
	}
	reduction := []string{"fewer with refund", "an end", "an end of a contract", "closed"}
	return a == "no refunds any more" && slices.Contains(reduction, b) ||
		b == "no refunds any more" && slices.Contains(reduction, a)
}

// told is a history in which two facts are entered one after the other, and all that is due then billed.
func told(first, second op) script {
	s := script{A: terms{Currency: "USD", Months: 1, Day: 1}, B: terms{Currency: "USD", Months: 1, Day: 15,
		List: "11", Other: "13"}, Refunds: true, Seats: []int{10}, Starts: []string{"2027-01-01"}, Price: "10"}
	all := []op{{Act: bill}, {Act: bill, Yes: true, On: "2027-05-15"}, {Act: changeLog, On: "2027-05-01"}}
	s.Phases = [][]op{{{Act: bill}, {Act: bill}, {Act: bill}, {Act: bill}}, append([]op{first, second}, all...),
		{{Act: bill}, {Act: bill}, {Act: bill}, {Act: bill}, {Act: bill, Yes: true, On: "2027-08-15"}}, nil}
	return s
}

// took is what a world's lines came to, by contract, and the seats that stand paid for each day.
func (w *world) took() string {
	sums := map[string]*big.Rat{}
	for _, b := range w.bills {
		for _, ls := range b.lines {
			if b.Void {
				continue
			}
			if sums[b.Contract.Name] == nil {
				sums[b.Contract.Name] = new(big.Rat)
			}
			for _, l := range ls {
				sums[b.Contract.Name].Add(sums[b.Contract.Name], l.amount)
			}
		}
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		out = append(out, name+" "+show(sums[name]))
	}
	for _, x := range w.subs {
		last := -1
		for d := x.FirstDay(); d < today(2)+40; d++ {
			if paid := x.On(d).Paid; paid != last {
				out = append(out, fmt.Sprintf("%d from %s", paid, d))
				last = paid
			}
		}
	}
	return strings.Join(out, ", ")
}

// facing are all pairs, each as two scripts.
func facing() (names [][2]string, scripts []script) {
	all := facts()
	sorted := slices.Sorted(maps.Keys(all))
	for i, a := range sorted {
		for _, b := range sorted[i+1:] {
			names = append(names, [2]string{a, b})
			scripts = append(scripts, told(all[a], all[b]), told(all[b], all[a]))
		}
	}
	return names, scripts
}

// The bill does not depend on the order in which two facts are entered, except where the rules say so.
func TestTwoFactsInEitherOrderAreBilledAlike(t *testing.T) {
	t.Parallel()
	names, scripts := facing()
	worlds := make([]*world, len(scripts))
	for i, s := range scripts {
		worlds[i] = &world{s: s, name: "dry", counts: map[string]int{}, dry: true}
		if err := worlds[i].setUp(""); err != nil {
			t.Fatal(err)
		}
		for phase := range stops() {
			if err := worlds[i].play(phase); err != nil {
				t.Fatal(err)
			}
		}
	}
	alike(t, names, worlds)
}

// The pairs that every run of the tests plays.
const sliceFrom, sliceTo = 24, 27

// The same on the product, by
//
//	go test ./internal/oracle -run TestPairsOfFactsOnTheProduct -count=1 -v -timeout 40m -args -oracle.pairs \
//	   -oracle.for=30m
//
// With -oracle.n it plays so many of the pairs, from that of -oracle.seed on; without -oracle.pairs a few.
//
//nolint:paralleltest // it starts the program
func TestPairsOfFactsOnTheProduct(t *testing.T) {
	names, scripts := facing()
	switch {
	case !*pairs:
		names, scripts = names[sliceFrom:sliceTo], scripts[2*sliceFrom:2*sliceTo]
	case *campaigns > 0:
		from := min(int(*firstSeed)-1, len(names))
		to := min(from+*campaigns, len(names))
		names, scripts = names[from:to], scripts[2*from:2*to]
	}
	all, err := playAll(t, runs{until: time.Now().Add(*longest), counts: map[string]int{}}, scripts)
	if err != nil {
		t.Fatal(err)
	}
	worlds := make([]*world, len(all))
	for i, o := range all {
		if worlds[i] = o.world; o.err != nil {
			t.Errorf("%v: %v\n  %s", names[i/2], o.err, strings.Join(o.world.did, "\n  "))
		}
	}
	alike(t, names, worlds)
}

// entered are the facts that were entered, sorted: what one makes impossible, or dates
// otherwise, is not the same pair.
func (w *world) entered() []string {
	var out []string
	for _, did := range w.did {
		if !strings.Contains(did, " up to ") {
			out = append(out, strings.ReplaceAll(did, w.name, ""))
		}
	}
	slices.Sort(out)
	return out
}

func alike(t *testing.T, names [][2]string, worlds []*world) {
	t.Helper()
	compared := 0
	for i, pair := range names {
		one, other := worlds[2*i], worlds[2*i+1]
		if byOrder(pair[0], pair[1]) {
			continue
		}
		if f := one.entered(); len(f) < 2 || !slices.Equal(f, other.entered()) {
			t.Logf("%s and %s are not both entered in both orders", pair[0], pair[1])
			continue
		}
		compared++
		if a, b := one.took(), other.took(); a != b {
			t.Errorf("%s, then %s: %s\nthe other way round: %s", pair[0], pair[1], a, b)
		}
	}
	t.Logf("%d of %d pairs compared", compared, len(names))
	if compared == 0 || compared < len(names)/2 {
		t.Errorf("only %d of %d pairs could be compared", compared, len(names))
	}
}
