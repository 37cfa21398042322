package httpx

import (
	"github.com/labstack/echo/v4"

	"seatledger/web/at"
)

// DensityPath is where a person says how dense the rows of lists are.
const DensityPath = at.Settings + "/profile/density"

// ViewsPath is where kept views are named, shared and deleted.
const ViewsPath = at.Views

// Desk is what the person has arranged for themselves.
type Desk struct {
	Known   bool // somebody is signed in, so that there is something to arrange
	Compact bool
	Views   []View // kept views of all lists that they may use, by name
}

// View is a kept view: a list with what narrows, sorts and shows it.
type View struct {
	ID     string
	Name   string
	Path   string
	Query  string
	Owner  string // who shares it; empty: it is one's own
	Pinned bool   // stands at the side
	Usual  bool   // the side leads to the list by it, for one's role
}

// Href is the view's list.
func (v View) Href() string { return v.Path + "?" + v.Query + amp(v.Query) + "view=" + v.ID }

func amp(query string) string {
	if query == "" {
		return ""
	}
	return "&"
}

const deskKey = "httpx.desk"

// deskOf reads the desk once a request.
func deskOf(c echo.Context) Desk {
	if d, ok := c.Get(deskKey).(Desk); ok {
		return d
	}
	d := Desk{}
	if f := frameOf(c); f.Desk != nil {
		d = f.Desk(c)
	}
	c.Set(deskKey, d)
	return d
}
