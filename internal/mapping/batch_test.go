package mapping_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/mapping"
	"seatledger/internal/selection"
)

// picture is everything that a mapping decides, but for what only tells of the way there.
func (w *world) picture() string {
	w.t.Helper()
	return strings.Join(w.lines(`
		SELECT concat_ws('|', 'account', a.external_id, a.provider_id, a.state, a.crm_account_id, a.exclude_reason)
		FROM provider_accounts a
		UNION ALL SELECT concat_ws('|', 'subscription', s.id, s.state, s.hold_reason, s.crm_account_id, s.contract_id,
			s.never_land, s.unit_price, s.price_period, s.currency,
			s.price_list_item_id, s.price_by_person, s.proposed_item_id, s.twin_hold, s.no_twin, s.billed_through,
				s.quantity, s.ledger_quantity, s.review) FROM subscriptions s
		UNION ALL SELECT concat_ws('|', 'ledger', t.change_id, t.counted, t.billing_state, t.invoice_id)
		FROM license_change_status t
			JOIN license_changes c ON c.id = t.change_id
			WHERE c.event <> 'price' -- one that landing filled is no price outside of the contract
		ORDER BY 1`), "\n")
}

// works is the bulk work over this room's deeds, without a queue.
func (w *world) works() *selection.Service {
	return &selection.Service{DB: w.db.DB, Clock: w.Clock, Zone: w.Zone, Deeds: w.Deeds(),
		Enqueue: func(context.Context, *gorm.DB, selection.Job, time.Duration) error { return nil }}
}

func (w *world) begin(by audit.Actor, p uuid.UUID, pairs ...mapping.Pair) uuid.UUID {
	w.t.Helper()
	o, err := mapping.BatchFilter{ProviderID: p}.Order(pairs)
	w.must(err)
	id, err := w.works().Act(w.t.Context(), by, o)
	w.must(err)
	return id
}

func (w *world) accept(p uuid.UUID, pairs ...mapping.Pair) uuid.UUID {
	w.t.Helper()
	id := w.begin(olga, p, pairs...)
	w.must(w.works().Go(w.t.Context(), id))
	return id
}

func (w *world) undo(by audit.Actor, id uuid.UUID) {
	w.t.Helper()
	w.must(w.works().Undo(w.t.Context(), by, id))
	w.must(w.works().Go(w.t.Context(), id))
}

func (w *world) batch(id uuid.UUID) selection.Counts {
	w.t.Helper()
	n, err := selection.CountsOf(w.t.Context(), w.db.Read(w.t.Context()), id)
	w.must(err)
	return n
}

func (w *world) items(id uuid.UUID) []selection.Item {
	w.t.Helper()
	all, err := selection.Items(w.t.Context(), w.db.Read(w.t.Context()), id, 1000)
	w.must(err)
	return all
}

func TestOneUndoOfABatchRestoresExactly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	var pairs []mapping.Pair
	for i := range 4 {
		a := w.account(p, fmt.Sprint(i), facts{name: fmt.Sprintf("Account %d", i)})
		w.sync(p, a, fmt.Sprintf("S-%d", i), 3+i)
		c := w.customer(facts{name: fmt.Sprintf("Customer %d", i)})
		k := w.contract(c, "Default", "14", true)
		// older rows are archived on landing
		w.exec(`UPDATE billing_contracts SET bill_from = '2026-09-01' WHERE id = ?`, k)
		pairs = append(pairs, mapping.Pair{AccountID: a, CRMAccountID: c})
	}
	before := w.picture()
	id := w.accept(p, pairs...)
	if b := w.batch(id); b.Done != 4 || w.picture() == before || !strings.Contains(w.picture(), "archived") {
		t.Fatalf("%+v\n%s", b, w.picture())
	}
	w.undo(pete, id)
	if b := w.batch(id); b.Undone != 4 || b.Kept != 0 {
		t.Errorf("%+v", b)
	}
	if got := w.picture(); got != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, got)
	}
	if err := w.works().Undo(t.Context(), pete, id); errs.KindOf(err) != errs.Conflict {
		t.Errorf("undone twice: %v", err)
	}
}

func TestABatchKeepsWhatWasDecidedSinceOrBilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	var pairs []mapping.Pair
	for i := range 3 {
		a := w.account(p, fmt.Sprint(i), facts{name: fmt.Sprintf("Account %d", i)})
		w.sync(p, a, fmt.Sprintf("S-%d", i), 3)
		pairs = append(pairs, mapping.Pair{AccountID: a,
			CRMAccountID: w.customer(facts{name: fmt.Sprintf("Customer %d", i)})})
	}
	id := w.accept(p, pairs...)
	w.must(w.Exclude(t.Context(), pete, mapping.Choice{AccountID: pairs[0].AccountID, Reason: "a test"}))
	w.invoice(w.contract(pairs[1].CRMAccountID, "Billed", "14", false), pairs[1])
	w.undo(olga, id)
	if b := w.batch(id); b.Undone != 1 || b.Kept != 2 {
		t.Errorf("%+v", b)
	}
	if w.state(pairs[0].AccountID) != "excluded a test" || w.state(pairs[1].AccountID) != "mapped Customer 1" ||
		w.state(pairs[2].AccountID) != "unmapped" {
		t.Error(w.picture())
	}
	items := w.items(id)
	if !strings.Contains(items[0].Why, "no longer the last decision") || !strings.Contains(items[1].Why, "invoices") {
		t.Errorf("the reasons are %q and %q", items[0].Why, items[1].Why)
	}
}

