package sso

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/uuid"
	"golang.org/x/oauth2"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/errs"
)

// What a try may be.
const (
	triesLive    = 10 * time.Minute
	mostOfPlace  = 30
	mostTries    = 5000
	providerWait = 15 * time.Second // for all that one step asks of the provider
)

// Start is somebody who sets out to the provider.
type Start struct {
	Address string // of the client
	Next    string
	Link    uuid.UUID // who wants to be linked; zero: somebody signs in
	Back    string    // the address that the provider leads back to
}

// Gone is the way there: the address, and what only this browser may hold.
type Gone struct{ URL, Browser string }

// Begin sends somebody to the provider.
func (s Service) Begin(ctx context.Context, st Start) (Gone, error) {
	p, err := s.inForce(ctx)
	if err != nil {
		return Gone{}, err
	}
	ctx, done := context.WithTimeout(ctx, providerWait)
	defer done()
	_, config, err := s.provider(ctx, p, st.Back)
	if err != nil {
		return Gone{}, err
	}
	state, browser := rand.Text()+rand.Text(), rand.Text()+rand.Text()
	place, now := auth.Place(st.Address), s.Clock.Now()
	kept := s.DB.Read(ctx).Exec(`INSERT INTO sso_tries (state, browser, user_id, place, next, at)
		SELECT ?::bytea, ?::bytea, ?::uuid, ?::text, ?::text, ?::timestamptz
		WHERE (SELECT count(*) FROM sso_tries WHERE place = ? AND at > ?) < ?
			AND (SELECT count(*) FROM (SELECT FROM sso_tries LIMIT ?) t) < ?`,
		hashOf("state", state), hashOf("browser", browser), uuid.NullUUID{UUID: st.Link, Valid: st.Link != uuid.Nil},
		place, st.Next, now, place, now.Add(-triesLive), mostOfPlace, mostTries, mostTries)
	if kept.Error != nil {
		return Gone{}, kept.Error
	}
	if kept.RowsAffected == 0 {
		return Gone{}, errs.New(errs.Unavailable, "Too many set out to the identity provider from here and did not "+
			"come back. Wait ten minutes, or sign in with a password.")
	}
	return Gone{Browser: browser, URL: config.AuthCodeURL(state, oidc.Nonce(nonceOf(browser)),
		oauth2.S256ChallengeOption(verifierOf(browser)))}, nil
}

// The nonce and the verifier follow from what the browser holds, so neither is stored anywhere.
func nonceOf(browser string) string    { return text(hashOf("nonce", browser)) }
func verifierOf(browser string) string { return text(hashOf("verifier", browser)) }

