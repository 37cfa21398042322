package foureyes

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/notify"
)

// State is how a request stands.
type State string

// The states.
const (
	Open      State = "open"
	Granted   State = "granted" // waits for its asker to carry it out
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
	Lapsed    State = "lapsed"
	Done      State = "done"
)

// Request is what somebody asked a second person for.
type Request struct {
	ID            uuid.UUID
	Kind          Kind
	ObjectType    string
	ObjectID      string
	ObjectName    string
	Digest        string
	Facts         []Fact         `gorm:"serializer:json"`
	Money         []money.Amount `gorm:"serializer:json"`
	Unpriced      int
	Path          string              // where it was posted
	Form          map[string][]string `gorm:"serializer:json"` // and with what; nil: too long to be kept
	AskedAt       time.Time
	AskedBy       uuid.UUID
	AskedByName   string
	ExpiresAt     time.Time
	State         State
	DecidedAt     *time.Time
	DecidedBy     uuid.NullUUID
	DecidedByName string
	Note          string
	EndedAt       *time.Time
	Why           string
}

const columns = `id, kind, object_type, object_id, object_name, digest, facts, money, unpriced, path, form, asked_at,
	asked_by, asked_by_name, expires_at, state, decided_at, decided_by, decided_by_name, note, ended_at, why`

// Called names it.
func (r Request) Called() string { return r.Kind.Label() + ": " + r.ObjectName }

// At is how it stands at a time: what nobody carried out in its time has lapsed, also before that is written down.
func (r Request) At(now time.Time) State {
	if (r.State == Open || r.State == Granted) && !r.ExpiresAt.After(now) {
		return Lapsed
	}
	return r.State
}

func (r Request) record(ctx context.Context, tx *gorm.DB, clk clock.Clock, by audit.Actor, action string) error {
	return audit.Record(ctx, tx, clk, by, audit.Event{Action: action, ObjectType: "four_eyes_request",
		ObjectID: r.ID.String(), ObjectName: r.Called(), After: map[string]any{"kind": r.Kind, "digest": r.Digest,
			"of": r.ObjectType + " " + r.ObjectID, "asked_by": r.AskedByName, "decided_by": r.DecidedByName,
			"note": r.Note, "why": r.Why, "money": r.Money, "facts": r.Facts}})
}

// What a request may be.
const (
	Lives       = 24 * time.Hour
	mostOpen    = 50
	longestNote = 1000
	longestForm = 64 << 10
)

// Asking is a deed that was refused for want of a second person, with where and how it was posted.
type Asking struct {
	Deed Deed
	Path string
	Form map[string][]string
	Of   uuid.UUID // the request that it was to carry out; zero: none
}

// Ask asks a second person for it. What stands already is not asked twice. A request that was to be carried out and
// is not what was granted any more lapses thereby.
func (s Service) Ask(ctx context.Context, by audit.Actor, a Asking) (Request, error) {
	var r Request
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if a.Of != uuid.Nil {
			if err := s.changed(ctx, tx, by, a); err != nil {
				return err
			}
		}
		stands, err := standing(ctx, tx, by, a.Deed.Digest)
		if err == nil && stands.At(s.Clock.Now()) != Lapsed {
			r = stands
			return nil
		}
		if err == nil {
			err = s.end(ctx, tx, audit.System, stands, Lapsed, overdue)
		}
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return err
		}
		r, err = s.ask(ctx, tx, by, a)
		return err
	})
	return r, err
}

