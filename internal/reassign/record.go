package reassign

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/subscription"
)

// Record is a move as it is kept.
type Record struct {
	ID         uuid.UUID
	SourceID   uuid.UUID
	TargetID   uuid.UUID
	SwitchOn   clock.Date // first day that belongs to the target
	Taken      bool       // of a move made before days had owners: what was not billed went along
	Copied     int        // rows copied to the target
	Aside      int        // own rows of the target that were set aside
	Adjusted   int        // seats of the adjustment; 0: none was needed
	Note       string
	MadeAt     time.Time
	MadeBy     string
	EndedOn    clock.Date // first day without seats of the source; zero: it is not retired
	EndedHere  bool       // it was ended after the move
	UndoneAt   *time.Time
	UndoneBy   string
	SourceName string // what people call it
	SourceExt  string // its id at the distributor
	TargetName string
	TargetExt  string
	Before     string        // of the target, as JSON: what undoing puts back
	Audit      []audit.Event `gorm:"-"` // what the operation that gave the record did
}

// Stands tells whether the move was not taken back.
func (r Record) Stands() bool { return r.UndoneAt == nil }

const recordQuery = `SELECT r.id, r.source_id, r.target_id, r.switch_on, r.taken, r.copied, r.aside, r.adjusted, r.note,
	r.made_at, r.made_by, r.ended_on, r.ended_here, r.undone_at, r.undone_by,
	coalesce(nullif(s.product_name, ''), s.external_id) AS source_name, s.external_id AS source_ext,
	coalesce(nullif(t.product_name, ''), t.external_id) AS target_name, t.external_id AS target_ext,
		r.before::text AS before
	FROM reassignments r JOIN subscriptions s ON s.id = r.source_id JOIN subscriptions t ON t.id = r.target_id WHERE `

// Of reads the moves that a subscription is a side of, the latest first, also those taken back.
func Of(ctx context.Context, db *gorm.DB, id uuid.UUID) ([]Record, error) {
	return records(ctx, db, `? IN (r.source_id, r.target_id) ORDER BY r.made_at DESC, r.id DESC`, id)
}

// Standing reads the moves that stand and have one of the subscriptions as a side, the latest first.
func Standing(ctx context.Context, db *gorm.DB, ids []uuid.UUID) ([]Record, error) {
	return records(ctx, db, `r.undone_at IS NULL AND (r.source_id = ANY (?::uuid[]) OR r.target_id = ANY (?::uuid[]))
		ORDER BY r.made_at DESC, r.id DESC`,
		postgres.IDs(ids), postgres.IDs(ids))
}

func records(ctx context.Context, db *gorm.DB, where string, args ...any) ([]Record, error) {
	var all []Record
	if err := db.WithContext(ctx).Raw(recordQuery+where, args...).Scan(&all).Error; err != nil {
		return nil, fmt.Errorf("read reassignments: %w", err)
	}
	return all, nil
}

// standing finds the move to act on, by its own id or that of either side, and locks
// both sides. errs.NotFound for an unknown subscription, errs.Conflict where none stands.
func standing(ctx context.Context, tx *gorm.DB, id uuid.UUID) (Record, error) {
	find := func() (Record, error) {
		all, err := records(ctx, tx, `? IN (r.id, r.source_id, r.target_id)
			ORDER BY r.undone_at IS NULL DESC, coalesce(r.undone_at, r.made_at) DESC, r.id DESC LIMIT 1`, id)
		if err != nil || len(all) > 0 {
			return append(all, Record{})[0], err
		}
		if _, err := subscription.Get(ctx, tx, id); err != nil {
			return Record{}, err
		}
		return Record{}, errs.New(errs.Conflict,
			"No history was reassigned from or to this subscription. Nothing was changed.")
	}
	r, err := find()
	if err != nil {
		return r, err
	}
	if _, err := subscription.LockBoth(ctx, tx, r.SourceID, r.TargetID); err != nil {
		return r, err
	}
	if r, err = find(); err != nil || r.Stands() {
		return r, err
	}
	return r, errs.Newf(errs.Conflict,
		"%s has taken the reassignment from %s to %s back already, on %s. Nothing was changed.",
		r.UndoneBy, r.SourceExt, r.TargetExt, r.UndoneAt.Format(time.DateOnly))
}

// role is what a move did with a row.
type role string

const (
	roleCopy   role = "copy"
	roleAdjust role = "adjust"
	roleAside  role = "aside"
)

func rowsOf(ctx context.Context, tx *gorm.DB, move uuid.UUID, roles ...role) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.WithContext(ctx).Raw(`
		SELECT change_id FROM reassigned_changes WHERE reassignment_id = ? AND role IN (?) ORDER BY change_id`,
		move, roles).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("rows of reassignment %s: %w", move, err)
	}
	return ids, nil
}

func keepRows(ctx context.Context, tx *gorm.DB, move uuid.UUID, r role, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	err := tx.WithContext(ctx).Exec(`INSERT INTO reassigned_changes (reassignment_id, change_id, role)
		SELECT CAST(@move AS uuid), id, CAST(@role AS text) FROM unnest(CAST(@ids AS uuid[])) AS id`,
		map[string]any{"move": move, "role": string(r), "ids": postgres.IDs(ids)}).Error
	if err != nil {
		return fmt.Errorf("keep rows of reassignment %s: %w", move, err)
	}
	return nil
}

func keepEnd(ctx context.Context, tx *gorm.DB, move uuid.UUID, on clock.Date, here bool) error {
	err := tx.WithContext(ctx).Exec(`UPDATE reassignments SET ended_on = ?, ended_here = ? WHERE id = ?`, on, here,
		move).Error
	if err != nil {
		return fmt.Errorf("end of reassignment %s: %w", move, err)
	}
	return nil
}

// before is what undoing puts back on the target.
func (r Record) before() (subscription.History, error) {
	var h subscription.History
	err := json.Unmarshal([]byte(r.Before), &h)
	return h, err
}
