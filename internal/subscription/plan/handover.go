package plan

import (
	"seatledger/internal/clock"
	"seatledger/internal/errs"
)

// HoldBack plans that a new twin waits for its switch day.
func HoldBack(s Current, from clock.Date) (Plan, error) {
	if s.CutoverHold {
		return Plan{}, errs.New(errs.Conflict, "A cut-over holds this subscription back already. Nothing was changed.")
	}
	d := s.Draft()
	d.Row.TwinHold, d.Row.NoTwin, d.Row.CutoverHold, d.Row.BillableFrom = false, false, true, from
	d.Derive()
	return d.Finish(&s.Subscription), nil
}

// GiveBack plans the way back.
func GiveBack(s Current, was, carried Local) (Plan, error) {
	if !s.CutoverHold {
		return Plan{}, errs.New(errs.Conflict, "No cut-over holds this subscription back. Nothing was changed.")
	}
	d := s.Draft()
	r := &d.Row
	r.CutoverHold, r.BillableFrom = false, clock.Date{}
	r.TwinHold, r.NoTwin = was.TwinHold && s.State != Inactive, was.NoTwin
	if carried.ContractID == r.ContractID && carried.CRMAccountID == r.CRMAccountID &&
		was.CRMAccountID == r.CRMAccountID {
		r.ContractID, r.NeverLand = was.ContractID, was.NeverLand
	}
	d.Derive()
	return d.Finish(&s.Subscription), nil
}
