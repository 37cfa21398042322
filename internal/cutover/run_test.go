package cutover_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/cutover"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/errs"
	"seatledger/internal/retire"
	"seatledger/internal/subscription"
)

func (m *market) view(c *client) cutover.CustomerView {
	m.Helper()
	v, err := m.CustomerOf(m.Context(), m.db.Read(m.Context()), m.run, c.id)
	m.must(err)
	return v
}

func TestACustomerIsMovedWithoutASeatLostOrBilledTwice(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	if s := m.sub(c.newID(m, "E3")); s.HoldReason != subscription.HoldTwin {
		t.Fatalf("the new one arrived %s %s", s.State, s.HoldReason)
	}
	m.start("2026-06-01")
	if v := m.view(c); len(v.Proposals) != 1 || v.Proposals[0].Confidence != pairing.Exact ||
		v.Customer.Undecided != 2 {
		t.Fatalf("%+v", v)
	}
	if why := m.refused(c, confirm); !strings.Contains(why, "Say what becomes of") {
		t.Error(why)
	}
	m.do(c, exact)
	m.do(c, confirm)
	old, now := m.sub(c.oldID(m, "E3")), m.sub(c.newID(m, "E3"))
	if !old.Frozen() || old.FrozenFrom.String() != "2026-06-01" || now.HoldReason != subscription.HoldCutover ||
		now.BillableFrom.String() != "2026-06-01" {
		t.Errorf("old frozen from %s, new %s from %s", old.FrozenFrom, now.HoldReason, now.BillableFrom)
	}
	if now.UnitPrice.Decimal.String() != "12" || !now.PriceByPerson {
		t.Errorf("the old price was not carried over: %v", now.UnitPrice)
	}
	m.do(c, moved)
	if why := m.refused(c, retired); !strings.Contains(why, "signed off") {
		t.Error(why)
	}
	if m.sign(now.ID) != 1 {
		t.Fatal("what a cut-over holds back cannot be signed")
	}
	m.do(c, retired)
	old, now = m.sub(old.ID), m.sub(now.ID)
	if old.DeactivatedBy != subscription.ByCutover || old.DeactivatedOn.String() != "2026-06-01" ||
		now.State != subscription.Active {
		t.Errorf("old ended by %s on %s, new %s", old.DeactivatedBy, old.DeactivatedOn, now.State)
	}
	m.must(m.bill(c, "2026-07-01"))
	if got := m.text(`SELECT string_agg(concat_ws(' ', kind, from_date, to_date, seats, trim_scale(amount)), ', ')
		FROM invoice_lines WHERE subscription_id = ?`, now.ID); got != "cycle 2026-06-01 2026-07-01 10 120" {
		t.Error(got)
	}
	if n := m.text(`SELECT count(*) FROM sign_offs WHERE subscription_id = ? AND lapsed_at IS NULL`, now.ID); n != "1" {
		t.Errorf("%s signatures stand after the release", n)
	}
}

func TestEveryStepIsTakenBackAndMadeAgain(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	m.start("2026-06-01")
	m.do(c, exact)
	oldBefore, newBefore := m.sub(c.oldID(m, "E3")), m.sub(c.newID(m, "E3"))
	for range 2 {
		m.do(c, confirm)
		m.sign(c.newID(m, "E3"))
		m.do(c, moved)
		m.do(c, retired)
		for range 3 {
			m.do(c, undo)
		}
		old, now := m.sub(c.oldID(m, "E3")), m.sub(c.newID(m, "E3"))
		if old.Frozen() || old.LedgerQuantity != 10 || old.State != oldBefore.State ||
			now.HoldReason != subscription.HoldTwin || !now.BilledThrough.IsZero() || !now.BillableFrom.IsZero() ||
			now.UnitPrice.Valid != newBefore.UnitPrice.Valid || now.ContractID != newBefore.ContractID ||
			now.LedgerQuantity != 10 {
			t.Errorf("old %+v\nnew %+v", old.Billing, now)
		}
	}
	if why := m.refused(c, undo); !strings.Contains(why, "nothing to take back") {
		t.Error(why)
	}
}

