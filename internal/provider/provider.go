// Package provider keeps the connections to distributors: their settings, their
// sealed secrets, the last connectivity check, active or not. It opens connectors
// through the port and knows no wire format and no screen.
package provider

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/money"
)

// Provider is one connection to a distributor. Its secrets stand apart, sealed.
type Provider struct {
	ID                   uuid.UUID
	Name                 string
	Connector            string // distributor.Stellr, StellrLegacy or Manual
	InternalName         string
	ComprehensiveAPI     bool
	UserName             string
	URL                  string
	Host                 string // of URL; decides, with the reseller number, whose customers these are
	ApplicationID        string
	ResellerNumber       string
	ResellerAuthorizeURL string
	DelegatedAdminURL    string
	TokenURL             string // as typed; empty: it follows from URL
	GrantType            string
	PageSize             int
	Concurrency          int
	Currency             string // used where a record has none; shown as assumed
	CurrencyByHost       bool   // nobody typed it: it follows from URL
	// what an end date means where a record does not tell: last_day, day_after; empty: not set
	EndDateMeans      string
	EndDateSeen       string          // what most of its records say it means; stands in while EndDateMeans is empty
	EndDateTally      json.RawMessage `gorm:"type:jsonb"` // see EndTally
	CostPeriod        money.Period    // of a legacy API's costs, as a person says; shown as assumed
	Active            bool
	DeactivatedAt     *time.Time
	DeactivatedBy     string
	CredentialsAt     time.Time
	CheckedAt         *time.Time
	CheckedBy         string
	CheckResult       *string
	CheckLayers       json.RawMessage `gorm:"type:jsonb"`
	IdentityChangedAt *time.Time
	Version           int
	CreatedAt         time.Time
	UpdatedAt         time.Time
}

// TableName is the table of providers.
func (Provider) TableName() string { return "providers" }

// Connectivity is the word for how the last check stands now.
type Connectivity string

// The words of CONTRACT. Stale: a credential was edited since the check.
const (
	Unverified    Connectivity = "unverified"
	Verified      Connectivity = "verified"
	Warning       Connectivity = "warning"
	CheckFailed   Connectivity = "failed"
	Stale         Connectivity = "stale"
	NotApplicable Connectivity = "not_applicable"
)

// Connectivity tells how the last check stands now.
func (p Provider) Connectivity() Connectivity {
	switch {
	case p.Connector == distributor.Manual:
		return NotApplicable
	case p.CheckedAt == nil || p.CheckResult == nil:
		return Unverified
	case p.CheckedAt.Before(p.CredentialsAt):
		return Stale
	case *p.CheckResult == string(distributor.Failed):
		return CheckFailed
	case *p.CheckResult == string(distributor.Warned):
		return Warning
	}
	return Verified
}

// NeedsCredentials tells whether the last check still holds and was refused at the sign-in: nothing
// is read before somebody enters what the distributor accepts.
func (p Provider) NeedsCredentials() bool {
	return p.Connectivity() == CheckFailed && slices.ContainsFunc(p.Layers(), func(l distributor.Layer) bool {
		return l.Result == distributor.Failed && l.Kind == distributor.NeedsCredentials
	})
}

// OutOfReach tells whether the last check failed before any list was asked for.
func (p Provider) OutOfReach() bool {
	return p.Connectivity() == CheckFailed && slices.ContainsFunc(p.Layers(), func(l distributor.Layer) bool {
		return l.Result == distributor.Failed && l.Name != distributor.LayerCustomers &&
			l.Name != distributor.LayerSubscriptions
	})
}

// TokenAddress is where tokens are asked for: as typed, else as it follows from the URL.
// The legacy API hands them out itself.
func (p Provider) TokenAddress() string {
	if p.TokenURL != "" {
		return p.TokenURL
	}
	return distributor.TokenURLFor(p.Connector, p.URL)
}

// Get reads a provider; errs.NotFound if there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (Provider, error) {
	var p Provider
	err := db.WithContext(ctx).Where("id = ?", id).Take(&p).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return p, errs.New(errs.NotFound, "There is no such provider.")
	}
	return p, err
}
