package auth

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/settings"
)

// Rule says which roles need a second factor, and how long their people have to set one up.
type Rule struct {
	Required  map[Role]time.Time `json:"required"` // since when
	GraceDays int                `json:"grace_days"`

	Saved settings.Saved `json:"-"`
}

// ruleRow is where the rule stands. A page asks it with every request, in the statement that reads the session.
const ruleRow = "sign_in"

// MostGraceDays is as long as a role may go without what it needs.
const MostGraceDays = 90

const usualGraceDays = 7

// LoadRule reads the rule; until one is saved no role needs anything.
func (s Service) LoadRule(ctx context.Context) (Rule, error) { return loadRule(ctx, s.DB.Read(ctx)) }

func loadRule(ctx context.Context, db *gorm.DB) (Rule, error) {
	r := Rule{Required: map[Role]time.Time{}, GraceDays: usualGraceDays}
	saved, err := settings.Read(ctx, db, ruleRow, &r)
	r.Saved = saved
	return r, err
}

// RuleEdit is the rule as an administrator wants it, over the version that it was read at.
type RuleEdit struct {
	Roles     []Role
	GraceDays int
	Version   int
}

// SaveRule stores the rule: errs.Invalid at grace_days, or settings.ErrStale. A role that needed a factor before
// keeps
// its day, so that saving twice gives nobody more time.
func (s Service) SaveRule(ctx context.Context, by audit.Actor, e RuleEdit) error {
	f := errs.Fields{}
	if e.GraceDays < 0 || e.GraceDays > MostGraceDays {
		f.Add("grace_days", "Enter a number of days from 0 to %d.", MostGraceDays)
	}
	for _, r := range e.Roles {
		if !r.Valid() {
			f.Add("role_"+string(r), "There is no such role.")
		}
	}
	if err := f.Err(); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		was, err := loadRule(ctx, tx)
		if err != nil {
			return err
		}
		now := Rule{Required: map[Role]time.Time{}, GraceDays: e.GraceDays}
		for _, r := range e.Roles {
			now.Required[r] = s.Clock.Now()
			if since, stood := was.Required[r]; stood {
				now.Required[r] = since
			}
		}
		if err := settings.Write(ctx, tx, s.Clock, by, ruleRow, e.Version, now); err != nil {
			return err
		}
		if by.IsPerson() { // who makes a rule is not shut out by it in the same moment
			if err := s.openEnrolment(tx, by.ID, uuid.NullUUID{}, EnrolAfterHelp); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "settings.changed", ObjectType: "settings",
			ObjectID: ruleRow, ObjectName: "Sign-in rules", Before: was, After: now})
	})
}

// Due is until when a person may go without a second factor; false when their role needs none.
func (r Rule) Due(u User) (time.Time, bool) {
	since, required := r.Required[u.Role]
	if !required {
		return time.Time{}, false
	}
	if u.CreatedAt.After(since) {
		since = u.CreatedAt
	}
	return since.AddDate(0, 0, r.GraceDays), true
}

// mustSetUpSQL is the same for the page at hand, over sessions s and users u: no factor, and the time is up; or the
// password was made and handed over. Its one parameter is the time.
const mustSetUpSQL = `coalesce(u.password_once OR NOT s.strong AND ` + overdueSQL + ` AND NOT ` + hasFactorSQL +
	`, false)`

// overdueSQL is that the role of a user u needs a second factor and the time to set one up is over. Its one parameter
// is the time.
const overdueSQL = `EXISTS (SELECT FROM settings r WHERE r.name = '` + ruleRow + `'
	AND r.value->'required'->>u.role IS NOT NULL
	AND greatest(CAST(r.value->'required'->>u.role AS timestamptz), u.created_at)
		+ make_interval(days => CAST(r.value->>'grace_days' AS integer)) <= ?)`