func (s Service) ask(ctx context.Context, tx *gorm.DB, by audit.Actor, a Asking) (Request, error) {
	var open int
	if err := tx.Raw(`SELECT count(*) FROM four_eyes_requests WHERE asked_by = ? AND state = 'open'`, by.ID).
		Scan(&open).Error; err != nil {
		return Request{}, err
	}
	if open >= mostOpen {
		return Request{}, errs.Newf(errs.Conflict, "You have %d requests open. Withdraw what is not needed first. "+
			"Nothing was changed.", open)
	}
	now, d := s.Clock.Now(), a.Deed
	r := Request{ID: uuid.Must(uuid.NewV7()), Kind: d.Kind, ObjectType: d.ObjectType, ObjectID: d.ObjectID,
		ObjectName: d.ObjectName, Digest: d.Digest, Facts: d.Facts, Money: d.Money, Unpriced: d.Unpriced, Path: a.Path,
		Form: a.Form, AskedAt: now, AskedBy: by.ID, AskedByName: by.Name, ExpiresAt: now.Add(Lives), State: Open}
	if tooLong(a.Form) {
		r.Form = nil
	}
	made, err := insert(tx, r)
	if err != nil {
		return r, err
	}
	if !made { // the same was asked in this very moment
		return standing(ctx, tx, by, d.Digest)
	}
	if err := s.tell(ctx, tx, r, notify.FourEyesAsked, fmt.Sprintf("%s asks a second person to grant this: %s. "+
		"It lapses in 24 hours. Nothing is done until then.", r.AskedByName, r.Called())); err != nil {
		return r, err
	}
	return r, r.record(ctx, tx, s.Clock, by, "four_eyes.asked")
}

func standing(ctx context.Context, tx *gorm.DB, by audit.Actor, digest string) (Request, error) {
	return one(tx.WithContext(ctx).Raw(`SELECT `+columns+` FROM four_eyes_requests WHERE asked_by = ?
		AND digest = ? AND state IN ('open', 'granted') FOR UPDATE`, by.ID, digest))
}

func tooLong(form map[string][]string) bool {
	size := 0
	for name, values := range form {
		for _, v := range values {
			size += len(name) + len(v)
		}
	}
	return size > longestForm
}

func (s Service) tell(ctx context.Context, tx *gorm.DB, r Request, kind notify.Kind, text string) error {
	return notify.Record(ctx, tx, s.Clock, notify.Event{Kind: kind, ObjectType: "four_eyes_request",
		ObjectID: r.ID.String(), ObjectName: r.Called(), Text: text})
}

// changed lets a request lapse that is no longer what would be done; one that is done already is said so.
func (s Service) changed(ctx context.Context, tx *gorm.DB, by audit.Actor, a Asking) error {
	r, err := locked(ctx, tx, a.Of)
	if errs.KindOf(err) == errs.NotFound {
		return nil
	}
	switch {
	case err != nil:
		return err
	case r.AskedBy != by.ID:
		return errs.New(errs.Forbidden, "Only who asked for it carries it out. Nothing was changed.")
	case r.State == Done:
		return r.doneAlready()
	case r.Digest != a.Deed.Digest && (r.State == Open || r.State == Granted):
		return s.end(ctx, tx, by, r, Lapsed, "it is not any more what was asked: something changed since")
	}
	return nil
}

func (r Request) doneAlready() error {
	return errs.Newf(errs.Conflict, "%s was carried out already, once. Nothing was changed a second time.", r.Called())
}

// Before is asked before a request is carried out: errs.Forbidden for another than its asker, errs.Conflict where it is
// done already, or will not be.
func (s Service) Before(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	r, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case r.AskedBy != by.ID:
		return errs.New(errs.Forbidden, "Only who asked for it carries it out. Nothing was changed.")
	case r.State == Done:
		return r.doneAlready()
	}
	switch state := r.At(s.Clock.Now()); state {
	case Lapsed, Refused, Withdrawn:
		return errs.Newf(errs.Conflict, "This request was %s, so it is not carried out. Nothing was changed; "+
			"ask again where it is still wanted.", map[State]string{Lapsed: "not carried out in its time",
			Refused: "refused", Withdrawn: "withdrawn"}[state])
	case Open:
		return errs.New(errs.Conflict, "Nobody has granted this yet. Nothing was changed.")
	}
	return nil
}

