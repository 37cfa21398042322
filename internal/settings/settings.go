// Package settings keeps the few choices that an administrator makes on the
// settings page, with a default for each. It knows nothing of what they steer.
package settings

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// Settings are the choices. Version is 0 while nothing was ever saved.
type Settings struct {
	GoneShare       float64 // a listing that lacks more than this share stops the run (0 to 1)
	ChangeShare     float64 // a run that would change more than this share at once stops (0 to 1)
	SurgeSeats      int     // one subscription that grows tenfold and by more than so many seats is told
	AutoMap         bool    // certain pairs are mapped without a person
	AutoMapScope    Scope   // which
	Refunds         bool    // the global refund setting (RULES 8)
	AccessRequestTo string  // recipients of the access-request mail, comma between them
	DifferencesFrom int     // open differences of a bill above this are told, in its currency; 0: never
	KeepRunsDays    int     // runs that ended longer ago are taken away, unless something points to them

	Version   int
	UpdatedAt time.Time
	UpdatedBy string
}

// Scope is what may be mapped without a person.
type Scope string

// The scopes: what is certain by identity, or all that the matcher calls certain.
const (
	ByIdentity Scope = "identity"
	AllCertain Scope = "certain"
)

// document is how the choices are stored and shown in the trail. A choice that an
// older version did not store keeps its default.
type document struct {
	GoneShare       float64 `json:"gone_share"`
	ChangeShare     float64 `json:"change_share"`
	SurgeSeats      int     `json:"surge_seats"`
	AutoMap         bool    `json:"auto_map"`
	AutoMapScope    Scope   `json:"auto_map_scope"`
	Refunds         bool    `json:"refunds"`
	AccessRequestTo string  `json:"access_request_to"`
	DifferencesFrom int     `json:"differences_from"`
	KeepRunsDays    int     `json:"keep_runs_days"`
}

const row = "general"

// ErrStale says that somebody else saved settings after the form was opened.
var ErrStale = errors.New("settings: changed meanwhile")

// Defaults hold until an administrator saves something else.
func Defaults() Settings {
	return Settings{GoneShare: 0.2, ChangeShare: 0.1, SurgeSeats: 100, AutoMap: true, AutoMapScope: ByIdentity,
		DifferencesFrom: 1000, KeepRunsDays: 400}
}

// The bounds of KeepRunsDays: never so few that the last month cannot be looked at.
const (
	FewestRunDays = 30
	MostRunDays   = 3660
)

// Load reads the choices.
func Load(ctx context.Context, db *gorm.DB) (Settings, error) {
	d := Defaults().document()
	saved, err := Read(ctx, db, row, &d)
	return Settings{
		GoneShare: d.GoneShare, ChangeShare: d.ChangeShare, SurgeSeats: d.SurgeSeats,
		AutoMap: d.AutoMap, AutoMapScope: d.AutoMapScope, Refunds: d.Refunds,
		AccessRequestTo: d.AccessRequestTo, DifferencesFrom: d.DifferencesFrom, KeepRunsDays: d.KeepRunsDays,
		Version: saved.Version, UpdatedAt: saved.UpdatedAt, UpdatedBy: saved.UpdatedBy,
	}, err
}

// Save stores the choices over the version they were read at: errs.Invalid with
// messages at gone_share, access_request_to and keep_runs_days, or ErrStale.
func Save(ctx context.Context, db *postgres.DB, clk clock.Clock, by audit.Actor, s Settings) error {
	s.AccessRequestTo = tidyRecipients(s.AccessRequestTo)
	if s.AutoMapScope == "" {
		s.AutoMapScope = ByIdentity
	}
	if s.KeepRunsDays == 0 {
		s.KeepRunsDays = Defaults().KeepRunsDays
	}
	if err := s.validate(); err != nil {
		return err
	}
	return db.InTx(ctx, func(tx *gorm.DB) error { return replace(ctx, tx, clk, by, s) })
}

func replace(ctx context.Context, tx *gorm.DB, clk clock.Clock, by audit.Actor, s Settings) error {
	before, err := Load(ctx, tx)
	if err != nil {
		return err
	}
	if before.document() == s.document() && before.Version == s.Version {
		return nil
	}
	if err := Write(ctx, tx, clk, by, row, s.Version, s.document()); err != nil {
		return err
	}
	return audit.Record(ctx, tx, clk, by, audit.Event{
		Action: "settings.changed", ObjectType: "settings", ObjectID: row, ObjectName: "General settings",
		Before: before.document(), After: s.document(),
	})
}

func (s Settings) document() document {
	return document{GoneShare: s.GoneShare, ChangeShare: s.ChangeShare, SurgeSeats: s.SurgeSeats,
		AutoMap: s.AutoMap, AutoMapScope: s.AutoMapScope, Refunds: s.Refunds,
		AccessRequestTo: s.AccessRequestTo, DifferencesFrom: s.DifferencesFrom, KeepRunsDays: s.KeepRunsDays}
}

func (s Settings) validate() error {
	f := errs.Fields{}
	if !(s.GoneShare >= 0 && s.GoneShare <= 1) {
		f.Add("gone_share", "Enter a percentage from 0 to 100.")
	}
	if !(s.ChangeShare >= 0 && s.ChangeShare <= 1) {
		f.Add("change_share", "Enter a percentage from 0 to 100.")
	}
	if s.SurgeSeats < 0 || s.SurgeSeats > 1_000_000 {
		f.Add("surge_seats", "Enter a number of seats from 0 to 1,000,000.")
	}
	if s.DifferencesFrom < 0 || s.DifferencesFrom > 1_000_000_000 {
		f.Add("differences_from", "Enter a whole amount from 0 to 1,000,000,000.")
	}
	if s.AutoMapScope != ByIdentity && s.AutoMapScope != AllCertain {
		f.Add("auto_map_scope", "Choose what may be mapped without a person.")
	}
	if s.KeepRunsDays < FewestRunDays || s.KeepRunsDays > MostRunDays {
		f.Add("keep_runs_days", "Enter a number of days from %d to %d.", FewestRunDays, MostRunDays)
	}
	for _, to := range Recipients(s.AccessRequestTo) {
		if a, err := mail.ParseAddress(to); err != nil || a.Address != to {
			f.Add("access_request_to", "%q is not an e-mail address. Separate several with commas.", to)
		}
	}
	return f.Err()
}

// Recipients splits the stored list.
func Recipients(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(",; \n\t", r) })
}

func tidyRecipients(list string) string { return strings.Join(Recipients(list), ", ") }
