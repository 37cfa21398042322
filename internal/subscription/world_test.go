package subscription_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
	"seatledger/internal/testkit/pgtest"
)

// world is a database with providers, accounts and customers to sync into.
type world struct {
	t   testing.TB
	db  *pgtest.DB
	now time.Time
}

func newWorld(t testing.TB) *world {
	return &world{t: t, db: pgtest.New(t), now: time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)}
}

var ada = audit.Actor{ID: uuid.MustParse("018f0000-0000-7000-8000-000000000001"), Name: "Ada Adler"}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	if err := w.db.Read(w.t.Context()).Exec(sql, args...).Error; err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
}

func (w *world) provider(name, connector string) subscription.Provider {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number, currency, active,
		credentials_at, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, '1', 'USD', true, ?, ?,
			?)`, id, name, connector, connector == distributor.Stellr, name, w.now, w.now, w.now)
	return subscription.Provider{ID: id, Connector: connector, Currency: "USD"}
}

func (w *world) account(p subscription.Provider, external string) subscription.Account {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, first_seen_at,
		updated_at)
		VALUES (?, ?, ?, ?, 'active', 'unmapped', ?, ?)`, id, p.ID, external, external, w.now, w.now)
	return subscription.Account{ID: id, ExternalID: external, State: account.Unmapped}
}

func (w *world) customer(name string) uuid.UUID {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO crm_accounts (id, name, source, created_at, updated_at) VALUES (?, ?, 'person', ?, ?)`, id,
		name, w.now, w.now)
	return id
}

func (w *world) priceList(currency string) uuid.UUID {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO price_lists (id, name, currency, active, created_at, updated_at) VALUES (?, ?, ?, true, ?, ?)`,
		id, "List "+id.String(), currency, w.now, w.now)
	return id
}

func (w *world) priceItem(list uuid.UUID, part, price, from string) uuid.UUID {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO products (id, vendor, part_number, created_at, updated_at) VALUES (?, 'Microsoft', ?, ?, ?)
		ON CONFLICT (lower(vendor), lower(part_number)) DO NOTHING`, uuid.Must(uuid.NewV7()), part, w.now, w.now)
	w.exec(`INSERT INTO price_list_items (id, price_list_id, product_id, unit, term, billing_frequency, unit_price,
		effective_from, created_at, updated_at)
		SELECT ?, ?, p.id, 'month', 'annual', 'monthly', ?, ?, ?, ? FROM products p
		WHERE lower(part_number) = lower(?)`, id, list, price, from, w.now, w.now, part)
	return id
}

func (w *world) contract(customer uuid.UUID, list uuid.UUID, isDefault bool) uuid.UUID {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
		price_list_id, start_date, refunds,
		is_default, active, created_at, updated_at)
		VALUES (?, ?, ?, 'USD', 'monthly', 'advance', 1, ?, '2024-01-01', 'global', ?, true, ?, ?)`,
		id, customer, "Contract "+id.String(), list, isDefault, w.now, w.now)
	return id
}

// mapTo maps an account and lets its subscriptions follow, as the mapping room does.
func (w *world) mapTo(a subscription.Account, customer uuid.UUID) subscription.Account {
	w.t.Helper()
	a.State, a.CRMAccountID = account.Mapped, uuid.NullUUID{UUID: customer, Valid: true}
	w.follow(a)
	return a
}

func (w *world) unmap(a subscription.Account, to account.State) subscription.Account {
	w.t.Helper()
	a.State, a.CRMAccountID = to, uuid.NullUUID{}
	w.follow(a)
	return a
}

func (w *world) follow(a subscription.Account) {
	w.t.Helper()
	w.tx(func(tx *gorm.DB) error {
		if err := tx.Exec(`UPDATE provider_accounts SET state = ?, crm_account_id = ? WHERE id = ?`, a.State,
			a.CRMAccountID, a.ID).Error; err != nil {
			return err
		}
		_, err := subscription.FollowAccount(w.t.Context(), tx, a.ID, w.person(), time.UTC)
		return err
	})
}

