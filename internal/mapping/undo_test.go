package mapping_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"seatledger/internal/errs"
	"seatledger/internal/mapping"
)

func TestEachUndoGoesOneDecisionBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(w.provider("North"), "1", facts{name: "Harborview"})
	one, two := w.customer(facts{name: "One"}), w.customer(facts{name: "Two"})
	w.must(w.Exclude(t.Context(), olga, mapping.Choice{AccountID: a, Reason: "first reason"}))
	w.must(w.Exclude(t.Context(), olga, mapping.Choice{AccountID: a, Reason: "second reason"}))
	w.must(w.Include(t.Context(), olga, mapping.Choice{AccountID: a}))
	w.must(w.Map(t.Context(), olga, mapping.Choice{AccountID: a, CRMAccountID: one}))
	w.must(w.Map(t.Context(), olga, mapping.Choice{AccountID: a, CRMAccountID: two, Version: w.version(a)}))
	for _, want := range []string{"mapped One", "unmapped", "excluded second reason", "excluded first reason",
		"unmapped"} {
		w.must(w.Undo(t.Context(), pete, mapping.Choice{AccountID: a}))
		if got := w.state(a); got != want {
			t.Errorf("undone to %s, want %s", got, want)
		}
	}
	if err := w.Undo(t.Context(), pete, mapping.Choice{AccountID: a}); errs.KindOf(err) != errs.Conflict {
		t.Errorf("nothing is left: %v", err)
	}
}

func TestAnUndoOfWhatIsNoLongerTheLastDecisionIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(w.provider("North"), "1", facts{name: "Harborview"})
	w.must(w.Map(t.Context(), olga, mapping.Choice{AccountID: a, CRMAccountID: w.customer(facts{name: "One"})}))
	history, err := mapping.History(t.Context(), w.db.Read(t.Context()), a)
	w.must(err)
	w.must(w.Unmap(t.Context(), pete, mapping.Choice{AccountID: a}))
	if err := w.Undo(t.Context(), olga,
		mapping.Choice{AccountID: a, DecisionID: history[0].ID}); errs.KindOf(err) != errs.Conflict {
		t.Errorf("undone: %v", err)
	}
}

func TestAnUndoThatNeedsATakenCRMAccountNamesTheHolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	a, b := w.account(p, "1", facts{name: "Harborview"}), w.account(p, "2", facts{name: "Second"})
	c := w.customer(facts{name: "One"})
	w.must(w.Map(t.Context(), olga, mapping.Choice{AccountID: a, CRMAccountID: c}))
	w.must(w.Unmap(t.Context(), olga, mapping.Choice{AccountID: a}))
	w.must(w.Map(t.Context(), pete, mapping.Choice{AccountID: b, CRMAccountID: c}))
	err := w.Undo(t.Context(), olga, mapping.Choice{AccountID: a})
	var taken *mapping.Taken
	if !errors.As(err, &taken) || taken.Holder.AccountID != b {
		t.Errorf("told %v", err)
	}
}

// model is what a mapping page should show: per account its state and the decisions that can be undone.
type model struct {
	accounts, customers []uuid.UUID
	stacks              map[uuid.UUID][]string // the states an account has gone through; the last one stands
}

// TestRandomDecisionsKeepOneToOne runs random decisions on few accounts and CRM
// accounts against the model: what stands is what the model says, no CRM account is
// held twice, and each subscription follows its account.
func TestRandomDecisionsKeepOneToOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	m := &model{stacks: map[uuid.UUID][]string{}}
	for i := range 3 {
		a := w.account(p, fmt.Sprint(i), facts{name: fmt.Sprintf("Account %d", i)})
		w.sync(p, a, fmt.Sprintf("S-%d", i), 4)
		m.accounts, m.stacks[a] = append(m.accounts, a), []string{"unmapped"}
		c := w.customer(facts{name: fmt.Sprintf("C%d", i)})
		w.contract(c, "Default", "14", true)
		m.customers = append(m.customers, c)
	}
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			w.step(rt, m)
		}
		w.agrees(rt, m)
	})
}

func (w *world) step(t *rapid.T, m *model) {
	a := rapid.SampledFrom(m.accounts).Draw(t, "account")
	n := rapid.IntRange(0, len(m.customers)-1).Draw(t, "customer")
	stack := m.stacks[a]
	now := stack[len(stack)-1]
	ctx, c := w.t.Context(), mapping.Choice{AccountID: a, CRMAccountID: m.customers[n]}
	to, err := "", error(nil)
	switch rapid.SampledFrom([]string{"map", "remap", "unmap", "exclude", "include", "undo"}).Draw(t, "act") {
	case "map":
		to, err = fmt.Sprintf("mapped C%d", n), w.Map(ctx, olga, c)
	case "remap":
		c.Version = w.version(a)
		to, err = fmt.Sprintf("mapped C%d", n), w.Map(ctx, olga, c)
	case "unmap":
		to, err = "unmapped", w.Unmap(ctx, olga, c)
	case "exclude":
		c.Reason = fmt.Sprintf("reason %d", n)
		to, err = "excluded "+c.Reason, w.Exclude(ctx, olga, c)
	case "include":
		to, err = "unmapped", w.Include(ctx, olga, c)
	case "undo":
		if err = w.Undo(ctx, olga, c); err == nil {
			m.stacks[a] = stack[:len(stack)-1]
		}
		to = now
	}
	if err != nil && errs.KindOf(err) != errs.Conflict {
		t.Fatalf("refused for a strange reason: %v", err)
	}
	if err == nil && to != now {
		m.stacks[a] = append(stack, to)
	}
}

func (w *world) agrees(t *rapid.T, m *model) {
	held := map[string]int{}
	for _, a := range m.accounts {
		stack := m.stacks[a]
		want := stack[len(stack)-1]
		if got := w.state(a); got != want {
			t.Fatalf("account stands as %q, the model says %q", got, want)
		}
		if held[want]++; want[0] == 'm' && held[want] > 1 {
			t.Fatalf("two accounts are %s", want)
		}
	}
	const stray = `SELECT s.external_id FROM subscriptions s JOIN provider_accounts a ON a.id = s.account_id
		WHERE s.crm_account_id IS DISTINCT FROM a.crm_account_id OR (s.contract_id IS NOT NULL) <> (a.state = 'mapped')
			OR coalesce(s.hold_reason, '') <> CASE a.state WHEN 'mapped' THEN '' ELSE a.state END`
	if lost := w.lines(stray); len(lost) > 0 {
		t.Fatalf("these do not follow their account: %v", lost)
	}
}

func (w *world) providers() []uuid.UUID {
	w.t.Helper()
	var all []uuid.UUID
	w.must(w.db.Read(w.t.Context()).Raw(`SELECT id FROM providers ORDER BY id`).Scan(&all).Error)
	return all
}