// Stale lets a granted request lapse whose deed the data do not allow any more.
func (s Service) Stale(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		r, err := locked(ctx, tx, id)
		if err != nil || r.State != Granted || r.AskedBy != by.ID {
			return err
		}
		return s.end(ctx, tx, by, r, Lapsed, "the data have changed since it was asked")
	})
}

const overdue = "nobody carried it out within 24 hours"

func (s Service) end(ctx context.Context, tx *gorm.DB, by audit.Actor, r Request, to State, why string) error {
	done := tx.WithContext(ctx).Exec(`UPDATE four_eyes_requests SET state = ?, ended_at = ?, why = ? WHERE id = ?
		AND state = ?`, to, s.Clock.Now(), why, r.ID, r.State)
	if done.Error != nil || done.RowsAffected == 0 {
		return done.Error
	}
	r.State, r.Why = to, why
	return r.record(ctx, tx, s.Clock, by, "four_eyes."+string(to))
}

// Lapse writes down what has lapsed by its time. A job calls it.
func (s Service) Lapse(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		due, err := many(tx.WithContext(ctx).Raw(`SELECT `+columns+` FROM four_eyes_requests
			WHERE state IN ('open', 'granted') AND expires_at <= ? ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED`,
			s.Clock.Now()))
		for _, r := range due {
			if err == nil {
				err = s.end(ctx, tx, audit.System, r, Lapsed, overdue)
			}
		}
		return err
	})
}

// LapseAll ends every request that is not carried out yet, and tells how many.
func (s Service) LapseAll(ctx context.Context, by audit.Actor, why string) (int, error) {
	n := 0
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		all, err := many(tx.WithContext(ctx).Raw(`SELECT ` + columns + ` FROM four_eyes_requests
			WHERE state IN ('open', 'granted') ORDER BY id FOR UPDATE`))
		n = len(all)
		for _, r := range all {
			if err == nil {
				err = s.end(ctx, tx, by, r, Lapsed, why)
			}
		}
		return err
	})
	return n, err
}

// Answer is what a second person says to a request, as they saw it.
type Answer struct {
	ID     uuid.UUID
	Digest string
	Note   string
}

// Grant lets the asker carry it out. The first answer counts.
func (s Service) Grant(ctx context.Context, by audit.Actor, a Answer) error {
	return s.decide(ctx, by, a, Granted)
}

// Refuse ends it, with the reason.
func (s Service) Refuse(ctx context.Context, by audit.Actor, a Answer) error {
	if a.Note == "" {
		return errs.Fields{"note": "Say why, so that whoever asked knows."}.Err()
	}
	return s.decide(ctx, by, a, Refused)
}

func (s Service) decide(ctx context.Context, by audit.Actor, a Answer, to State) error {
	if len(a.Note) > longestNote {
		return errs.Fields{"note": fmt.Sprintf("The note is longer than %d characters.", longestNote)}.Err()
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		r, err := locked(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if err := s.mayDecide(ctx, tx, by, r); err != nil {
			return err
		}
		if r.Digest != a.Digest {
			return errs.New(errs.Conflict, "This answers another request than the one that stands here. "+
				"Nothing was changed; look at it again.")
		}
		now := s.Clock.Now()
		err = tx.Exec(`UPDATE four_eyes_requests SET state = ?, decided_at = ?, decided_by = ?, decided_by_name = ?,
			note = ?, ended_at = CASE WHEN ? = 'refused' THEN ?::timestamptz END WHERE id = ?`, to, now, by.ID, by.Name,
			a.Note, to, now, r.ID).Error
		if err != nil {
			return err
		}
		r.State, r.DecidedByName, r.Note = to, by.Name, a.Note
		text := fmt.Sprintf("%s granted what %s asked for: %s. It is not done yet: %s carries it out.", by.Name,
			r.AskedByName, r.Called(), r.AskedByName)
		if to == Refused {
			text = fmt.Sprintf("%s refused what %s asked for: %s. Nothing was done. The reason: %s", by.Name,
				r.AskedByName, r.Called(), a.Note)
		}
		if err := s.tell(ctx, tx, r, notify.FourEyesSaid, text); err != nil {
			return err
		}
		return r.record(ctx, tx, s.Clock, by, "four_eyes."+string(to))
	})
}