// TestTwoOperatorsAtOnceKeepOneToOne lets two batches, and single decisions beside
// them, fight for the same CRM accounts: each is given once, the loser is told by
// whom, and everything else goes through.
func TestTwoOperatorsAtOnceKeepOneToOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	const n = 12
	var one, other []mapping.Pair
	var customers []uuid.UUID
	for i := range n {
		customers = append(customers, w.customer(facts{name: fmt.Sprintf("Customer %d", i)}))
		one = append(one, mapping.Pair{AccountID: w.account(p, fmt.Sprintf("a%d", i),
			facts{name: fmt.Sprintf("A %d", i)}), CRMAccountID: customers[i]})
		other = append(other, mapping.Pair{AccountID: w.account(p, fmt.Sprintf("b%d", i),
			facts{name: fmt.Sprintf("B %d", i)}), CRMAccountID: customers[i]})
	}
	first, second := w.begin(olga, p, one...), w.begin(pete, p, other...)
	var wg sync.WaitGroup
	for _, work := range []func() error{
		func() error { return w.works().Go(t.Context(), first) },
		func() error { return w.works().Go(t.Context(), second) },
		func() error { return w.works().Go(t.Context(), first) },
	} {
		wg.Go(func() {
			if err := work(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	a, b := w.batch(first), w.batch(second)
	if a.Done+b.Done != n || a.Skipped+b.Skipped != n || a.Left()+b.Left() > 0 {
		t.Errorf("%+v\n%+v", a, b)
	}
	if twice := w.lines(`SELECT crm_account_id::text FROM provider_accounts WHERE state = 'mapped' GROUP BY 1
		HAVING count(*) > 1`); len(twice) > 0 {
		t.Errorf("given twice: %v", twice)
	}
	for _, id := range []uuid.UUID{first, second} {
		for _, i := range w.items(id) {
			if i.State == "skipped" && !strings.Contains(i.Why, "is already mapped to") {
				t.Errorf("the loser is told %q", i.Why)
			}
		}
	}
}

// TestAnyBatchIsTakenBackExactly makes random worlds, decides at random in them,
// accepts a batch and takes it back: what nobody touched since stands as before.
func TestAnyBatchIsTakenBackExactly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		p := w.provider(fmt.Sprintf("Provider %d", round))
		var pairs []mapping.Pair
		for i := range rapid.IntRange(1, 4).Draw(rt, "accounts") {
			a := w.account(p, fmt.Sprint(i), facts{name: fmt.Sprintf("Account %d", i)})
			for j := range rapid.IntRange(0, 2).Draw(rt, "subscriptions") {
				w.sync(p, a, fmt.Sprintf("S-%d-%d-%d", round, i, j), rapid.IntRange(1, 9).Draw(rt, "seats"))
			}
			c := w.customer(facts{name: fmt.Sprintf("Customer %d %d", round, i)})
			for k := range rapid.IntRange(0, 2).Draw(rt, "contracts") {
				id := w.contract(c, fmt.Sprintf("Contract %d", k), "14", rapid.Bool().Draw(rt, "default"))
				if rapid.Bool().Draw(rt, "bills later") {
					w.exec(`UPDATE billing_contracts SET bill_from = '2026-08-01' WHERE id = ?`, id)
				}
			}
			switch rapid.SampledFrom([]string{"", "", "excluded", "mapped"}).Draw(rt, "stands") {
			case "excluded":
				w.must(w.Exclude(t.Context(), pete, mapping.Choice{AccountID: a, Reason: "a test"}))
			case "mapped":
				w.must(w.Map(t.Context(), pete,
					mapping.Choice{AccountID: a, CRMAccountID: w.customer(facts{name: "Other"})}))
			}
			pairs = append(pairs, mapping.Pair{AccountID: a, CRMAccountID: c})
		}
		before := w.picture()
		id := w.accept(p, pairs...)
		if w.batch(id).Done > 0 {
			w.undo(olga, id)
		}
		if got := w.picture(); got != before {
			rt.Fatalf("before:\n%s\nafter:\n%s", before, got)
		}
	})
}

// invoice drafts one with a line for each subscription of the account.
func (w *world) invoice(contract uuid.UUID, p mapping.Pair) {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO invoices (id, contract_id, crm_account_id, kind, state, currency, total, period_start,
		period_end, run_to, drafted_by, drafted_at)
		VALUES (?, ?, ?, 'change_log', 'draft', 'USD', 42, '2026-10-01', '2026-11-01', '2026-11-01', 'Bea Example',
			now())`, id, contract, p.CRMAccountID)
	w.exec(`INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, kind, from_date, to_date, seats,
		unit_price, price_period, currency, amount, exact)
		SELECT gen_random_uuid(), ?, row_number() OVER (), s.id, 'cycle', '2026-10-01', '2026-11-01', 3, 14, 'month',
			'USD', 42, 42 FROM subscriptions s WHERE s.account_id = ?`, id, p.AccountID)
}

func noQueue(context.Context, *gorm.DB, mapping.Job, time.Duration) error { return nil }