func TestARepeatedStepAnswersByWhomItWasDone(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	m.start("2026-06-01")
	m.do(c, exact)
	var wait sync.WaitGroup
	results := make([]cutover.Report, 4)
	for i := range results {
		wait.Go(func() {
			r, err := m.Confirm(context.WithoutCancel(t.Context()), bob, m.run, []uuid.UUID{c.id})
			if err != nil {
				t.Error(err)
			}
			results[i] = r
		})
	}
	wait.Wait()
	done, already := 0, 0
	for _, r := range results {
		done += len(r.Done)
		for _, a := range r.Already {
			already++
			if !strings.Contains(a.Why, "Bob Example") {
				t.Error(a.Why)
			}
		}
	}
	if done != 1 || already != 3 {
		t.Errorf("%d done, %d already", done, already)
	}
}

func TestWhatIsNotBilledUpToTheSwitchStopsTheHistory(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	m.start("2026-06-11")
	m.do(c, exact)
	m.do(c, confirm)
	if why := m.refused(c, moved); !strings.Contains(why,
		"100 seat-days from 2026-06-01 up to 2026-06-11 not billed yet. "+
			"Make a change-log invoice of its contract up to 2026-06-11") {
		t.Error(why)
	}
	m.today("2026-06-11")
	m.must(m.bill(c, "2026-07-01"))
	if got := m.text(`SELECT max(to_date) FROM invoice_lines WHERE subscription_id = ? AND live`,
		c.oldID(m, "E3")); got != "2026-06-11" {
		t.Errorf("a frozen one was billed up to %s", got)
	}
	m.do(c, moved)
	m.sign(c.newID(m, "E3"))
	m.do(c, retired)
}

func TestADraftIsNotBilled(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	m.start("2026-06-01")
	m.exec(`UPDATE invoices SET state = 'draft', number = NULL, issued_at = NULL WHERE period_end = '2026-06-01'`)
	m.do(c, exact)
	m.do(c, confirm)
	if why := m.refused(c, moved); !strings.Contains(why, "draft invoice") {
		t.Error(why)
	}
}

func TestDeactivatedByHandBeforeItWasBilled(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	m.start("2026-06-11")
	id := c.oldID(m, "E3")
	m.must(m.retires.Deactivate(t.Context(), ada, retire.End{ID: id, On: day("2026-06-09")}))
	v := m.view(c)
	if len(v.Proposals) != 1 || v.Proposals[0].Confidence != pairing.Likely || v.Customer.Undecided != 1 {
		t.Fatalf("%+v", v.Proposals)
	}
	m.must(m.Decide(t.Context(), ada, m.run,
		cutover.Decision{CRMAccountID: c.id, Kind: pairing.Twin, Old: id, New: c.newID(m, "E3")}))
	m.do(c, confirm)
	if why := m.refused(c, moved); !strings.Contains(why, "not billed") {
		t.Error(why)
	}
	m.today("2026-06-11")
	m.must(m.bill(c, "2026-07-01"))
	m.do(c, moved)
	m.sign(c.newID(m, "E3"))
	for range 2 {
		m.do(c, retired)
		if s := m.sub(id); s.DeactivatedBy != subscription.ByPerson || s.DeactivatedOn.String() != "2026-06-09" {
			t.Errorf("the old one: %s by %s on %s", s.State, s.DeactivatedBy, s.DeactivatedOn)
		}
		m.do(c, undo)
		if s := m.sub(id); s.State != subscription.Inactive {
			t.Errorf("what a person ended before was opened again: %s", s.State)
		}
		if s := m.sub(c.newID(m, "E3")); s.HoldReason != subscription.HoldCutover {
			t.Errorf("the new one is %s %s", s.State, s.HoldReason)
		}
	}
	m.do(c, retired)
	m.must(m.bill(c, "2026-08-01"))
	m.oneSeatDayEach(c, "2026-08-01")
}

