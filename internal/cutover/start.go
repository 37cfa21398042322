package cutover

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/postgres"
	"seatledger/internal/provider"
	"seatledger/internal/subscription"
)

// Beginning is what the form of a new run says.
type Beginning struct {
	Name          string
	OldProviderID uuid.UUID
	NewProviderID uuid.UUID
	SwitchDay     clock.Date // for customers that get none of their own; may be zero
}

const longestName = 200

// Start begins a run. What is active at the new provider already, not billed and not
// decided, of customers that the old one still has seats for, is held until a person
// has paired it.
func (s Service) Start(ctx context.Context, by audit.Actor, b Beginning) (uuid.UUID, error) {
	id := uuid.Must(uuid.NewV7())
	b.Name = strings.TrimSpace(b.Name)
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := s.startable(ctx, tx, b); err != nil {
			return err
		}
		err := tx.Exec(`INSERT INTO cutovers (id, name, old_provider_id, new_provider_id, switch_day, state, created_at,
			created_by) VALUES (?, ?, ?, ?, ?, 'open', ?, ?)`,
			id, b.Name, b.OldProviderID, b.NewProviderID, b.SwitchDay, s.Clock.Now(), by.Name).Error
		if err != nil {
			return fmt.Errorf("start cut-over: %w", err)
		}
		held, err := s.holdArrived(ctx, tx, by, id)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by,
			audit.Event{Action: "cutover.started", ObjectType: "cutover", ObjectID: id.String(), ObjectName: b.Name,
				After: map[string]any{"old_provider_id": b.OldProviderID, "new_provider_id": b.NewProviderID,
					"switch_day": b.SwitchDay.String(), "held_until_paired": held}})
	})
	return id, err
}

func (s Service) startable(ctx context.Context, tx *gorm.DB, b Beginning) error {
	problems := errs.Fields{}
	if b.Name == "" || len(b.Name) > longestName {
		problems.Add("name", "Enter a name of up to %d characters.", longestName)
	}
	if !b.SwitchDay.IsZero() {
		for _, says := range errs.FieldsOf(s.possible(b.SwitchDay)) {
			problems.Add("switch_day", "%s", says)
		}
	}
	old, err := s.providerOf(ctx, tx, b.OldProviderID, "old_provider_id", problems)
	if err != nil {
		return err
	}
	next, err := s.providerOf(ctx, tx, b.NewProviderID, "new_provider_id", problems)
	if err != nil {
		return err
	}
	if old.Connector == distributor.Stellr {
		problems.Add("old_provider_id",
			"%s reads the comprehensive API. A cut-over leads from a legacy or manual provider to one that does.",
			old.Name)
	}
	if next.ID != uuid.Nil && next.Connector != distributor.Stellr {
		problems.Add("new_provider_id",
			"%s does not read the comprehensive API. A cut-over leads to a provider that does.", next.Name)
	}
	return problems.Err()
}

func (s Service) providerOf(ctx context.Context, tx *gorm.DB, id uuid.UUID, field string,
	problems errs.Fields) (provider.Provider, error) {
	if id == uuid.Nil {
		problems.Add(field, "Choose a provider.")
		return provider.Provider{}, nil
	}
	p, err := provider.Get(ctx, tx, id)
	if errs.KindOf(err) == errs.NotFound {
		problems.Add(field, "Choose a provider.")
		return provider.Provider{}, nil
	}
	return p, err
}

// holdArrived holds what arrived before the run began.
func (s Service) holdArrived(ctx context.Context, tx *gorm.DB, by audit.Actor, id uuid.UUID) (int, error) {
	var ids []uuid.UUID
	err := tx.WithContext(ctx).Raw(`SELECT s.id FROM cutovers r
		JOIN subscriptions s ON s.provider_id = r.new_provider_id
		WHERE r.id = ? AND s.state <> 'inactive' AND NOT s.no_twin AND NOT s.twin_hold AND NOT s.cutover_hold
		AND s.billed_through IS NULL AND s.crm_account_id IS NOT NULL
		AND NOT EXISTS (SELECT FROM cutover_pairs p WHERE p.new_subscription_id = s.id AND p.undone_at IS NULL)
		AND EXISTS (SELECT FROM subscriptions o WHERE o.provider_id = r.old_provider_id
		AND o.crm_account_id = s.crm_account_id AND (o.state <> 'inactive' OR o.deactivated_by = 'person'))
		ORDER BY s.id FOR UPDATE OF s`, id).Scan(&ids).Error
	if err != nil {
		return 0, fmt.Errorf("what has arrived at the new provider: %w", err)
	}
	held := 0
	for batch := range slices.Chunk(ids, atOnce) {
		touched, err := subscription.HoldAsTwins(ctx, tx, batch,
			ledger.Origin{Source: ledger.FromCutover, By: by, At: s.Clock.Now()})
		if err != nil {
			return held, err
		}
		held += len(touched)
	}
	if held > atOnce {
		return held, s.Reviews.Queue(ctx, tx, "s.id = ANY (?::uuid[])", postgres.IDs(ids))
	}
	return held, s.Reviews.Refresh(ctx, tx, ids)
}

const atOnce = 500 // more than that are judged in the background

// NoteAccess notes that access to the new API was asked for. A second note changes nothing.
func (s Service) NoteAccess(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		run, err := s.lockRun(ctx, tx, id)
		if err != nil || run.AccessRequestedAt != nil {
			return err
		}
		err = tx.Exec(`UPDATE cutovers SET access_requested_at = ?, access_requested_by = ?, version = version + 1
			WHERE id = ?`, s.Clock.Now(), by.Name, id).Error
		if err != nil {
			return fmt.Errorf("note access: %w", err)
		}
		return audit.Record(ctx, tx, s.Clock, by,
			run.event("cutover.access_requested", nil, map[string]any{"at": s.Clock.Now()}))
	})
}

func (r Run) event(action string, before, after any) audit.Event {
	return audit.Event{Action: action, ObjectType: "cutover", ObjectID: r.ID.String(), ObjectName: r.Name,
		Before: before, After: after}
}

// lockRun takes an open run for a change of the run itself.
func (s Service) lockRun(ctx context.Context, tx *gorm.DB, id uuid.UUID) (Run, error) {
	if err := tx.WithContext(ctx).Exec(`SELECT FROM cutovers WHERE id = ? FOR UPDATE`, id).Error; err != nil {
		return Run{}, fmt.Errorf("lock cut-over %s: %w", id, err)
	}
	run, err := Get(ctx, tx, id)
	if err == nil {
		err = run.mustBeOpen()
	}
	return run, err
}
