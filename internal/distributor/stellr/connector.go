// Package stellr reads TD SYNNEX Stellr through its comprehensive (REST) API.
// That API is only partly public: what its sources only guess is called a guess
// here, and every field is read by several names. It sends nothing but GET requests
// and the sign-in.
package stellr

import (
	"log/slog"
	"strings"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/outbound"
)

// Grants that the sign-in knows.
const (
	ClientCredentials = "client_credentials"
	PasswordGrant     = "password"
)

// Page sizes that the distributor is known to take.
const (
	DefaultPageSize = 100
	MaxPageSize     = 200
)

// Connector reads one Stellr account. It is safe for concurrent use.
type Connector struct {
	cred     distributor.Credentials
	base     string
	tokenURL string
	pageSize int
	http     *outbound.Client
	clk      clock.Clock
	log      *slog.Logger
	session  *calls.Session
	changes  changePath
	tongue   tongue
}

// New makes a connector; it calls nobody yet.
func New(c distributor.Credentials, hc *outbound.Client, o calls.Options, log *slog.Logger) *Connector {
	conn := &Connector{
		cred: c, base: baseOf(c.BaseURL), tokenURL: c.TokenURL, pageSize: pageSizeOf(c.PageSize),
		http: hc, clk: o.Clock, log: log, tongue: tongueOf(c.Dialect),
	}
	if conn.tokenURL == "" {
		conn.tokenURL = distributor.TokenURLFor(distributor.Stellr, c.BaseURL)
	}
	o.Concurrency = c.Concurrency
	conn.session = calls.NewSession(c, o, conn.signIn)
	return conn
}

// Capabilities of the comprehensive API.
func (c *Connector) Capabilities() distributor.Capabilities { return Capabilities() }

// Capabilities of the comprehensive API, for screens that have no credentials at hand.
func Capabilities() distributor.Capabilities {
	return distributor.Capabilities{Verify: true, Accounts: true, Subscriptions: true, ChangeLog: true,
		StartDates: true, PartNumbers: true, Paging: true, ApplicationSecret: true, Bills: true}
}

func baseOf(url string) string { return strings.TrimRight(strings.TrimSpace(url), "/") }

func pageSizeOf(n int) int {
	if n <= 0 {
		return DefaultPageSize
	}
	return min(n, MaxPageSize)
}