// mayDecide holds the two people apart: the asker never answers, nor does somebody who was made after it was asked, or
// whose account is in one hand with theirs.
func (s Service) mayDecide(ctx context.Context, tx *gorm.DB, by audit.Actor, r Request) error {
	u, err := auth.Get(ctx, tx, by.ID)
	switch {
	case err != nil:
		return err
	case r.AskedBy == by.ID:
		return errs.New(errs.Forbidden, "You asked for this, so somebody else has to grant it. Nothing was changed.")
	case !u.Active || !auth.Allowed(u.Role, auth.Billing):
		return errs.New(errs.Forbidden, "Administrators and people with the role billing grant this. "+
			"Nothing was changed.")
	case !u.CreatedAt.Before(r.AskedAt):
		return errs.New(errs.Forbidden, "Your account was made after this was asked, so somebody else has to answer. "+
			"Nothing was changed.")
	}
	why, err := tiedTo(ctx, tx, r, by.ID)
	if err != nil {
		return err
	}
	if why != "" {
		return errs.Newf(errs.Forbidden, "You do not count as a second person here. %s Nothing was changed.", why)
	}
	switch state := r.At(s.Clock.Now()); state {
	case Open:
		return nil
	case Granted, Refused:
		return errs.Newf(errs.Conflict, "%s has answered already: it is %s. Nothing was changed.", r.DecidedByName,
			state)
	default:
		return errs.Newf(errs.Conflict, "This request is %s, so it needs no answer any more. Nothing was changed.",
			map[State]string{Lapsed: "lapsed", Withdrawn: "withdrawn", Done: "carried out"}[state])
	}
}

// Withdraw takes a request back that nobody has answered.
func (s Service) Withdraw(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		r, err := locked(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case r.AskedBy != by.ID:
			return errs.New(errs.Forbidden, "Only who asked for it takes it back. Nothing was changed.")
		case r.At(s.Clock.Now()) != Open:
			return errs.New(errs.Conflict, "This request is not open any more. Nothing was changed.")
		}
		return s.end(ctx, tx, by, r, Withdrawn, "taken back by who asked")
	})
}

// Get reads a request; errs.NotFound if there is none.
func (s Service) Get(ctx context.Context, id uuid.UUID) (Request, error) {
	return one(s.DB.Read(ctx).Raw(`SELECT `+columns+` FROM four_eyes_requests WHERE id = ?`, id))
}

// Latest are the latest requests, those that wait first.
func (s Service) Latest(ctx context.Context, most int) ([]Request, error) {
	return many(s.DB.Read(ctx).Raw(`SELECT `+columns+` FROM four_eyes_requests
		ORDER BY state IN ('open', 'granted') AND expires_at > ? DESC, asked_at DESC, id LIMIT ?`, s.Clock.Now(), most))
}

func locked(ctx context.Context, tx *gorm.DB, id uuid.UUID) (Request, error) {
	return one(tx.WithContext(ctx).Raw(`SELECT `+columns+` FROM four_eyes_requests WHERE id = ? FOR UPDATE`, id))
}

func one(query *gorm.DB) (Request, error) {
	all, err := many(query)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "There is no such request.")
	}
	if err != nil {
		return Request{}, err
	}
	return all[0], nil
}

func many(query *gorm.DB) ([]Request, error) {
	var all []Request
	if err := query.Scan(&all).Error; err != nil {
		return nil, fmt.Errorf("four eyes: %w", err)
	}
	return all, nil
}