func text(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func hashOf(what, secret string) []byte {
	sum := sha256.Sum256([]byte("seatledger sso " + what + " " + secret))
	return sum[:]
}

// Return is somebody who comes back from the provider.
type Return struct {
	State, Code, Error string // as the address says
	Browser            string // what the browser holds
	Back               string
}

// Person is who the provider says somebody is.
type Person struct {
	Issuer, Subject, Name, Email string
	Groups                       []string
	Strong                       bool      // the token says that a second factor was shown
	Link                         uuid.UUID // who wants to be linked to them
	Next                         string
	setup                        Setup
}

var errNotYours = errs.New(errs.Forbidden, "This way back from the identity provider is not good: it was used "+
	"already, "+
	"took more than ten minutes, or began in another browser. Nobody was signed in; begin again.")

// Finish takes somebody in who comes back: once, in the browser that went, with a token that was made for this.
func (s Service) Finish(ctx context.Context, r Return) (Person, error) {
	p, err := s.inForce(ctx)
	if err != nil {
		return Person{}, err
	}
	var tries []struct {
		Browser []byte
		UserID  uuid.NullUUID
		Next    string
		At      time.Time
	}
	err = s.DB.Read(ctx).Raw(`DELETE FROM sso_tries WHERE state = ? RETURNING browser, user_id, next, at`,
		hashOf("state", r.State)).Scan(&tries).Error
	if err != nil {
		return Person{}, err
	}
	if len(tries) == 0 || r.Browser == "" || !tries[0].At.After(s.Clock.Now().Add(-triesLive)) ||
		subtle.ConstantTimeCompare(tries[0].Browser, hashOf("browser", r.Browser)) != 1 {
		return Person{}, errNotYours
	}
	if r.Error != "" || r.Code == "" {
		return Person{}, errs.New(errs.Forbidden, "The identity provider did not sign you in. Nobody was signed "+
			"in here; "+
			"try again, or ask whoever looks after it.")
	}
	ctx, done := context.WithTimeout(ctx, providerWait)
	defer done()
	person, err := s.exchange(ctx, p, r)
	person.Link, person.Next, person.setup = tries[0].UserID.UUID, tries[0].Next, p
	return person, err
}

func (s Service) exchange(ctx context.Context, p Setup, r Return) (Person, error) {
	provider, config, err := s.provider(ctx, p, r.Back)
	if err != nil {
		return Person{}, err
	}
	ctx = oidc.ClientContext(ctx, s.client())
	tokens, err := config.Exchange(ctx, r.Code, oauth2.VerifierOption(verifierOf(r.Browser)))
	if err != nil {
		var said *oauth2.RetrieveError
		if errors.As(err, &said) {
			return Person{}, errs.Because(errs.Forbidden, "The identity provider did not take the code that it "+
				"had given. "+
				"Nobody was signed in; begin again.", errors.New(said.ErrorCode))
		}
		return Person{}, away(err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	token, err := provider.Verifier(&oidc.Config{ClientID: p.ClientID, Now: clock.Outside(s.Clock).Now}).Verify(ctx,
		raw)
	if err != nil {
		return Person{}, errs.Because(errs.Forbidden, "What the identity provider said of you cannot be trusted: "+
			"it is "+
			"not signed by it, has expired, or was made for another application. Nobody was signed in.", err)
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonceOf(r.Browser))) != 1 {
		return Person{}, errs.New(errs.Forbidden, "What the identity provider said was not made for this sign-in. "+
			"Nobody was signed in.")
	}
	claims := map[string]any{}
	if err := token.Claims(&claims); err != nil {
		return Person{}, unread(err)
	}
	if azp, said := claims["azp"].(string); said && azp != p.ClientID || len(token.Audience) > 1 && !said {
		return Person{}, errs.New(errs.Forbidden, "What the identity provider said was made for another application. "+
			"Nobody was signed in.")
	}
	if err := complete(ctx, provider, tokens, claims, p.Claim); err != nil {
		return Person{}, err
	}
	return p.person(token, claims)
}

func unread(err error) error {
	return errs.Because(errs.Forbidden, "What the identity provider said of you cannot be read. Nobody was signed in.",
		err)
}

// complete asks the provider for what the token does not say, of the same subject alone.
func complete(ctx context.Context, provider *oidc.Provider, tokens *oauth2.Token, claims map[string]any,
	group string) error {
	if provider.UserInfoEndpoint() == "" || claims["email"] != nil && claims[group] != nil {
		return nil
	}
	info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil {
		return away(err)
	}
	more := map[string]any{}
	if err := info.Claims(&more); err != nil || info.Subject != claims["sub"] {
		return unread(errors.Join(err, errors.New("userinfo of another subject")))
	}
	for _, name := range []string{"name", "email", group, "_claim_names"} {
		if claims[name] == nil && more[name] != nil {
			claims[name] = more[name]
		}
	}
	return nil
}

func (p Setup) person(token *oidc.IDToken, claims map[string]any) (Person, error) {
	out := Person{Issuer: token.Issuer, Subject: token.Subject}
	out.Name, _ = claims["name"].(string)
	out.Email, _ = claims["email"].(string)
	out.Strong = slices.Contains(texts(claims["amr"]), "mfa")
	out.Groups = texts(claims[p.Claim])
	if out.Subject == "" || len(out.Subject) > longestSubject {
		return Person{}, unread(errors.New("no subject, or one that is too long"))
	}
	elsewhere, _ := claims["_claim_names"].(map[string]any)
	if claims[p.Claim] == nil && elsewhere[p.Claim] != nil {
		return Person{}, errs.New(errs.Forbidden, "You are in more groups than the identity provider puts into a "+
			"token. "+
			"Let it send only the groups of this application, or application roles. Nobody was signed in.")
	}
	return out, nil
}

// texts are those of a claim, which may be one or a list of them.
func texts(claim any) []string {
	switch v := claim.(type) {
	case string:
		return strings.Fields(v)
	case []any:
		var out []string
		for _, x := range v {
			if s, is := x.(string); is {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

func (s Service) inForce(ctx context.Context) (Setup, error) {
	p, err := Load(ctx, s.DB.Read(ctx))
	if err == nil && !p.On {
		err = errs.New(errs.NotFound, "Signing in by an identity provider is not set up here.")
	}
	return p, err
}

// provider asks the issuer where things are, each time anew: so are its keys, and a key that it took out of use opens
// nothing. The secret goes to the servers alone that it was given for.
func (s Service) provider(ctx context.Context, p Setup, back string) (*oidc.Provider, oauth2.Config, error) {
	client := s.client()
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, client), p.Issuer)
	if err != nil {
		return nil, oauth2.Config{}, away(err)
	}
	to, err := url.Parse(provider.Endpoint().TokenURL)
	if err != nil || !strings.EqualFold(to.Host, p.tokenHost()) {
		return nil, oauth2.Config{}, errs.New(errs.Conflict, "The identity provider takes its secret at a host "+
			"that was "+
			"not named in the settings. Nothing was sent there.")
	}
	if where, err := url.Parse(provider.Endpoint().AuthURL); err != nil || s.Out.CheckURL(where.String()) != nil {
		return nil, oauth2.Config{}, errs.New(errs.Conflict, "The identity provider names no address to sign in "+
			"at that "+
			"is good.")
	}
	word, err := s.secretFor(ctx, p)
	return provider, oauth2.Config{ClientID: p.ClientID, ClientSecret: word.Reveal(), Endpoint: provider.Endpoint(),
		RedirectURL: back, Scopes: []string{oidc.ScopeOpenID, "profile", "email"}}, err
}

func away(err error) error {
	return errs.Because(errs.Unavailable, "The identity provider does not answer as it should. Nobody was signed "+
		"in; try "+
		"again in a while, or sign in with a password where you have one.", err)
}

// client makes the guarded calls under the names that the library knows.
func (s Service) client() *http.Client { return &http.Client{Transport: calls{s.Out}} }

type calls struct{ out *outbound.Client }

const longestAsked = 64 << 10

// RoundTrip makes one call, bounded in time and size, and follows no redirect.
func (c calls) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		defer func() { _ = r.Body.Close() }()
		var err error
		if body, err = io.ReadAll(io.LimitReader(r.Body, longestAsked)); err != nil {
			return nil, err
		}
	}
	a, err := c.out.Do(r.Context(), outbound.Request{Op: "identity provider", Method: r.Method, URL: r.URL.String(),
		Header: r.Header, Body: body, Small: true})
	if err != nil {
		return nil, err
	}
	said := slices.Clone(a.Body)
	a.Release()
	return &http.Response{StatusCode: a.Status, Status: http.StatusText(a.Status), Proto: "HTTP/1.1", ProtoMajor: 1,
		ProtoMinor: 1, Header: a.Header, Body: io.NopCloser(bytes.NewReader(said)), ContentLength: int64(len(said)),
		Request: r}, nil
}

// Sweep throws tries away that did not come back. A job calls it.
func (s Service) Sweep(ctx context.Context) error {
	return s.DB.Read(ctx).Exec(`DELETE FROM sso_tries WHERE at < ?`, s.Clock.Now().Add(-triesLive)).Error
}
