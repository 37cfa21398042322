package session

import (
	"strconv"
	"testing"
	"time"
)

// TestTriesOfTheSetupCodeAreCounted: a place has ten in fifteen minutes, another has its own, and strangers fill
// nothing.
func TestTriesOfTheSetupCodeAreCounted(t *testing.T) {
	t.Parallel()
	var c tries
	now := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	for i := range setupTries {
		if !c.mayTry("192.0.2.0/24", now.Add(time.Duration(i)*time.Second)) {
			t.Fatalf("try %d is refused", i)
		}
	}
	if c.mayTry("192.0.2.0/24", now.Add(setupWindow/2)) || !c.mayTry("198.51.100.0/24", now) ||
		!c.mayTry("192.0.2.0/24", now.Add(setupWindow+time.Minute)) {
		t.Error("an eleventh try is taken, another place is held up, or the wait has no end")
	}
	for i := range 5 * setupPlaces {
		c.mayTry(strconv.Itoa(i), now)
	}
	if len(c.of) > setupPlaces {
		t.Errorf("%d places are kept in mind", len(c.of))
	}
	if len(NewSetupCode()) < 26 { // five bits a letter: 130
		t.Error("the code has less than 128 bits of chance")
	}
}
