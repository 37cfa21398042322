package distributor_test

import (
	"errors"
	"testing"

	"seatledger/internal/distributor"
)

func TestAReadingKeepsTheRoomForLargeAnswersUntilItIsDone(t *testing.T) {
	t.Parallel()
	taken, given := 0, 0
	take := func() (func(), error) {
		taken++
		return func() { given++ }, nil
	}
	ctx, done := distributor.KeepRoom(t.Context())
	inner, innerDone := distributor.KeepRoom(ctx)
	if _, err := distributor.TakeRoom(inner, func() (func(), error) { return nil, errors.New("none") }); err == nil {
		t.Error("room was given where there was none")
	}
	for range 3 {
		release, err := distributor.TakeRoom(inner, take)
		if err != nil {
			t.Fatal(err)
		}
		release()
	}
	innerDone()
	if taken != 1 || given != 0 {
		t.Errorf("taken %d times, given back %d times before the reading was done", taken, given)
	}
	done()
	done()
	if given != 1 {
		t.Errorf("given back %d times", given)
	}
}
