package cutover

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/errs"
)

const farthest = 400 // days between today and a switch day

// SetSwitchDay sets the first day of the new subscriptions, for customers that are
// not confirmed yet: not before the first day of any of their old ones.
func (s Service) SetSwitchDay(ctx context.Context, by audit.Actor, id uuid.UUID, customers []uuid.UUID,
	day clock.Date) (Report, error) {
	if err := s.possible(day); err != nil {
		return Report{}, err
	}
	return s.each(ctx, by, id, customers, func(m *lockedCustomer) error { return m.setSwitchDay(day) })
}

func (s Service) possible(day clock.Date) error {
	away := 0
	if !day.IsZero() {
		away = s.today().DaysUntil(day)
	}
	switch {
	case day.IsZero():
		return errs.Fields{"switch_day": "Enter the first day that belongs to the new subscriptions."}.Err()
	case max(away, -away) > farthest:
		return errs.Fields{"switch_day": fmt.Sprintf("%s is more than %d days from today.", day, farthest)}.Err()
	}
	return nil
}

func (m *lockedCustomer) setSwitchDay(day clock.Date) error {
	if m.customer.Step != pairing.Open {
		return errs.Newf(errs.Conflict,
			"The switch day %s is confirmed. Take the steps of this customer back to change it; nothing was changed.",
			m.customer.SwitchDay)
	}
	if m.customer.OwnSwitchDay && m.customer.SwitchDay == day {
		return doneBefore{"This is the switch day already."}
	}
	first, err := firstDay(m.ctx, m.tx, m.run.OldProviderID, m.customer.CRMAccountID)
	if err != nil {
		return err
	}
	if !first.IsZero() && day.Before(first) {
		return errs.Newf(errs.Conflict,
			"The old subscriptions begin on %s; choose that day or a later one. Nothing was changed.", first)
	}
	if err := m.tx.Exec(`UPDATE cutover_customers SET switch_day = ?, version = version + 1 WHERE cutover_id = ?
		AND crm_account_id = ?`, day, m.run.ID, m.customer.CRMAccountID).Error; err != nil {
		return fmt.Errorf("switch day: %w", err)
	}
	m.recordEvent("cutover.switch_day_set", map[string]any{"switch_day": m.customer.SwitchDay.String()},
		map[string]any{"switch_day": day.String()})
	return nil
}

// firstDay is the first day on which any old subscription of a customer counts seats.
func firstDay(ctx context.Context, db *gorm.DB, provider, customer uuid.UUID) (clock.Date, error) {
	var first clock.Date
	err := db.WithContext(ctx).Raw(`SELECT min(c.effective_at) FROM license_changes c
		JOIN license_change_status t ON t.change_id = c.id AND t.counted
		JOIN subscriptions s ON s.id = c.subscription_id AND s.state <> 'inactive' WHERE s.provider_id = ?
		AND s.crm_account_id = ?`, provider, customer).Row().Scan(&first)
	if err != nil {
		return first, fmt.Errorf("first day of old subscriptions: %w", err)
	}
	return first, nil
}

// Decision is a person's word about old and new subscriptions of a customer.
type Decision struct {
	CRMAccountID uuid.UUID
	Kind         pairing.Kind
	Old, New     uuid.UUID
	FromStart    bool   // of a new one: it is billed from its start, and not only from the switch day
	Confirmed    string // the customer's name as a person typed it, where the decision asks for it
}

// Decide keeps a decision. One that comes late, when its customer is confirmed, is
// carried out at once. errs.Conflict where one of the two stands in a decision already.
func (s Service) Decide(ctx context.Context, by audit.Actor, id uuid.UUID, d Decision) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		m, err := s.lockCustomer(ctx, tx, by, id, d.CRMAccountID)
		if err != nil {
			return err
		}
		if err := m.decide(d); err != nil {
			return err
		}
		return m.settle()
	})
}

func (m *lockedCustomer) decide(d Decision) error {
	if err := m.decidable(d); err != nil {
		return err
	}
	if err := m.asks(d); err != nil {
		return err
	}
	p := pairing.Pair{ID: uuid.Must(uuid.NewV7()), Kind: d.Kind, Old: orNull(d.Old), New: orNull(d.New),
		FromStart:  d.FromStart,
		Confidence: pairing.ByPerson, Reason: "Paired by hand."}
	switch d.Kind {
	case pairing.New:
		p.Reason = "No twin: a new subscription, billed from the switch day."
		if d.FromStart {
			p.Reason = "No twin: a new subscription, billed from its start."
		}
	case pairing.Ended:
		p.Reason = "No twin: ends on the switch day."
	}
	for _, q := range m.proposals() {
		if d.Kind == pairing.Twin && q.Old == d.Old && q.New == d.New {
			p.Confidence, p.Reason = q.Confidence, q.Reason
		}
	}
	if err := m.keepPair(p); err != nil {
		return err
	}
	return m.late(p)
}

