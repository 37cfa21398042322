package clock

import (
	"testing"
	"time"
)

func TestAMovedClockRunsOnFromWhereItWasPut(t *testing.T) {
	t.Parallel()
	wall := NewFake(time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC))
	m := NewMoved(wall, time.Date(2027, 3, 31, 23, 59, 0, 0, time.FixedZone("", 3600)))
	wall.Advance(2 * time.Minute)
	if got, want := m.Now(), time.Date(2027, 3, 31, 23, 1, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("two minutes on it shows %s, want %s", got, want)
	}
	if got, moved := True(m); !moved || !got.Equal(wall.Now()) {
		t.Errorf("the true time is %s (%v), want %s", got, moved, wall.Now())
	}
	if got := Outside(m).Now(); !got.Equal(wall.Now()) {
		t.Errorf("outside it is %s, want %s", got, wall.Now())
	}
	m.Put(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
	wall.Advance(time.Hour)
	if got, want := m.Now(), time.Date(2020, 1, 1, 1, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("put back it shows %s, want %s", got, want)
	}
}

func TestAClockThatNobodyMovedIsTrue(t *testing.T) {
	t.Parallel()
	wall := NewFake(time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC))
	if got, moved := True(wall); moved || !got.Equal(wall.Now()) || Outside(wall) != Clock(wall) {
		t.Errorf("%s, moved %v", got, moved)
	}
}
