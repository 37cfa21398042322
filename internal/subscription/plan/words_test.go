package plan_test

import "seatledger/internal/subscription/plan/plantest"

// The words of the tests.
var (
	record = plantest.Record
	date   = plantest.Date
	seats  = plantest.Seats
	status = plantest.Status
	term   = plantest.Term
	costs  = plantest.Costs
)
