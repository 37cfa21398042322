package billing

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/invoice"
)

// Owed is what one contract has due on a day, with the run that bills it.
type Owed struct {
	Plan
	Run     Run
	Refused error // why that run cannot be made, with the remedy; nil: it can
}

// owedAtOnce is of how many contracts the material is held at a time.
const owedAtOnce = 100

// Owed reckons what contracts have due on a day, up to the end of the last cycle whose day to bill has come: in
// advance its first day, in arrears its end. Of one that has ended, whatever is unpaid. Those with nothing due are
// left out. Nothing is read contract by contract. each gets them in the order of their ids.
func (s Service) Owed(ctx context.Context, db *gorm.DB, ids []uuid.UUID, day clock.Date,
	each func(Owed) error) error {
	all, err := s.rhythms(ctx, db, ids, uuid.Nil)
	if err != nil {
		return err
	}
	due := make([]rhythm, 0, len(all))
	for _, r := range all {
		if _, any := r.dueOn(day); any {
			due = append(due, r)
		}
	}
	nobodys, err := unmapped(ctx, db)
	if err != nil {
		return err
	}
	for len(due) > 0 {
		n := min(owedAtOnce, len(due))
		m, err := gather(ctx, db, due[:n], uuid.Nil)
		if err != nil {
			return err
		}
		for _, r := range due[:n] {
			if o, any := m.owed(r, day); any {
				o.Unmapped = nobodys
				if err := each(o); err != nil {
					return err
				}
			}
		}
		due = due[n:]
	}
	return nil
}

// owed reckons one contract. What is deactivated is reckoned too, so that its money is told with the refusal.
func (m material) owed(r rhythm, day clock.Date) (Owed, bool) {
	end, _ := r.dueOn(day)
	o := Owed{Run: Run{ContractID: r.ID, Kind: invoice.FullCycle, End: end}}
	asked, open := o.Run, r
	open.Active = true
	var err error
	if o.Plan, err = open.begin(&o.Run); err == nil && o.Waits == "" {
		o.Plan, err = m.plan(open, &o.Run)
	}
	if o.Waits != "" || err == nil && o.Empty() && len(o.LeftOut) == 0 {
		return o, false
	}
	if o.Refused = err; err == nil && !r.Active {
		o.Refused = r.allows(asked)
	}
	if err != nil {
		o.Contract, o.Customer = r.Contract, m.customers[r.CRMAccountID]
	}
	return o, true
}

// dueOn is the day up to which a full cycle is due on a day; zero with due: whatever is unpaid of an ended contract.
// What was credited to be billed again is due at once.
func (r rhythm) dueOn(day clock.Date) (end clock.Date, due bool) {
	if r.BillFrom.IsZero() {
		return end, false
	}
	if r.Timing == contract.Arrears {
		day = clock.Earlier(day, r.today) // what has not run yet is never due
	}
	ended := !r.EndDate.IsZero() && !r.EndDate.After(day)
	switch {
	case ended:
		end = r.EndDate
	case r.Timing == contract.Arrears:
		end = r.Cycle(day).From
	case !r.BillFrom.After(day):
		end = r.ends(day)
	}
	if end.After(r.BillFrom) && (r.billedTo.IsZero() || end.After(r.billedTo)) {
		return end, true
	}
	if r.reopened && !r.billedTo.IsZero() {
		return r.again(), true
	}
	return clock.Date{}, ended
}

// DueOn are those of some contracts of which something may be due on a day. Whether it is, a plan tells.
func (s Service) DueOn(ctx context.Context, db *gorm.DB, ids []uuid.UUID, day clock.Date) ([]uuid.UUID, error) {
	all, err := s.rhythms(ctx, db, ids, uuid.Nil)
	var out []uuid.UUID
	for _, r := range all {
		if _, any := r.dueOn(day); any && r.Active {
			out = append(out, r.ID)
		}
	}
	return out, err
}
