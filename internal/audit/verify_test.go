package audit

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// newTrail is a database with n events in its trail.
func newTrail(t *testing.T, n int) *pgtest.DB {
	t.Helper()
	db := pgtest.New(t)
	clk := clock.NewFake(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC))
	ada := Actor{ID: uuid.New(), Name: "Ada Example"}
	err := db.InTx(t.Context(), func(tx *gorm.DB) error {
		for i := range n {
			clk.Advance(time.Minute)
			by := ada
			if i%3 == 2 {
				by = System
			}
			err := Record(t.Context(), tx, clk, by, Event{
				Action: "provider.changed", ObjectType: "provider", ObjectID: fmt.Sprint(i),
				ObjectName: fmt.Sprintf("Provider %d", i),
				Before:     map[string]any{"n": i}, After: map[string]any{"n": i + 1},
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func verify(t *testing.T, db *pgtest.DB, last int64) Integrity {
	t.Helper()
	i, err := Verify(t.Context(), db.Read(t.Context()), last)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestAnUntouchedTrailIsSound(t *testing.T) {
	t.Parallel()
	if i := verify(t, newTrail(t, 0), 0); !i.Sound() {
		t.Errorf("an empty trail: %+v", i)
	}
	db := newTrail(t, 9)
	for last, want := range map[int64]int64{0: 9, 4: 4, 9: 9, 100: 9} {
		if i := verify(t, db, last); !i.Sound() || i.Checked != want || i.Head.Seq != 9 {
			t.Errorf("last %d: %+v", last, i)
		}
	}
}

func TestEveryKindOfTamperingShows(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"edited": `UPDATE audit_events SET actor = 'Somebody else' WHERE seq = 5`,
		"edited and rehashed": `UPDATE audit_events e
			SET actor = 'x', hash = audit_event_hash(prev_hash, (SELECT x FROM audit_events x WHERE x.seq = 5))
			WHERE seq = 5`,
		"time moved":     `UPDATE audit_events SET at = at + interval '1 microsecond' WHERE seq = 5`,
		"nulled":         `UPDATE audit_events SET before = NULL WHERE seq = 5`,
		"first deleted":  `DELETE FROM audit_events WHERE seq = 1`,
		"middle deleted": `DELETE FROM audit_events WHERE seq = 5`,
		"tail cut":       `DELETE FROM audit_events WHERE seq > 7`,
		"all deleted":    `DELETE FROM audit_events`,
		"reordered": `UPDATE audit_events SET seq = CASE seq WHEN 5 THEN 1006 ELSE 1005 END
			WHERE seq IN (5, 6); UPDATE audit_events SET seq = seq - 1000 WHERE seq > 1000`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newTrail(t, 9)
			// The owner of the tables can switch triggers off: that is what the chain is for.
			if _, err := db.Owner().Exec(t.Context(),
				`ALTER TABLE audit_events DISABLE TRIGGER USER; `+sql); err != nil {
				t.Fatal(err)
			}
			if i := verify(t, db, 0); i.Sound() {
				t.Errorf("not noticed: %+v", i)
			}
			if i := verify(t, db, 6); i.Sound() && name != "first deleted" {
				t.Errorf("not noticed in the last six: %+v", i)
			}
		})
	}
}

func TestAChainMadeAnewFromAnotherStartShows(t *testing.T) {
	t.Parallel()
	db := newTrail(t, 1)
	_, err := db.Owner().Exec(t.Context(), `
		ALTER TABLE audit_events DISABLE TRIGGER USER;
		UPDATE audit_events SET prev_hash = '\x00', actor = 'Somebody else';
		UPDATE audit_events e SET hash = audit_event_hash(e.prev_hash, e);
		UPDATE audit_head SET hash = (SELECT hash FROM audit_events)`)
	if err != nil {
		t.Fatal(err)
	}
	if i := verify(t, db, 0); i.Sound() {
		t.Errorf("not noticed: %+v", i)
	}
}

func TestTheAppMayNeitherEditNorDeleteTheTrail(t *testing.T) {
	t.Parallel()
	db := newTrail(t, 2)
	for _, sql := range []string{
		`UPDATE audit_events SET actor = 'x'`, `DELETE FROM audit_events`, `TRUNCATE audit_events`,
		`UPDATE audit_head SET seq = 0`, `DELETE FROM audit_head`,
	} {
		if err := db.Read(t.Context()).Exec(sql).Error; err == nil {
			t.Errorf("%s went through as the app's role", sql)
		}
		if _, err := db.Owner().Exec(t.Context(), sql); err == nil && sql != `UPDATE audit_head SET seq = 0` &&
			sql != `DELETE FROM audit_head` {
			t.Errorf("%s went through as the owner", sql)
		}
	}
}

// A page shows the end of the trail as it was found sound a moment ago: what came since is checked with it, and half a
// minute later all of it is again.
func TestTheEndOfTheTrailIsCheckedAnewAsItGrowsAndAsTimePasses(t *testing.T) {
	t.Parallel()
	db := newTrail(t, 9)
	clk := clock.NewFake(time.Date(2026, 11, 4, 9, 0, 0, 0, time.UTC))
	begun := clk.Now()
	c := NewChain(clk)
	check := func() (Integrity, time.Time) {
		t.Helper()
		i, at, err := c.Check(t.Context(), db.Read(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		return i, at
	}
	tamper := func(sql string) {
		t.Helper()
		if _, err := db.Owner().Exec(t.Context(), `ALTER TABLE audit_events DISABLE TRIGGER USER; `+sql+
			`; ALTER TABLE audit_events ENABLE TRIGGER USER`); err != nil {
			t.Fatal(err)
		}
	}
	if i, at := check(); !i.Sound() || i.Checked != 9 || !at.Equal(begun) {
		t.Fatalf("%+v at %v", i, at)
	}
	clk.Advance(10 * time.Second)
	err := db.InTx(t.Context(), func(tx *gorm.DB) error {
		return Record(t.Context(), tx, clk, System, Event{Action: "a.b", ObjectType: "a"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if i, at := check(); !i.Sound() || i.Checked != 10 || i.Head.Seq != 10 || !at.Equal(begun) {
		t.Errorf("with a new entry: %+v at %v", i, at)
	}
	tamper(`UPDATE audit_events SET actor = 'Eve' WHERE seq = 4`)
	if _, at := check(); !at.Equal(begun) {
		t.Errorf("says that it looked at %v, and did not", at)
	}
	clk.Advance(20 * time.Second)
	if i, at := check(); i.Broken != 4 || !at.Equal(clk.Now()) {
		t.Errorf("half a minute later: %+v at %v", i, at)
	}
	if i, _ := check(); i.Broken != 4 {
		t.Errorf("a broken chain was forgotten: %+v", i)
	}
}

// What happens to the last entries shows with the very next page.
func TestAChangeAtTheEndOfTheTrailShowsAtOnce(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"the last one edited": `UPDATE audit_events SET actor = 'Eve' WHERE seq = 9`,
		"the last one gone":   `DELETE FROM audit_events WHERE seq = 9`,
		"edited and rehashed": `UPDATE audit_events SET actor = 'Eve' WHERE seq = 9; UPDATE audit_events e
			SET hash = audit_event_hash(prev_hash, e) WHERE seq = 9; UPDATE audit_head
			SET hash = (SELECT hash FROM audit_events WHERE seq = 9)`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newTrail(t, 9)
			c := NewChain(clock.NewFake(time.Date(2026, 11, 4, 9, 0, 0, 0, time.UTC)))
			if i, _, err := c.Check(t.Context(), db.Read(t.Context())); err != nil || !i.Sound() {
				t.Fatalf("%+v, %v", i, err)
			}
			if _, err := db.Owner().Exec(t.Context(),
				`ALTER TABLE audit_events DISABLE TRIGGER USER; `+sql); err != nil {
				t.Fatal(err)
			}
			if i, _, err := c.Check(t.Context(), db.Read(t.Context())); err != nil || i.Sound() {
				t.Errorf("not noticed: %+v, %v", i, err)
			}
		})
	}
}

func TestDaysThatCameInPastTheChainAreMended(t *testing.T) {
	t.Parallel()
	db := newTrail(t, 9)
	if _, err := db.Owner().Exec(t.Context(), `DELETE FROM audit_days;
		INSERT INTO audit_days VALUES (3, '2020-01-01')`); err != nil {
		t.Fatal(err)
	}
	for want := range 2 {
		_, rows, err := Days{}.Mend(t.Context(), db.DB)
		if err != nil || rows != int64(2-2*want) {
			t.Errorf("%d mended, want %d, %v", rows, 2-2*want, err)
		}
	}
	var day string
	if err := db.Read(t.Context()).Raw(`SELECT string_agg(concat(seq, ' ', day), ',') FROM audit_days`).Scan(&day).
		Error; err != nil || day != "1 2026-11-03" {
		t.Errorf("%q, %v", day, err)
	}
}
