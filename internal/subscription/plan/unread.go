package plan

import (
	"strconv"
	"strings"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
)

// Said is what a person said of dates that were given but cannot be read, each with
// the text that it was said of: another text asks again (RULES 2).
type Said struct {
	StartSaid    clock.Date `gorm:"column:start_said"`
	StartSaidFor string     `gorm:"column:start_said_for"`
	EndSaid      clock.Date `gorm:"column:end_said"`
	EndSaidFor   string     `gorm:"column:end_said_for"`
}

// StartUnread tells whether a start was given that cannot be read and of which nobody has spoken.
func (s Subscription) StartUnread() bool { return s.StartText != "" && s.StartSaidFor != s.StartText }

// EndUnread tells the same of the end.
func (s Subscription) EndUnread() bool { return s.EndText != "" && s.EndSaidFor != s.EndText }

// told is the reading with what people said in the place of dates that cannot be
// read, else with the dates that are known: a text is no evidence of another day. An
// end that a person typed and that has come stays so until another is typed.
func (in Input) told() *Reading {
	r := *in.Reading
	if in.Stored == nil {
		return &r
	}
	s := *in.Stored
	if r.StartText != "" {
		r.Start = s.Start
		if s.StartSaidFor == r.StartText {
			r.Start = s.StartSaid
		}
	}
	if r.EndText != "" {
		r.End = s.End
		if s.EndSaidFor == r.EndText {
			r.End = s.EndSaid
		}
	}
	if s.lapsed() && r.certainEnd() == s.EndsOn {
		r.Status, r.StatusText = s.Status, s.StatusText
	}
	return &r
}

// sighting is a quantity that was reported while no day was known from which it counts.
type sighting struct {
	on    clock.Date
	seats int
	ended bool
}

func (s sighting) String() string {
	if s.ended {
		return s.on.String() + "=ended"
	}
	return s.on.String() + "=" + strconv.Itoa(s.seats)
}

func (s Subscription) sightings() []sighting {
	var all []sighting
	for _, word := range strings.Fields(s.Sightings) {
		day, what, _ := strings.Cut(word, "=")
		on, err := clock.ParseDate(day)
		seats, bad := strconv.Atoi(what)
		if err == nil {
			all = append(all, sighting{on: on, seats: seats, ended: bad != nil})
		}
	}
	return all
}

// wait keeps a subscription without a ledger row while its start cannot be read:
// nothing is dated by a guess. What is reported is remembered with its day, so that
// what changes meanwhile is entered on that day once the start is known.
func (d *Draft) wait(today clock.Date) {
	d.Row.Undated = true
	if d.Row.State == Inactive && d.Row.DeactivatedOn.IsZero() {
		d.Row.DeactivatedOn = today
	}
	if d.Row.State == Inactive && d.Row.DeactivatedBy == ByPerson {
		return // a person's word is no report
	}
	now := sighting{on: today, seats: d.Row.Quantity, ended: d.Row.State == Inactive}
	all := d.Row.sightings()
	if n := len(all); n > 0 && all[n-1].seats == now.seats && all[n-1].ended == now.ended || n > 0 && all[n-1].ended &&
		now.ended {
		return
	}
	d.Row.Sightings = strings.TrimSpace(d.Row.Sightings + " " + now.String())
}

// waits tells whether the start is still to be said, or a decision stands in whose
// place no seats may begin to count.
func (d *Draft) waits() bool { return d.Row.StartUnread() || d.Row.Decided() || d.Row.Frozen() }

// beginLate enters what a subscription held since its start, now that the start is known.
func (d *Draft) beginLate(in Input) {
	seen := d.Row.sightings()
	closed := d.Row.DeactivatedOn
	d.Row.Undated, d.Row.Sightings = false, ""
	if d.Row.TermStart.IsZero() {
		d.Row.TermStart = d.Row.Start
	}
	if len(seen) == 0 || seen[0].ended {
		began := d.begin(in)
		if d.Row.State == Inactive {
			d.endAtOnce(in, began)
		}
		return
	}
	began := ledger.Change{Event: ledger.Create, EffectiveAt: in.Reading.Start, Delta: seen[0].seats}
	if began.EffectiveAt.IsZero() { // the record gives no start any more: as where none was ever given
		began.EffectiveAt, began.Estimated, began.Billing = seen[0].on, true, ledger.Archived
	}
	start := d.Enter(began)
	for _, s := range append(seen[1:], sighting{on: in.Today(), seats: d.Row.Quantity}) {
		if delta := s.seats - d.seats; !s.ended && delta != 0 {
			d.Enter(ledger.Change{Event: ledger.Update, EffectiveAt: latest(s.on, start), Delta: delta,
				Refund: in.Refund, Estimated: true})
		}
	}
	if d.Row.State == Inactive {
		d.Row.DeactivatedOn = d.Enter(ledger.Change{
			Event: ledger.Deactivate, Reason: ledger.ByProvider, EffectiveAt: latest(closed, start), Estimated: true,
			Delta: -d.seats, Refund: in.Refund,
		})
	}
}

// Say plans what it means that a person says the days of dates that cannot be read.
// The facts are read again with them: a start begins the ledger, an end lets a status
// that waited for it close the subscription.
func Say(in Input, start, end clock.Date) (Plan, error) {
	was := *in.Stored
	if err := sayable(was, start, end, in.Today()); err != nil {
		return Plan{}, err
	}
	now := was
	if !start.IsZero() {
		now.StartSaid, now.StartSaidFor = start, was.StartText
	}
	if !end.IsZero() {
		now.EndSaid, now.EndSaidFor = end, was.EndText
	}
	in.Stored = &now
	in.Reading = &Reading{ExternalID: was.ExternalID, Facts: was.Facts, RequestID: was.RequestID}
	p := Decide(in)
	p.Row.FactsAt, p.Changed = was.FactsAt, true
	return p, nil
}

// earliestSaid and yearsAhead bound what a person may say: outside, it is a slip of the keys.
const (
	earliestSaid = 1990
	yearsAhead   = 5
)

func sayable(s Subscription, start, end, today clock.Date) error {
	if !s.StartUnread() && !s.EndUnread() {
		return errs.New(errs.Conflict,
			"Every date of this subscription that was given can be read, so there is nothing to say. "+
				"Nothing was changed.")
	}
	problems := errs.Fields{}
	check := func(field string, day clock.Date, unread bool) {
		switch {
		case day.IsZero():
		case !unread:
			problems.Add(field, "This date can be read; the distributor says it.")
		case day.Year() < earliestSaid || day.After(today.AddMonths(12*yearsAhead)):
			problems.Add(field, "Enter a day from %d on, and at most %d years ahead.", earliestSaid, yearsAhead)
		}
	}
	check("start_date", start, s.StartUnread())
	check("end_date", end, s.EndUnread())
	if start.IsZero() && end.IsZero() {
		problems.Add(map[bool]string{true: "start_date", false: "end_date"}[s.StartUnread()], "Enter the day.")
	}
	first, last := start, end
	if first.IsZero() && !s.StartUnread() {
		first = s.Start
	}
	if last.IsZero() && !s.EndUnread() {
		last = s.End
	}
	if !first.IsZero() && !last.IsZero() && last.Before(first) && len(problems) == 0 {
		field := "start_date"
		if start.IsZero() {
			field = "end_date"
		}
		problems.Add(field, "It would end (%s) before it starts (%s).", last, first)
	}
	return problems.Err()
}
