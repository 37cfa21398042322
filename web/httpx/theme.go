package httpx

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/views/layout"
)

// ThemePath is where SetTheme is routed. It needs no session.
const ThemePath = "/theme"

const (
	themeCookie = "seatledger-theme"
	secureKey   = "httpx.secure"
	oneYear     = 365 * 24 * 60 * 60
)

// Secure has the cookies of this package kept to https, where people come by it. It goes by what the operator has set
// and not by what a proxy says of one request.
func Secure(https bool) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set(secureKey, https)
			return next(c)
		}
	}
}

func isSecure(c echo.Context) bool {
	https, _ := c.Get(secureKey).(bool)
	return https
}

func themeCookieName(c echo.Context) string {
	if isSecure(c) {
		return "__Host-" + themeCookie
	}
	return themeCookie
}

// Theme is the colour scheme that this browser chose.
func Theme(c echo.Context) layout.Theme {
	k, err := c.Cookie(themeCookieName(c))
	if err != nil {
		return layout.System
	}
	return readTheme(k.Value)
}

// SetTheme is the handler of POST ThemePath: it keeps the choice in a cookie and
// goes back to the page in "next".
func SetTheme(c echo.Context) error {
	form, err := Form(c)
	if err != nil {
		return err
	}
	t := readTheme(form.Get("theme"))
	k := &http.Cookie{
		Name: themeCookieName(c), Value: string(t), Path: "/", MaxAge: oneYear,
		HttpOnly: true, Secure: isSecure(c), SameSite: http.SameSiteLaxMode,
	}
	if t == layout.System {
		k.MaxAge = -1
	}
	c.SetCookie(k)
	return SeeOther(c, SafeNext(form.Get("next")))
}

func readTheme(s string) layout.Theme {
	switch t := layout.Theme(s); t {
	case layout.Light, layout.Dark:
		return t
	}
	return layout.System
}
