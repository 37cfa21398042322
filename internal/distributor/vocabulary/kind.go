package vocabulary

import (
	"regexp"
	"strings"

	"seatledger/internal/distributor"
)

// Product is what is known of a product when its kind is to be told.
type Product struct {
	Name      string
	Part      string
	Model     string // billing model or category, if the record has one
	Frequency distributor.Frequency
	Term      distributor.Term
}

var (
	trialWords = regexp.MustCompile(`(?i)\btrial\b`)
	usageWords = regexp.MustCompile(`(?i)\b(azure plan|pay[- ]as[- ]you[- ]go|payg|consumption|usage([- ]based)?|metered|microsoft azure)\b`)
)

// Kind tells licence, one-time purchase, usage and trial apart (RULES 4).
// Guess: by words of name and model, since no field for it is known.
func Kind(p Product) distributor.Kind {
	switch {
	case p.Term == distributor.FreqTrial || p.Frequency == distributor.FreqTrial ||
		trialWords.MatchString(p.Name+" "+p.Model):
		return distributor.Trial
	case usageWords.MatchString(p.Name) || usageWords.MatchString(p.Model):
		return distributor.Usage
	case p.Frequency == distributor.FreqOneTime || p.Term == distributor.FreqOneTime:
		return distributor.OneTime
	case p.Frequency != distributor.FreqUnknown || p.Term != distributor.FreqUnknown || isMicrosoftPart(p.Part):
		return distributor.Licence
	}
	return distributor.UnknownKind
}

const microsoft = "Microsoft"

// Vendor gives the vendor one spelling. Guess: a Microsoft part number without a
// vendor is Microsoft's.
func Vendor(text, part string) string {
	word := strings.ToLower(text)
	if strings.HasPrefix(word, "microsoft") || word == "msft" || (text == "" && isMicrosoftPart(part)) {
		return microsoft
	}
	return text
}

func isMicrosoftPart(part string) bool {
	part = strings.ToUpper(part)
	return strings.HasPrefix(part, "CFQ7TTC0") || strings.HasPrefix(part, "DZH318Z")
}
