package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
)

// News is something of their own account that a person has to be told, whoever did it: it may have been a stranger.
type News struct {
	ID      uuid.UUID
	UserID  uuid.UUID
	Name    string
	Email   string // that the account had before
	Text    string // as "Your password was changed"
	ByName  string
	Address string // from which it was done; empty: not known
	At      time.Time
}

// newsOf says in a sentence what an action of the trail changes of how somebody comes in or what they may; empty: it
// is nothing to be mailed. Whoever takes up an invitation knows that they did.
func newsOf(action string, c Change) string {
	before, _ := c.before.(map[string]any)
	after, _ := c.after.(map[string]any)
	switch action {
	case "user.password_changed":
		if after["link"] != Invite {
			return "Your password was changed."
		}
	case "second_factor.added":
		return fmt.Sprintf("A second factor was added: %v.", after["name"])
	case "second_factor.removed":
		return fmt.Sprintf("A second factor was removed: %v.", before["name"])
	case "second_factor.cleared":
		return "All your second factors and recovery codes were cleared."
	case "recovery_codes.renewed":
		return "New recovery codes were made; the old ones open nothing any more."
	case "sign_in.succeeded", "user.proved":
		if after["factor"] == byRecovery {
			return "A recovery code was used in place of your second factor."
		}
	case "user.changed":
		return changedNews(c, before, after)
	case "user.enabled":
		return "Your access was enabled again."
	}
	return ""
}

func changedNews(c Change, before, after map[string]any) string {
	text := ""
	if c.differs("email") {
		text = fmt.Sprintf("Your address to sign in with was changed from %v to %v.", before["email"], after["email"])
	}
	if c.differs("role") {
		if text != "" {
			text += " "
		}
		text += fmt.Sprintf("Your role was changed from %v to %v.", before["role"], after["role"])
	}
	return text
}

// tellOwner notes the news of an action for whom it concerns, at the address from before.
func (s Service) tellOwner(ctx context.Context, tx *gorm.DB, by audit.Actor, u User, action string, c Change) error {
	text := newsOf(action, c)
	if text == "" {
		return nil
	}
	email := u.Email
	if before, ok := c.before.(map[string]any); ok {
		if was, ok := before["email"].(string); ok {
			email = was
		}
	}
	return AddNews(ctx, tx, News{UserID: u.ID, Email: email, Text: text, ByName: by.Name, At: s.Clock.Now()})
}

// AddNews notes what a person has to be told, in the transaction that it comes of.
func AddNews(ctx context.Context, tx *gorm.DB, n News) error {
	return tx.WithContext(ctx).Exec(`INSERT INTO account_news (id, user_id, email, text, by_name, address, at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, newID(), n.UserID, n.Email, n.Text, n.ByName, audit.FromOf(ctx).Address,
		n.At).Error
}

// newsKeeps is how long news wait for a way out: where no mail goes out they are not mailed weeks later. They stand in
// the trail as well.
const newsKeeps = 24 * time.Hour

// TellNews gives each of the news that wait to send, in the transaction that takes it, so that it is sent once.
func (s Service) TellNews(ctx context.Context, send func(ctx context.Context, tx *gorm.DB, n News) error) error {
	for ctx.Err() == nil {
		found := false
		err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
			var all []News
			err := tx.Raw(`WITH n AS (DELETE FROM account_news WHERE id = (SELECT id FROM account_news
					ORDER BY at, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING *)
				SELECT n.*, u.name FROM n JOIN users u ON u.id = n.user_id`).Scan(&all).Error
			if found = len(all) > 0; err != nil || !found {
				return err
			}
			return send(ctx, tx, all[0])
		})
		if err != nil || !found {
			return err
		}
	}
	return ctx.Err()
}

// DropNews lets go of news that waited too long for a way out.
func (s Service) DropNews(ctx context.Context) error {
	return s.DB.Read(ctx).Exec(`DELETE FROM account_news WHERE at < ?`, s.Clock.Now().Add(-newsKeeps)).Error
}
