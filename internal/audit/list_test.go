package audit

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/listing"
	"seatledger/internal/testkit/listtest"
	"seatledger/internal/testkit/pgtest"
)

var rowsToWalk = flag.Int("list.rows", 20_000, "how many entries the walk over filters and sorts has")

// crowd is a long trail: the chain's hashes are left out, which only the owner may do.
func crowd(t *testing.T, n int) *pgtest.DB {
	t.Helper()
	db := pgtest.New(t)
	for _, sql := range []string{
		`INSERT INTO users (id, email, name, role, password_hash, active, created_at, updated_at)
			SELECT lpad(i::text, 32, '0')::uuid, i || '@reseller.example', 'User ' || i, 'admin', '', true, now(), now()
			FROM generate_series(1, 20) i`,
		`ALTER TABLE audit_events DISABLE TRIGGER USER`,
		fmt.Sprintf(`INSERT INTO audit_events (seq, at, actor_id, actor, action, object_type, object_id, object_name,
			after, request_id, prev_hash, hash)
			SELECT i, '2024-01-01'::timestamptz + make_interval(mins => (i::bigint * 1000000 / %d)::int),
				CASE WHEN i %% 3 > 0 THEN lpad((i %% 20 + 1)::text, 32, '0')::uuid END, 'User ' || i %% 20,
				'thing.changed_' || i %% 40, 'type' || i %% 13, gen_random_uuid(), 'Thing ' || i,
				'{"quantity": 5, "why": "because"}', md5(i::text), '', '' FROM generate_series(1, %d) i`, n, n),
		`ALTER TABLE audit_events ENABLE TRIGGER USER`,
		`INSERT INTO audit_days SELECT min(seq), (at AT TIME ZONE 'UTC')::date FROM audit_events GROUP BY 2`,
		`VACUUM ANALYZE`,
	} {
		if _, err := db.Owner().Exec(t.Context(), sql); err != nil {
			t.Fatalf("%.60s: %v", sql, err)
		}
	}
	return db
}

// dated is the list with its days in UTC, as a screen says them.
func dated() *listing.List[Entry] {
	l := *Trail
	l.Filters = append([]listing.Filter{}, Trail.Filters...)
	for i, f := range l.Filters {
		if f.IsDate {
			l.Filters[i].Args = func(day string) []any {
				d, _ := clock.ParseDate(day)
				at := d.Start(time.UTC).Format(time.RFC3339)
				return []any{at, at}
			}
		}
	}
	return &l
}

func TestEveryFilterAndSortOfTheTrailStandsOnAnIndex(t *testing.T) {
	t.Parallel()
	db := crowd(t, *rowsToWalk)
	listtest.Walk(t, db.Read(t.Context()), dated(), listtest.Budget{Blocks: 800, Values: map[string][]string{
		"actor":  {"none", "00000000-0000-0000-0000-000000000005", uuid.NewString()},
		"action": {"thing.changed_7", "nothing"}, "object_type": {"type12"},
		"from": {"2024-01-02", "2025-11-20"}, "to": {"2024-01-03", "2025-01-01"},
	}})
}

func TestTheTrailIsPagedWithoutGapOrRepeat(t *testing.T) {
	t.Parallel()
	db := newTrail(t, 25)
	listtest.Pages(t, db.DB, Trail, 25)
	page, err := Trail.Page(t.Context(), db.Read(t.Context()), Trail.Ask(nil))
	if err != nil || len(page.Rows) != 25 || page.Rows[0].Seq != 25 || page.Rows[24].Seq != 1 {
		t.Errorf("not the newest first: %+v, %v", page, err)
	}
}

func TestEachFilterNarrowsTheTrail(t *testing.T) {
	t.Parallel()
	db := newTrail(t, 9)
	first, err := Get(t.Context(), db.Read(t.Context()), 1)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		values listing.Values
		search string
		want   int
	}{
		"nothing":     {nil, "", 9},
		"actor":       {listing.Values{"actor": first.ActorID.String()}, "", 6},
		"no actor":    {listing.Values{"actor": "none"}, "", 3},
		"action":      {listing.Values{"action": "provider.changed"}, "", 9},
		"no action":   {listing.Values{"action": "provider.created"}, "", 0},
		"object type": {listing.Values{"object_type": "provider"}, "", 9},
		"search":      {nil, "PROVIDER 7", 1},
		"wild search": {nil, "%", 0},
		"both":        {listing.Values{"actor": "none"}, "provider 2", 1},
	} {
		q := Trail.Ask(c.values)
		q.Search = c.search
		if got := len(rowsOf(t, db, Trail, q)); got != c.want {
			t.Errorf("%s: %d rows, want %d", name, got, c.want)
		}
	}
}

// A clock that was set back puts days out of order in the chain; each still has exactly its entries.
func TestDaysAreExactWhateverTheClockDid(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	days := []int{3, 3, 4, 9, 9, 4, 3, 5, 9, 1, 2, 2}
	for i, day := range days {
		clk := clock.NewFake(time.Date(2026, 11, day, i, 0, 0, 0, time.UTC))
		err := db.InTx(t.Context(), func(tx *gorm.DB) error {
			return Record(t.Context(), tx, clk, System, Event{Action: "a.b", ObjectType: "a"})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	l := dated()
	for from := range 12 {
		for to := range 12 {
			day := func(n int) string { return clock.NewDate(2026, 11, 1).AddDays(n - 1).String() }
			want := 0
			for _, d := range days {
				if d >= from && d < to {
					want++
				}
			}
			if got := len(rowsOf(t, db, l, l.Ask(listing.Values{"from": day(from), "to": day(to)}))); got != want {
				t.Errorf("from the %dth to before the %dth: %d entries, want %d", from, to, got, want)
			}
		}
	}
}

func rowsOf(t *testing.T, db *pgtest.DB, l *listing.List[Entry], q listing.Query) []Entry {
	t.Helper()
	page, err := l.Page(t.Context(), db.Read(t.Context()), q)
	if err != nil {
		t.Fatal(err)
	}
	var all int
	err = l.Each(t.Context(), db.DB, q, func([][]byte) error { all++; return nil })
	if err != nil || all != len(page.Rows) {
		t.Errorf("the file has %d rows, the list %d, %v", all, len(page.Rows), err)
	}
	return page.Rows
}

func TestChoicesAreTheWordsThatOccur(t *testing.T) {
	t.Parallel()
	s, err := Trail.Spec(t.Context(), newTrail(t, 3).Read(t.Context()), nil)
	if err != nil {
		t.Fatal(err)
	}
	actions, types := s.Filter("action").Choices, s.Filter("object_type").Choices
	if len(actions) != 1 || actions[0].Value != "provider.changed" || actions[0].Label != "provider changed" ||
		len(types) != 1 || types[0].Value != "provider" {
		t.Errorf("%v, %v", actions, types)
	}
}
