package cutover

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// A subscription strays when somebody unmaps, excludes or remaps its account, or the
// distributor moves it, after it was decided about (RULES 6). Its customer then goes no
// further, in whatever step it stands; the others of the run go on.

// strayed are the checks for it, each with the way to the account.
func (s readiness) strayed() []Check {
	var out []Check
	for _, all := range [][]Side{s.Old, s.New} {
		for _, side := range all {
			if side.Strayed {
				out = append(out, Check{side.NoLongerTheirs(side.Whose, side.AccountState, s.customer.Step),
					Link{Kind: "account", ID: side.AccountID.String()}})
			}
		}
	}
	return out
}

// departed is what of a run has strayed.
type departed struct{ customer, says string }

// firstDeparted is the first by name.
func firstDeparted(ctx context.Context, db *gorm.DB, id uuid.UUID) (departed, error) {
	customers, err := CustomerIDs(ctx, db, id, CustomerFilter{Todo: "strayed"})
	if err != nil || len(customers) == 0 {
		return departed{}, err
	}
	c, _, err := customerIn(ctx, db, id, customers[0])
	if err != nil {
		return departed{}, err
	}
	both, err := sidesOf(ctx, db, id, c.CRMAccountID)
	if err != nil {
		return departed{}, err
	}
	for _, says := range (readiness{both, c}).strayed() {
		return departed{c.CRMAccount, says.Says}, nil
	}
	return departed{}, nil
}
