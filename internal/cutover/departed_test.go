package cutover_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/cutover"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/cutover/proof"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/mapping"
	"seatledger/internal/subscription"
)

// unbilled is a customer whose contract bills from the switch day on, so that no
// invoice keeps its accounts in place.
func (m *market) unbilled(name string) *client {
	m.Helper()
	m.today("2026-06-10")
	c := m.client(name, "no")
	m.exec(`UPDATE billing_contracts SET start_date = '2026-06-01', bill_from = '2026-06-01' WHERE id = ?`, c.contract)
	r := legacy("E3", 10)
	r.Start = day("2026-01-01")
	m.syncOld(c, r)
	m.price(c.oldID(m, "E3"), "12", "2026-06-01")
	m.sign(c.oldID(m, "E3"))
	m.syncNew(c, modern("E3", 10))
	return c
}

// advance takes a customer up to a step.
func (m *market) advance(c *client, to pairing.Step) {
	m.Helper()
	m.do(c, exact)
	for _, s := range []struct {
		before pairing.Step
		do     step
	}{{pairing.Open, confirm}, {pairing.Confirmed, moved}, {pairing.Reassigned, retired}} {
		if s.before == to {
			return
		}
		m.do(c, s.do)
		if s.before == pairing.Open {
			m.sign(c.newID(m, "E3"))
		}
	}
}

// strayings are the ways in which a subscription stops being its customer's.
var strayings = map[string]func(*market, *client, subscription.Provider, subscription.Account, uuid.UUID){
	"unmap": func(m *market, _ *client, _ subscription.Provider, a subscription.Account, _ uuid.UUID) {
		m.must(m.Mapping.Unmap(m.Context(), ada, mapping.Choice{AccountID: a.ID}))
	},
	"exclude": func(m *market, _ *client, _ subscription.Provider, a subscription.Account, _ uuid.UUID) {
		m.must(m.Mapping.Exclude(m.Context(), ada,
			mapping.Choice{AccountID: a.ID, Reason: "x", Version: m.version(a.ID)}))
	},
	"remap": func(m *market, c *client, _ subscription.Provider, a subscription.Account, _ uuid.UUID) {
		other := uuid.Must(uuid.NewV7())
		m.exec(`INSERT INTO crm_accounts (id, name, source, created_at, updated_at)
			VALUES (?, 'Somebody Else', 'person', now(), now())`, other)
		m.must(m.Mapping.Map(m.Context(), ada,
			mapping.Choice{AccountID: a.ID, CRMAccountID: other, Version: m.version(a.ID)}))
	},
	"move": func(m *market, c *client, p subscription.Provider, a subscription.Account, id uuid.UUID) {
		other := m.client("elsewhere of "+a.ExternalID, "no")
		to, r := other.new, modern("E3", 10)
		if p.ID == m.old.ID {
			to, r = other.old, legacy("E3", 10)
		}
		r.ExternalID, r.AccountExternalID = m.sub(id).ExternalID, to.ExternalID
		m.must(m.db.InTx(m.Context(), func(tx *gorm.DB) error {
			_, err := subscription.SyncAccount(m.Context(), tx,
				subscription.Listing{Provider: p, Account: to, Records: []distributor.Subscription{r}, Zone: time.UTC,
					Origin: m.origin()})
			return err
		}))
	},
}

func (m *market) version(accountID uuid.UUID) int {
	m.Helper()
	a, err := account.Get(m.Context(), m.db.Read(m.Context()), accountID)
	m.must(err)
	return a.Version
}

func TestWhatIsNoLongerItsCustomersStopsThatCustomerWithWordsAndNobodyElse(t *testing.T) {
	t.Parallel()
	for way, stray := range strayings {
		for _, old := range []bool{true, false} {
			t.Run(way+map[bool]string{true: " old", false: " new"}[old], func(t *testing.T) {
				t.Parallel()
				m := newMarket(t, "2026-06-10")
				m.start("2026-06-01")
				for _, at := range []pairing.Step{pairing.Open, pairing.Confirmed, pairing.Reassigned,
					pairing.Retired} {
					m.straying(string(at)+" "+way, at, func(c *client) uuid.UUID {
						p, a, id := m.new, c.new, c.newID(m, "E3")
						if old {
							p, a, id = m.old, c.old, c.oldID(m, "E3")
						}
						stray(m, c, p, a, id)
						return a.ID
					}, way != "move")
				}
			})
		}
	}
}

