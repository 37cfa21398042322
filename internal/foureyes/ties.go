package foureyes

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/auth"
)

// HandLasts is how long an account counts as in the hand of somebody who set its password, its role, its address or
// what else opens it. An account that somebody made while four eyes were on counts as in their hand for good where they
// ask.
const HandLasts = 30 * 24 * time.Hour

// ties are what hold two accounts together, so that they are no two people.
type ties struct {
	hands []auth.Hand
	asked time.Time // when it was asked
	since time.Time // when four eyes were switched on
}

func tiesAt(ctx context.Context, db *gorm.DB, r Rules, asked time.Time) (ties, error) {
	hands, err := auth.Hands(ctx, db)
	return ties{hands, asked, r.Since}, err
}

// recent is a touch not long before it was asked, or after.
func (t ties) recent(h auth.Hand) bool { return h.At.After(t.asked.Add(-HandLasts)) }

// known is a touch that counts: those from before four eyes were switched on are known to who did that, as is a mail
// server that was set up before.
func (t ties) known(h auth.Hand) bool {
	at := h.At
	if h.SetAt != nil {
		at = *h.SetAt
	}
	return !at.Before(t.since)
}

// forGood holds what the asker's own hand is on: what they made, and what they did else not long ago.
func (t ties) forGood(h auth.Hand) bool { return t.known(h) && (h.What == auth.Made || t.recent(h)) }

// lately holds what any other hand is on, which counts for a while.
func (t ties) lately(h auth.Hand) bool { return t.known(h) && t.recent(h) }

// reach finds the way of hands from one account to another: whoever holds an account holds what that one holds.
func (t ties) reach(from, to uuid.UUID, counts func(auth.Hand) bool) (auth.Hand, bool) {
	seen, next := map[uuid.UUID]bool{from: true}, []uuid.UUID{from}
	for len(next) > 0 {
		at := next[0]
		next = next[1:]
		for _, h := range t.hands {
			if h.ByID != at || seen[h.UserID] || !counts(h) {
				continue
			}
			if h.UserID == to {
				return h, true
			}
			seen[h.UserID] = true
			next = append(next, h.UserID)
		}
	}
	return auth.Hand{}, false
}

// between says what ties a granter to an asker; empty: nothing does.
func (t ties) between(asker, granter uuid.UUID) string {
	if h, ok := t.reach(asker, granter, t.forGood); ok {
		return tied("The account of who would grant it is in the hand of who asked", h)
	}
	if h, ok := t.reach(granter, asker, t.lately); ok {
		return tied("The account of who asked is in the hand of who would grant it", h)
	}
	for _, third := range t.holders() {
		a, one := t.reach(third, asker, t.lately)
		_, both := t.reach(third, granter, t.lately)
		if one && both {
			return fmt.Sprintf("Both accounts were in one hand within the last 30 days, that of %s", a.By)
		}
	}
	return ""
}

func tied(what string, h auth.Hand) string {
	return fmt.Sprintf("%s: %s %s on %s", what, h.By, h.What.Says(), h.At.UTC().Format("2 Jan 2006"))
}

func (t ties) holders() []uuid.UUID {
	var out []uuid.UUID
	seen := map[uuid.UUID]bool{}
	for _, h := range t.hands {
		if !seen[h.ByID] {
			seen[h.ByID] = true
			out = append(out, h.ByID)
		}
	}
	return out
}

// remedy is what helps whom a tie holds.
const remedy = "Somebody else grants it, or who runs the program says that the account is a person of its own: " +
	"seatledger user vouch --email ADDRESS"

// NobodyCounts says why there may be nobody to grant a request, and what helps.
const NobodyCounts = "who made an account, or set its password, role, address or factors in the last 30 days, and " +
	"that account are no two people. " + remedy + "."

// Tied says why somebody does not count as a second person for a request; empty where they do.
func (s Service) Tied(ctx context.Context, r Request, granter uuid.UUID) (string, error) {
	return tiedTo(ctx, s.DB.Read(ctx), r, granter)
}

func tiedTo(ctx context.Context, db *gorm.DB, r Request, granter uuid.UUID) (string, error) {
	rules, err := Load(ctx, db)
	if err != nil {
		return "", err
	}
	t, err := tiesAt(ctx, db, rules, r.AskedAt)
	if err != nil {
		return "", err
	}
	why := t.between(r.AskedBy, granter)
	if why != "" {
		why += ". " + remedy + "."
	}
	return why, nil
}

// Granters are the names of those who may grant a request.
func (s Service) Granters(ctx context.Context, r Request) ([]string, error) {
	db := s.DB.Read(ctx)
	rules, err := Load(ctx, db)
	if err != nil {
		return nil, err
	}
	t, err := tiesAt(ctx, db, rules, r.AskedAt)
	if err != nil {
		return nil, err
	}
	all, err := granters(ctx, db)
	var out []string
	for _, u := range all {
		if u.ID != r.AskedBy && u.CreatedAt.Before(r.AskedAt) && t.between(r.AskedBy, u.ID) == "" {
			out = append(out, u.Name)
		}
	}
	return out, err
}

type granter struct {
	ID        uuid.UUID
	Name      string
	CreatedAt time.Time
}

func granters(ctx context.Context, db *gorm.DB) ([]granter, error) {
	var all []granter
	err := db.WithContext(ctx).Raw(`SELECT id, name, created_at FROM users WHERE ` + mayGrant + ` ORDER BY lower(name),
		id`).Scan(&all).Error
	return all, err
}
