package vocabulary

import (
	"regexp"
	"strconv"
	"strings"
)

const seatNoun = `(?:seats?|licen[sc]es?|users?|units?)`

// Guess: the sentences are those seen in a public client's tests, with
// neighbouring spellings; a few of them may be made up.
var (
	upVerb   = `(?:add(?:ed|ing)?|increas(?:e|ed|ing))`
	downVerb = `(?:remov(?:e|ed|ing)|reduc(?:e|ed|ing)|decreas(?:e|ed|ing)|subtract(?:ed)?)`

	verbNumber = regexp.MustCompile(`(?i)\b(` + upVerb + `|` + downVerb + `)\s+(?:by\s+)?(\d[\d,]*)\s+(?:\w+\s+)?` +
		seatNoun + `\b`)
	verbNoun = regexp.MustCompile(`(?i)\b(` + upVerb + `|` + downVerb + `)\s+(?:the\s+)?(?:number of\s+)?` + seatNoun +
		`(?:\s+count)?\s+by\s+(\d[\d,]*)\b`)
	fromTo = regexp.MustCompile(`(?i)\b(?:` + seatNoun +
		`|quantity)\b[^.;\d]{0,30}?\bfrom\s+(\d[\d,]*)\s+to\s+(\d[\d,]*)\b`)
	down = regexp.MustCompile(`(?i)^` + downVerb + `$`)
)

// SeatDelta reads how many seats an entry of the change log adds or removes; 0
// when it tells of none. Several in one text are summed.
func SeatDelta(text string) int {
	delta, found := 0, false
	for _, pattern := range []*regexp.Regexp{verbNumber, verbNoun} {
		for _, m := range pattern.FindAllStringSubmatch(text, -1) {
			found = true
			delta += signed(m[1], number(m[2]))
		}
	}
	if m := fromTo.FindStringSubmatch(text); m != nil && !found {
		return number(m[2]) - number(m[1])
	}
	return delta
}

func signed(verb string, n int) int {
	if down.MatchString(verb) {
		return -n
	}
	return n
}

// number reads up to seven digits; a longer one is no number of seats.
func number(text string) int {
	text = strings.ReplaceAll(text, ",", "")
	if len(text) > 7 {
		return 0
	}
	n, _ := strconv.Atoi(text) // the pattern lets only digits through
	return n
}

var (
	ended = regexp.MustCompile(`\b(cancell?ed|cancelad[oa]|annulee?|resiliee?|anulad[oa]|storniert|supprimee?|eliminad[oa]|` +
		`excluid[oa]|geloscht|cancel (the )?(service|subscription|order)|(service|subscription) cancellation|` +
		`(subscription|service) (was |is |has been )?(deleted|terminated))\b`)
	// "subscription cancellation" is the name of what was done, not a wish.
	done      = regexp.MustCompile(`\b(service|subscription) cancellation\b`)
	someSeats = regexp.MustCompile(`(?i)\d\s+(?:\w+\s+)?` + seatNoun + `\b`)
	product   = regexp.MustCompile(`\([^)]*\)`)
)

// Ended tells whether an entry of the change log tells of a cancellation that happened, of the whole.
func Ended(text string) bool { return ended.MatchString(plain(text)) && !Doubtful(text) }

// Doubtful tells whether an entry of the change log speaks of something planned, asked for,
// renewed or failed, or of some seats only. What stands in brackets is the product's name.
func Doubtful(text string) bool {
	text = product.ReplaceAllString(text, " ")
	word := done.ReplaceAllString(plain(text), " ")
	return doubted(word) || strings.Contains(word, "pend") || someSeats.MatchString(text)
}
