package runs

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

func words(t Table) *strings.Replacer {
	return strings.NewReplacer("TABLE", t.Name, "SUBJECT", t.Subject)
}

const unfinished = `SUBJECT = ? AND state IN ('queued', 'running', 'interrupted')`

// Unfinished finds the run of a subject that has not ended yet; uuid.Nil when there is none.
func (t Table) Unfinished(ctx context.Context, db *gorm.DB, subject uuid.UUID) (uuid.UUID, error) {
	var ids []uuid.UUID
	err := db.WithContext(ctx).Raw(words(t).Replace(`SELECT id FROM TABLE WHERE `+unfinished), subject).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return uuid.Nil, err
	}
	return ids[0], nil
}

// Request finds the unfinished run of a subject, or has add store a new one and queues it with its job; found
// says which. Two requests at once come to the same run.
func (d *Desk) Request(ctx context.Context, subject uuid.UUID,
	add func(tx *gorm.DB) (uuid.UUID, error)) (id uuid.UUID, found bool, err error) {
	err = d.DB.InTx(ctx, func(tx *gorm.DB) error {
		id, found, err = d.RequestIn(ctx, tx, subject, add)
		return err
	})
	if postgres.Constraint(err) != d.Table.Name+"_one_unfinished" {
		return id, found, err
	}
	if id, err = d.Table.Unfinished(ctx, d.DB.Read(ctx), subject); err == nil && id == uuid.Nil {
		return d.Request(ctx, subject, add) // the other one has ended meanwhile
	}
	return id, true, err
}

// RequestIn is Request within a transaction.
func (d *Desk) RequestIn(ctx context.Context, tx *gorm.DB, subject uuid.UUID,
	add func(tx *gorm.DB) (uuid.UUID, error)) (id uuid.UUID, found bool, err error) {
	// Who joins a run keeps it from ending until the commit: its end sees what was asked.
	open, err := d.heads(tx, unfinished+` FOR SHARE`, subject)
	if err != nil {
		return uuid.Nil, false, err
	}
	if len(open) > 0 {
		return open[0].ID, true, nil
	}
	if id, err = add(tx); err != nil {
		return uuid.Nil, false, err
	}
	err = tx.Exec(d.sql(`UPDATE TABLE SET resume_at = clock_timestamp() WHERE id = ?`), id).Error
	if err != nil {
		return uuid.Nil, false, fmt.Errorf("queue run: %w", err)
	}
	return id, false, d.Enqueue(ctx, tx, id, 0)
}