func (m *market) straying(name string, at pairing.Step, stray func(*client) uuid.UUID, mayReturn bool) {
	m.Helper()
	c, fine := m.unbilled(name), m.unbilled("fine "+name)
	m.advance(c, at)
	accountID := stray(c)
	m.saysSo(c, at)
	m.advance(fine, pairing.Retired)
	if at != pairing.Open {
		m.do(c, undo)
	}
	if mayReturn {
		m.mapBack(accountID, c)
		for _, b := range m.blockersOf(c) {
			if strings.Contains(b.Says, "no longer") {
				m.Errorf("%s, mapped back: %+v", name, b)
			}
		}
		return
	}
	for m.view(c).Customer.Step != pairing.Open {
		m.do(c, undo)
	}
	for _, p := range m.view(c).Pairs {
		m.must(m.Undecide(m.Context(), ada, m.run, p.ID))
	}
	if v := m.view(c); v.Customer.Strayed != 0 || len(v.Pairs) != 0 {
		m.Errorf("%s, decision taken back: %+v", name, v.Customer)
	}
}

func (m *market) mapBack(accountID uuid.UUID, c *client) {
	m.Helper()
	if a, err := account.Get(m.Context(), m.db.Read(m.Context()), accountID); err == nil &&
		a.Mapping == account.Excluded {
		m.must(m.Mapping.Include(m.Context(), ada, mapping.Choice{AccountID: accountID}))
	}
	m.must(m.Mapping.Map(m.Context(), ada,
		mapping.Choice{AccountID: accountID, CRMAccountID: c.id, Version: m.version(accountID)}))
}

func (m *market) blockersOf(c *client) []proof.Blocker {
	m.Helper()
	var out []proof.Blocker
	m.eachProof(func(p proof.Customer) {
		if p.CRMAccountID == c.id {
			out = p.Blockers()
		}
	})
	return out
}

// saysSo looks at everything that tells of a run.
func (m *market) saysSo(c *client, at pairing.Step) {
	m.Helper()
	const words = "is no longer this customer's"
	if found := m.blockersOf(c); len(found) == 0 || !strings.Contains(found[0].Says, words) ||
		found[0].Verdict != proof.Undecided {
		m.Errorf("proof: %+v", found)
	}
	gates, err := m.Gates(m.Context(), m.db.Read(m.Context()), m.run)
	m.must(err)
	if g := gates[5]; g.State != cutover.GateOpen || !strings.Contains(g.Says, words) || !g.Strayed {
		m.Errorf("gate: %+v", g)
	}
	if v := m.view(c); v.Customer.Strayed != 1 || at != pairing.Retired &&
		(len(v.Missing) == 0 || !strings.Contains(v.Missing[0].Says, words)) {
		m.Errorf("customer's page: %+v %+v", v.Customer, v.Missing)
	}
	next := map[pairing.Step]step{pairing.Open: confirm, pairing.Confirmed: moved, pairing.Reassigned: retired}[at]
	if next != nil {
		why := m.refused(c, next)
		if !strings.Contains(why, words) || !strings.Contains(why, ", or take") ||
			!strings.Contains(why, "Nothing was changed.") || !strings.Contains(why, "E3") {
			m.Errorf("%s: %s", at, why)
		}
	}
	r, err := m.DryRun(m.Context(), ada, m.run, []uuid.UUID{c.id})
	m.must(err)
	if next != nil && (!strings.Contains(r.Customers[0].Why, words) || r.Customers[0].To != at) {
		m.Errorf("rehearsal: %+v", r.Customers[0])
	}
	if err := m.Finish(m.Context(), ada, m.run, "To Stellr"); errs.KindOf(err) != errs.Conflict ||
		!strings.Contains(errs.Public(err), words) {
		m.Errorf("finish: %v", err)
	}
}
