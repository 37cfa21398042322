package audit

import (
	"testing"
	"time"

	"seatledger/internal/paging"
	"seatledger/internal/testkit/pgtest"
)

func firstPage(size int) paging.Request {
	order, err := Sorts().Parse("")
	if err != nil {
		return paging.Request{}
	}
	return paging.Request{Order: order, Size: size}
}

func TestTheTrailIsPagedNewestFirstWithoutGapOrRepeat(t *testing.T) {
	t.Parallel()
	db := newTrail(t, 11)
	want := int64(11)
	page := firstPage(4)
	for {
		rows, next, err := List(t.Context(), db.Read(t.Context()), Filter{}, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range rows {
			if e.Seq != want {
				t.Fatalf("row %d, want %d", e.Seq, want)
			}
			want--
		}
		if next == "" {
			break
		}
		if page.After, err = page.Order.Cursor(next); err != nil {
			t.Fatal(err)
		}
	}
	if want != 0 {
		t.Errorf("%d rows were not shown", want)
	}
}

func TestEachFilterNarrowsTheTrail(t *testing.T) {
	t.Parallel()
	db := newTrail(t, 9)
	first, err := Get(t.Context(), db.Read(t.Context()), 1)
	if err != nil {
		t.Fatal(err)
	}
	nine := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		f    Filter
		want int
	}{
		"nothing":     {Filter{}, 9},
		"actor":       {Filter{Actor: *first.ActorID}, 6},
		"no actor":    {Filter{NoActor: true}, 3},
		"action":      {Filter{Action: "provider.changed"}, 9},
		"no action":   {Filter{Action: "provider.created"}, 0},
		"object type": {Filter{ObjectType: "provider"}, 9},
		"object":      {Filter{ObjectType: "provider", ObjectID: "3"}, 1},
		"from":        {Filter{From: nine.Add(5 * time.Minute)}, 5},
		"until":       {Filter{Until: nine.Add(5 * time.Minute)}, 4},
		"search":      {Filter{Search: "PROVIDER 7"}, 1},
		"wild search": {Filter{Search: "%"}, 0},
	} {
		if got := len(rowsOf(t, db, c.f)); got != c.want {
			t.Errorf("%s: %d rows, want %d", name, got, c.want)
		}
	}
}

func rowsOf(t *testing.T, db *pgtest.DB, f Filter) []Entry {
	t.Helper()
	rows, _, err := List(t.Context(), db.Read(t.Context()), f, firstPage(50))
	if err != nil {
		t.Fatal(err)
	}
	var all int
	err = Each(t.Context(), db.Read(t.Context()), f, firstPage(2), func(Entry) error { all++; return nil })
	if err != nil || all != len(rows) {
		t.Errorf("the file has %d rows, the list %d, %v", all, len(rows), err)
	}
	return rows
}

func TestWordsAreThoseThatOccur(t *testing.T) {
	t.Parallel()
	actions, types, err := Words(t.Context(), newTrail(t, 3).Read(t.Context()))
	if err != nil || len(actions) != 1 || actions[0] != "provider.changed" || len(types) != 1 ||
		types[0] != "provider" {
		t.Errorf("%v, %v, %v", actions, types, err)
	}
}
