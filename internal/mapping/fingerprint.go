package mapping

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"seatledger/internal/match"
)

// printOf is a fingerprint of what is compared of a record, so that a no can be
// remembered until one of these fields changes.
func printOf(r match.Record) string {
	fields := []string{r.Name, r.Website, strings.Join(r.EmailDomains, " "), r.TenantID, r.Street, r.City, r.State,
		r.PostalCode, r.Country, r.Phone}
	sum := sha256.Sum256([]byte(strings.Join(fields, "\x00")))
	return hex.EncodeToString(sum[:8])
}
