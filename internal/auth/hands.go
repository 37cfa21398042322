package auth

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
)

// Touch is what somebody did to another's account.
type Touch string

// The touches. Each puts an account, for a while or for good, into the hand of who did it.
const (
	Made       Touch = "made"
	LinkHanded Touch = "link" // saw or sent the link by which a password is chosen
	SetWord    Touch = "password"
	GaveRole   Touch = "role"
	SetAddress Touch = "address"
	Cleared    Touch = "factors"
	Tied       Touch = "identity"
	LetBackIn  Touch = "enabled"
	SetMail    Touch = "mail"    // set the server up by which a link went that opened it
	Vouched    Touch = "vouched" // who runs the program says that the account is a person of its own
)

// Says what was done, as in "Ada made this account".
func (t Touch) Says() string {
	return map[Touch]string{Made: "made this account", LinkHanded: "made a link into this account",
		SetWord: "set its password", GaveRole: "gave it its role", SetAddress: "set its mail address",
		Cleared: "cleared its second factors", Tied: "linked it to an identity provider",
		LetBackIn: "enabled it", SetMail: "set up the mail server by which a link into it went"}[t]
}

// Hand is one touch, with whose.
type Hand struct {
	UserID uuid.UUID
	ByID   uuid.UUID
	By     string
	What   Touch
	At     time.Time
	SetAt  *time.Time // of SetMail: when that server was set up
}

// Hands are all touches that count: those of other people, since who runs the program vouched for the account last.
func Hands(ctx context.Context, db *gorm.DB) ([]Hand, error) {
	var all []Hand
	err := db.WithContext(ctx).Raw(`SELECT h.user_id, h.by_id, b.name AS by, h.what, h.at, h.set_at
		FROM account_hands h JOIN users b ON b.id = h.by_id
		WHERE NOT EXISTS (SELECT FROM account_hands v WHERE v.user_id = h.user_id AND v.what = 'vouched'
			AND v.at >= h.at) ORDER BY h.at, h.id`).Scan(&all).Error
	return all, err
}

// Touched notes a touch. What a person does to their own account is none, nor is what no person does.
func Touched(ctx context.Context, tx *gorm.DB, clk clock.Clock, by audit.Actor, user uuid.UUID, what Touch) error {
	if !by.IsPerson() || by.ID == user {
		return nil
	}
	return addHand(ctx, tx, clk, user, uuid.NullUUID{UUID: by.ID, Valid: true}, what)
}

func addHand(ctx context.Context, tx *gorm.DB, clk clock.Clock, user uuid.UUID, by uuid.NullUUID, what Touch) error {
	return tx.WithContext(ctx).Exec(`INSERT INTO account_hands (id, user_id, by_id, what, at) VALUES (?, ?, ?, ?, ?)`,
		newID(), user, by, what, clk.Now()).Error
}

// carried notes whose mail server the link went through that opened an account. Their own is no hand.
func (s Service) carried(tx *gorm.DB, l Link) error {
	var by []struct {
		UserID uuid.UUID
		SetAt  time.Time
	}
	err := tx.Raw(`SELECT user_id, set_at FROM link_hands WHERE link_id = ? AND user_id <> ? ORDER BY user_id`, l.id,
		l.User.ID).Scan(&by).Error
	for _, h := range by {
		if err != nil {
			return err
		}
		err = tx.Exec(`INSERT INTO account_hands (id, user_id, by_id, what, at, set_at) VALUES (?, ?, ?, ?, ?, ?)`,
			newID(), l.User.ID, h.UserID, SetMail, s.Clock.Now(), h.SetAt).Error
	}
	return err
}

// MailServerSet notes who points the mail server to where it is; another host is in their hand alone.
func MailServerSet(ctx context.Context, tx *gorm.DB, clk clock.Clock, by audit.Actor, otherHost bool) error {
	tx = tx.WithContext(ctx)
	if otherHost {
		if err := tx.Exec(`DELETE FROM mail_server_hands`).Error; err != nil {
			return err
		}
	}
	return tx.Exec(`INSERT INTO mail_server_hands (user_id, at) SELECT id, ? FROM users WHERE id = ?
		ON CONFLICT (user_id) DO UPDATE SET at = excluded.at`, clk.Now(), by.ID).Error
}

// Vouch says that an account is a person of its own, whoever made it. It is for who runs the program.
func (s Service) Vouch(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		u, err := Get(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := addHand(ctx, tx, s.Clock, id, uuid.NullUUID{}, Vouched); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "user.vouched", u, Change{})
	})
}

// touches are what an action of the trail is to the account that it changes.
func touches(action string, c Change) []Touch {
	one := map[string]Touch{"user.created": Made, "user.invited": Made, "user.password_changed": SetWord,
		"user.enabled": LetBackIn, "second_factor.cleared": Cleared}
	if t, ok := one[action]; ok {
		return []Touch{t}
	}
	var out []Touch
	if action == "user.changed" {
		if c.differs("role") {
			out = append(out, GaveRole)
		}
		if c.differs("email") {
			out = append(out, SetAddress)
		}
	}
	return out
}

// differs tells whether what the trail shows under a name is another before and after.
func (c Change) differs(name string) bool {
	before, _ := c.before.(map[string]any)
	after, _ := c.after.(map[string]any)
	return before[name] != after[name]
}
