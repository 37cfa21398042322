package anchor

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/notify"
)

// Every is how often the end of the trail is signed and noted elsewhere.
const Every = 24 * time.Hour

// errBroken says in a transaction that the trail does not hold, which is told and not signed.
type errBroken struct{ found audit.Integrity }

func (errBroken) Error() string { return "the audit trail does not hold" }

// Keep signs the end of the trail once a day and notes it in the folder and with the notices. A trail that does not
// follow from the last anchor is not vouched for: that is told instead. A job calls it, on every replica.
func (k Keeper) Keep(ctx context.Context) error {
	_, err := k.sign(ctx, false)
	if broken := (errBroken{}); errors.As(err, &broken) {
		err = k.tellBroken(ctx, broken.found)
	}
	return errors.Join(err, k.writeMissing(ctx))
}

// Now signs the end of the trail, whenever it was last signed.
func (k Keeper) Now(ctx context.Context) (Anchor, error) {
	a, err := k.sign(ctx, true)
	if err != nil {
		return a, err
	}
	return a, k.writeMissing(ctx)
}

func (k Keeper) sign(ctx context.Context, now bool) (Anchor, error) {
	var a Anchor
	err := k.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('audit anchor', 0))`).Error; err != nil {
			return err
		}
		before, err := last(tx)
		if err != nil {
			return err
		}
		due, err := k.due(ctx, tx, before)
		if err != nil || !due && !now {
			return err
		}
		key, err := k.signer(ctx, tx)
		if err != nil {
			return err
		}
		if err := k.follows(ctx, tx, before); err != nil {
			return err
		}
		a, err = k.put(ctx, tx, key)
		return err
	})
	return a, err
}

// due tells whether a day has passed since the last anchor, or since the first entry, and something has happened.
func (k Keeper) due(ctx context.Context, tx *gorm.DB, before Anchor) (bool, error) {
	since := before.At
	if before.Seq == 0 {
		var first struct{ At *time.Time }
		if err := tx.Raw(`SELECT at FROM audit_events ORDER BY seq LIMIT 1`).Scan(&first).Error; err != nil {
			return false, err
		}
		if first.At == nil {
			return false, nil
		}
		since = *first.At
	}
	seq, _, err := k.head(ctx, tx)
	return seq != before.Seq && k.Clock.Now().Sub(since) >= Every, err
}

// follows tells whether the trail goes on from the last anchor as it should.
func (k Keeper) follows(ctx context.Context, tx *gorm.DB, before Anchor) error {
	found, err := audit.VerifyFrom(ctx, tx, audit.Anchor{Seq: before.Seq, Hash: fmt.Sprintf("%x", before.Hash)})
	if err == nil && !found.Sound() {
		err = errBroken{found}
	}
	return err
}

func (k Keeper) put(ctx context.Context, tx *gorm.DB, key ed25519.PrivateKey) (Anchor, error) {
	var a Anchor
	if err := tx.Raw(`SELECT seq, hash FROM audit_head`).Scan(&a).Error; err != nil {
		return a, err
	}
	if a.Seq == 0 {
		return a, errors.New("the audit trail has no entry yet")
	}
	a.At, a.Key = k.Clock.Now().Truncate(time.Microsecond), key.Public().(ed25519.PublicKey)
	a.Signature = ed25519.Sign(key, a.said())
	err := tx.Exec(`INSERT INTO audit_anchors (seq, hash, at, public_key, signature) VALUES (?, ?, ?, ?, ?)`, a.Seq,
		a.Hash, a.At, []byte(a.Key), a.Signature).Error
	if err != nil {
		return a, err
	}
	return a, notify.Record(ctx, tx, k.Clock, notify.Event{Kind: notify.TrailAnchored, ObjectType: "audit_trail",
		ObjectName: "Audit trail", Text: fmt.Sprintf("The audit trail ends with entry %d, %x. Keep this where nobody "+
			"with rights to the database can change it; `seatledger audit verify` compares.", a.Seq, a.Hash)})
}

func (k Keeper) tellBroken(ctx context.Context, found audit.Integrity) error {
	e := notify.Event{Kind: notify.TrailBroken, ObjectType: "audit_trail", ObjectName: "Audit trail",
		Text: "The audit trail was changed outside of Seatledger and is not vouched for any more: " + where(found) +
			" Run `seatledger audit verify`, and compare with a backup and with the anchors kept elsewhere."}
	return k.DB.InTx(ctx, func(tx *gorm.DB) error {
		var said bool
		err := tx.Raw(`SELECT EXISTS (SELECT FROM notices WHERE kind = ? AND at > ? AND text = ?)`, e.Kind,
			k.Clock.Now().Add(-Every), e.Text).Scan(&said).Error
		if err != nil || said {
			return err
		}
		return notify.Record(ctx, tx, k.Clock, e)
	})
}

// where says in a sentence what is wrong with a trail.
func where(i audit.Integrity) string {
	if i.Broken > 0 {
		return fmt.Sprintf("entry %d does not follow from the one before it.", i.Broken)
	}
	return "entries at its end are missing."
}
