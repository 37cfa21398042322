package vocabulary

import (
	"regexp"
	"strings"

	"seatledger/internal/distributor"
	"seatledger/internal/money"
)

var rhythmWords = map[string]distributor.Frequency{
	"month": distributor.Monthly, "months": distributor.Monthly, "monthly": distributor.Monthly,
	"p1m": distributor.Monthly, "1m": distributor.Monthly, "m": distributor.Monthly, "1 month": distributor.Monthly,
	"per month": distributor.Monthly, "month to month": distributor.Monthly,
	"quarter": distributor.Quarterly, "quarterly": distributor.Quarterly, "p3m": distributor.Quarterly,
	"3m": distributor.Quarterly, "3 months": distributor.Quarterly, "q": distributor.Quarterly,
	"year": distributor.Annual, "years": distributor.Annual, "yearly": distributor.Annual, "annual": distributor.Annual,
	"annually": distributor.Annual, "p1y": distributor.Annual, "p12m": distributor.Annual, "12m": distributor.Annual,
	"1y": distributor.Annual, "y": distributor.Annual, "1 year": distributor.Annual, "12 months": distributor.Annual,
	"per year": distributor.Annual, "a": distributor.Annual,
	"triennial": distributor.Triennial, "triennially": distributor.Triennial, "three years": distributor.Triennial,
	"p3y": distributor.Triennial, "p36m": distributor.Triennial, "36m": distributor.Triennial,
	"3y": distributor.Triennial, "3 years": distributor.Triennial, "3 year": distributor.Triennial,
	"36 months": distributor.Triennial, "t": distributor.Triennial,
	"one time": distributor.FreqOneTime, "onetime": distributor.FreqOneTime, "one-time": distributor.FreqOneTime,
	"once": distributor.FreqOneTime, "upfront": distributor.FreqOneTime, "perpetual": distributor.FreqOneTime,
	"trial": distributor.FreqTrial, "free trial": distributor.FreqTrial,
}

// Rhythm reads a billing frequency or a term; unknown words and blanks are FreqUnknown.
func Rhythm(text string) distributor.Frequency {
	if f, ok := rhythmWords[normal(text)]; ok {
		return f
	}
	return distributor.FreqUnknown
}

// CostPeriod is the period a cost is given for: the distributor's price is per
// unit and billing cycle (RULES 5).
func CostPeriod(f distributor.Frequency) money.Period {
	switch f {
	case distributor.Monthly:
		return money.Month
	case distributor.Quarterly:
		return money.Quarter
	case distributor.Annual:
		return money.Year
	case distributor.Triennial:
		return money.ThreeYears
	case distributor.FreqOneTime:
		return money.Once
	}
	return money.Unknown
}

// TermOfPart reads the term out of a part number ProductId:SkuId:Term:Plan, with
// the word found. Guess: the form is documented for Ion, and assumed for Stellr.
func TermOfPart(part string) (distributor.Term, string) { return pieceOfPart(part, 2) }

// FrequencyOfPart reads the plan letter of such a part number. The same guess.
func FrequencyOfPart(part string) (distributor.Frequency, string) { return pieceOfPart(part, 3) }

func pieceOfPart(part string, at int) (distributor.Frequency, string) {
	pieces := strings.Split(part, ":")
	if len(pieces) < 3 || at >= len(pieces) {
		return distributor.FreqUnknown, ""
	}
	f := Rhythm(pieces[at])
	if f == distributor.FreqUnknown {
		return f, ""
	}
	return f, pieces[at]
}

// Words of a product name that tell the term; for many rows there is no other place.
var nameTerms = []struct {
	pattern *regexp.Regexp
	term    distributor.Term
}{
	{regexp.MustCompile(`(?i)\b(free )?trial\b`), distributor.FreqTrial},
	{regexp.MustCompile(`(?i)\b(triennial(ly)?|p?3y|p36m|3[ -]?(years?|yrs?)|36[ -]?months?|three[ -]years?)\b`),
		distributor.Triennial},
	{regexp.MustCompile(`(?i)\b(annual(ly)?|yearly|p?1y|p12m|(1|one)[ -]?(year|yr)|12[ -]?months?)\b`),
		distributor.Annual},
	{regexp.MustCompile(`(?i)\b(one[ -_]?time|perpetual)\b`), distributor.FreqOneTime},
	{regexp.MustCompile(`(?i)\b(monthly|p?1m|1[ -]?months?|month[ -]to[ -]month)\b`), distributor.Monthly},
}

// Billing said beside a term, as in "annual term, billed monthly", is no term.
var nameBilling = regexp.MustCompile(`(?i)\b(billed|billing|paid|payment|pay)( is)?[ :]+\S+|\b(monthly|annual|yearly)[ -](billed|billing|bill|payments?|pay)\b`)

// TermOfName reads the term out of a product name, with the word found. A longer
// term wins over "monthly", which as often tells how it is paid.
func TermOfName(name string) (distributor.Term, string) {
	name = nameBilling.ReplaceAllString(name, " ")
	for _, t := range nameTerms {
		if word := t.pattern.FindString(name); word != "" {
			return t.term, word
		}
	}
	return distributor.FreqUnknown, ""
}