func (w *world) person() ledger.Origin {
	return ledger.Origin{Source: ledger.FromPerson, By: ada, At: w.now}
}

func (w *world) sync(p subscription.Provider, a subscription.Account,
	records ...distributor.Subscription) subscription.Result {
	w.t.Helper()
	return w.syncLog(p, a, nil, records...)
}

func (w *world) syncLog(p subscription.Provider, a subscription.Account, log []distributor.Change,
	records ...distributor.Subscription) subscription.Result {
	w.t.Helper()
	var res subscription.Result
	w.tx(func(tx *gorm.DB) error {
		var err error
		res, err = subscription.SyncAccount(w.t.Context(), tx,
			subscription.Listing{Provider: p, Account: a, Records: records, Log: log, Zone: time.UTC,
				Origin: ledger.Origin{Source: ledger.FromSync, By: audit.System, At: w.now}})
		return err
	})
	return res
}

func (w *world) tx(f func(tx *gorm.DB) error) {
	w.t.Helper()
	if err := w.db.InTx(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) act(id uuid.UUID) subscription.Act {
	return subscription.Act{ID: id, Origin: w.person(), Zone: time.UTC}
}

func (w *world) byExternal(external string) subscription.Detail {
	w.t.Helper()
	var id uuid.UUID
	if err := w.db.Read(w.t.Context()).Raw(`SELECT id FROM subscriptions WHERE external_id = ?`,
		external).Row().Scan(&id); err != nil {
		w.t.Fatalf("subscription %s: %v", external, err)
	}
	d, err := subscription.Show(w.t.Context(), w.db.Read(w.t.Context()), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// ledger writes the ledger of a subscription as lines, so that tests read as tables.
func (w *world) ledger(external string) []string {
	w.t.Helper()
	rows, err := ledger.Of(w.t.Context(), w.db.Read(w.t.Context()), w.byExternal(external).ID)
	if err != nil {
		w.t.Fatal(err)
	}
	var lines []string
	for _, r := range rows {
		line := fmt.Sprintf("%s %s %+d -> %d %s", r.EffectiveAt, r.Event, r.Delta, r.Running, r.BillingState)
		if r.Reason != ledger.NoReason {
			line += " " + string(r.Reason)
		}
		if r.Estimated {
			line += " estimated"
		}
		if !r.Counted {
			line += " aside"
		}
		lines = append(lines, line)
	}
	return lines
}

func (w *world) wantLedger(external string, want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.ledger(external)); diff != "" {
		w.t.Errorf("ledger of %s (-want +got):\n%s", external, diff)
	}
}

// rowVersions is every row of the tables that a sync writes, with the transaction
// that wrote it and the one that last locked it.
func (w *world) rowVersions() string {
	w.t.Helper()
	var s string
	err := w.db.Read(w.t.Context()).Raw(`SELECT string_agg(v, E'\n' ORDER BY v) FROM (
		SELECT concat_ws(' ', 's', id, ctid, xmin, xmax) AS v FROM subscriptions
		UNION ALL SELECT concat_ws(' ', 'l', id, ctid, xmin, xmax) FROM license_changes
		UNION ALL SELECT concat_ws(' ', 'c', change_id, ctid, xmin, xmax) FROM license_change_status
		UNION ALL SELECT concat_ws(' ', 'a', id, ctid, xmin, xmax) FROM provider_accounts
		UNION ALL SELECT concat_ws(' ', 'p', id, ctid, xmin, xmax) FROM products) all_rows`).Row().Scan(&s)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// reordered is the same record with its keys in another order and a request id of its own.
func reordered(raw json.RawMessage) json.RawMessage {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		panic(err)
	}
	out := `{"requestId":"another"`
	for _, k := range []string{"status", "start", "qty", "id", "end"} {
		out += `,"` + k + `":` + string(m[k])
	}
	return json.RawMessage(out + "}")
}
