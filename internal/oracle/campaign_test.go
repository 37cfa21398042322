package oracle

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	program    = flag.String("oracle.program", "", "a program that is built already; empty: this module's")
	only       = flag.String("oracle.only", "", "only these steps, separated by commas; empty: all")
	campaigns  = flag.Int("oracle.n", 0, "so many campaigns; 0: as many as fit into -oracle.for")
	firstSeed  = flag.Uint64("oracle.seed", 1, "the first seed; 0: another one each time")
	stride     = flag.Uint64("oracle.stride", 1, "from one seed to the next: 5 from 2 on are those with a cut-over")
	longest    = flag.Duration("oracle.for", 45*time.Second, "campaigns end where they are after so long")
	atOnce     = flag.Int("oracle.batch", 24, "campaigns that share a program")
	hands      = flag.Int("oracle.hands", 2, "requests at a time")
	shrinkTime = flag.Duration("oracle.shrink", 60*time.Second, "how long a failing campaign is made smaller")
)

// outcome is what a script came to.
type outcome struct {
	script script
	world  *world
	err    error
}

func (o outcome) kind() string {
	var v *violation
	if errors.As(o.err, &v) {
		return v.kind
	}
	return "trouble"
}

// playAll plays scripts side by side, each with a customer of its own, on one program
// whose clock goes from stop to stop. It ends early when nothing is left to play.
// With quick it ends at the first violation.
func playAll(t testing.TB, r runs, scripts []script) ([]outcome, error) {
	t.Helper()
	p := newProduct(t, r.fault)
	defer func() { _ = p.stop() }()
	out := make([]outcome, len(scripts))
	for i := range out {
		out[i] = outcome{script: scripts[i],
			world: &world{p: p, s: scripts[i], name: fmt.Sprintf("w%03d", i), counts: map[string]int{}}}
	}
	var enough atomic.Bool
	provider := ""
	far, err := newDistributor(p, out)
	if err != nil {
		return nil, err
	}
	defer far.stop()
	for phase, stop := range stops() {
		moment, err := time.Parse(time.RFC3339, stop)
		if err != nil {
			return nil, err
		}
		if err := p.at(moment); err != nil {
			return nil, err
		}
		if phase == 0 {
			a, err := p.post("/providers",
				url.Values{"connector": {"manual"}, "name": {"By hand"}, "currency": {"USD"}})
			if err != nil || a.status != 303 {
				return nil, fmt.Errorf("the provider: %d %s: %w", a.status, a.gist(), err)
			}
			provider = a.id()
		}
		for half := range 2 {
			if err := far.wave(2*phase+half, moment); err != nil {
				return nil, err
			}
			if phase == 0 && half == 0 {
				if err := far.beginMove(); err != nil {
					return nil, err
				}
			}
			for i := range out {
				out[i].world.half = half
			}
			sideBySide(out, &enough, r, func(w *world) error {
				if phase == 0 && half == 0 {
					from := provider
					if w.s.Cut {
						from, w.over.run, w.over.to = far.leaving, far.move, far.provider
					}
					if err := w.setUp(from); err != nil {
						return err
					}
				}
				return w.play(phase)
			})
		}
		if enough.Load() {
			break
		}
	}
	for _, o := range out {
		for what, n := range o.world.counts {
			r.counts[what] += n
		}
	}
	return out, nil
}

// sideBySide does a part of all campaigns in which nothing has gone wrong.
func sideBySide(out []outcome, enough *atomic.Bool, r runs, do func(w *world) error) {
	work := make(chan *outcome)
	var all sync.WaitGroup
	for range *hands {
		all.Add(1)
		go func() {
			defer all.Done()
			for o := range work {
				if enough.Load() || time.Now().After(r.until) {
					enough.Store(true)
					continue
				}
				if o.err = do(o.world); o.err != nil && r.quick {
					enough.Store(true)
				}
			}
		}()
	}
	for i := range out {
		if out[i].err == nil {
			work <- &out[i]
		}
	}
	close(work)
	all.Wait()
}

// runs is how scripts are played.
type runs struct {
	fault  string         // planted in the program
	quick  bool           // the first violation is enough
	until  time.Time      // when it ends wherever it is
	counts map[string]int // what was done and compared
}

