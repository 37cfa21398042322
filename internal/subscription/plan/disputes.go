package plan

import "fmt"

// Disputes says where the distributor and a decision that stands differ (RULES 1):
// what it reports is kept and shown, and does not count.
func (s Subscription) Disputes() []Conflict {
	var all []Conflict
	decided := s.DeactivatedBy == ByPerson || s.DeactivatedBy == ByCutover
	switch {
	case decided && !Ends(s.Status):
		all = append(all, Conflict{ConflictState, fmt.Sprintf(
			"The distributor still has %d seats and calls it %s; they do not count here while the %s stands.",
			s.Quantity, s.Status, s.decision())})
	case !decided && s.Frozen() && s.Quantity != *s.FrozenQuantity:
		all = append(all, Conflict{ConflictQuantity, fmt.Sprintf(
			"The distributor has %d seats now; %d count here while the %s stands.", s.Quantity, *s.FrozenQuantity,
			s.decision())})
	}
	return all
}
