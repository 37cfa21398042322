package plan

import "seatledger/internal/distributor"

// AtItsEnd plans that the end that a person typed has come: the subscription has
// expired, and its closing row bears that day (RULES 3).
func AtItsEnd(in Input) Plan {
	s := *in.Stored
	in.Reading = &Reading{ExternalID: s.ExternalID, Facts: s.Facts, RequestID: s.RequestID}
	in.Reading.Status, in.Reading.StatusText = distributor.StatusExpired, string(distributor.StatusExpired)
	p := Decide(in)
	p.Row.FactsAt = s.FactsAt
	return p
}
