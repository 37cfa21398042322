// Package stellrlegacy reads TD SYNNEX Stellr through its legacy (v1) API. Every call
// of that API is a POST, also those that only read; so the actions it may name
// are an allow-list, and no other can leave.
package stellrlegacy

import (
	"context"
	"log/slog"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/outbound"
)

// Connector reads one legacy Stellr account. It is safe for concurrent use.
type Connector struct {
	cred    distributor.Credentials
	base    string
	http    *outbound.Client
	clk     clock.Clock
	log     *slog.Logger
	session *calls.Session
	tongue  tongue
}

// New makes a connector; it calls nobody yet.
func New(c distributor.Credentials, hc *outbound.Client, o calls.Options, log *slog.Logger) *Connector {
	conn := &Connector{cred: c, base: baseOf(c.BaseURL), http: hc, clk: o.Clock, log: log, tongue: tongueOf(c.Dialect)}
	o.Concurrency = c.Concurrency
	conn.session = calls.NewSession(c, o, conn.signIn)
	return conn
}

// Capabilities of the legacy API.
func (c *Connector) Capabilities() distributor.Capabilities { return Capabilities() }

// Capabilities of the legacy API, for screens that have no credentials at hand.
func Capabilities() distributor.Capabilities {
	return distributor.Capabilities{Verify: true, Accounts: true, Subscriptions: true}
}

// Changes is not to be had: the legacy API has no change log.
func (c *Connector) Changes(context.Context, distributor.ChangeQuery) ([]distributor.Change, error) {
	return nil, &distributor.Error{Kind: distributor.Unsupported, Op: "change log",
		Message: "The legacy API has no change log.", Advice: "Seat changes are dated on the day they are seen."}
}
