// Package settings answers the settings pages: what runs here, the general
// choices, users, and a person's own profile.
package settings

import (
	"time"

	"seatledger/internal/access"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/letters"
	"seatledger/internal/postgres"
	"seatledger/internal/webhook"
	"seatledger/web/at"
)

// Handlers answers the pages under /settings.
type Handlers struct {
	DB     *postgres.DB
	Clock  clock.Clock
	Zone   *time.Location
	Auth   auth.Service
	About  About
	Access access.Service
	// Letters are what goes out by mail.
	Letters letters.Service
	// Hooks are where notices are sent over HTTPS.
	Hooks *webhook.Service
}

// About is what runs here and cannot be changed on a page.
type About struct {
	Version         string
	BaseURL         string
	TimeZone        string
	SyncAt          string   // hh:mm, in TimeZone
	SyncUntil       string   // hh:mm: until then a failed night is tried again
	Outbound        []string // exceptions of the address guard
	PrivateDatabase bool
	DataDir         string
	KeyFile         string        // where the master key comes from
	KeyID           func() uint32 // of the key that seals now
	Backups         string        // the folder of the daily backups; empty: none is made
	BackupAt        string        // hh:mm, in TimeZone
}

// Where the pages are.
const (
	path          = at.Settings
	generalPath   = path + "/general"
	companyPath   = path + "/company"
	taxPath       = path + "/tax"
	ratesPath     = taxPath + "/rates"
	taxedPath     = taxPath + "/products"
	mailPath      = path + "/mail"
	mailRulesPath = mailPath + "/rules"
	testPath      = mailPath + "/test"
	templatesPath = mailPath + "/templates"
	usersPath     = path + "/users"
	tokensPath    = path + "/tokens"
	secretsPath   = path + "/secrets"
	eyesPath      = path + "/four-eyes"
	ssoPath       = path + "/sso"
	profilePath   = at.Profile
	passwordPath  = profilePath + "/password"
	endPath       = profilePath + "/end-session"
	endOthers     = profilePath + "/end-others"
)

func (h Handlers) sessions() auth.Sessions { return auth.Sessions{DB: h.DB, Clock: h.Clock} }
