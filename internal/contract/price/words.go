package price

import (
	"strings"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/money"
)

// The words that are told to a person whose word is not known; more are understood.
const (
	unitWords = "month, quarter, year, three_years, once"
	termWords = "monthly, quarterly, annual, triennial, one_time, trial"
)

// Units and Terms are the choices of the forms.
func Units() []string { return strings.Split(unitWords, ", ") }

// Terms are the choices for term and billing frequency.
func Terms() []string { return strings.Split(termWords, ", ") }

var termOf = map[money.Period]distributor.Frequency{
	money.Month: distributor.Monthly, money.Quarter: distributor.Quarterly, money.Year: distributor.Annual,
	money.ThreeYears: distributor.Triennial, money.Once: distributor.FreqOneTime,
}

// ParseUnit reads the period that a price is given for. An unknown word is errs.Invalid, never guessed.
func ParseUnit(s string) (money.Period, error) {
	if p, ok := money.ParsePeriod(s); ok {
		return p, nil
	}
	return money.Unknown, unknownWord(s, unitWords)
}

// ParseTerm reads a term or billing frequency in the words that price files use:
// P1Y, annual, yearly, year, triennial, one_time, trial and the like.
func ParseTerm(s string) (distributor.Frequency, error) {
	if strings.EqualFold(strings.TrimSpace(s), string(distributor.FreqTrial)) {
		return distributor.FreqTrial, nil
	}
	if p, ok := money.ParsePeriod(s); ok {
		return termOf[p], nil
	}
	return "", unknownWord(s, termWords)
}

func unknownWord(s, words string) error {
	if strings.TrimSpace(s) == "" {
		return errs.Newf(errs.Invalid, "Give one of: %s.", words)
	}
	return errs.Newf(errs.Invalid, "%q is not understood. Use one of: %s.", s, words)
}
