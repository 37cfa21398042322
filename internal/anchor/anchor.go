// Package anchor vouches for the audit trail to people who trust neither the database nor its owner: it signs the end
// of the trail from time to time and notes it elsewhere, proves a trail against such notes, writes it out in a form
// that can be checked anywhere, and takes old entries out under a signed checkpoint. It knows what an entry's hash is
// made of, and nothing of what entries tell.
package anchor

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/postgres"
	"seatledger/internal/secret"
)

// Keeper signs and proves the trail of one database.
type Keeper struct {
	DB     *postgres.DB
	Clock  clock.Clock
	Sealer *secret.Sealer // nil: nothing can be signed, and only signatures of a key that is named are believed
	Folder string         // where anchors are noted as files; empty: nowhere
}

// Anchor is the end of the trail at a moment, signed.
type Anchor struct {
	Seq       int64
	Hash      []byte
	At        time.Time
	Key       ed25519.PublicKey `gorm:"column:public_key"`
	Signature []byte
}

// said is what the signature of an anchor covers.
func (a Anchor) said() []byte {
	return fmt.Appendf(nil, "seatledger audit anchor 1\n%d\n%x\n%s\n", a.Seq, a.Hash, moment(a.At))
}

// Checkpoint is the last entry that was taken out, signed.
type Checkpoint struct {
	Anchor
	FirstSeq int64
}

func (c Checkpoint) said() []byte {
	return fmt.Appendf(nil, "seatledger audit checkpoint 1\n%d\n%x\n%d\n%s\n", c.Seq, c.Hash, c.FirstSeq, moment(c.At))
}

// moment is as exact as the database keeps it.
func moment(t time.Time) string {
	return t.UTC().Truncate(time.Microsecond).Format("2006-01-02T15:04:05.000000Z")
}

// Fingerprint names a key to a person.
func Fingerprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:16])
}

// written is an anchor as a file has it.
type written struct {
	What      string `json:"what"`
	Seq       int64  `json:"entry"`
	Hash      string `json:"hash"`
	At        string `json:"at"`
	Key       string `json:"key"`
	Signature string `json:"signature"`
}

const whatAnchor = "Seatledger, end of the audit trail"

// MarshalJSON writes the anchor as a file has it.
func (a Anchor) MarshalJSON() ([]byte, error) {
	b64 := base64.StdEncoding.EncodeToString
	return json.Marshal(written{whatAnchor, a.Seq, hex.EncodeToString(a.Hash), moment(a.At), b64(a.Key),
		b64(a.Signature)})
}

var errNoAnchor = errors.New("is not an anchor of Seatledger")

// UnmarshalJSON reads a file.
func (a *Anchor) UnmarshalJSON(b []byte) error {
	var w written
	if err := json.Unmarshal(b, &w); err != nil || w.What != whatAnchor {
		return errNoAnchor
	}
	hash, err1 := hex.DecodeString(w.Hash)
	at, err2 := time.Parse(time.RFC3339, w.At)
	key, err3 := base64.StdEncoding.DecodeString(w.Key)
	signature, err4 := base64.StdEncoding.DecodeString(w.Signature)
	if errors.Join(err1, err2, err3, err4) != nil || len(key) != ed25519.PublicKeySize || w.Seq < 1 {
		return errNoAnchor
	}
	*a = Anchor{w.Seq, hash, at, key, signature}
	return nil
}

// last is the newest anchor; the zero Anchor when there is none.
func last(tx *gorm.DB) (Anchor, error) {
	var a Anchor
	err := tx.Raw(`SELECT seq, hash, at, public_key, signature FROM audit_anchors ORDER BY id DESC LIMIT 1`).
		Scan(&a).Error
	return a, err
}

func (k Keeper) head(ctx context.Context, db *gorm.DB) (seq int64, hash []byte, err error) {
	var row struct {
		Seq  int64
		Hash []byte
	}
	err = db.WithContext(ctx).Raw(`SELECT seq, hash FROM audit_head`).Scan(&row).Error
	return row.Seq, row.Hash, err
}

func (k Keeper) note(ctx context.Context, tx *gorm.DB, by audit.Actor, e audit.Event) error {
	e.ObjectType, e.ObjectName = "audit_trail", "Audit trail"
	return audit.Record(ctx, tx, k.Clock, by, e)
}