func TestAFrozenOneIsNotEndedByHand(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	m.start("2026-06-01")
	m.do(c, exact)
	m.do(c, confirm)
	id := c.oldID(m, "E3")
	if says := m.conflict(m.retires.Deactivate(t.Context(), ada,
		retire.End{ID: id})); !strings.Contains(says, "cut-over") {
		t.Error(says)
	}
	m.do(c, moved)
	m.sign(c.newID(m, "E3"))
	m.do(c, retired)
	m.conflict(m.retires.Activate(t.Context(), ada, retire.Return{ID: id}))
}

func TestTheWrongTwoArePairedApartAgain(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10, "E5": 4})
	other := m.settled("fabrikam", map[string]int{"E3": 10})
	m.start("2026-06-01")
	wrong := cutover.Decision{CRMAccountID: c.id, Kind: pairing.Twin, Old: c.oldID(m, "E3"), New: other.newID(m, "E3")}
	if err := m.Decide(t.Context(), ada, m.run, wrong); errs.FieldsOf(err)["new_subscription_id"] == "" {
		t.Errorf("another customer's: %v", err)
	}
	wrong.New = c.newID(m, "E5")
	m.must(m.Decide(t.Context(), ada, m.run, wrong))
	right := cutover.Decision{CRMAccountID: c.id, Kind: pairing.Twin, Old: c.oldID(m, "E3"), New: c.newID(m, "E3")}
	if says := m.conflict(m.Decide(t.Context(), bob, m.run, right)); !strings.Contains(says, "Ada Example") {
		t.Error(says)
	}
	pair := m.view(c).Pairs[0].ID
	m.must(m.Undecide(t.Context(), bob, m.run, pair))
	m.conflict(m.Undecide(t.Context(), bob, m.run, pair))
	m.do(c, exact)
	if v := m.view(c); len(v.Pairs) != 2 || v.Pairs[0].Confidence != pairing.Exact {
		t.Errorf("%+v", v.Pairs)
	}
}

func TestTheEndedOnesEndOnTheSwitchDayAndTheNewOnesGoTheirOwnWay(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	m.start("2026-06-01")
	m.must(m.Decide(t.Context(), ada, m.run,
		cutover.Decision{CRMAccountID: c.id, Kind: pairing.Ended, Old: c.oldID(m, "E3")}))
	fresh := cutover.Decision{CRMAccountID: c.id, Kind: pairing.New, New: c.newID(m, "E3")}
	if says := m.conflict(m.Decide(t.Context(), ada, m.run, fresh)); !strings.Contains(says, "pair them instead") {
		t.Error(says)
	}
	fresh.Confirmed = c.name
	m.must(m.Decide(t.Context(), ada, m.run, fresh))
	m.do(c, confirm)
	if s := m.sub(c.newID(m, "E3")); s.State != subscription.Active || !s.NoTwin {
		t.Errorf("new: %s", s.State)
	}
	m.do(c, undo)
	if s := m.sub(c.newID(m, "E3")); s.HoldReason != subscription.HoldTwin {
		t.Errorf("new: %s", s.State)
	}
	m.do(c, confirm)
	m.do(c, moved)
	m.do(c, retired)
	if s := m.sub(c.oldID(m, "E3")); s.DeactivatedOn.String() != "2026-06-01" {
		t.Errorf("old ended on %s", s.DeactivatedOn)
	}
	m.do(c, undo)
	if s := m.sub(c.oldID(m, "E3")); s.State != subscription.Active || s.LedgerQuantity != 10 {
		t.Errorf("old: %s with %d", s.State, s.LedgerQuantity)
	}
}

func TestWhatTheDistributorDoesToAFrozenOneCountsOnlyAtTheNewOne(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	m.start("2026-06-01")
	m.do(c, exact)
	m.do(c, confirm)
	m.syncOld(c, legacy("E3", 13))
	m.syncNew(c, modern("E3", 13))
	if old, now := m.sub(c.oldID(m, "E3")), m.sub(c.newID(m, "E3")); old.LedgerQuantity != 10 ||
		now.LedgerQuantity != 13 {
		t.Errorf("old %d, new %d", old.LedgerQuantity, now.LedgerQuantity)
	}
	m.do(c, moved)
	m.syncNew(c, modern("E3", 12))
	m.sign(c.newID(m, "E3"))
	m.do(c, retired)
	m.must(m.bill(c, "2026-07-01"))
	m.oneSeatDayEach(c, "2026-07-01")
	if why := m.refused(c, undo); !strings.Contains(why, "invoice") {
		t.Error(why)
	}
}

