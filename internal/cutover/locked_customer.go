package cutover

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/reassign"
	"seatledger/internal/subscription"
)

// lockedCustomer is one customer of a run under lock: nobody else takes a step or a decision
// about it until the transaction ends.
type lockedCustomer struct {
	Service
	sides
	ctx      context.Context
	tx       *gorm.DB
	by       audit.Actor
	run      Run
	customer Customer
	touched  []uuid.UUID // subscriptions whose review is to be made again
	events   []audit.Event
}

// openRun reads a run and keeps it open until commit.
func openRun(ctx context.Context, tx *gorm.DB, id uuid.UUID) (Run, error) {
	if err := tx.WithContext(ctx).Exec(`SELECT FROM cutovers WHERE id = ? FOR SHARE`, id).Error; err != nil {
		return Run{}, fmt.Errorf("lock cut-over %s: %w", id, err)
	}
	run, err := Get(ctx, tx, id)
	if err == nil {
		err = run.mustBeOpen()
	}
	return run, err
}

func (r Run) mustBeOpen() error {
	if r.State == RunOpen {
		return nil
	}
	return errs.Newf(errs.Conflict, "The cut-over %s is %s, so it stays as it is. Nothing was changed.",
		r.Name, r.State)
}

// lockCustomer locks a customer of an open run, making its row with the first decision.
func (s Service) lockCustomer(ctx context.Context, tx *gorm.DB, by audit.Actor, id,
	crmAccountID uuid.UUID) (*lockedCustomer, error) {
	run, err := openRun(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := belongs(ctx, tx, run, crmAccountID); err != nil {
		return nil, err
	}
	for _, lock := range []string{
		`INSERT INTO cutover_customers (id, cutover_id, crm_account_id) VALUES (@row, @run, @customer)
			ON CONFLICT ON CONSTRAINT cutover_customers_once DO NOTHING`,
		`SELECT FROM cutover_customers WHERE cutover_id = @run AND crm_account_id = @customer FOR UPDATE`,
		`SELECT FROM subscriptions s WHERE s.provider_id IN (@old, @new)
			AND s.id IN (SELECT id FROM subscriptions WHERE crm_account_id = @customer
			UNION SELECT unnest(ARRAY[p.old_subscription_id, p.new_subscription_id]) FROM cutover_pairs p
			JOIN cutover_customers c ON c.id = p.customer_id
			WHERE c.cutover_id = @run AND c.crm_account_id = @customer AND p.undone_at IS NULL)
			ORDER BY s.id FOR UPDATE`,
	} {
		args := map[string]any{"row": uuid.Must(uuid.NewV7()), "run": id, "customer": crmAccountID,
			"old": run.OldProviderID, "new": run.NewProviderID}
		if err := tx.WithContext(ctx).Exec(lock, args).Error; err != nil {
			return nil, fmt.Errorf("lock customer of cut-over: %w", err)
		}
	}
	m := &lockedCustomer{Service: s, ctx: ctx, tx: tx, by: by, run: run}
	if m.customer, _, err = customerIn(ctx, tx, id, crmAccountID); err != nil {
		return nil, err
	}
	m.sides, err = sidesOf(ctx, tx, id, crmAccountID)
	return m, err
}

// belongs refuses a customer that has nothing at either provider.
func belongs(ctx context.Context, tx *gorm.DB, run Run, crmAccountID uuid.UUID) error {
	var there bool
	err := tx.WithContext(ctx).Raw(`SELECT EXISTS (SELECT FROM provider_accounts WHERE state = 'mapped'
		AND crm_account_id = @customer AND provider_id IN (@old, @new))
		OR EXISTS (SELECT FROM subscriptions WHERE crm_account_id = @customer AND provider_id IN (@old, @new))
		OR EXISTS (SELECT FROM cutover_customers WHERE crm_account_id = @customer AND cutover_id = @run)`,
		map[string]any{"run": run.ID, "customer": crmAccountID, "old": run.OldProviderID,
			"new": run.NewProviderID}).Row().Scan(&there)
	if err != nil {
		return fmt.Errorf("customer of cut-over: %w", err)
	}
	if !there {
		return errNotAMember()
	}
	return nil
}

func errNotAMember() error {
	return errs.New(errs.NotFound, "This customer has nothing to move in this cut-over.")
}

// settle makes the reviews again of what was touched, and records what was done. It is the last of a transaction.
func (m *lockedCustomer) settle() error {
	slices.SortFunc(m.touched, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	if err := m.Reviews.Refresh(m.ctx, m.tx, slices.Compact(m.touched)); err != nil {
		return err
	}
	return audit.Record(m.ctx, m.tx, m.Clock, m.by, m.events...)
}

func (m *lockedCustomer) recordEvent(action string, before, after map[string]any) {
	after["cutover"] = m.run.Name
	m.events = append(m.events, audit.Event{Action: action, ObjectType: "crm_account",
		ObjectID: m.customer.CRMAccountID.String(), ObjectName: m.customer.CRMAccount, Before: before, After: after})
}

func (m *lockedCustomer) act(id uuid.UUID) subscription.Act {
	m.touched = append(m.touched, id)
	return subscription.Act{ID: id, Zone: m.Zone,
		Origin: ledger.Origin{Source: ledger.FromCutover, By: m.by, At: m.Clock.Now()}}
}

// moves is the room that lets history go over.
func (m *lockedCustomer) moves() reassign.Service {
	return reassign.Service{DB: m.DB, Clock: m.Clock, Zone: m.Zone, Reviews: m.Reviews}
}

// step writes how far the customer has come. A step that is taken back loses who made it.
func (m *lockedCustomer) step(to pairing.Step) error {
	now, none := m.Clock.Now(), (*time.Time)(nil)
	at := map[pairing.Step]*time.Time{}
	who := map[pairing.Step]string{}
	have := map[pairing.Step]*time.Time{pairing.Confirmed: m.customer.ConfirmedAt,
		pairing.Reassigned: m.customer.ReassignedAt, pairing.Retired: m.customer.RetiredAt}
	names := map[pairing.Step]string{pairing.Confirmed: m.customer.ConfirmedBy,
		pairing.Reassigned: m.customer.ReassignedBy, pairing.Retired: m.customer.RetiredBy}
	reached := slices.Index(inOrder, to)
	for i, s := range inOrder {
		switch {
		case i > reached:
			at[s], who[s] = none, ""
		case have[s] != nil:
			at[s], who[s] = have[s], names[s]
		default:
			at[s], who[s] = &now, m.by.Name
		}
	}
	day := m.customer.SwitchDay
	if to == pairing.Open && !m.customer.OwnSwitchDay {
		day = clock.Date{}
	}
	err := m.tx.WithContext(m.ctx).
		Exec(`UPDATE cutover_customers
			SET state = ?, switch_day = ?, confirmed_at = ?, confirmed_by = ?, reassigned_at = ?, reassigned_by = ?,
				retired_at = ?, retired_by = ?,
		version = version + 1 WHERE cutover_id = ?
		AND crm_account_id = ?`, to, day, at[pairing.Confirmed], who[pairing.Confirmed], at[pairing.Reassigned],
			who[pairing.Reassigned], at[pairing.Retired], who[pairing.Retired],
			m.run.ID, m.customer.CRMAccountID).Error
	if err != nil {
		return fmt.Errorf("step of customer: %w", err)
	}
	m.recordEvent("cutover."+string(to), map[string]any{"step": m.customer.Step},
		map[string]any{"step": to, "switch_day": m.customer.SwitchDay.String(), "twins": m.customer.Twins,
			"ended": m.customer.Endings, "new": m.customer.Additions})
	m.customer.Step = to
	return nil
}

// doneBefore says that a step was made before, by whom and when.
type doneBefore struct{ says string }

func (d doneBefore) Error() string { return d.says }

// already gives what a step answers that was done before; nil when it was not.
func (m *lockedCustomer) already(step pairing.Step) error {
	c := m.customer
	at, by := c.ConfirmedAt, c.ConfirmedBy
	switch step {
	case pairing.Reassigned:
		at, by = c.ReassignedAt, c.ReassignedBy
	case pairing.Retired:
		at, by = c.RetiredAt, c.RetiredBy
	}
	if at == nil {
		return nil
	}
	return doneBefore{fmt.Sprintf("Done already by %s, %s.", by, m.moment(*at))}
}

func (m *lockedCustomer) moment(at time.Time) string {
	return at.In(m.Zone).Format("2 January 2006 15:04")
}

// pairUpdate writes what a step did to a decision.
func (m *lockedCustomer) pairUpdate(id uuid.UUID, set string, args ...any) error {
	if err := m.tx.WithContext(m.ctx).Exec(`UPDATE cutover_pairs SET `+set+` WHERE id = ?`,
		append(args, id)...).Error; err != nil {
		return fmt.Errorf("decision %s: %w", id, err)
	}
	return nil
}
