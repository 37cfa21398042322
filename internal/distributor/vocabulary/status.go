package vocabulary

import (
	"strings"

	"seatledger/internal/distributor"
)

var statusStems = []struct {
	stem   string
	status distributor.Status
}{
	{"expire", distributor.StatusExpired},
	{"cancel", distributor.StatusCancelled},
	{"suspend", distributor.StatusSuspended},
	{"discontinu", distributor.StatusDiscontinued},
	{"delet", distributor.StatusDeleted},
	{"pend", distributor.StatusPending},
	{"process", distributor.StatusPending},
	{"provisioning", distributor.StatusPending},
	{"in progress", distributor.StatusPending},
	{"activ", distributor.StatusActive},
}

// Words that turn a stem around or put it off; with one of them the meaning is
// not certain, and an uncertain status stays active and fails the review (RULES 3).
var doubtWords = []string{"inactiv", "deactiv", "not ", "un-", "unsuspend", "uncancel", "schedul", "will ", "soon",
	"at end", "cancelling", "canceling", "cancellation req"}

// Status reads a subscription's status by stem, in any case; blank is Blank.
func Status(text string) distributor.Status {
	word := normal(text)
	if isBlank(word) {
		return distributor.StatusBlank
	}
	for _, doubt := range doubtWords {
		if strings.Contains(word, doubt) {
			return distributor.StatusUnknown
		}
	}
	return byStem(word)
}

// byStem wants one meaning: "pending activation" is pending, but "cancellation
// pending" could be either and is unknown.
func byStem(word string) distributor.Status {
	found := distributor.StatusUnknown
	for _, s := range statusStems {
		if !strings.Contains(word, s.stem) {
			continue
		}
		word = strings.ReplaceAll(word, s.stem, "") // "suspended" holds "pend" too
		if found == s.status {
			continue
		}
		if found == distributor.StatusUnknown {
			found = s.status
			continue
		}
		if found == distributor.StatusPending && s.status == distributor.StatusActive {
			continue
		}
		return distributor.StatusUnknown
	}
	return found
}

// AccountActive tells whether a customer's status leaves it in use; blank and
// unknown words do.
func AccountActive(text string) bool {
	word := normal(text)
	if strings.Contains(word, "inactiv") || strings.Contains(word, "deactiv") || word == "false" {
		return false
	}
	switch Status(text) {
	case distributor.StatusCancelled, distributor.StatusDiscontinued, distributor.StatusDeleted,
		distributor.StatusExpired:
		return false
	}
	return true
}

func isBlank(word string) bool {
	switch word {
	case "", "null", "none", "n/a", "-":
		return true
	}
	return false
}

var separators = strings.NewReplacer("_", " ", "\t", " ", "\n", " ")

func normal(text string) string {
	return strings.ToLower(strings.Join(strings.Fields(separators.Replace(text)), " "))
}