func TestAfterTheStartNewSubscriptionsWaitAlsoWhereNoProductIsTheSame(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	m.start("2026-06-01")
	m.syncNew(c, modern("OTHER", 3))
	if s := m.sub(c.newID(m, "OTHER")); s.HoldReason != subscription.HoldTwin {
		t.Fatalf("%s %s", s.State, s.HoldReason)
	}
	m.do(c, exact)
	if why := m.refused(c, confirm); !strings.Contains(why, "OTHER") {
		t.Error(why)
	}
	m.must(m.Decide(t.Context(), ada, m.run,
		cutover.Decision{CRMAccountID: c.id, Kind: pairing.New, New: c.newID(m, "OTHER")}))
	m.do(c, confirm)
	m.syncNew(c, modern("LATE", 2))
	if s := m.sub(c.newID(m, "LATE")); s.HoldReason != subscription.HoldTwin {
		t.Errorf("late: %s %s", s.State, s.HoldReason)
	}
	m.do(c, moved)
	m.sign(c.newID(m, "E3"))
	if why := m.refused(c, retired); !strings.Contains(why, "LATE") {
		t.Error(why)
	}
	m.must(m.Decide(t.Context(), ada, m.run,
		cutover.Decision{CRMAccountID: c.id, Kind: pairing.New, New: c.newID(m, "LATE")}))
	if s := m.sub(c.newID(m, "LATE")); s.State != subscription.Active {
		t.Errorf("a late decision was not carried out: %s", s.State)
	}
	m.do(c, retired)
}

func TestARehearsalKeepsNothing(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	other := m.settled("fabrikam", map[string]int{"E3": 7})
	m.start("2026-06-01")
	before := m.everything()
	r, err := m.DryRun(t.Context(), ada, m.run, []uuid.UUID{c.id, other.id})
	m.must(err)
	if len(r.Customers) != 2 || r.Customers[0].To != pairing.Reassigned ||
		!strings.Contains(r.Customers[0].Why, "signed off") || r.Customers[0].SeatsBefore != 10 {
		t.Errorf("%+v", r)
	}
	if after := m.everything(); after != before {
		t.Error("the rehearsal left something behind")
	}
}

// everything is a digest of all rows of all tables.
func (m *market) everything() string {
	m.Helper()
	var tables []string
	m.must(m.db.Read(m.Context()).
		Raw(`SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'
			AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'goose%' ORDER BY 1`).Scan(&tables).Error)
	var all strings.Builder
	for _, t := range tables {
		all.WriteString(t + m.text(`SELECT md5(coalesce(string_agg(x::text, E'\n' ORDER BY x::text), '')) FROM "`+t+
			`" x`) + "\n")
	}
	return all.String()
}

func TestASwitchDayBeforeTheLastChangeIsRefused(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	m.syncOld(c, legacy("E3", 12))
	m.syncNew(c, modern("E3", 12))
	m.start("2026-06-01")
	m.do(c, exact)
	if why := m.refused(c, confirm); !strings.Contains(why, "Choose 2026-06-10 or later") {
		t.Error(why)
	}
	m.do(c, func(m *market, c *client) (cutover.Report, error) {
		return m.SetSwitchDay(m.Context(), ada, m.run, []uuid.UUID{c.id}, day("2026-06-10"))
	})
	m.do(c, confirm)
	m.must(m.bill(c, "2026-07-01"))
	m.do(c, moved)
	m.sign(c.newID(m, "E3"))
	m.do(c, retired)
	m.must(m.bill(c, "2026-08-01"))
	m.oneSeatDayEach(c, "2026-08-01")
}

