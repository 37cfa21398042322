package anchor

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Taken is what TakeOut did.
type Taken struct {
	Checkpoint
	Rows int64
}

// TakeOut takes the entries from before a day out of the trail: they are written to a new file, a signed checkpoint
// says up to where the trail was taken, and only behind it does the database let them go, and only its owner.
func (k Keeper) TakeOut(ctx context.Context, by audit.Actor, before time.Time, file string) (Taken, error) {
	if before.After(k.Clock.Now()) {
		return Taken{}, errs.New(errs.Invalid, "That day lies ahead. Nothing was taken out.")
	}
	found, err := audit.Verify(ctx, k.DB.Read(ctx), 0)
	if err != nil {
		return Taken{}, err
	}
	if !found.Sound() {
		return Taken{}, errs.New(errs.Conflict, "The chain does not hold, and taking entries out would hide where: "+
			where(found)+" Nothing was taken out.")
	}
	seq, err := k.lastBefore(ctx, before)
	if err != nil || seq < found.First {
		return Taken{}, err
	}
	n, err := k.writeFile(ctx, file, seq)
	if err != nil {
		return Taken{}, err
	}
	t := Taken{Rows: n, Checkpoint: Checkpoint{Anchor: Anchor{Seq: seq}, FirstSeq: found.First}}
	err = k.DB.InTx(ctx, func(tx *gorm.DB) error { return k.take(ctx, tx, by, &t, filepath.Base(file)) })
	return t, err
}

// lastBefore is the last entry before which all are of before a moment.
func (k Keeper) lastBefore(ctx context.Context, before time.Time) (int64, error) {
	var row struct{ Seq int64 }
	err := k.DB.Read(ctx).Raw(`SELECT coalesce((SELECT min(seq) - 1 FROM audit_events WHERE at >= ?),
		(SELECT seq FROM audit_head)) AS seq`, before).Scan(&row).Error
	return row.Seq, err
}

func (k Keeper) writeFile(ctx context.Context, path string, upTo int64) (int64, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	n, err := k.Write(ctx, f, upTo)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return n, errors.Join(err, os.Remove(path))
	}
	return n, nil
}

func (k Keeper) take(ctx context.Context, tx *gorm.DB, by audit.Actor, t *Taken, file string) error {
	key, err := k.signer(ctx, tx)
	if err != nil {
		return err
	}
	var end struct{ Hash []byte }
	if err := tx.Raw(`SELECT hash FROM audit_events WHERE seq = ?`, t.Seq).Scan(&end).Error; err != nil {
		return err
	}
	t.Hash = end.Hash
	t.At, t.Key = k.Clock.Now().Truncate(time.Microsecond), key.Public().(ed25519.PublicKey)
	t.Signature = ed25519.Sign(key, t.said())
	err = tx.Exec(`INSERT INTO audit_checkpoints (seq, hash, first_seq, at, public_key, signature)
		VALUES (?, ?, ?, ?, ?, ?)`, t.Seq, t.Hash, t.FirstSeq, t.At, []byte(t.Key), t.Signature).Error
	if err != nil {
		return err
	}
	gone := tx.Exec(`DELETE FROM audit_events WHERE seq <= ?`, t.Seq)
	if gone.Error != nil {
		return gone.Error
	}
	if gone.RowsAffected != t.Rows {
		return fmt.Errorf("%d entries were written out, and %d would go: nothing was taken out", t.Rows,
			gone.RowsAffected)
	}
	if err := tx.Exec(`SELECT mend_audit_days()`).Error; err != nil {
		return err
	}
	return k.note(ctx, tx, by, audit.Event{Action: "audit.taken_out", ObjectID: fmt.Sprint(t.Seq),
		After: map[string]any{"first": t.FirstSeq, "last": t.Seq, "file": file}})
}
