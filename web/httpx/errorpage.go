package httpx

import (
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/views/layout"
)

// errorPage keeps the navigation where somebody is signed in, so that an error is
// no dead end; without a frame it is a bare page.
func errorPage(c echo.Context, f failure) templ.Component {
	p := layout.Problem{
		Status: f.Status, Text: f.Text, RequestID: RequestID(c), Back: backTo(c),
		Ours: f.Status >= http.StatusInternalServerError,
	}
	for _, name := range slices.Sorted(maps.Keys(f.Details)) {
		if f.Details[name] != f.Text {
			p.Details = append(p.Details, f.Details[name])
		}
	}
	if page := Page(c, f.Title); page.User.Name != "" {
		return p.In(page)
	}
	return p.Alone(Bare(c, f.Title))
}

// backTo is the page of ours that the person came from.
func backTo(c echo.Context) string {
	u, err := url.Parse(c.Request().Referer())
	if err != nil || u.Host != c.Request().Host {
		return "/"
	}
	return SafeNext(u.RequestURI())
}
