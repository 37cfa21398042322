// Package skeleton is a connector to copy: to an invented distributor that lists everything in one list and replaces
// the refresh token at each sign-in, the two things that the first connectors do not show. It is complete, passes the
// conformance suite against the stand-in in its tests, and is offered on no page. docs/connector.md says, file by
// file, what to change. It knows no record and no database, and sends nothing but GET requests and the sign-in.
package skeleton

import (
	"context"
	"log/slog"
	"strings"
	"sync"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/outbound"
)

// Connector reads one account at the distributor. It is safe for concurrent use.
type Connector struct {
	cred    distributor.Credentials
	base    string
	http    *outbound.Client
	clk     clock.Clock
	log     *slog.Logger
	vault   distributor.Vault
	session *calls.Session

	mu     sync.Mutex
	handed distributor.Secret // the access token that calls were made with last
}

// New makes a connector; it calls nobody yet. Leave the vault out where the distributor's credentials do not rotate.
func New(c distributor.Credentials, hc *outbound.Client, o calls.Options, vault distributor.Vault,
	log *slog.Logger) *Connector {
	conn := &Connector{cred: c, base: strings.TrimRight(strings.TrimSpace(c.BaseURL), "/"), http: hc, clk: o.Clock,
		log: log, vault: vault}
	o.Concurrency = c.Concurrency
	conn.session = calls.NewSession(c, o, conn.signIn)
	return conn
}

// Capabilities of this distributor's API.
func (c *Connector) Capabilities() distributor.Capabilities { return Capabilities() }

// Capabilities of this distributor's API, for screens that have no credentials at hand. Say no more than is true: the
// screens offer what stands here, and the conformance suite asks for it.
func Capabilities() distributor.Capabilities {
	return distributor.Capabilities{Verify: true, Accounts: true, Subscriptions: true, StartDates: true,
		PartNumbers: true, Paging: true, ApplicationSecret: true}
}

// Changes is not to be had: this API has no change log. Where yours has one, read it here and say so above.
func (c *Connector) Changes(context.Context, distributor.ChangeQuery) ([]distributor.Change, error) {
	return nil, &distributor.Error{Kind: distributor.Unsupported, Op: "change log",
		Message: "This distributor's API has no change log.",
		Advice:  "Seat changes are dated on the day they are seen."}
}
