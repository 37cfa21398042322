package session

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/errs"
	"seatledger/internal/token"
	"seatledger/web/httpx"
)

// Require lets only signed-in people in one of the roles through; an admin always,
// and anybody signed in when no role is named. Without a session the error is
// errs.Unauthenticated, which a GET answers with the way to the sign-in page;
// without the role it is errs.Forbidden, and the trail has a row.
func (m *Manager) Require(roles ...auth.Role) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			u := User(c)
			if t, ok := c.Get(tokenKey).(token.Token); ok {
				return m.tokens().Denied(c.Request().Context(), t, c.Request().Method, c.Path())
			}
			switch {
			case u.Role == "":
				if err := m.strange(c); err != nil {
					return err
				}
				return errs.New(errs.Unauthenticated,
					"You are not signed in, or your session has ended. Nothing was changed. Sign in and try again.")
			case !auth.Allowed(u.Role, roles...):
				return m.deny(c, u, roles)
			}
			return next(c)
		}
	}
}

// strange notes that somebody without a session wanted to change something: once a minute of a place.
func (m *Manager) strange(c echo.Context) error {
	if r := c.Request(); r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil // only leads to the sign-in page
	}
	return m.store.Refused(c.Request().Context(), c.RealIP(), "without a session")
}

func (m *Manager) deny(c echo.Context, u auth.User, roles []auth.Role) error {
	err := m.store.Denied(c.Request().Context(), u, c.Request().Method, c.Path())
	if err != nil {
		return err
	}
	return errs.Newf(errs.Forbidden,
		"This is for the role %s; yours is %s. Nothing was changed. Ask an administrator if you need it.",
		wanted(roles), u.Role.Label())
}

func wanted(roles []auth.Role) string {
	labels := []string{auth.Admin.Label()}
	for _, r := range roles {
		if r != auth.Admin {
			labels = append(labels, r.Label())
		}
	}
	return strings.Join(labels, " or ")
}

// SetupFirst leads every request to the first-admin page until there is a user.
func (m *Manager) SetupFirst(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		settled, err := m.isSettled(c)
		if err != nil {
			return err
		}
		if settled || c.Request().URL.Path == SetupPath {
			return next(c)
		}
		if r := c.Request(); r.Method != http.MethodGet && r.Method != http.MethodHead {
			return errs.New(errs.Unauthenticated,
				"Seatledger has no administrator yet. Open "+SetupPath+" to make the first one.")
		}
		return httpx.SeeOther(c, SetupPath)
	}
}

// isSettled asks the database until there is a user, and never again.
func (m *Manager) isSettled(c echo.Context) (bool, error) {
	if m.settled.Load() {
		return true, nil
	}
	ctx := c.Request().Context()
	any, err := auth.AnyUser(ctx, m.o.DB.Read(ctx))
	if any {
		m.settled.Store(true)
	}
	return any, err
}
