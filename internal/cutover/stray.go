package cutover

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
)

// A subscription strays when somebody unmaps, excludes or remaps its account, or the
// distributor moves it, after it was decided about (RULES 6). Its customer then goes no
// further, in whatever step it stands; the others of the run go on.

// strayed are the checks for it, each with the way to the account.
func (s standing) strayed() []Check {
	var out []Check
	for _, all := range [][]Side{s.Old, s.New} {
		for _, side := range all {
			if side.Strayed {
				out = append(out, Check{side.strays(s.customer.Step), Link{Kind: "account", ID: side.AccountID.String()}})
			}
		}
	}
	return out
}

// strays says what became of it and what to do.
func (s Side) strays(at Step) string {
	what := "it is no longer mapped"
	remedy := "Map its account back"
	switch {
	case s.Whose != "":
		what = "it belongs to " + s.Whose + " now"
	case s.AccountState == account.Excluded:
		what, remedy = "its account is excluded", "Include its account and map it back"
	case s.AccountState == account.Mapped:
		what, remedy = "the distributor has moved it to another account", "Choose a contract of this customer for it"
	}
	back := "the steps of this customer back"
	if at == Open {
		back = "the decision back"
	}
	return fmt.Sprintf("%s (%s) is no longer this customer's: %s. %s, or take %s.", s.Called(), s.ExternalID, what, remedy, back)
}

// stray is what of a run has strayed.
type stray struct{ customer, says string }

// firstStray is the first by name.
func firstStray(ctx context.Context, db *gorm.DB, id uuid.UUID) (stray, error) {
	customers, err := CustomerIDs(ctx, db, id, CustomerFilter{Todo: "strayed"})
	if err != nil || len(customers) == 0 {
		return stray{}, err
	}
	c, _, err := one(ctx, db, id, customers[0])
	if err != nil {
		return stray{}, err
	}
	both, err := sidesOf(ctx, db, id, c.CRMAccountID)
	if err != nil {
		return stray{}, err
	}
	for _, says := range (standing{both, c}).strayed() {
		return stray{c.CRMAccount, says.Says}, nil
	}
	return stray{}, nil
}
