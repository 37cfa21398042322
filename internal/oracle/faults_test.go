//go:build faults

package oracle

import (
	"math/rand/v2"
	"testing"
	"time"
)

const catchWithin = time.Minute

// TestPlantedFaults shows that campaigns find what they are there for: the program is
// built with ten wrong turns, each asleep until it is named, and campaigns must come
// upon each within a minute. What they find is then played again without it, and must
// be clean. The table of all ten is printed by
//
//	go test -tags faults ./internal/oracle -run TestPlantedFaults -count=1 -timeout 40m -v
func TestPlantedFaults(t *testing.T) {
	seed := *firstSeed
	if seed == 0 {
		seed = rand.Uint64N(1 << 40)
	}
	t.Logf("seeds from %d", seed)
	binary(t)
	for _, fault := range Faults() {
		t.Run(fault, func(t *testing.T) { caught(t, fault, seed) })
	}
}

func caught(t *testing.T, fault string, seed uint64) {
	began, played := time.Now(), 0
	for time.Since(began) < catchWithin {
		var scripts []script
		for i := range *atOnce {
			scripts = append(scripts, kept(generate(seed+uint64(played+i))))
		}
		all, err := playAll(t, runs{fault: fault, quick: true, until: began.Add(catchWithin),
			counts: map[string]int{}}, scripts)
		if err != nil {
			t.Fatal(err)
		}
		played += len(scripts)
		bad := failing(all)
		if len(bad) == 0 {
			continue
		}
		took := time.Since(began)
		if took > catchWithin {
			t.Errorf("found after %s only", took.Round(time.Second))
		}
		clean, err := playAll(t, runs{until: time.Now().Add(catchWithin), counts: map[string]int{}},
			[]script{bad[0].script})
		if err != nil {
			t.Fatal(err)
		}
		if again := failing(clean); len(again) > 0 {
			t.Fatalf("seed %d goes wrong without the fault too: %v", bad[0].script.Seed, again[0].err)
		}
		t.Logf("| %-20s | %4.0f s | seed %d | %s", fault, took.Seconds(), bad[0].script.Seed, bad[0].kind())
		return
	}
	t.Errorf("| %-20s | not found in %s, %d campaigns", fault, time.Since(began).Round(time.Second), played)
}
