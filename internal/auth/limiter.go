package auth

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// How much wrong guessing is free. The limit that hits first is the one of an
// account from one address, so an attacker elsewhere cannot lock the owner out.
const (
	window       = 15 * time.Minute
	freeForPair  = 5   // tries for one account from one address
	freeForPlace = 30  // tries from one address, for all accounts together
	freeForUser  = 100 // tries for one account from everywhere, but from where its owner is signed in
	longestWait  = 5 * time.Minute
)

type tryID int64

// tries is what stands against an attempt within the window, itself included.
type tries struct {
	Pair, Place, Everywhere int
	LastPair                *time.Time
	LastPlace               *time.Time
	LastEverywhere          *time.Time
	AtHome                  bool
}

// reserve counts the try and tells whether it may go on. A refused try is not
// counted, so that waiting always helps.
func (s Service) reserve(ctx context.Context, a Attempt) (tryID, error) {
	var id tryID
	var wait time.Duration
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		// One at a time per account and per address: counting and adding must not race.
		for _, key := range []string{"sign-in address " + a.Address, "sign-in account " + a.Email} {
			if err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, key).Error; err != nil {
				return err
			}
		}
		t, err := s.count(tx, a)
		if err != nil {
			return err
		}
		if wait = t.wait(s.Clock.Now()); wait > 0 {
			return nil
		}
		return tx.Raw(`INSERT INTO sign_in_failures (email, address, at) VALUES (?, ?, ?) RETURNING id`,
			a.Email, a.Address, s.Clock.Now()).Scan(&id).Error
	})
	if err == nil && wait > 0 {
		return 0, &TooMany{Wait: wait}
	}
	return id, err
}

func (s Service) count(tx *gorm.DB, a Attempt) (tries, error) {
	var t tries
	since := s.Clock.Now().Add(-window)
	err := tx.Raw(`
		SELECT count(*) FILTER (WHERE email = @email AND address = @address) AS pair,
		       max(at) FILTER (WHERE email = @email AND address = @address) AS last_pair,
		       count(*) FILTER (WHERE address = @address) AS place,
		       max(at) FILTER (WHERE address = @address) AS last_place,
		       count(*) FILTER (WHERE email = @email) AS everywhere,
		       max(at) FILTER (WHERE email = @email) AS last_everywhere,
		       EXISTS (SELECT FROM sessions s JOIN users u ON u.id = s.user_id
		               WHERE u.email = @email AND s.address = @address AND s.expiry > @now) AS at_home
		FROM sign_in_failures
		WHERE (email = @email OR address = @address) AND at > @since`,
		map[string]any{"email": a.Email, "address": a.Address, "since": since, "now": s.Clock.Now()}).Scan(&t).Error
	return t, err
}

func (t tries) wait(now time.Time) time.Duration {
	w := pause(t.Pair-freeForPair, t.LastPair, now)
	w = max(w, pause(t.Place-freeForPlace, t.LastPlace, now))
	if !t.AtHome {
		w = max(w, pause(t.Everywhere-freeForUser, t.LastEverywhere, now))
	}
	return w
}

// pause doubles with each try beyond the free ones: 2 s, 4 s, up to the longest.
func pause(over int, last *time.Time, now time.Time) time.Duration {
	if over < 0 || last == nil {
		return 0
	}
	d := longestWait
	if over < 8 {
		d = min(d, 2*time.Second<<over)
	}
	return max(0, last.Add(d).Sub(now))
}

// forgive takes back the try that succeeded and what the person mistyped before it.
func forgive(tx *gorm.DB, a Attempt, try tryID) error {
	return tx.Exec(`DELETE FROM sign_in_failures WHERE id = ? OR (email = ? AND address = ?)`, try, a.Email,
		a.Address).Error
}

// Sweep deletes sessions that have ended and tries that no longer count. A job calls it.
func (s Service) Sweep(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		now := s.Clock.Now()
		if err := tx.Exec(`DELETE FROM sign_in_failures WHERE at < ?`, now.Add(-window)).Error; err != nil {
			return err
		}
		return tx.Exec(`DELETE FROM sessions WHERE expiry < ?`, now).Error
	})
}
