package crmsource

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/distributor"
)

const checkLimit = 30 * time.Second

// Verify checks the connection layer by layer, at most 30 s, and stores what came out. A
// check whose settings were edited meanwhile is stale from the start.
func (s *Service) Verify(ctx context.Context, by audit.Actor, id uuid.UUID) (distributor.Check, error) {
	began := s.Clock.Now()
	src, err := Get(ctx, s.DB.Read(ctx), id)
	if err != nil {
		return distributor.Check{}, err
	}
	checking, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	check, err := s.check(checking, src)
	if err != nil {
		return check, err
	}
	return check, s.DB.InTx(ctx, func(tx *gorm.DB) error { return s.storeCheck(tx, by, src, check, began) })
}

func (s *Service) check(ctx context.Context, src Source) (distributor.Check, error) {
	client, err := s.connect(ctx, src)
	if distributor.KindOf(err) == distributor.NeedsCredentials {
		e := distributor.AsError(err)
		return distributor.Check{Layers: []distributor.Layer{{Name: distributor.LayerToken, Result: distributor.Failed,
			Message: e.Message, Advice: e.Advice}}}, nil
	}
	if err != nil {
		return distributor.Check{}, err
	}
	return client.Verify(ctx), nil
}

func (s *Service) storeCheck(tx *gorm.DB, by audit.Actor, src Source, c distributor.Check, at time.Time) error {
	layers, err := json.Marshal(c.Layers)
	if err != nil {
		return err
	}
	err = tx.Exec(`UPDATE crm_sources SET checked_by = ?, check_result = ?, check_layers = ?::jsonb,
			checked_at = CASE WHEN credentials_at = ? THEN ?::timestamptz
			ELSE least(?::timestamptz, credentials_at - interval '1 microsecond') END
		WHERE id = ?`, by.Name, c.Result(), string(layers), src.CredentialsAt, at, at, src.ID).Error
	if err != nil || !by.IsPerson() {
		return err
	}
	return audit.Record(tx.Statement.Context, tx, s.Clock, by,
		audit.Event{Action: "crm_source.verified", ObjectType: "crm_source", ObjectID: src.ID.String(),
			ObjectName: src.Name,
			After:      map[string]any{"result": c.Result()}})
}
