package cutover

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/errs"
)

// UndoStep takes the last step of customers back, whichever that is: retired,
// reassigned, confirmed.
func (s Service) UndoStep(ctx context.Context, by audit.Actor, id uuid.UUID, customers []uuid.UUID) (Report, error) {
	return s.each(ctx, by, id, customers, (*lockedCustomer).undo)
}

// TakeBack takes one step of customers back: the one that the person saw each standing
// at, or whichever stands where seen has none. Whoever comes second is told who was
// first, and takes no further step back by it.
func (s Service) TakeBack(ctx context.Context, by audit.Actor, id uuid.UUID, customers []uuid.UUID,
	seen map[uuid.UUID]pairing.Step) (Report, error) {
	return s.each(ctx, by, id, customers, func(m *lockedCustomer) error {
		if err := m.standsAt(seen[m.customer.CRMAccountID]); err != nil {
			return err
		}
		return m.undo()
	})
}

func (m *lockedCustomer) undo() error {
	switch m.customer.Step {
	case pairing.Retired:
		return m.unretire()
	case pairing.Reassigned:
		return m.moveBack()
	case pairing.Confirmed:
		return m.unconfirm()
	}
	return errs.New(errs.Conflict,
		"No step of this customer stands, so there is nothing to take back. Nothing was changed.")
}

// inOrder are the steps as a customer takes them.
var inOrder = []pairing.Step{pairing.Open, pairing.Confirmed, pairing.Reassigned, pairing.Retired}

// standsAt refuses to take back another step than the one that was meant.
func (m *lockedCustomer) standsAt(meant pairing.Step) error {
	at, want := slices.Index(inOrder, m.customer.Step), slices.Index(inOrder, meant)
	switch {
	case meant == "" || at == want:
		return nil
	case want < 1:
		return errs.Fields{"step": "Say confirmed, reassigned or retired: the step to be taken back. " +
			"Nothing was changed."}.Err()
	case at > want:
		return errs.Newf(errs.Conflict,
			"This customer has gone on and is %s by now. Take that back first; nothing was changed.", m.customer.Step)
	}
	return m.takenBack(meant)
}

// takenBack tells who took a step back that stands no more.
func (m *lockedCustomer) takenBack(step pairing.Step) error {
	var last []struct {
		At    time.Time
		Actor string
	}
	err := m.tx.WithContext(m.ctx).
		Raw(`SELECT at, actor FROM audit_events WHERE object_type = 'crm_account' AND object_id = ?
			AND action LIKE 'cutover.%' AND before->>'step' = ? AND after->>'cutover' = ?
		ORDER BY seq DESC LIMIT 1`, m.customer.CRMAccountID.String(), step, m.run.Name).Scan(&last).Error
	if err != nil {
		return fmt.Errorf("who took the step back: %w", err)
	}
	if len(last) == 0 {
		return errs.Newf(errs.Conflict,
			"This customer is %s: it was never %s, so there is nothing to take back. Nothing was changed.",
			m.customer.Step, step)
	}
	return doneBefore{fmt.Sprintf("Done already by %s, %s.", last[0].Actor, m.moment(last[0].At))}
}
