package billingrun

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/notify"
	"seatledger/internal/runs"
	"seatledger/internal/settings"
)

// Schedule says whether drafts are prepared by themselves on the day before they are due, and from which hour on.
type Schedule struct {
	On   bool `json:"on"`
	Hour int  `json:"hour"` // 0 to 23, in the zone of billing

	settings.Saved `json:"-"`
}

const scheduleRow = "billing_schedule"

// ScheduleOf reads the schedule; at first it is off.
func ScheduleOf(ctx context.Context, db *gorm.DB) (s Schedule, err error) {
	s.Hour = 6
	s.Saved, err = settings.Read(ctx, db, scheduleRow, &s)
	return s, err
}

// SetSchedule saves the schedule.
func (s *Service) SetSchedule(ctx context.Context, by audit.Actor, to Schedule) error {
	if to.Hour < 0 || to.Hour > 23 {
		return errs.Fields{"hour": "Choose an hour from 0 to 23."}.Err()
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		was, err := ScheduleOf(ctx, tx)
		if err != nil || was.On == to.On && was.Hour == to.Hour {
			return err
		}
		if err := settings.Write(ctx, tx, s.Clock, by, scheduleRow, was.Version, to); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "settings.changed", ObjectType: "settings",
			ObjectID: scheduleRow, ObjectName: "Billing by itself",
			Before: map[string]any{"on": was.On, "hour": was.Hour},
			After:  map[string]any{"on": to.On, "hour": to.Hour}})
	})
}

// ByTheClock prepares the drafts of tomorrow, once a day, and on their day bills and sends what is set to go by itself
// and has nothing unusual. Any replica may call it at any time.
func (s *Service) ByTheClock(ctx context.Context) error {
	set, err := ScheduleOf(ctx, s.DB.Read(ctx))
	if err != nil || !set.On {
		return err
	}
	if s.Clock.Now().In(s.Zone).Hour() < set.Hour {
		return nil
	}
	if err := s.prepare(ctx, s.today().AddDays(1)); err != nil {
		return err
	}
	return s.billByItself(ctx)
}

// prepare begins the run of a day, if nobody has.
func (s *Service) prepare(ctx context.Context, day clock.Date) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		mine := tx.Exec(`INSERT INTO billing_days (day, at) VALUES (?, ?) ON CONFLICT DO NOTHING`, day, s.Clock.Now())
		if mine.Error != nil || mine.RowsAffected == 0 {
			return mine.Error
		}
		run, err := s.begin(ctx, tx, audit.System, Order{Filter: Filter{Day: day}, All: true, Goal: ToDraft,
			trigger: runs.ByNight})
		if errs.KindOf(err) == errs.Conflict {
			return nil // nothing is due
		}
		if err != nil {
			return err
		}
		return tx.Exec(`UPDATE billing_days SET run_id = ? WHERE day = ?`, run, day).Error
	})
}

// tell says that drafts were prepared by themselves, with their money, and what is to be looked at.
func (s *Service) tell(ctx context.Context, tx *gorm.DB, run uuid.UUID) error {
	r, err := Get(ctx, tx, run)
	if err != nil {
		return err
	}
	c, err := CountsOf(ctx, tx, run)
	if err != nil || c.Drafted+c.Refused == 0 {
		return err
	}
	var told bool
	err = tx.Raw(`SELECT EXISTS (SELECT FROM notices WHERE kind = ? AND object_id = ?)`, notify.DraftsPrepared,
		run.String()).Row().Scan(&told)
	if err != nil || told {
		return err
	}
	var sums []string
	for _, x := range c.Sum(Drafted) {
		sums = append(sums, money.Grouped(x.Amount, x.Currency)+" "+x.Currency)
	}
	text := fmt.Sprintf("%d drafts were prepared for %s: %s.", c.Drafted, r.DueOn, strings.Join(sums, ", "))
	if c.Unusual > 0 {
		text += fmt.Sprintf(" %d of them are unusual.", c.Unusual)
	}
	if c.Refused > 0 {
		text += fmt.Sprintf(" %d contracts were refused; the reasons stand beside them.", c.Refused)
	}
	return notify.Record(ctx, tx, s.Clock, notify.Event{Kind: notify.DraftsPrepared, ObjectType: "billing_run",
		ObjectID: run.String(), ObjectName: r.Called(), Text: text + " Look at them, then bill them."})
}

// billByItself bills and sends, of the runs that were prepared, the contracts that are set so, on the day they are due
// and not before, where nothing is unusual, nothing must be confirmed and nothing is left out. It is recorded as done
// by that setting, with who set it.
func (s *Service) billByItself(ctx context.Context) error {
	var due []struct {
		Day   clock.Date
		RunID uuid.UUID
	}
	err := s.DB.Read(ctx).Raw(`SELECT day, run_id FROM billing_days WHERE day <= ? AND billed_at IS NULL
		AND run_id IS NOT NULL ORDER BY day`, s.today()).Scan(&due).Error
	if err != nil {
		return err
	}
	for _, d := range due {
		if err := s.billDay(ctx, d.Day, d.RunID); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) billDay(ctx context.Context, day clock.Date, run uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		r, err := locked(ctx, tx, run)
		if err != nil || r.Under() {
			return err // its drafts are still being made
		}
		mine := tx.Exec(`UPDATE billing_days SET billed_at = ? WHERE day = ? AND billed_at IS NULL`, s.Clock.Now(), day)
		if mine.Error != nil || mine.RowsAffected == 0 {
			return mine.Error
		}
		goes := tx.Exec(`UPDATE billing_run_contracts c SET goal = ?, by_itself = b.actor FROM billing_by_itself b
			WHERE c.run_id = ? AND b.contract_id = c.contract_id AND c.state = 'drafted' AND c.goal = 'draft'
			AND c.message = '' AND c.remarks = '[]' AND c.left_out = '[]' AND NOT c.late`,
			map[bool]Goal{true: ToSend, false: ToBill}[s.Send != nil], run)
		if goes.Error != nil || goes.RowsAffected == 0 {
			return goes.Error
		}
		return s.turn(ctx, tx, audit.System, run, runs.ByNight)
	})
}

// settingOf is who bills a contract that goes by itself: the setting, with who set it.
func settingOf(by string) audit.Actor {
	return audit.Actor{Name: "Bill and send by itself, set by " + by}
}