// decidable refuses what cannot be decided, with the way out.
func (m *lockedCustomer) decidable(d Decision) error {
	problems := errs.Fields{}
	wantOld, wantNew := d.Kind == pairing.Twin || d.Kind == pairing.Ended, d.Kind == pairing.Twin ||
		d.Kind == pairing.New
	if !wantOld && !wantNew {
		problems.Add("kind", "Say whether it is a twin, new, or ended.")
	}
	for _, w := range []struct {
		field  string
		id     uuid.UUID
		wanted bool
		old    bool
	}{{"old_subscription_id", d.Old, wantOld, true}, {"new_subscription_id", d.New, wantNew, false}} {
		side, old, found := m.find(w.id)
		switch {
		case !w.wanted && w.id == uuid.Nil:
		case !w.wanted:
			problems.Add(w.field, "This decision names none.")
		case !found || old != w.old:
			problems.Add(w.field, "Choose a subscription of this customer on this side.")
		case m.pairOf(w.id) != nil:
			return errs.Newf(errs.Conflict,
				"%s (%s) stands in a decision of %s already. Take that back first; nothing was changed.", side.Called(),
				side.ExternalID, m.pairOf(w.id).DecidedBy)
		}
	}
	if d.FromStart && d.Kind != pairing.New {
		problems.Add("from_start", "Only a new subscription without a twin is billed from its start.")
	}
	if err := problems.Err(); err != nil {
		return err
	}
	if d.Kind == pairing.Twin && m.customer.Step != pairing.Open && m.customer.Step != pairing.Confirmed ||
		d.Kind == pairing.Ended && m.customer.Step == pairing.Retired {
		return errs.Newf(errs.Conflict,
			"This customer is %s. Take its steps back to confirmed first, so that this one comes along; "+
				"nothing was changed.", m.customer.Step)
	}
	return nil
}

// late carries a decision out whose customer is confirmed already.
func (m *lockedCustomer) late(p pairing.Pair) error {
	if m.customer.Step == pairing.Open {
		return nil
	}
	var err error
	if m.sides, err = sidesOf(m.ctx, m.tx, m.run.ID, m.customer.CRMAccountID); err != nil {
		return err
	}
	only := m.readiness()
	only.Pairs = []pairing.Pair{p}
	rows, err := only.late(m.ctx, m.tx)
	if err != nil {
		return err
	}
	billed, err := only.newBilled(m.ctx, m.tx)
	if err := refuse(append(rows, billed...), err); err != nil {
		return err
	}
	return m.confirmPair(p)
}

func orNull(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: id != uuid.Nil} }

func (m *lockedCustomer) keepPair(p pairing.Pair) error {
	err := m.tx.Exec(`INSERT INTO cutover_pairs (id, customer_id, old_subscription_id, new_subscription_id, kind,
		confidence, reason, from_start, decided_at, decided_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		p.ID, m.customer.ID, p.Old, p.New, p.Kind, p.Confidence, p.Reason, p.FromStart, m.Clock.Now(), m.by.Name).Error
	if err != nil {
		return fmt.Errorf("keep decision: %w", err)
	}
	m.recordEvent("cutover.decided", nil, m.words(p))
	return nil
}

func (m *lockedCustomer) words(p pairing.Pair) map[string]any {
	old, _, _ := m.find(p.Old.UUID)
	now, _, _ := m.find(p.New.UUID)
	return map[string]any{"kind": p.Kind, "old": old.ExternalID, "new": now.ExternalID, "confidence": p.Confidence,
		"reason": p.Reason, "from_start": p.FromStart}
}

// AcceptExact keeps the exact proposals of customers as decisions.
func (s Service) AcceptExact(ctx context.Context, by audit.Actor, id uuid.UUID, customers []uuid.UUID) (Report, error) {
	return s.each(ctx, by, id, customers, func(m *lockedCustomer) error {
		n, err := m.acceptExact()
		if err == nil && n == 0 {
			err = doneBefore{"No exact pair waits for a decision."}
		}
		return err
	})
}

func (m *lockedCustomer) acceptExact() (int, error) {
	n := 0
	for _, p := range m.proposals() {
		if p.Confidence != pairing.Exact {
			continue
		}
		if err := m.decide(Decision{Kind: pairing.Twin, Old: p.Old, New: p.New}); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// Undecide takes a decision back, while its customer is open.
func (s Service) Undecide(ctx context.Context, by audit.Actor, id, pairID uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		var customer []uuid.UUID
		err := tx.WithContext(ctx).Raw(`SELECT c.crm_account_id FROM cutover_pairs p
			JOIN cutover_customers c ON c.id = p.customer_id WHERE p.id = ?
			AND c.cutover_id = ?`, pairID, id).Scan(&customer).Error
		if err != nil {
			return fmt.Errorf("find decision %s: %w", pairID, err)
		}
		if len(customer) == 0 {
			return errs.New(errs.NotFound, "There is no such decision.")
		}
		m, err := s.lockCustomer(ctx, tx, by, id, customer[0])
		if err != nil {
			return err
		}
		if err := m.undecide(pairID); err != nil {
			return err
		}
		return m.settle()
	})
}

func (m *lockedCustomer) undecide(pairID uuid.UUID) error {
	if m.customer.Step != pairing.Open {
		return errs.Newf(errs.Conflict, "This customer is %s. Take its steps back first; nothing was changed.",
			m.customer.Step)
	}
	for _, p := range m.Pairs {
		if p.ID != pairID {
			continue
		}
		m.recordEvent("cutover.decision_undone", m.words(p), map[string]any{})
		return m.pairUpdate(p.ID, "undone_at = ?, undone_by = ?", m.Clock.Now(), m.by.Name)
	}
	return errs.New(errs.Conflict, "Somebody has taken this decision back already. Nothing was changed.")
}
