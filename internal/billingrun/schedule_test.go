package billingrun_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/billingrun"
	"seatledger/internal/testkit/billtest"
)

// On 31 January the drafts of February are made by themselves, once; on 1 February what is set to go by itself and has
// nothing unusual is billed and sent, in the name of that setting, and the rest waits for a person.
func TestDraftsArePreparedTheDayBeforeAndWhatIsSetGoesByItself(t *testing.T) {
	t.Parallel()
	h := open(t, "2026-01-02", 3)
	h.run(billingrun.ToBill)
	var sent []string
	h.Send = func(_ context.Context, _ *gorm.DB, by audit.Actor, _ uuid.UUID) error {
		sent = append(sent, by.Name)
		return nil
	}
	h.ok(h.SetSchedule(t.Context(), billtest.Bea, billingrun.Schedule{On: true, Hour: 6}))
	for _, w := range h.all[:2] {
		h.ok(h.SetByItself(t.Context(), billtest.Bea, w.Contract, true))
	}
	h.all[1].Clock.Set(h.World.Clock.Now())
	h.all[1].Seats(h.ID("S1-0"), 20, "2026-01-02") // unusual: more seats, and days to catch up
	tick := func() {
		t.Helper()
		h.ok(h.ByTheClock(t.Context()))
		var ids []uuid.UUID
		h.ok(h.World.DB.Read(t.Context()).Raw(`SELECT id FROM billing_runs ORDER BY seq`).Scan(&ids).Error)
		for _, id := range ids {
			h.ok(h.Go(t.Context(), id, 0))
		}
	}
	states := func() string {
		t.Helper()
		return h.Text(`SELECT string_agg(state, ' ' ORDER BY seq) FROM invoices`)
	}
	h.Today("2026-01-30")
	tick()
	if got := states(); got != "billed billed billed" {
		t.Errorf("two days before: %s", got)
	}
	h.Today("2026-01-31")
	tick()
	tick()
	if got := states(); got != "billed billed billed draft draft draft" {
		t.Errorf("the day before: %s", got)
	}
	if got := h.Text(`SELECT count(*) || ' ' || min(text) FROM notices WHERE kind = 'drafts_prepared'`); got == "" ||
		got[0] != '1' {
		t.Errorf("told: %s", got)
	}
	h.Today("2026-02-01")
	tick()
	tick()
	if got := h.Text(`SELECT string_agg(i.state, ' ' ORDER BY a.name) FROM invoices i JOIN crm_accounts a
		ON a.id = i.crm_account_id WHERE i.seq > 3`); got != "billed draft draft" {
		t.Errorf("on the day: %s", got)
	}
	want := "Bill and send by itself, set by " + billtest.Bea.Name
	if len(sent) != 1 || sent[0] != want {
		t.Errorf("sent by %v", sent)
	}
	if got := h.Text(`SELECT string_agg(DISTINCT actor, ',') FROM audit_events WHERE action = 'invoice.billed'
		AND object_id IN (SELECT id::text FROM invoices WHERE seq > 3)`); got != want {
		t.Errorf("billed by %s", got)
	}
}
