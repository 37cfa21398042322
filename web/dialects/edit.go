package dialects

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/audit"
	"seatledger/internal/dialect"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/provider"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Edit is the form over the version in force, or over an older one (from).
func (h Handlers) Edit(c echo.Context) error {
	p, err := h.of(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	now, err := dialect.InForce(ctx, h.DB.Read(ctx), p.ID)
	if err != nil {
		return err
	}
	now.EndDate = p.EndDateMeans
	shown := now
	if from, bad := strconv.Atoi(c.QueryParam("from")); bad == nil && from > 0 {
		if shown, err = dialect.Get(ctx, h.DB.Read(ctx), p.ID, from); err != nil {
			return err
		}
	}
	d, err := shown.Dialect()
	if err != nil {
		return err
	}
	return h.form(c, http.StatusOK, formState{p: p, now: now, in: inputOf(d, shown.EndDate)})
}

// Propose keeps what was typed as a new version, tries it and shows what it would change.
func (h Handlers) Propose(c echo.Context) error {
	p, err := h.of(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	now, err := dialect.InForce(ctx, h.DB.Read(ctx), p.ID)
	if err != nil {
		return err
	}
	now.EndDate = p.EndDateMeans
	if v := form.Get("version"); v != strconv.Itoa(now.Number) {
		return errs.New(errs.Conflict, "Another version of the dialect was taken since this form was opened. "+
			"Nothing was kept; open the form again.")
	}
	in := input(form, h.Dialects.Wire(p.Connector))
	n, err := h.Dialects.Propose(ctx, session.Actor(c), named(p), in)
	if errs.KindOf(err) == errs.Invalid {
		return h.form(c, http.StatusUnprocessableEntity,
			formState{p: p, now: now, in: in, problems: errs.FieldsOf(err)})
	}
	if err != nil {
		return err
	}
	if err := h.try(c, session.Actor(c), p, n); err != nil {
		return err
	}
	return httpx.Done(c, versionPath(p.ID, n),
		"Version "+strconv.Itoa(n)+" was kept and tried. It is not in force yet.")
}

func (h Handlers) try(c echo.Context, by audit.Actor, p provider.Provider, n int) error {
	ctx := c.Request().Context()
	now, err := dialect.InForce(ctx, h.DB.Read(ctx), p.ID)
	if err != nil {
		return err
	}
	v, err := dialect.Get(ctx, h.DB.Read(ctx), p.ID, n)
	if err != nil {
		return err
	}
	t, err := h.Rehearsal.Try(ctx, p, now, v)
	if err != nil {
		return err
	}
	return h.Dialects.KeepTrial(ctx, by, v, now.Number, t)
}

// Try counts anew what a version would change.
func (h Handlers) Try(c echo.Context) error {
	p, err := h.of(c)
	if err != nil {
		return err
	}
	n, err := number(c)
	if err != nil {
		return err
	}
	if err := h.try(c, session.Actor(c), p, n); err != nil {
		return err
	}
	return httpx.SeeOther(c, versionPath(p.ID, n))
}

// Take puts a version in force.
func (h Handlers) Take(c echo.Context) error {
	p, err := h.of(c)
	if err != nil {
		return err
	}
	n, err := number(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	if err := h.Dialects.Take(c.Request().Context(), session.Actor(c), named(p), n, form.Get("digest")); err != nil {
		return err
	}
	return httpx.Done(c, path(p.ID), "Version "+strconv.Itoa(n)+
		" is in force. The next run reads with it; until then nothing has changed.")
}

func input(f httpx.Values, wire distributor.Wire) dialect.Input {
	in := dialect.Input{
		Names: map[string]string{}, Statuses: f.Get("statuses"), Rhythms: f.Get("rhythms"), Kinds: f.Get("kinds"),
		EndDate: strings.TrimPrefix(f.Get("end_date_means"), "auto"), DateOrder: f.Get("date_order"),
		Doubles: f.On("doubles"), TokenForm: f.Get("token_form"), BasicAuth: f.Get("client_auth") == "header",
		PerMinute: f.Get("per_minute"), Note: f.Get("note"),
		Paths: distributor.Paths{Customers: f.Get("path_customers"), Subscriptions: f.Get("path_subscriptions"),
			Changes: f.Get("path_changes")},
	}
	for name := range f {
		if key, ok := strings.CutPrefix(name, "name."); ok {
			in.Names[key] = f.Get(name)
		}
	}
	return in
}