// kept is the script with the steps that -oracle.only names.
func kept(s script) script {
	if *only == "" {
		return s
	}
	acts := strings.Split(*only, ",")
	for i, ops := range s.Phases {
		s.Phases[i] = slices.DeleteFunc(slices.Clone(ops),
			func(o op) bool { return !slices.Contains(acts, string(o.Act)) })
	}
	return s
}

func failing(all []outcome) []outcome {
	var out []outcome
	for _, o := range all {
		if o.err != nil {
			out = append(out, o)
		}
	}
	return out
}

// shrink takes steps away as long as what is left still goes wrong in the same way.
// Many smaller scripts are tried side by side.
func shrink(t testing.TB, worst outcome) outcome {
	t.Helper()
	until := time.Now().Add(*shrinkTime)
	for size := max(1, worst.script.size()/2); time.Now().Before(until); {
		var smaller []script
		for from := 0; from < worst.script.size(); from += size {
			smaller = append(smaller, worst.script.without(from, from+size))
		}
		smaller = append(smaller, simpler(worst.script)...)
		all, err := playAll(t, runs{until: until.Add(*shrinkTime), counts: map[string]int{}}, smaller)
		if err != nil {
			t.Logf("shrinking stops: %v", err)
			return worst
		}
		better := false
		for _, o := range failing(all) {
			if o.kind() == worst.kind() &&
				(o.script.size() < worst.script.size() || len(o.script.Seats) < len(worst.script.Seats)) {
				if !better || o.script.size() < worst.script.size() {
					worst, better = o, true
				}
			}
		}
		switch {
		case better:
			size = max(1, min(size, worst.script.size()/2))
		case size > 1:
			size /= 2
		default:
			return worst
		}
	}
	return worst
}

// simpler are scripts of fewer subscriptions.
func simpler(s script) []script {
	if len(s.Seats) < 2 || s.Far || s.Cut {
		return nil
	}
	var out []script
	for keep := range s.Seats {
		one := s
		one.Seats, one.Starts, one.Phases = s.Seats[keep:keep+1], s.Starts[keep:keep+1], nil
		for _, ops := range s.Phases {
			var kept []op
			for _, o := range ops {
				if o.Sub == keep || o.Sub == 0 {
					o.Sub = 0
					kept = append(kept, o)
				}
			}
			one.Phases = append(one.Phases, kept)
		}
		out = append(out, one)
	}
	return out
}

func (o outcome) String() string {
	return fmt.Sprintf("seed %d: %v\nscript:\n%sdone:\n  %s", o.script.Seed, o.err, o.script,
		strings.Join(o.world.did, "\n  "))
}

// TestCampaigns drives the running product through random histories of customers.
// A slice of them belongs to the tests; thousands are played by
//
//	go test ./internal/oracle -run TestCampaigns -count=1 -timeout 6h -v -oracle.n=3000 -oracle.for=6h
//
// and one again by -oracle.seed=SEED -oracle.n=1.
//
//nolint:paralleltest // it goes by the time that it has
func TestCampaigns(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts the program")
	}
	seed := *firstSeed
	if seed == 0 {
		seed = rand.Uint64N(1 << 40)
	}
	began, played, counts := time.Now(), 0, map[string]int{}
	for (*campaigns == 0 || played < *campaigns) && (played == 0 || time.Since(began) < *longest) {
		n := *atOnce
		if *campaigns > 0 {
			n = min(n, *campaigns-played)
		}
		var scripts []script
		for i := range n {
			scripts = append(scripts, kept(generate(seed+*stride*uint64(played+i))))
		}
		all, err := playAll(t, runs{until: began.Add(*longest), counts: counts}, scripts)
		if err != nil {
			t.Fatal(err)
		}
		played += n
		bad := failing(all)
		if len(bad) == 0 {
			continue
		}
		kinds := map[string]int{}
		for _, o := range bad {
			kinds[o.kind()]++
			t.Logf("seed %d: %v", o.script.Seed, o.err)
		}
		slices.SortStableFunc(bad, func(a, b outcome) int { return a.script.size() - b.script.size() })
		t.Logf("%d of %d campaigns from seed %d go wrong: %v", len(bad), n, seed, kinds)
		t.Fatalf("the smallest found of it:\n%s", shrink(t, bad[0]))
	}
	t.Logf("%d campaigns from seed %d in %s", played, seed, time.Since(began).Round(time.Second))
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%7d %s", counts[what], what)
	}
}
