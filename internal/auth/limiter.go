package auth

import (
	"context"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/audit"
)

// How much wrong guessing is free. Strangers use up the place they come from, and nobody else's: an account is
// never refused for what was tried elsewhere, it only gets slower, and not where its owner is signed in.
const (
	window       = 15 * time.Minute
	freeForPair  = 5  // tries for one account from one address
	freeForPlace = 30 // tries from one place, for all accounts together
	freeForUser  = 10 // tries for one account from everywhere, before it gets slower
	longestWait  = 5 * time.Minute
	longestSlow  = 5 * time.Second
)

type tryID int64

// tries is what stands against an attempt within the window, itself left out.
type tries struct {
	Pair, Place, Everywhere int
	LastPair                *time.Time
	LastPlace               *time.Time
	AtHome                  bool
}

// reserve counts the try and tells whether it may go on, after the time that the account has been slowed by. A
// refused try is not counted, so that waiting always helps.
func (s Service) reserve(ctx context.Context, a Attempt) (tryID, error) {
	var id tryID
	var t tries
	var wait time.Duration
	now, place := s.Clock.Now(), Place(a.Address)
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		// One at a time per place and per account: counting and adding must not race.
		for _, key := range []string{"sign-in place " + place, "sign-in account " + a.Email} {
			if err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, key).Error; err != nil {
				return err
			}
		}
		var err error
		if t, err = s.count(tx, a, place); err != nil {
			return err
		}
		if wait = t.wait(now); wait > 0 {
			return nil
		}
		return tx.Raw(`INSERT INTO sign_in_failures (email, address, place, at) VALUES (?, ?, ?, ?) RETURNING id`,
			a.Email, a.Address, place, now).Scan(&id).Error
	})
	if err != nil {
		return 0, err
	}
	if wait > 0 {
		return 0, s.throttled(ctx, place, wait)
	}
	return id, s.slow(ctx, t.slow())
}

// throttled notes in the trail that a place had to wait, once a minute and not with each try.
func (s Service) throttled(ctx context.Context, place string, wait time.Duration) error {
	err := audit.Folds{DB: s.DB, Clock: s.Clock}.Note(ctx, stranger(), "sign-in "+place, audit.Event{
		Action: "sign_in.throttled", ObjectType: "place", ObjectID: place, ObjectName: place})
	if err != nil {
		return err
	}
	return &TooMany{Wait: wait}
}

func (s Service) slow(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	if s.Pause != nil {
		return s.Pause(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s Service) count(tx *gorm.DB, a Attempt, place string) (tries, error) {
	var t tries
	since := s.Clock.Now().Add(-window)
	err := tx.Raw(`
		SELECT count(*) FILTER (WHERE email = @email AND address = @address) AS pair,
		       max(at) FILTER (WHERE email = @email AND address = @address) AS last_pair,
		       count(*) FILTER (WHERE place = @place) AS place,
		       max(at) FILTER (WHERE place = @place) AS last_place,
		       count(*) FILTER (WHERE email = @email) AS everywhere,
		       EXISTS (SELECT FROM sessions s JOIN users u ON u.id = s.user_id
		               WHERE u.email = @email AND s.address = @address AND s.expiry > @now) AS at_home
		FROM sign_in_failures
		WHERE (email = @email OR place = @place) AND at > @since`,
		map[string]any{"email": a.Email, "address": a.Address, "place": place, "since": since,
			"now": s.Clock.Now()}).Scan(&t).Error
	return t, err
}

func (t tries) wait(now time.Time) time.Duration {
	w := pause(t.Pair-freeForPair, t.LastPair, now)
	if !t.AtHome {
		w = max(w, pause(t.Place-freeForPlace, t.LastPlace, now))
	}
	return w
}

// slow doubles with each try beyond the free ones: half a second, a second, up to the longest.
func (t tries) slow() time.Duration {
	over := t.Everywhere - freeForUser
	if t.AtHome || over < 0 {
		return 0
	}
	return min(longestSlow, time.Second/2<<min(over, 10))
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

// Sweep deletes sessions that have ended and tries that no longer count, and tells the rest of what was folded. A
// job calls it.
func (s Service) Sweep(ctx context.Context) error {
	if err := (audit.Folds{DB: s.DB, Clock: s.Clock}).Flush(ctx); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		now := s.Clock.Now()
		if err := tx.Exec(`DELETE FROM sign_in_failures WHERE at < ?`, now.Add(-window)).Error; err != nil {
			return err
		}
		if err := tx.Exec(`DELETE FROM code_failures WHERE at < ?`, now.Add(-codeWindow)).Error; err != nil {
			return err
		}
		for _, t := range []string{"sign_in_steps", "passkey_challenges", "held_forms", "sign_in_links", "enrolments"} {
			if err := tx.Exec(`DELETE FROM `+t+` WHERE expires_at < ?`, s.trueNow()).Error; err != nil {
				return err
			}
		}
		if err := tx.Exec(`DELETE FROM reset_requests WHERE at < ?`,
			s.trueNow().Add(-resetWindow)).Error; err != nil {
			return err
		}
		return tx.Exec(`DELETE FROM sessions WHERE expiry < ?`, now).Error
	})
}
