package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/dialect"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
)

const (
	checkLimit   = 30 * time.Second
	patientLimit = 10 * time.Minute
)

// Verify checks the connection layer by layer, at most 30 s, and stores what came
// out. A check whose credentials were edited meanwhile is stale from the start.
func (s *Service) Verify(ctx context.Context, by audit.Actor, id uuid.UUID) (distributor.Check, error) {
	return s.verify(ctx, by, id, distributor.Hurried)
}

// VerifyPatiently is the check that a night begins with: nobody waits for it, so it
// repeats its calls as other reads do.
func (s *Service) VerifyPatiently(ctx context.Context, by audit.Actor, id uuid.UUID) (distributor.Check, error) {
	return s.verify(ctx, by, id, distributor.Patient)
}

func (s *Service) verify(ctx context.Context, by audit.Actor, id uuid.UUID,
	how distributor.Patience) (distributor.Check, error) {
	began := s.Clock.Now()
	p, err := Get(ctx, s.DB.Read(ctx), id)
	if err != nil {
		return distributor.Check{}, err
	}
	if p.Connector == distributor.Manual {
		return distributor.Check{}, errs.New(errs.Conflict, "A manual provider has no connection to verify.")
	}
	check, err := s.check(ctx, p, how)
	if err != nil {
		return distributor.Check{}, err
	}
	return check, s.DB.InTx(ctx, func(tx *gorm.DB) error { return s.storeCheck(ctx, tx, by, p, check, began) })
}

// check asks the distributor. Secrets that were given for other servers than those that
// stand fail it before anything is sent.
func (s *Service) check(ctx context.Context, p Provider, how distributor.Patience) (distributor.Check, error) {
	conn, err := s.Connect(ctx, p)
	if distributor.KindOf(err) == distributor.NeedsCredentials {
		e := distributor.AsError(err)
		return distributor.Check{Layers: []distributor.Layer{{Name: distributor.LayerToken, Result: distributor.Failed,
			Message: e.Message, Advice: e.Advice}}}, nil
	}
	if err != nil {
		return distributor.Check{}, err
	}
	limit := checkLimit
	if how == distributor.Patient {
		limit = patientLimit
	}
	checking, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	check := conn.Verify(checking, how)
	return check, s.nameDialect(ctx, p.ID, &check)
}

// nameDialect says in a check which dialect it was made in.
func (s *Service) nameDialect(ctx context.Context, id uuid.UUID, check *distributor.Check) error {
	v, err := dialect.InForce(ctx, s.DB.Read(ctx), id)
	if err != nil || v.Number == 0 {
		return err
	}
	check.Layers = append(check.Layers, distributor.Layer{Name: distributor.LayerDialect, Result: distributor.Passed,
		Message: fmt.Sprintf("Asked and read in version %d of this provider's dialect.", v.Number)})
	return nil
}

func (s *Service) storeCheck(ctx context.Context, tx *gorm.DB, by audit.Actor, p Provider, c distributor.Check,
	at time.Time) error {
	layers, err := json.Marshal(c.Layers)
	if err != nil {
		return err
	}
	// Credentials saved while the check ran are not those that were checked.
	err = tx.Exec(`UPDATE providers SET checked_by = ?, check_result = ?, check_layers = ?::jsonb,
			checked_at = CASE WHEN credentials_at = ? THEN ?::timestamptz
			ELSE least(?::timestamptz, credentials_at - interval '1 microsecond') END
		WHERE id = ?`, by.Name, c.Result(), string(layers), p.CredentialsAt, at, at, p.ID).Error
	if err != nil || !by.IsPerson() {
		return err
	}
	return audit.Record(ctx, tx, s.Clock, by,
		audit.Event{Action: "provider.verified", ObjectType: "provider", ObjectID: p.ID.String(), ObjectName: p.Name,
			After: map[string]any{"result": c.Result()}})
}

// Layers reads the stored layers of the last check.
func (p Provider) Layers() []distributor.Layer {
	var ls []distributor.Layer
	if json.Unmarshal(p.CheckLayers, &ls) != nil {
		return nil
	}
	return ls
}

// IdentityCompared says that a complete listing was compared with what is stored under
// the host and reseller number that p was read with. A change made since then still waits
// for its own comparison. Without a change it writes nothing.
func IdentityCompared(ctx context.Context, db *gorm.DB, p Provider) error {
	if p.IdentityChangedAt == nil {
		return nil
	}
	return db.WithContext(ctx).Exec(`UPDATE providers SET identity_changed_at = NULL WHERE id = ?
		AND identity_changed_at = ?`, p.ID, *p.IdentityChangedAt).Error
}
