package subscription

import "github.com/google/uuid"

// chosen tells whether a known subscription is to land in the contract whose sync
// this is: it has no contract yet, and a person ticked it or asked for all. One that
// stands in a contract stays there, and one that comes from another account waits
// until a person has seen it here (RULES 3 and 6).
func (w *work) chosen(s *Subscription) bool {
	return s != nil && w.Contract.Valid && w.Account.CRMAccountID.Valid &&
		!s.ContractID.Valid && s.AccountID == w.Account.ID && !w.unticked(s.ExternalID)
}

// latecomers are the ids of the known subscriptions that land now.
func (w *work) latecomers() []uuid.UUID {
	var ids []uuid.UUID
	for _, in := range w.inputs {
		if w.chosen(in.Stored) {
			ids = append(ids, in.Stored.ID)
		}
	}
	return ids
}
