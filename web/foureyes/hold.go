package foureyes

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/foureyes"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Field names in a posted form the request that it carries out.
const Field = "four_eyes"

// Hold turns a deed that needs a second person into a request, and lets a form that carries one out through once. It
// stands before every form that is posted; which deeds need somebody is the rooms' to say.
func (h Handlers) Hold(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		of, err := h.carriesOut(c)
		if err != nil {
			return err
		}
		err = next(c)
		var needed *foureyes.Needed
		if errors.As(err, &needed) {
			return h.ask(c, needed.Deed, of)
		}
		if of != uuid.Nil && (errs.KindOf(err) == errs.Conflict && err != nil ||
			c.Response().Committed && c.Response().Status == http.StatusConflict) {
			return errors.Join(err, h.Requests.Stale(c.Request().Context(), session.Actor(c), of))
		}
		return err
	}
}

// carriesOut is the request that a form carries out; none, where it names none.
func (h Handlers) carriesOut(c echo.Context) (uuid.UUID, error) {
	kind, _, _ := mime.ParseMediaType(c.Request().Header.Get("Content-Type"))
	if kind != "application/x-www-form-urlencoded" {
		return uuid.Nil, nil
	}
	form, err := httpx.Form(c)
	if err != nil || !form.Has(Field) {
		return uuid.Nil, err
	}
	id, err := uuid.Parse(form.Get(Field))
	if err != nil {
		return uuid.Nil, errs.New(errs.NotFound, "There is no such request.")
	}
	return id, h.Requests.Before(c.Request().Context(), session.Actor(c), id)
}

func (h Handlers) ask(c echo.Context, d foureyes.Deed, of uuid.UUID) error {
	asking := foureyes.Asking{Deed: d, Path: c.Request().URL.RequestURI(), Of: of, Form: kept(c.Request().PostForm)}
	r, err := h.Requests.Ask(c.Request().Context(), session.Actor(c), asking)
	if err != nil {
		return err
	}
	text := "Nothing was changed yet: this needs a second person, who was told. It lapses in 24 hours."
	switch {
	case r.State == foureyes.Granted:
		text = "This is granted already. Carry it out here."
	case of != uuid.Nil && r.ID != of:
		text = "What was granted is no longer what this would do, so it has lapsed. Nothing was changed; as it is " +
			"now, " +
			"it is asked anew."
	}
	httpx.TellNotice(c, layout.Notice{Tone: ui.Warn, Text: text})
	return httpx.SeeOther(c, at.FourEyesRequest(r.ID))
}

// kept is a form as it is posted again; what proves who somebody is, is never kept.
func kept(form url.Values) map[string][]string {
	out := map[string][]string{}
	for name, values := range form {
		secret := strings.HasSuffix(name, "password") || strings.HasSuffix(name, "code") ||
			strings.HasSuffix(name, "secret")
		if name != Field && !secret {
			out[name] = values
		}
	}
	return out
}
