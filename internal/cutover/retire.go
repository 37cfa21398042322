package cutover

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/reassign"
	"seatledger/internal/subscription"
)

// Reassign lets the history of the old twins of customers go over to the new ones.
// Refused while anything up to the switch is not billed, here or elsewhere.
func (s Service) Reassign(ctx context.Context, by audit.Actor, id uuid.UUID, customers []uuid.UUID) (Report, error) {
	return s.each(ctx, by, id, customers, (*lockedCustomer).reassign)
}

func (m *lockedCustomer) reassign() error {
	if err := m.already(pairing.Reassigned); err != nil {
		return err
	}
	if err := m.mustHave(pairing.Confirmed); err != nil {
		return err
	}
	if err := refuse(m.readiness().missing(m.ctx, m.tx, pairing.Reassigned)); err != nil {
		return err
	}
	for _, t := range m.twins() {
		r, err := m.moves().DoTx(m.ctx, m.tx, m.by, reassign.Move{Source: t.old.ID, Target: t.new.ID, On: t.Day,
			Course: ledger.FromCutover, Note: m.because()})
		if err != nil {
			return err
		}
		m.moved(t, r)
	}
	return m.step(pairing.Reassigned)
}

func (m *lockedCustomer) because() string { return "cut-over " + m.run.Name }

func (m *lockedCustomer) moved(t twinSides, r reassign.Record) {
	m.touched = append(m.touched, t.Pair.Old.UUID, t.Pair.New.UUID)
	m.events = append(m.events, r.Audit...)
}

func (m *lockedCustomer) mustHave(step pairing.Step) error {
	if m.customer.Step == step {
		return nil
	}
	what := map[pairing.Step]string{pairing.Confirmed: "Confirm the pairs of this customer first.",
		pairing.Reassigned: "Reassign the history of this customer first."}
	return errs.New(errs.Conflict, what[step]+" Nothing was changed.")
}

// RetireOld ends the old subscriptions of customers on their switch day, with No
// refund, and releases the new ones. Refused while something is not billed, not
// signed or not decided.
func (s Service) RetireOld(ctx context.Context, by audit.Actor, id uuid.UUID, customers []uuid.UUID) (Report, error) {
	return s.each(ctx, by, id, customers, (*lockedCustomer).retire)
}

func (m *lockedCustomer) retire() error {
	if err := m.already(pairing.Retired); err != nil {
		return err
	}
	if err := m.mustHave(pairing.Reassigned); err != nil {
		return err
	}
	if err := refuse(m.readiness().missing(m.ctx, m.tx, pairing.Retired)); err != nil {
		return err
	}
	for _, l := range m.leaving() {
		closes := !l.old.Over()
		if closes && l.Kind == pairing.Ended {
			end := subscription.Ending{By: subscription.ByCutover, On: l.Day, Note: m.because()}
			if _, err := subscription.Deactivate(m.ctx, m.tx, m.act(l.old.ID), end); err != nil {
				return errs.Because(errs.KindOf(err), fmt.Sprintf("%s (%s) cannot end on %s: %s", l.old.Called(),
					l.old.ExternalID, l.Day, sentence(err)), err)
			}
		}
		if err := m.pairUpdate(l.ID, "closed_old = ?", closes); err != nil {
			return err
		}
	}
	for _, t := range m.twins() {
		r, err := m.moves().RetireTx(m.ctx, m.tx, m.by,
			reassign.Ending{Source: t.old.ID, On: t.Day, By: subscription.ByCutover, Note: m.because()})
		if err != nil {
			return err
		}
		m.moved(t, r)
	}
	return m.step(pairing.Retired)
}

// unretire lets the old ones count again from the very day they ended, and holds the
// new ones back again. Refused once a live invoice has days of a new one.
func (m *lockedCustomer) unretire() error {
	for _, l := range m.leaving() {
		if l.Kind != pairing.Ended || !l.ClosedOld {
			continue
		}
		if _, err := subscription.Activate(m.ctx, m.tx, m.act(l.Old.UUID),
			subscription.Return{On: l.Day, Note: m.because() + ", taken back"}); err != nil {
			return err
		}
	}
	for _, t := range slices.Backward(m.twins()) {
		r, err := m.moves().ReopenTx(m.ctx, m.tx, m.by,
			reassign.Back{ID: t.Pair.Old.UUID, Note: m.because() + ", taken back"})
		if err != nil {
			return err
		}
		m.moved(t, r)
	}
	for _, l := range m.leaving() {
		if err := m.pairUpdate(l.ID, "closed_old = false"); err != nil {
			return err
		}
	}
	return m.step(pairing.Reassigned)
}

func (m *lockedCustomer) moveBack() error {
	for _, t := range slices.Backward(m.twins()) {
		r, err := m.moves().UndoTx(m.ctx, m.tx, m.by,
			reassign.Back{ID: t.Pair.Old.UUID, Note: m.because() + ", taken back"})
		if err != nil {
			return err
		}
		m.moved(t, r)
	}
	return m.step(pairing.Confirmed)
}
