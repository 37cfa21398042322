package audit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/testkit/pgtest"
)

// Each entry of the trail goes to the other machine once and in its order, with the hash of the chain; what could not
// be sent comes again.
func TestTheTrailIsSentOnEntryByEntry(t *testing.T) {
	t.Parallel()
	db, clk := pgtest.New(t), clock.NewFake(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC))
	record := func(n int) {
		t.Helper()
		for range n {
			if err := db.InTx(t.Context(), func(tx *gorm.DB) error {
				return audit.Record(t.Context(), tx, clk, audit.System, audit.Event{Action: "x.done", ObjectType: "x",
					ObjectID: "1", ObjectName: "One"})
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	var got []int64
	away := -1 // after so many lines the other side is away; -1: it stays
	send := func(_ context.Context, line string) error {
		if away == 0 {
			return errors.New("away")
		}
		away--
		var s audit.Shipped
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			return err
		}
		var same bool
		if err := db.Read(t.Context()).Raw(`SELECT encode(hash, 'hex') = ? AND audit_event_text(e) = ? FROM
		audit_events e
			WHERE seq = ?`, s.Hash, s.Text, s.Seq).Scan(&same).Error; err != nil || !same {
			t.Errorf("%d is not sent as it stands: %v", s.Seq, err)
		}
		got = append(got, s.Seq)
		return nil
	}
	ship := func() error { _, err := audit.Ship(t.Context(), db.DB, send); return err }
	record(2)
	if err := ship(); err != nil || len(got) != 0 {
		t.Fatalf("it begins with what was before: %v, %v", got, err)
	}
	record(5)
	away = 2
	if err := ship(); err != nil {
		t.Fatal(err)
	}
	away = 0
	if err := ship(); err == nil {
		t.Error("nobody hears that nothing can be sent")
	}
	away = -1
	record(1)
	for range 2 {
		if err := ship(); err != nil {
			t.Fatal(err)
		}
	}
	if fmt.Sprint(got) != "[3 4 5 6 7 8]" {
		t.Errorf("sent %v", got)
	}
}
