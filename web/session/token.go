package session

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/errs"
	"seatledger/internal/token"
)

const tokenKey = "session.token"

func (m *Manager) tokens() token.Service { return token.Service{DB: m.o.DB, Clock: m.o.Clock} }

// loadToken lets a program in by its token. A cookie beside it is not looked at and none is set: what the token may
// not do, no session does for it.
func (m *Manager) loadToken(c echo.Context, secret string, next echo.HandlerFunc) error {
	r := c.Request()
	ctx, err := m.scs.Load(auth.WithVisit(r.Context(), &auth.Visit{}), "")
	if err != nil {
		return err
	}
	ctx = audit.WithFrom(context.WithValue(ctx, loadedKey{}, true), audit.From{Address: c.RealIP()})
	c.SetRequest(r.WithContext(ctx))
	c.Set(managerKey, m)
	t, err := m.tokens().Accept(ctx, secret, c.RealIP())
	if err != nil {
		return notAccepted(c, err)
	}
	if !readsFile(c.Request()) {
		return m.tokens().Denied(ctx, t, r.Method, c.Path())
	}
	c.Set(tokenKey, t)
	c.Set(userKey, auth.User{Name: t.Actor().Name, Role: auth.Viewer, Active: true})
	return next(c)
}

func readsFile(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && strings.HasSuffix(r.URL.Path, ".csv")
}

func notAccepted(c echo.Context, err error) error {
	var many *token.TooMany
	if errors.As(err, &many) {
		c.Response().Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(many.Wait.Seconds()))))
		return echo.NewHTTPError(http.StatusTooManyRequests)
	}
	if errs.KindOf(err) == errs.Unauthenticated {
		c.Response().Header().Set("WWW-Authenticate", `Bearer realm="seatledger"`)
	}
	return err
}

// TokenID names the token that a request came with; the zero id for a person.
func TokenID(c echo.Context) uuid.UUID {
	t, _ := c.Get(tokenKey).(token.Token)
	return t.ID
}

// Admit is Require for a list that tokens of the areas may read too.
func (m *Manager) Admit(areas []token.Area, roles ...auth.Role) echo.MiddlewareFunc {
	person := m.Require(roles...)
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		asPerson := person(next)
		return func(c echo.Context) error {
			if t, ok := c.Get(tokenKey).(token.Token); ok && t.May(areas...) {
				return next(c)
			}
			return asPerson(c)
		}
	}
}
