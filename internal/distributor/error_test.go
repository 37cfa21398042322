package distributor

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestAPauseIsRecognisedThroughWhateverWrapsIt(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 29, 2, 41, 0, 0, time.UTC)
	err := fmt.Errorf("run: %w", &Error{Kind: Paused, Until: until, AskedBy: ByDistributor})
	if at, by, ok := PauseOf(err); !ok || !at.Equal(until) || by != ByDistributor {
		t.Errorf("%s %s %t", at, by, ok)
	}
	for _, other := range []error{nil, errors.New("x"), &Error{Kind: RateLimited, Until: until}} {
		if _, _, ok := PauseOf(other); ok {
			t.Errorf("%v is no pause", other)
		}
	}
}

func TestAFailedCheckTellsItsKindAndItsPause(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 29, 2, 41, 0, 0, time.UTC)
	check := Check{Layers: []Layer{{Name: LayerTLS, Result: Passed},
		{Name: LayerToken, Result: Failed, Kind: Paused, Until: &until, AskedBy: ByBreaker, Message: "m", Advice: "a"},
		{Name: LayerCustomers, Result: Skipped}}}
	if at, by, ok := PauseOf(check.Err()); !ok || !at.Equal(until) || by != ByBreaker {
		t.Errorf("%s %s %t", at, by, ok)
	}
	check.Layers = check.Layers[:1]
	if err := check.Err(); err != nil {
		t.Error(err)
	}
}
