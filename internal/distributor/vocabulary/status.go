package vocabulary

import (
	"regexp"
	"strings"

	"seatledger/internal/distributor"
)

// statusStems are looked for in this order, in English, French, Spanish, Portuguese and
// German, in small letters without accents.
//
// Guess: only Activated, Expire, Cancelled and Discontinued are seen live.
var statusStems = []struct {
	status distributor.Status
	stems  []string
}{
	{distributor.StatusSuspended, []string{"suspen", "ausgesetzt", "gesperrt"}}, // before "pend"
	{distributor.StatusExpired, []string{"expir", "vencid", "caducad", "abgelaufen", "echue", "echu"}},
	{distributor.StatusCancelled, []string{"cancel", "annul", "resilie", "anulad", "rescindid", "dado de baja",
		"storniert"}},
	{distributor.StatusDiscontinued, []string{"discontinu", "descontinuad", "descatalogad", "abandonne"}},
	{distributor.StatusDeleted, []string{"delet", "supprim", "suprimid", "eliminad", "borrad", "excluid", "apagad",
		"geloscht"}},
	{distributor.StatusPending, []string{"pend", "en attente", "en espera", "aguardando", "ausstehend", "proces",
		"em andamento", "cours de traitement", "in bearbeitung", "provisioning", "in progress"}},
	{distributor.StatusActive, []string{"activ", "actif", "ativ", "aktiv"}},
}

// Status reads a subscription's status by stem, in any case; blank is Blank. A word with
// a doubt about it, or with a number in it, is no certain end and unknown.
func Status(text string) distributor.Status {
	if isBlank(normal(text)) {
		return distributor.StatusBlank
	}
	word := plain(text)
	if doubted(word) || strings.ContainsAny(word, "0123456789") {
		return distributor.StatusUnknown
	}
	return byStem(word)
}

// byStem wants one meaning: "pending activation" is pending, but "cancellation
// pending" could be either and is unknown.
func byStem(word string) distributor.Status {
	found := distributor.StatusUnknown
	for _, s := range statusStems {
		rest := word
		for _, stem := range s.stems {
			rest = strings.ReplaceAll(rest, stem, "") // "suspended" holds "pend" too
		}
		switch {
		case rest == word:
			continue
		case found == distributor.StatusUnknown:
			found = s.status
		case found == distributor.StatusPending && s.status == distributor.StatusActive:
		default:
			return distributor.StatusUnknown
		}
		word = rest
	}
	return found
}

var inactive = regexp.MustCompile(`\b(inacti[vf]|inativ|inaktiv|deactiv|desactiv|desativ|deaktiv)`)

// AccountActive tells whether a customer's status leaves it in use; blank and
// unknown words do.
func AccountActive(text string) bool {
	word := plain(text)
	if word == "false" || inactive.MatchString(word) {
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
