// Package token knows the tokens with which programs read lists: what each may read, how long, how often, and who made
// it. A token writes nothing. The package knows no list and no HTTP.
package token

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// Area is a part of the lists.
type Area string

// The areas.
const (
	Mapping  Area = "mapping"
	Billing  Area = "billing"
	Supplier Area = "supplier"
	Audit    Area = "audit"
)

// Areas lists all areas.
func Areas() []Area { return []Area{Mapping, Billing, Supplier, Audit} }

// Label is the area's name for a person.
func (a Area) Label() string {
	switch a {
	case Mapping:
		return "Mapping"
	case Billing:
		return "Billing"
	case Supplier:
		return "Supplier"
	case Audit:
		return "Audit"
	}
	return string(a)
}

// Explains says which lists belong to it.
func (a Area) Explains() string {
	switch a {
	case Mapping:
		return "Provider accounts, CRM accounts and sources, the mapping, subscriptions, cut-overs."
	case Billing:
		return "CRM accounts, contracts, price lists, subscriptions, changes, invoices and their lines, mail, exports."
	case Supplier:
		return "Providers, sync runs, subscriptions, changes, supplier bills and differences."
	case Audit:
		return "The audit trail and bulk work."
	}
	return ""
}

// What a token may be.
const (
	maxName   = 80
	MaxDays   = 365
	PerMinute = 60     // requests of one token
	Begins    = "slt_" // of every token, so that one that got lost can be searched for
)

// Token is what stands of a token.
type Token struct {
	ID          uuid.UUID
	Name        string
	Areas       postgres.Texts
	MadeByID    uuid.UUID `gorm:"column:made_by"`
	MadeBy      string    `gorm:"column:made_by_name"`
	MadeAt      time.Time
	ExpiresAt   time.Time
	LastUsedAt  *time.Time
	LastAddress string
	RevokedAt   *time.Time
	RevokedBy   string
	MakerActive bool // whoever made it may still do so; without that it opens nothing
}

// May tells whether it reads lists of one of the areas.
func (t Token) May(areas ...Area) bool {
	return slices.ContainsFunc(areas, func(a Area) bool { return slices.Contains(t.Areas, string(a)) })
}

// Actor is the token as the trail names it.
func (t Token) Actor() audit.Actor { return audit.Actor{Name: "API token " + t.Name} }

// Service makes, takes back and recognises tokens.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
}

// New is what somebody wants to make.
type New struct {
	Name  string
	Areas []Area
	Days  int
}

func (n New) check() error {
	f := errs.Fields{}
	switch {
	case n.Name == "":
		f.Add("name", "Enter a name, as that of the program that will use it.")
	case utf8.RuneCountInString(n.Name) > maxName:
		f.Add("name", "A name has %d characters at most.", maxName)
	}
	if len(n.Areas) == 0 {
		f.Add("area_mapping", "Choose at least one area.")
	}
	if n.Days < 1 || n.Days > MaxDays {
		f.Add("days", "A token lives from 1 to %d days.", MaxDays)
	}
	return f.Err()
}

// Make makes a token and gives it, which nobody can do again.
func (s Service) Make(ctx context.Context, by audit.Actor, n New) (Token, string, error) {
	n.Name = strings.TrimSpace(n.Name)
	if err := n.check(); err != nil {
		return Token{}, "", err
	}
	secret := Begins + rand.Text() + rand.Text()
	now := s.Clock.Now()
	t := Token{ID: uuid.Must(uuid.NewV7()), Name: n.Name, MadeByID: by.ID, MadeBy: by.Name, MadeAt: now,
		ExpiresAt: now.AddDate(0, 0, n.Days)}
	for _, a := range n.Areas {
		t.Areas = append(t.Areas, string(a))
	}
	return t, secret, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		// gorm would spread bytes out that stand first in a parenthesis, so the id does.
		err := tx.Exec(`INSERT INTO api_tokens (id, hash, name, areas, made_by, made_at, expires_at)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, t.ID, hashOf(secret), t.Name, t.Areas, by.ID, now, t.ExpiresAt).Error
		if err != nil {
			return err
		}
		return s.record(ctx, tx, by, "token.made", t, map[string]any{"areas": t.Areas,
			"expires_at": t.ExpiresAt.Format(time.RFC3339)})
	})
}

func (s Service) record(ctx context.Context, tx *gorm.DB, by audit.Actor, action string, t Token, after any) error {
	return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: action, ObjectType: "token", ObjectID: t.ID.String(),
		ObjectName: t.Name, After: after})
}

// hashOf needs no slow hash: a token is no word that somebody thought of.
func hashOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

const columns = `t.id, t.name, t.areas, t.made_by, u.name AS made_by_name, t.made_at, t.expires_at, t.last_used_at,
	t.last_address, t.revoked_at, t.revoked_by, (u.active AND u.role = 'admin') AS maker_active`

// List reads all tokens, those in force first.
func (s Service) List(ctx context.Context) ([]Token, error) {
	var out []Token
	err := s.DB.Read(ctx).Raw(`SELECT `+columns+` FROM api_tokens t JOIN users u ON u.id = t.made_by
		ORDER BY t.revoked_at IS NULL AND t.expires_at > ? DESC, t.made_at DESC, t.id`, s.Clock.Now()).Scan(&out).Error
	return out, err
}

// Revoke takes a token back, for good. Doing it twice is harmless.
func (s Service) Revoke(ctx context.Context, by audit.Actor, id uuid.UUID) (Token, error) {
	var t Token
	return t, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		found := tx.Raw(`SELECT `+columns+` FROM api_tokens t JOIN users u ON u.id = t.made_by WHERE t.id = ?
			FOR UPDATE OF t`, id).Scan(&t)
		if found.Error != nil {
			return found.Error
		}
		if found.RowsAffected == 0 {
			return errs.New(errs.NotFound, "There is no such token.")
		}
		if t.RevokedAt != nil {
			return nil
		}
		err := tx.Exec(`UPDATE api_tokens SET revoked_at = ?, revoked_by = ? WHERE id = ?`, s.Clock.Now(), by.Name, id).
			Error
		if err != nil {
			return err
		}
		return s.record(ctx, tx, by, "token.revoked", t, nil)
	})
}

// RevokeAll takes back every token that is in force, and tells how many: after a restore one that was revoked since
// the backup was made would open again.
func (s Service) RevokeAll(ctx context.Context, by audit.Actor) (int, error) {
	all, err := s.List(ctx)
	n := 0
	for _, t := range all {
		if err != nil {
			break
		}
		if t.RevokedAt == nil && t.ExpiresAt.After(s.Clock.Now()) {
			n++
			_, err = s.Revoke(ctx, by, t.ID)
		}
	}
	return n, err
}
