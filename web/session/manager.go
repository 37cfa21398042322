// Package session is who is at the other end: sign-in, first admin, sign-out, the
// session cookie, the roles that a route asks for, and the frame that every page
// of a signed-in person has. Whether a password is right is auth's matter.
package session

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync/atomic"

	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/listing"
	"seatledger/internal/notify"
	"seatledger/internal/postgres"
	"seatledger/internal/savedview"
	"seatledger/internal/selection"
	"seatledger/web/httpx"
)

// Options is what a Manager needs.
type Options struct {
	DB      *postgres.DB
	Clock   clock.Clock
	HTTPS   bool // people come by https: Secure cookie under its __Host- name
	Log     *slog.Logger
	Version string // shown at the foot of the navigation
	Auth    auth.Service
}

// Manager loads and saves the session of each request. Make one with New.
type Manager struct {
	o       Options
	scs     *scs.SessionManager
	store   auth.Sessions
	setups  tries
	settled atomic.Bool // a user exists, so the first-admin page is closed for good
}

// New makes a manager over the sessions table.
func New(o Options) *Manager {
	m := &Manager{o: o, scs: scs.New(), store: auth.Sessions{DB: o.DB, Clock: o.Clock,
		Beside: `json_build_object('unread', ` + notify.UnreadSQL(mostUnread+1) + `, 'views', ` + savedview.JSON +
			`, 'mark', ` + listing.MarkSQL + `, 'ticked', ` + selection.TickedJSON + `)::text`}}
	m.scs.Store = m.store
	m.scs.Codec = codec{}
	m.scs.HashTokenInStore = true
	m.scs.Lifetime = auth.AbsoluteLimit
	return m
}

const (
	userValue    = "user"
	noticesValue = "notices"
	userKey      = "session.user"
	besideKey    = "session.beside"
	sessionKey   = "session.id"
	managerKey   = "session.manager"
	shownKey     = "session.shown"
	setUpKey     = "session.set_up"
)

// Load is the middleware that brings session and user to a request, and stores the
// session just before the answer's header leaves. It does not wrap the writer, so
// that streams can flush.
func (m *Manager) Load(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if secret, ok := httpx.Bearer(r); ok {
			return m.loadToken(c, secret, next)
		}
		visit := &auth.Visit{Address: c.RealIP(), UserAgent: r.UserAgent()}
		ctx, err := m.scs.Load(auth.WithVisit(r.Context(), visit), m.cookieValue(c))
		if err != nil {
			return err
		}
		c.SetRequest(r.WithContext(context.WithValue(ctx, loadedKey{}, true)))
		c.Set(managerKey, m)
		c.Response().Before(func() { m.save(c) })
		m.at(c, visit.Session)
		if err := m.findUser(c, visit); err != nil {
			return err
		}
		return next(c)
	}
}

// at says from where the request comes, for the trail.
func (m *Manager) at(c echo.Context, session uuid.UUID) {
	r := c.Request()
	c.Set(sessionKey, session)
	c.SetRequest(r.WithContext(audit.WithFrom(r.Context(), audit.From{Address: c.RealIP(), Session: session})))
}

type loadedKey struct{}

// isLoaded tells whether Load has run: the error page of an address that no route
// has is made without it.
func isLoaded(ctx context.Context) bool { return ctx.Value(loadedKey{}) != nil }

// findUser reads the user afresh on every request: what an admin takes away is gone at once.
func (m *Manager) findUser(c echo.Context, visit *auth.Visit) error {
	ctx := c.Request().Context()
	id, err := uuid.Parse(m.scs.GetString(ctx, userValue))
	if err != nil {
		return nil //nolint:nilerr // nobody is signed in
	}
	u := visit.Holder()
	if u.ID != id || !u.Active {
		return m.scs.Destroy(ctx)
	}
	visit.User = u.ID
	c.Set(userKey, u)
	c.Set(shownKey, visit.Shown)
	c.Set(setUpKey, visit.MustSetUp())
	var b beside
	if err := json.Unmarshal([]byte(visit.Beside()), &b); err != nil {
		return fmt.Errorf("what is read with a session: %w", err)
	}
	c.Set(besideKey, b)
	c.SetRequest(c.Request().WithContext(listing.WithMark(ctx, b.Mark)))
	return nil
}

