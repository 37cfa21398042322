package cutover_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/cutover"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/errs"
	"seatledger/internal/paging"
	"seatledger/internal/subscription"
)

func (m *market) wantGates(want string) {
	m.Helper()
	all, err := m.Gates(m.Context(), m.db.Read(m.Context()), m.run)
	m.must(err)
	var got []string
	for _, g := range all {
		if !g.State.Passed() {
			got = append(got, fmt.Sprintf("%s %s", g.Key, g.State))
		}
	}
	if s := strings.Join(got, ", "); s != want {
		m.Errorf("gates left: %s\nwant: %s", s, want)
	}
}

// connected notes that the new provider was verified and read whole.
func (m *market) connected() {
	m.Helper()
	now := m.clock.Now()
	m.exec(`UPDATE providers SET checked_at = ?, check_result = 'passed', checked_by = 'Ada' WHERE id = ?`,
		now, m.new.ID)
	for _, kind := range []string{"accounts", "subscriptions"} {
		m.exec(`INSERT INTO sync_runs (id, provider_id, kind, trigger, state, requested_by, requested_at, started_at,
			finished_at) VALUES (?, ?, ?, 'person', 'succeeded', 'Ada', ?, ?, ?)`,
			uuid.Must(uuid.NewV7()), m.new.ID, kind, now, now, now)
	}
}

func TestARunIsFinishedOnceEveryGateIsPassed(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	m.start("2026-06-01")
	m.wantGates("access open, verified open, accounts open, mapped blocked, subscriptions blocked, paired open, " +
		"billed blocked, reassigned blocked, signed blocked, retired blocked, deactivated blocked, proof blocked")
	m.must(m.NoteAccess(t.Context(), ada, m.run))
	m.connected()
	m.do(c, exact)
	m.do(c, confirm)
	m.wantGates("reassigned open, signed open, retired blocked, deactivated blocked, proof blocked")
	m.do(c, moved)
	m.sign(c.newID(m, "E3"))
	m.do(c, retired)
	m.wantGates("deactivated open")
	if says := m.conflict(m.Finish(t.Context(), ada, m.run, "To Stellr")); !strings.Contains(says,
		"Old provider deactivated") {
		t.Error(says)
	}
	m.exec(`UPDATE providers SET active = false WHERE id = ?`, m.old.ID)
	if err := m.Finish(t.Context(), ada, m.run, "to stellar"); errs.FieldsOf(err)["name"] == "" {
		t.Errorf("another name: %v", err)
	}
	m.must(m.Finish(t.Context(), ada, m.run, "To Stellr"))
	_, err := m.UndoStep(t.Context(), ada, m.run, []uuid.UUID{c.id})
	m.conflict(err)
	m.syncNew(c, modern("NEXT", 2))
	if s := m.sub(c.newID(m, "NEXT")); s.State != subscription.Active {
		t.Errorf("after the run a new subscription waits: %s", s.HoldReason)
	}
}

func TestAnUndecidedCustomerKeepsARunFromItsEnd(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	m.settled("contoso", map[string]int{"E3": 10})
	m.start("2026-06-01")
	m.conflict(m.Finish(t.Context(), ada, m.run, "To Stellr"))
}

func TestAnAbandonedRunLetsEverythingStandAsBefore(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10})
	far := m.settled("fabrikam", map[string]int{"E3": 3})
	m.start("2026-06-01")
	m.do(c, exact)
	m.do(c, confirm)
	m.do(far, exact)
	m.do(far, confirm)
	m.do(far, moved)
	m.conflict(m.Abandon(t.Context(), ada, m.run))
	m.do(far, undo)
	m.must(m.Abandon(t.Context(), ada, m.run))
	if s := m.sub(c.oldID(m, "E3")); s.Frozen() || s.State != subscription.Active {
		t.Error("the old one is frozen still")
	}
	if s := m.sub(c.newID(m, "E3")); s.HoldReason != subscription.HoldTwin {
		t.Errorf("the new one: %s %s", s.State, s.HoldReason)
	}
	m.conflict(m.Abandon(t.Context(), ada, m.run))
	var err error
	m.run, err = m.Start(t.Context(), ada, cutover.Beginning{Name: "Again", OldProviderID: m.old.ID,
		NewProviderID: m.new.ID, SwitchDay: day("2026-06-01")})
	m.must(err)
	m.do(c, exact)
	m.do(c, confirm)
}

