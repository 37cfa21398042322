package letters

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/mail"
	"seatledger/internal/notify"
	"seatledger/internal/settings"
)

// Rules are what goes out by itself, and with what.
type Rules struct {
	LinesCSV     bool            `json:"lines_csv"` // the lines of a document go with its PDF
	Reminders    bool            `json:"reminders"`
	Stages       []int           `json:"stages"`       // days after the due date
	RemindFrom   clock.Date      `json:"remind_from"`  // what was due before is not reminded of
	NoticesTo    string          `json:"notices_to"`   // empty: to nobody
	NoticesFrom  notify.Severity `json:"notices_from"` // and what is graver
	NoticesSince time.Time       `json:"notices_since"`
}

const rulesRow = "letters"

var usualStages = []int{7, 14, 30}

// LoadRules reads the rules.
func LoadRules(ctx context.Context, db *gorm.DB) (Rules, settings.Saved, error) {
	r := Rules{Stages: usualStages, NoticesFrom: notify.Bad}
	saved, err := settings.Read(ctx, db, rulesRow, &r)
	return r, saved, err
}

// RulesInput is the form of the rules, as typed.
type RulesInput struct {
	LinesCSV    bool
	Reminders   bool
	Stages      string
	RemindFrom  string
	NoticesTo   string
	NoticesFrom string
	Version     int
}

// StagesText writes stages as the form has them.
func StagesText(stages []int) string {
	out := make([]string, len(stages))
	for i, n := range stages {
		out[i] = strconv.Itoa(n)
	}
	return strings.Join(out, ", ")
}

const (
	mostStages = 6
	longest    = 365
)

func (in RulesInput) checked() (Rules, error) {
	problems := errs.Fields{}
	r := Rules{LinesCSV: in.LinesCSV, Reminders: in.Reminders, NoticesFrom: notify.Severity(in.NoticesFrom),
		NoticesTo: strings.Join(mail.Addresses(problems, "notices_to", in.NoticesTo), ", ")}
	for _, word := range mail.Split(in.Stages) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 || n > longest {
			problems.Add("stages", "Enter days from 1 to %d, like 7, 14, 30.", longest)
			continue
		}
		r.Stages = append(r.Stages, n)
	}
	slices.Sort(r.Stages)
	r.Stages = slices.Compact(r.Stages)
	if len(r.Stages) == 0 {
		r.Stages = usualStages
	}
	if len(r.Stages) > mostStages {
		problems.Add("stages", "Enter at most %d stages.", mostStages)
	}
	var err error
	if r.RemindFrom, err = clock.ParseDate(in.RemindFrom); err != nil {
		problems.Add("remind_from", "Write the date as YYYY-MM-DD.")
	}
	if r.NoticesFrom == "" {
		r.NoticesFrom = notify.Bad
	}
	if !slices.Contains([]notify.Severity{notify.Info, notify.Warn, notify.Bad}, r.NoticesFrom) {
		problems.Add("notices_from", "Choose which notices are mailed.")
	}
	return r, problems.Err()
}

// SaveRules stores the rules: errs.Invalid with messages by field, or settings.ErrStale. Reminders begin with what
// falls due from the day on which they are switched on, unless another day is said; notices with those told from now on.
func (s Service) SaveRules(ctx context.Context, by audit.Actor, in RulesInput) error {
	after, err := in.checked()
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		after := after
		before, saved, err := LoadRules(ctx, tx)
		if err != nil {
			return err
		}
		if saved.Version != in.Version {
			return settings.ErrStale
		}
		if after.Reminders && after.RemindFrom.IsZero() {
			after.RemindFrom = s.today()
		}
		if after.NoticesSince = before.NoticesSince; after.NoticesTo != "" && before.NoticesTo == "" {
			after.NoticesSince = s.Clock.Now()
		}
		if err := settings.Write(ctx, tx, s.Clock, by, rulesRow, in.Version, after); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "settings.changed", ObjectType: "settings",
			ObjectID: rulesRow, ObjectName: "What goes out by mail", Before: before, After: after})
	})
}
