package cutover

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/contract"
	"seatledger/internal/cutover/pairing"
)

// CustomerOf reads what the page of one customer shows; errs.NotFound for one that
// has nothing in the run.
func (s Service) CustomerOf(ctx context.Context, db *gorm.DB, id, crmAccountID uuid.UUID) (CustomerView, error) {
	run, err := Get(ctx, db, id)
	if err != nil {
		return CustomerView{}, err
	}
	c, found, err := customerIn(ctx, db, id, crmAccountID)
	if err != nil {
		return CustomerView{}, err
	}
	if !found {
		return CustomerView{}, errNotAMember()
	}
	both, err := sidesOf(ctx, db, id, crmAccountID)
	if err != nil {
		return CustomerView{}, err
	}
	v := CustomerView{Run: run, Customer: c, Old: both.Old, New: both.New, Pairs: both.Pairs,
		Proposals: both.proposals(), Next: following(c.Step)}
	if c.Step == pairing.Open {
		v.TakesOver = both.takesOver()
	}
	if c.Step != pairing.Retired {
		if v.Missing, err = (readiness{both, c}).missing(ctx, db, v.Next); err != nil {
			return v, err
		}
	}
	if v.Warnings, err = s.warnings(ctx, db, readiness{both, c}); err != nil {
		return v, err
	}
	for _, n := range both.New {
		if n.PriceWaits {
			v.Unseen = append(v.Unseen, fmt.Sprintf("The price of %s (%s) is another from %s on, and nobody has "+
				"acknowledged that. Invoices leave its line out until somebody does.",
				n.Called(), n.ExternalID, n.BillableFrom))
		}
	}
	return v, nil
}

// following is the step after one; the last stays.
func following(s pairing.Step) pairing.Step {
	switch s {
	case pairing.Open:
		return pairing.Confirmed
	case pairing.Confirmed:
		return pairing.Reassigned
	}
	return pairing.Retired
}

// warnings are what a person should know of a switch day, and may mean so.
func (s Service) warnings(ctx context.Context, db *gorm.DB, st readiness) ([]string, error) {
	day := st.customer.SwitchDay
	if day.IsZero() || st.customer.Step != pairing.Open {
		return nil, nil
	}
	var out []string
	if day.After(s.today()) {
		out = append(out, fmt.Sprintf("The switch day %s lies ahead. Once confirmed, seats that change before it "+
			"count only from then on, at the new provider.", day))
	}
	contracts := map[uuid.UUID]bool{}
	for _, o := range st.Old {
		if o.Over() || o.Strayed || !o.ContractID.Valid {
			continue
		}
		if o.BilledThrough.After(day) {
			out = append(out, fmt.Sprintf("%s (%s) is billed up to %s already: what was paid for the days from %s on "+
				"counts for the new one.", o.Called(), o.ExternalID, o.BilledThrough, day))
		}
		contracts[o.ContractID.UUID] = true
	}
	for k := range contracts {
		k, err := contract.Get(ctx, db, k)
		if err != nil {
			return nil, err
		}
		if cycle := contract.GridOf(k.Terms).Cycle(day); cycle.From != day {
			out = append(out, fmt.Sprintf("%s is no first day of a cycle of %s: "+
				"the last cycle of the old ones is billed in part, up to it.", day, k.Name))
		}
	}
	return out, nil
}
