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
	trialPart  = regexp.MustCompile(`(?i):P\d+[DMY]:T$`) // a product's plan on trial
	usageName  = regexp.MustCompile(`(?i)\b(azure plan|pay[- ]as[- ]you[- ]go|payg|metered|(azure|cloud) ` +
		`(consumption|usage)|(consumption|usage)[- ]based)\b|^(microsoft )?azure( subscription)?$`)
	usageModel = regexp.MustCompile(`(?i)\b(pay[- ]as[- ]you[- ]go|payg|metered|azure plan|consumption|usage|` +
		`consommation|consumo|verbrauch\w*|nutzungsbasiert)\b`)
	// What is sold beside Azure at a fixed price, whatever else its name says.
	fixedName = regexp.MustCompile(`(?i)\b(support|reserv\w+|savings plan)\b`)
)

// usageParts are Microsoft's own numbers of what is billed by usage: the Azure plan and its predecessor.
var usageParts = []string{"DZH318Z0BPS6", "MS-AZR-0145P"}

// Kind tells licence, one-time purchase, usage and trial apart (RULES 4).
// Guess: by part number, and words of name and model, since no field for it is known.
func Kind(p Product) distributor.Kind {
	switch {
	case p.Term == distributor.FreqTrial || p.Frequency == distributor.FreqTrial ||
		trialWords.MatchString(p.Name+" "+p.Model) || trialPart.MatchString(p.Part):
		return distributor.Trial
	case isUsage(p):
		return distributor.Usage
	case p.Frequency == distributor.FreqOneTime || p.Term == distributor.FreqOneTime:
		return distributor.OneTime
	case p.Frequency != distributor.FreqUnknown || p.Term != distributor.FreqUnknown || isMicrosoftPart(p.Part):
		return distributor.Licence
	}
	return distributor.UnknownKind
}

func isUsage(p Product) bool {
	if usageModel.MatchString(p.Model) {
		return true
	}
	for _, part := range usageParts {
		if strings.HasPrefix(strings.ToUpper(p.Part), part) {
			return true
		}
	}
	return usageName.MatchString(strings.TrimSpace(p.Name)) && !fixedName.MatchString(p.Name)
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
