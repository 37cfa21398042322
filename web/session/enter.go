package session

import (
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/web/httpx"
)

// Enter lets somebody in as far as auth.Enter said: into a session, and on to next; or to the page of the second step.
// Every way to sign in ends here.
func (m *Manager) Enter(c echo.Context, e auth.Entry, next string) error {
	next = httpx.SafeNext(next)
	if e.Step != "" {
		m.setStep(c, e.Step)
		return httpx.SeeOther(c, withNext(CodePath, next))
	}
	m.setStep(c, "")
	if err := m.begin(c, e.User, e.Session, m.shown(e.By, e.Strong)); err != nil {
		return err
	}
	return httpx.SeeOther(c, next)
}

func withNext(path, next string) string {
	if next == "/" {
		return path
	}
	return path + "?" + url.Values{"next": {next}}.Encode()
}

// shown is a proof of this moment.
func (m *Manager) shown(by auth.Means, strong bool) auth.Shown {
	now, _ := clock.True(m.o.Clock)
	return auth.Shown{By: by, Strong: strong, At: now}
}

// stepCookie is the name under which a browser keeps that its person came half way.
func (m *Manager) stepCookie() string { return CookieName(m.o.HTTPS) + "-step" }

// setStep sends the token of the second step, or takes it back when it is empty. It is no session: nothing but the
// page of the second step looks at it.
func (m *Manager) setStep(c echo.Context, token string) {
	if token == "" && m.step(c) == "" {
		return
	}
	k := &http.Cookie{Name: m.stepCookie(), Value: token, Path: "/", Secure: m.o.HTTPS, HttpOnly: true,
		SameSite: http.SameSiteLaxMode}
	if token == "" {
		k.MaxAge = -1
	}
	c.SetCookie(k)
}

func (m *Manager) step(c echo.Context) string {
	k, err := c.Cookie(m.stepCookie())
	if err != nil {
		return ""
	}
	return k.Value
}

// Proved says that whoever is signed in has just proved who they are, in whatever way: the session goes on under a
// fresh token, and what is dear does not ask again for a while.
func (m *Manager) Proved(c echo.Context, by auth.Means, strong bool) error {
	return m.begin(c, User(c), sessionOf(c), m.shown(by, strong || shownOf(c).Strong))
}

// IsProved tells whether that was recently.
func (m *Manager) IsProved(c echo.Context) bool { return m.o.Auth.Recent(shownOf(c)) }

func sessionOf(c echo.Context) uuid.UUID {
	id, _ := c.Get(sessionKey).(uuid.UUID)
	return id
}

func shownOf(c echo.Context) auth.Shown {
	s, _ := c.Get(shownKey).(auth.Shown)
	return s
}

// retryAfter says in the header how long to wait.
func retryAfter(c echo.Context, wait time.Duration) {
	c.Response().Header().Set("Retry-After", seconds(wait))
}
