package foureyes

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
)

// Deed is what somebody wants to do, as exactly as it can be said.
type Deed struct {
	Kind       Kind
	ObjectType string // as the trail names it
	ObjectID   string
	ObjectName string
	Facts      []Fact // what a second person has to see
	Money      []money.Amount
	Gives      []money.Amount // what its documents below zero give back: weighed as a credit, whatever its kind
	Unpriced   int            // how many records have no known amount
	Digest     string         // of all that it rests on and all that it says (Digest)
}

// Fact is one line of what is asked.
type Fact struct {
	Term  string `json:"term"`
	Value string `json:"value"`
}

// Digest is of what a deed rests on and of what it says.
func Digest(parts ...any) string {
	text, err := json.Marshal(parts)
	if err != nil { // a part that cannot be written is a fault of ours: it grants nothing
		text = []byte(uuid.NewString())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Needed says that a deed needs a second person. Nothing was done.
type Needed struct{ Deed Deed }

func (n *Needed) Error() string {
	return "four eyes: " + string(n.Deed.Kind) + " needs a second person"
}

// mayGrant is the condition of a user who may grant.
const mayGrant = `active AND role IN ('admin', 'billing')`

// Pass lets a deed through in its own transaction: one that needs nobody, or one that was granted to this person
// exactly as it is now, which uses the grant up. Otherwise it is errs.Forbidden, and wraps a *Needed.
func Pass(ctx context.Context, tx *gorm.DB, clk clock.Clock, by audit.Actor, d Deed) error {
	if !by.IsPerson() {
		return nil // what runs by itself does what people have set
	}
	rules, err := Load(ctx, tx)
	if err != nil || !rules.asks(d) {
		return err
	}
	now := clk.Now()
	var used []Request
	err = tx.WithContext(ctx).Raw(`UPDATE four_eyes_requests r SET state = 'done', ended_at = @now
		WHERE asked_by = @by AND digest = @digest AND kind = @kind AND state = 'granted' AND expires_at > @now
			AND EXISTS (SELECT FROM users WHERE id = r.decided_by AND `+mayGrant+`)
		RETURNING `+columns, map[string]any{"now": now, "by": by.ID, "digest": d.Digest, "kind": d.Kind}).
		Scan(&used).Error
	if err != nil {
		return err
	}
	if len(used) == 0 {
		return errs.Because(errs.Forbidden, "This needs a second person, who grants it before it is done. "+
			"Nothing was changed.", &Needed{d})
	}
	return used[0].record(ctx, tx, clk, by, "four_eyes.carried_out")
}
