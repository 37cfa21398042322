// Package audit answers the pages of the audit trail: the list with its filters
// and file, one entry with what changed, and whether the chain holds.
package audit

import (
	"time"

	"seatledger/internal/audit"
	"seatledger/internal/postgres"
)

// Handlers answers the pages under /audit.
type Handlers struct {
	DB    *postgres.DB
	Zone  *time.Location
	Chain *audit.Chain
}

const path = "/audit"
