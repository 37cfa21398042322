package plan

import "seatledger/internal/distributor"

// A connector may hand over a word that is not among the known ones. It is stored as
// unknown, the word as received beside it, and the review fails on it.

func kindOf(k distributor.Kind) distributor.Kind {
	switch k {
	case distributor.Licence, distributor.OneTime, distributor.Usage, distributor.Trial:
		return k
	}
	return distributor.UnknownKind
}

// FrequencyOf is a known rhythm, or unknown.
func FrequencyOf(f distributor.Frequency) distributor.Frequency {
	switch f {
	case distributor.Monthly, distributor.Quarterly, distributor.Annual, distributor.Triennial, distributor.FreqOneTime,
		distributor.FreqTrial:
		return f
	}
	return distributor.FreqUnknown
}

// statusOf keeps missing to ourselves: no distributor may say it.
func statusOf(s distributor.Status) distributor.Status {
	switch s {
	case "", distributor.StatusBlank:
		return distributor.StatusBlank
	case distributor.StatusActive, distributor.StatusSuspended, distributor.StatusPending, distributor.StatusExpired,
		distributor.StatusCancelled, distributor.StatusDiscontinued, distributor.StatusDeleted:
		return s
	}
	return distributor.StatusUnknown
}
