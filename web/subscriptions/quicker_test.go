package subscriptions_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/review"
	"seatledger/internal/selection"
)

// A signature that the queue is giving already when the page's own answer comes to it is waited for: whoever goes on
// to the invoice at once finds it signed.
func TestASignOffThatTheQueueWorksAtIsWaitedFor(t *testing.T) {
	t.Parallel()
	h := newHouseAt(t, "2026-11-05")
	h.byHand("A1,S-1,PN-1,Ware,9,1,month,USD,annual,monthly,2026-10-01,")
	h.billFrom("2026-10-01")
	h.price("S-1", "10")
	page, queue := *h.App.Bulk, *h.App.Bulk
	queue.Holder = "queue"
	var run uuid.UUID
	page.Enqueue = func(_ context.Context, _ *gorm.DB, job selection.Job, _ time.Duration) error {
		run = job.RunID
		return nil
	}
	id := uuid.MustParse(h.sub("S-1")["id"])
	work, err := page.Act(t.Context(), audit.Actor{Name: "Bea Example"}, selection.Order{Deed: review.SignOffDeed,
		Params: selection.Params{"note": "checked"}, Records: []selection.Record{{ID: id}}})
	if err != nil {
		t.Fatal(err)
	}
	locked, release, signed := make(chan struct{}), make(chan struct{}), make(chan error, 2)
	go func() { // somebody is at the subscription, so that the queue takes a while
		signed <- h.App.DB.InTx(t.Context(), func(tx *gorm.DB) error {
			err := tx.Exec(`SELECT FROM subscriptions WHERE id = ? FOR UPDATE`, id).Error
			close(locked)
			<-release
			return err
		})
	}()
	<-locked
	go func() { signed <- queue.Execute(t.Context(), run) }()
	for state := ""; state != "running"; {
		if err := h.App.DB.Read(t.Context()).Raw(`SELECT state FROM bulk_runs WHERE id = ?`, run).Row().
			Scan(&state); err != nil {
			t.Fatal(err)
		}
	}
	time.AfterFunc(200*time.Millisecond, func() { close(release) })
	if err := page.Go(t.Context(), work); err != nil {
		t.Fatal(err)
	}
	items, err := selection.Items(t.Context(), h.App.DB.Read(t.Context()), work, 1)
	if err != nil || len(items) != 1 || items[0].State != selection.Done {
		t.Errorf("the answer came before the signature: %v %v", items, err)
	}
	for range 2 {
		if err := <-signed; err != nil {
			t.Error(err)
		}
	}
}
