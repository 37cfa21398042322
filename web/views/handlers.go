// Package views is the screens of kept views: all of them, the form of one, and the commands
// that put them to the side, change and delete them.
package views

import (
	"net/http"
	"net/url"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/savedview"
	"seatledger/web/httpx"
	"seatledger/web/session"

	pages "seatledger/views/savedviews"
)

// Handlers answers the routes of kept views.
type Handlers struct {
	DB    *postgres.DB
	Views savedview.Service
}

const path = httpx.ViewsPath

func viewPath(id uuid.UUID) string { return path + "/" + id.String() }

// All shows the views that the person may use.
func (h Handlers) All(c echo.Context) error {
	ctx := c.Request().Context()
	all, err := savedview.Of(ctx, h.DB.Read(ctx), session.User(c))
	if err != nil {
		return err
	}
	m := pages.All{Page: session.Page(c, "Views", ""), Table: table(c, all)}
	m.Page.Lead = "Lists that were kept under a name, with what narrows, sorts and shows them."
	return httpx.Render(c, http.StatusOK, m.Show())
}

// New is the form that keeps what a list shows.
func (h Handlers) New(c echo.Context) error {
	d := savedview.Draft{List: c.QueryParam("list"), Query: c.QueryParam("query")}
	return h.form(c, http.StatusOK, sheet{draft: d, from: c.QueryParam("view")})
}

// Save keeps a view and goes to it.
func (h Handlers) Save(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	d := draftIn(form)
	id, err := h.Views.Save(c.Request().Context(), session.User(c), d)
	if problems, refused := httpx.Refused(err); refused {
		return h.form(c, http.StatusUnprocessableEntity, sheet{draft: d, problems: problems})
	}
	if err != nil {
		return err
	}
	return h.open(c, id, "is kept.")
}

// Show is the form of a kept view.
func (h Handlers) Show(c echo.Context) error {
	v, err := h.view(c)
	if err != nil {
		return err
	}
	return h.form(c, http.StatusOK, sheet{view: &v, draft: draftOf(v)})
}

// Change renames, shares or pins a view.
func (h Handlers) Change(c echo.Context) error {
	v, err := h.view(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	d := draftIn(form)
	err = h.Views.Change(c.Request().Context(), session.User(c), v.ID, d)
	if problems, refused := httpx.Refused(err); refused {
		d.List, d.Query = v.List, v.Query
		return h.form(c, http.StatusUnprocessableEntity, sheet{view: &v, draft: d, problems: problems})
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, path, "The view was changed.")
}

// Point keeps in a view what the list shows now.
func (h Handlers) Point(c echo.Context) error {
	id, form, err := posted(c)
	if err != nil {
		return err
	}
	if err := h.Views.Point(c.Request().Context(), session.User(c), id, form.Get("query")); err != nil {
		return err
	}
	return h.open(c, id, "shows this now.")
}

// Delete takes a view away.
func (h Handlers) Delete(c echo.Context) error {
	id, _, err := posted(c)
	if err != nil {
		return err
	}
	if err := h.Views.Delete(c.Request().Context(), session.User(c), id); err != nil {
		return err
	}
	return httpx.Done(c, path, "The view was deleted. The list has all its rows as before.")
}

// Pin puts a view to the side, or takes it away there.
func (h Handlers) Pin(c echo.Context) error {
	id, form, err := posted(c)
	if err != nil {
		return err
	}
	if err := h.Views.Pin(c.Request().Context(), session.User(c), id, form.On("pinned")); err != nil {
		return err
	}
	return httpx.SeeOther(c, path)
}

// open goes to the list as the view shows it.
func (h Handlers) open(c echo.Context, id uuid.UUID, says string) error {
	ctx := c.Request().Context()
	v, err := savedview.Get(ctx, h.DB.Read(ctx), session.User(c), id)
	if err != nil {
		return err
	}
	return httpx.Done(c, session.ViewOf(v).Href(), "The view “"+v.Name+"” "+says)
}

func (h Handlers) view(c echo.Context) (savedview.View, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return savedview.View{}, err
	}
	ctx := c.Request().Context()
	v, err := savedview.Get(ctx, h.DB.Read(ctx), session.User(c), id)
	if err == nil && !v.MayChange(session.User(c)) {
		err = errs.Newf(errs.Forbidden, "This view is %s's. Open it and keep what it shows as a view of your own.", v.Owner)
	}
	return v, err
}

func posted(c echo.Context) (uuid.UUID, httpx.Values, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return uuid.Nil, nil, err
	}
	form, err := httpx.Form(c)
	return id, form, err
}

func draftIn(form httpx.Values) savedview.Draft {
	d := savedview.Draft{List: form.Get("list"), Query: form.Get("query"), Name: form.Get("name"),
		Shared: form.On("shared"), Pinned: form.On("pinned")}
	for _, r := range auth.Roles() {
		if form.On(usualName(r)) {
			d.Roles = append(d.Roles, r)
		}
	}
	d.Version = number(form.Get("version"))
	return d
}

func draftOf(v savedview.View) savedview.Draft {
	d := savedview.Draft{List: v.List, Query: v.Query, Name: v.Name, Shared: v.Shared, Pinned: v.Pinned,
		Version: v.Version}
	for _, r := range auth.Roles() {
		if v.UsualFor(r) {
			d.Roles = append(d.Roles, r)
		}
	}
	return d
}

func usualName(r auth.Role) string { return "usual_" + string(r) }

// described says what narrows a view's list, as its address has it.
func described(query string) string {
	v, err := url.ParseQuery(query)
	if err != nil || len(v) == 0 {
		return "all rows, as usual"
	}
	return words(v)
}
