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
	oneYear     = 365 * 24 * 60 * 60
)

// Theme is the colour scheme that this browser chose.
func Theme(c echo.Context) layout.Theme {
	k, err := c.Cookie(themeCookie)
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
		Name: themeCookie, Value: string(t), Path: "/", MaxAge: oneYear,
		HttpOnly: true, Secure: c.Scheme() == "https", SameSite: http.SameSiteLaxMode,
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
