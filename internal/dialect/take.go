package dialect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
)

// Of names the provider that a dialect is of.
type Of struct {
	ID        uuid.UUID
	Name      string
	Connector string
}

// Propose keeps a dialect as a new version. It is not in force: its dry run comes first.
func (s *Service) Propose(ctx context.Context, by audit.Actor, of Of, in Input) (int, error) {
	d, err := Settle(in, s.Wire(of.Connector))
	if err != nil {
		return 0, err
	}
	doc, err := json.Marshal(d)
	if err != nil {
		return 0, err
	}
	number := 0
	return number, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := lock(tx, of.ID); err != nil {
			return err
		}
		err := tx.Raw(`SELECT coalesce(max(number), 0) + 1 FROM dialects WHERE provider_id = ?`,
			of.ID).Scan(&number).Error
		if err != nil {
			return err
		}
		err = tx.Exec(`INSERT INTO dialects (provider_id, number, document, end_date, note, made_at, made_by)
			VALUES (?, ?, ?::jsonb, ?, ?, ?,
				?)`, of.ID, number, string(doc), in.EndDate, in.Note, s.Clock.Now(), by.Name).Error
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, event("provider.dialect_proposed", of, nil,
			map[string]any{"version": number, "dialect": d, "end_date_means": in.EndDate}))
	})
}

// Trial is the dry run of a version: the provider read with it, and nothing written.
type Trial struct {
	Failure     string         `json:"failure,omitempty"` // in plain words; then nothing else is known
	Advice      string         `json:"advice,omitempty"`
	Customers   int            `json:"customers"`           // listed
	Read        int            `json:"read"`                // of these asked for their subscriptions
	Known       int            `json:"known"`               // accounts here that could be asked for
	Records     int            `json:"records"`             // compared
	FromStore   int            `json:"from_store"`          // of these as the last run stored them
	Changed     int            `json:"changed"`             // subscriptions that would be read as something else
	SeatsBefore int            `json:"seats_before"`        // billable seats of those
	SeatsAfter  int            `json:"seats_after"`         // the same with the dialect
	NotListed   int            `json:"not_listed"`          // known subscriptions that its lists lack
	Unreadable  int            `json:"unreadable"`          // records that cannot be read with it
	NowReadable int            `json:"now_readable"`        // that cannot be read today and could then
	Fields      map[string]int `json:"fields"`              // changes by field
	Examples    []Example      `json:"examples,omitempty"`  // the first of them
	EndDates    map[string]int `json:"end_dates,omitempty"` // guessed ends that the setting would move
}

// Example is one subscription that would change.
type Example struct {
	ID, ExternalID, Account, Product string
	What                             []string // "status: Parked, unknown -> suspended"
	Before, After                    int      // billable seats
}

// Seats are those that would come or go.
func (t Trial) Seats() int { return max(t.SeatsAfter-t.SeatsBefore, t.SeatsBefore-t.SeatsAfter) }

// Tried is a stored dry run.
type Tried struct {
	Beside int // the version that was in force
	At     time.Time
	ByName string
	Result json.RawMessage `gorm:"type:jsonb"`
}

// Trial reads what came out.
func (t Tried) Trial() (Trial, error) {
	var out Trial
	err := json.Unmarshal(t.Result, &out)
	return out, err
}

// Digest names a dry run, so that only what was shown is taken.
func (t Tried) Digest() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %s", t.Beside, t.At.UTC().Format(time.RFC3339Nano), t.Result))
	return hex.EncodeToString(sum[:8])
}

// KeepTrial stores the dry run of a version in place of an earlier one.
func (s *Service) KeepTrial(ctx context.Context, by audit.Actor, v Version, beside int, t Trial) error {
	result, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return s.DB.Read(ctx).Exec(`INSERT INTO dialect_trials (provider_id, number, beside, at, by_name, result)
		VALUES (?, ?, ?, ?, ?, ?::jsonb) ON CONFLICT (provider_id, number) DO UPDATE SET beside = excluded.beside,
		at = excluded.at, by_name = excluded.by_name, result = excluded.result`,
		v.ProviderID, v.Number, beside, s.Clock.Now(), by.Name, string(result)).Error
}

// LastTrial is the last dry run of a version; nil: it was never tried.
func LastTrial(ctx context.Context, db *gorm.DB, provider uuid.UUID, number int) (*Tried, error) {
	var found []Tried
	err := db.WithContext(ctx).Raw(`SELECT beside, at, by_name, result FROM dialect_trials
		WHERE provider_id = ? AND number = ?`, provider, number).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// Take puts a version in force, if its dry run was the one that the person saw.
func (s *Service) Take(ctx context.Context, by audit.Actor, of Of, number int, digest string) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := lock(tx, of.ID); err != nil {
			return err
		}
		v, err := Get(ctx, tx, of.ID, number)
		if err != nil {
			return err
		}
		now, err := InForce(ctx, tx, of.ID)
		if err != nil {
			return err
		}
		if err := mayTake(ctx, tx, v, now, digest); err != nil {
			return err
		}
		end, err := s.EndDate(ctx, tx, of.ID)
		if err != nil {
			return err
		}
		err = tx.Exec(`INSERT INTO dialect_uses (provider_id, number, at, by_name) VALUES (?, ?, ?, ?)`,
			of.ID, number, s.Clock.Now(), by.Name).Error
		if err != nil {
			return err
		}
		if err := s.SetEndDate(tx, of.ID, v.EndDate); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, event("provider.dialect_taken", of,
			trail(now, end), trail(v, v.EndDate)))
	})
}

func mayTake(ctx context.Context, tx *gorm.DB, v, now Version, digest string) error {
	tried, err := LastTrial(ctx, tx, v.ProviderID, v.Number)
	if err != nil {
		return err
	}
	if tried == nil {
		return errs.New(errs.Conflict, "This version was not tried yet. Nothing was changed; try it first.")
	}
	if tried.Digest() != digest || tried.Beside != now.Number {
		return errs.New(errs.Conflict,
			"What this version would change was counted anew, or another version was taken, since this page was "+
				"opened. "+
				"Nothing was changed; try it again and look at the figures.")
	}
	t, err := tried.Trial()
	if err == nil && t.Failure != "" {
		return errs.New(errs.Conflict, "The provider could not be read with this version, so it is not taken. "+
			"Nothing was changed; correct it, or try it again if the distributor was away.")
	}
	return err
}

func trail(v Version, end string) map[string]any {
	d, _ := v.Dialect() // what was stored was written by us
	return map[string]any{"version": v.Number, "dialect": d, "end_date_means": end}
}

func event(action string, of Of, before, after map[string]any) audit.Event {
	e := audit.Event{Action: action, ObjectType: "provider", ObjectID: of.ID.String(), ObjectName: of.Name,
		After: after}
	if before != nil {
		e.Before = before
	}
	return e
}

// lock has one person at a time change a provider's dialects.
func lock(tx *gorm.DB, provider uuid.UUID) error {
	return tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('dialect ' || ?::text, 0))`, provider).Error
}

// StoredDialect is a connector's dialect in force with the version's number.
func StoredDialect(ctx context.Context, db *gorm.DB, provider uuid.UUID) (distributor.Dialect, int, error) {
	v, err := InForce(ctx, db, provider)
	if err != nil {
		return distributor.Dialect{}, 0, err
	}
	d, err := v.Dialect()
	return d, v.Number, err
}