// beside is what is read of a person together with their session, since every page shows it.
type beside struct {
	Unread int
	Views  []savedview.View
	Mark   string   // listing.WithMark
	Ticked []string // the lists on which the person has ticked something
}

// HasTicked tells whether somebody may have ticked records of a list; who comes without a session has not.
func HasTicked(c echo.Context, list string) bool { return slices.Contains(besideOf(c).Ticked, list) }

func besideOf(c echo.Context) beside {
	b, _ := c.Get(besideKey).(beside)
	return b
}

func (m *Manager) save(c echo.Context) {
	// A person who has gone away must not leave a half-stored session.
	ctx := context.WithoutCancel(c.Request().Context())
	switch m.scs.Status(ctx) {
	case scs.Modified:
		token, _, err := m.scs.Commit(ctx)
		if err != nil {
			m.o.Log.ErrorContext(ctx, "the session could not be stored", "error", err)
			return
		}
		m.setCookie(c, token)
	case scs.Destroyed:
		m.setCookie(c, "")
	}
}

// begin signs a user in under a fresh token, so that one planted before is worth nothing.
// id names the session in the trail; shown is how they proved who they are.
func (m *Manager) begin(c echo.Context, u auth.User, id uuid.UUID, shown auth.Shown) error {
	ctx := c.Request().Context()
	if err := m.scs.RenewToken(ctx); err != nil {
		return err
	}
	m.scs.Put(ctx, userValue, u.ID.String())
	ctx = auth.WithVisit(ctx, &auth.Visit{Address: c.RealIP(), UserAgent: c.Request().UserAgent(), User: u.ID,
		Session: id, Shown: shown})
	c.SetRequest(c.Request().WithContext(ctx))
	c.Set(userKey, u)
	c.Set(shownKey, shown)
	m.at(c, id)
	_, _, err := m.scs.Commit(ctx) // here and not only when saving, so that a failure is seen
	return err
}

// Renew gives the present session a new token, as after a change of password.
func Renew(c echo.Context) error {
	return managerOf(c).begin(c, User(c), sessionOf(c), shownOf(c))
}

// end signs out.
func (m *Manager) end(c echo.Context) error {
	c.Set(userKey, nil)
	return m.scs.Destroy(c.Request().Context())
}

// User is who is signed in; the zero User when nobody is.
func User(c echo.Context) auth.User {
	u, _ := c.Get(userKey).(auth.User)
	return u
}

// Actor is who is signed in, as the audit trail names them.
func Actor(c echo.Context) audit.Actor { return User(c).Actor() }

// Hash is the stored name of the present session, for StillValid and for a
// person's list of sessions; empty without one. It opens nothing.
func Hash(c echo.Context) string {
	m := managerOf(c)
	if m == nil {
		return ""
	}
	if token := m.scs.Token(c.Request().Context()); token != "" {
		return hashOf(token)
	}
	return ""
}

// hashOf is the manager's own way to hash a token before it is stored.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// StillValid tells whether a session that was let in earlier would be let in again:
// not ended, its user active and in one of the roles. It does not keep the session alive.
func (m *Manager) StillValid(ctx context.Context, hash string, roles ...auth.Role) bool {
	u, ok, err := m.store.Holder(ctx, hash)
	return err == nil && ok && auth.Allowed(u.Role, roles...)
}

func managerOf(c echo.Context) *Manager {
	m, _ := c.Get(managerKey).(*Manager)
	return m
}

// CookieName is the name of the session cookie (CONTRACT, Commands).
func CookieName(https bool) string {
	if https {
		return "__Host-seatledger"
	}
	return "seatledger"
}

func (m *Manager) cookieValue(c echo.Context) string {
	k, err := c.Cookie(CookieName(m.o.HTTPS))
	if err != nil {
		return ""
	}
	return k.Value
}

// setCookie sends the token, or takes the cookie back when it is empty. The browser
// forgets it when it closes; the server's limits stand in the database.
func (m *Manager) setCookie(c echo.Context, token string) {
	k := &http.Cookie{
		Name: CookieName(m.o.HTTPS), Value: token, Path: "/",
		Secure: m.o.HTTPS, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	if token == "" {
		k.MaxAge = -1
	}
	c.SetCookie(k)
}
