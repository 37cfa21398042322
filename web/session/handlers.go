package session

import (
	"context"

	"seatledger/internal/access"
	"seatledger/internal/auth"
)

// Where the doors are.
const (
	SetupPath  = "/setup"
	LoginPath  = "/login"
	LogoutPath = "/logout"
	// CodePath is the second step of signing in, AskFactorPath what a script asks there.
	CodePath      = LoginPath + "/code"
	AskFactorPath = CodePath + "/ask"
	// PasskeyPath takes the answer of a passkey on the sign-in page, AskAnybodyPath gives the question.
	PasskeyPath    = LoginPath + "/passkey"
	AskAnybodyPath = PasskeyPath + "/ask"
	// ForgottenPath is for who forgot their password, LinkPath where links of mails lead.
	ForgottenPath = LoginPath + "/forgotten"
	LinkPath      = access.LinkPath
	// ProviderPath leads to the identity provider.
	ProviderPath = LoginPath + "/sso"
	// ProvePath asks who is signed in to prove it once more.
	ProvePath    = "/prove"
	AskProofPath = ProvePath + "/ask"
)

// Handlers answers the pages in front of the door.
type Handlers struct {
	Manager *Manager
	Auth    auth.Service
	Access  access.Service
	// SetupCode must be typed on the first-admin page; empty on a loopback listener,
	// where only people of this machine can come.
	SetupCode string
	// Provider names the identity provider by which people can sign in; empty: there is none. nil likewise.
	Provider func(ctx context.Context) (string, error)
}