func TestAStartIsRefusedWithTheReasonAtTheField(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-06-01")
	for field, b := range map[string]cutover.Beginning{
		"name":            {OldProviderID: m.old.ID, NewProviderID: m.new.ID},
		"old_provider_id": {Name: "A", OldProviderID: m.new.ID, NewProviderID: m.new.ID},
		"new_provider_id": {Name: "A", OldProviderID: m.old.ID, NewProviderID: m.old.ID},
		"switch_day":      {Name: "A", OldProviderID: m.old.ID, NewProviderID: m.new.ID, SwitchDay: day("2028-01-01")},
	} {
		if _, err := m.Start(t.Context(), ada, b); errs.FieldsOf(err)[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	m.start("")
	_, err := m.Start(t.Context(), ada,
		cutover.Beginning{Name: "Second", OldProviderID: m.old.ID, NewProviderID: m.new.ID})
	if len(errs.FieldsOf(err)) == 0 {
		t.Errorf("two runs of one provider: %v", err)
	}
}

func TestWhatWasActiveBeforeTheStartIsHeldUntilItIsPaired(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-06-01")
	c := m.client("contoso", "no")
	m.syncOld(c, legacy("OLD", 4))
	m.syncNew(c, modern("NEW", 4))
	if s := m.sub(c.newID(m, "NEW")); s.State != subscription.Active {
		t.Fatalf("another product is no twin: %s", s.HoldReason)
	}
	m.start("")
	if s := m.sub(c.newID(m, "NEW")); s.HoldReason != subscription.HoldTwin {
		t.Errorf("%s %s", s.State, s.HoldReason)
	}
}

func TestTheLegacyMappingIsCarriedOver(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-06-01")
	for _, a := range []struct{ name, tenant, domain string }{{"Contoso", "11111111-1111-1111-1111-111111111111", ""},
		{"Fabrikam", "", "fabrikam.example"}, {"Twice", "", "shared.example"}, {"Twice Again", "", "shared.example"}} {
		c := m.client(a.name, "no")
		m.exec(`UPDATE provider_accounts SET tenant_id = ?, domain = ?, name = ? WHERE crm_account_id = ?`, a.tenant,
			a.domain, a.name, c.id)
		m.exec(`UPDATE provider_accounts SET state = 'unmapped', crm_account_id = NULL WHERE id = ?`, c.new.ID)
	}
	m.exec(`UPDATE provider_accounts SET name = external_id WHERE provider_id = ?`, m.new.ID)
	m.start("")
	all, err := cutover.MatchAccounts(t.Context(), m.db.Read(t.Context()), m.run)
	m.must(err)
	by := map[string]cutover.AgreeBy{}
	var ids []uuid.UUID
	for _, c := range all {
		by[c.ExternalID] = c.By
		if c.By == cutover.ByTenant || c.By == cutover.ByDomain {
			ids = append(ids, c.AccountID)
		}
	}
	if by["N-Contoso"] != cutover.ByTenant || by["N-Fabrikam"] != cutover.ByDomain ||
		by["N-Twice"] == cutover.ByDomain {
		t.Fatalf("%v", by)
	}
	out, err := m.AcceptMatches(t.Context(), ada, m.run, ids)
	m.must(err)
	if len(out.Done) != 2 || m.text(`SELECT count(*) FROM provider_accounts WHERE provider_id = ? AND state = 'mapped'`,
		m.new.ID) != "2" {
		t.Errorf("%+v", out)
	}
	again, err := m.AcceptMatches(t.Context(), bob, m.run, ids)
	m.must(err)
	if len(again.Done) != 0 || len(again.Refused) != 2 {
		t.Errorf("again: %+v", again)
	}
}

func TestCustomersArePagedFilteredAndCounted(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-06-01")
	for i := range 5 {
		c := m.client(fmt.Sprintf("customer-%d", i), "no")
		m.syncOld(c, legacy("E3", 4))
		m.syncNew(c, modern("E3", 4))
	}
	m.start("2026-06-01")
	order, err := cutover.CustomerSorts().Parse("")
	m.must(err)
	var names []string
	var after *paging.Cursor
	for {
		rows, next, err := cutover.Customers(t.Context(), m.db.Read(t.Context()), m.run,
			cutover.CustomerFilter{Todo: "to_do"}, paging.Request{Order: order, After: after, Size: 2})
		m.must(err)
		for _, r := range rows {
			names = append(names, r.CRMAccount)
		}
		if next == "" {
			break
		}
		after, err = order.Cursor(next)
		m.must(err)
	}
	if strings.Join(names, " ") != "customer-0 customer-1 customer-2 customer-3 customer-4" {
		t.Error(names)
	}
	for want, f := range map[int]cutover.CustomerFilter{5: {Step: pairing.Open}, 1: {Search: "ER-3"},
		0: {Todo: "done"}} {
		if ids, err := cutover.CustomerIDs(t.Context(), m.db.Read(t.Context()), m.run, f); err != nil ||
			len(ids) != want {
			t.Errorf("%+v: %d %v", f, len(ids), err)
		}
	}
	if p, err := cutover.ProgressOf(t.Context(), m.db.Read(t.Context()), m.run); err != nil || p.All != 5 ||
		p.Undecided != 5 {
		t.Errorf("%+v %v", p, err)
	}
}

func TestGatesCountEachCustomerOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-01-01")
	c := m.settled("contoso", map[string]int{"E3": 10, "E5": 4})
	m.start("2026-06-01")
	m.must(m.Decide(t.Context(), ada, m.run,
		cutover.Decision{CRMAccountID: c.id, Kind: pairing.Twin, Old: c.oldID(m, "E3"), New: c.newID(m, "E3")}))
	gates, err := m.Gates(t.Context(), m.db.Read(t.Context()), m.run)
	m.must(err)
	for _, g := range gates {
		if g.Key == "paired" && g.Count != 1 || (g.Key == "retired" || g.Key == "billed") &&
			!strings.HasPrefix(g.Says, "1 customer") {
			t.Errorf("%s: %d %s", g.Key, g.Count, g.Says)
		}
	}
	if _, err := m.DryRun(t.Context(), ada, m.run, make101(c.id)); errs.FieldsOf(err)["crm_account_id"] == "" {
		t.Errorf("101 customers at once: %v", err)
	}
}

func make101(first uuid.UUID) []uuid.UUID {
	out := []uuid.UUID{first}
	for len(out) < 101 {
		out = append(out, uuid.New())
	}
	return out
}