// oneSeatDayEach compares, day by day and product by product, the seats on live
// invoices with the seats held: by the old one up to the switch, by the new one from it on.
func (m *market) oneSeatDayEach(c *client, until string) {
	m.Helper()
	got := m.text(`
		WITH d AS (SELECT CAST(g AS date) AS day
		FROM generate_series(DATE '2026-01-01', CAST(@until AS date) - 1, interval '1 day') g),
		p AS (SELECT s.sku, o.id AS old, n.id AS new, coalesce(pr.day, DATE '9999-01-01') AS turn FROM subscriptions s
			LEFT JOIN subscriptions o ON o.sku = s.sku AND o.provider_id = @old AND o.crm_account_id = s.crm_account_id
			LEFT JOIN subscriptions n ON n.sku = s.sku AND n.provider_id = @new AND n.crm_account_id = s.crm_account_id
			LEFT JOIN cutover_pairs pr ON pr.undone_at IS NULL
			AND (pr.new_subscription_id = n.id OR pr.old_subscription_id = o.id)
			WHERE s.crm_account_id = @customer AND s.id = coalesce(o.id, n.id)),
		held AS (SELECT p.sku, d.day, coalesce((SELECT sum(c.delta) FROM license_changes c
		JOIN license_change_status st ON st.change_id = c.id AND st.counted
			WHERE c.subscription_id = CASE WHEN d.day < p.turn THEN p.old ELSE p.new END
			AND c.effective_at <= d.day), 0) AS seats FROM p, d),
		billed AS (SELECT p.sku, d.day, coalesce((SELECT sum(l.seats) FROM invoice_lines l WHERE l.live
		AND l.kind IN ('cycle', 'catch_up') AND l.subscription_id IN (p.old, p.new)
			AND d.day >= l.from_date AND d.day < l.to_date), 0) AS seats FROM p, d)
		SELECT string_agg(concat_ws(' ', sku, day, 'held', held.seats, 'billed', billed.seats), E'\n' ORDER BY sku, day)
		FROM held JOIN billed USING (sku, day) WHERE held.seats <> billed.seats`,
		map[string]any{"until": until, "old": m.old.ID, "new": m.new.ID, "customer": c.id})
	if got != "" {
		m.Errorf("seat-days that are not billed exactly once:\n%s", got)
	}
}

func TestAStepIsTakenBackOnceAndTheSecondPersonIsToldWhoWasFirst(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	m.start("2026-06-01")
	m.do(c, exact)
	m.do(c, confirm)
	m.do(c, moved)
	back := func(by audit.Actor, step pairing.Step) cutover.Report {
		r, err := m.TakeBack(context.WithoutCancel(t.Context()), by, m.run, []uuid.UUID{c.id},
			map[uuid.UUID]pairing.Step{c.id: step})
		if err != nil {
			t.Error(err)
		}
		return r
	}
	var wait sync.WaitGroup
	results := make([]cutover.Report, 4)
	for i := range results {
		wait.Go(func() { results[i] = back(bob, pairing.Reassigned) })
	}
	wait.Wait()
	done := 0
	for _, r := range results {
		done += len(r.Done)
		for _, a := range r.Already {
			if !strings.Contains(a.Why, "Done already by Bob Example, 10 June 2026") {
				t.Error(a.Why)
			}
		}
	}
	if at := m.view(c).Customer.Step; done != 1 || at != pairing.Confirmed {
		t.Errorf("%d done, at %s", done, at)
	}
	if r := back(ada, pairing.Retired); len(r.Refused) != 1 || !strings.Contains(r.Refused[0].Why, "never retired") {
		t.Errorf("%+v", r)
	}
	m.do(c, moved)
	if r := back(ada, pairing.Confirmed); len(r.Refused) != 1 ||
		!strings.Contains(r.Refused[0].Why, "is reassigned by now") {
		t.Errorf("%+v", r)
	}
	if r := back(ada, "x"); len(r.Refused) != 1 || m.view(c).Customer.Step != pairing.Reassigned {
		t.Errorf("%+v", r)
	}
}
