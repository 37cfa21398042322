package bulk

import (
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/selection"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Begin looks at what a deed would do to the posted selection, and leads to the preview.
func (h Handlers) Begin(deed string) echo.HandlerFunc {
	return func(c echo.Context) error {
		form, err := httpx.Form(c)
		if err != nil {
			return err
		}
		o, _, err := h.chosen(c, form, deed)
		if err != nil {
			return err
		}
		return h.look(c, o)
	}
}

// Start is Begin for the deed that the form names.
func (h Handlers) Start(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	said, known := deeds[form.Get("deed")]
	switch {
	case !known:
		return errs.Fields{"deed": "There is nothing of this name that can be done to many."}.Err()
	case !mayDo(c, said):
		return errs.New(errs.Forbidden, "Your role may not do this. Nothing was changed.")
	}
	return h.Begin(form.Get("deed"))(c)
}

func (h Handlers) look(c echo.Context, o selection.Order) error {
	if err := problemsOf(o.Params).Err(); err != nil {
		return err
	}
	ctx := c.Request().Context()
	id, err := h.Bulk.Look(ctx, session.Actor(c), o)
	if err != nil {
		return err
	}
	if err := h.Bulk.Go(ctx, id); err != nil {
		return err
	}
	return httpx.SeeOther(c, Path(id))
}

// chosen reads a selection: the rows ticked (id), with kept=1 also those ticked on other pages, or with
// all=1 those of the filter. alone tells that what is ticked stands on the page that was posted.
func (h Handlers) chosen(c echo.Context, form httpx.Values, deed string) (o selection.Order, alone bool, err error) {
	o = selection.Order{Deed: deed, Params: maps.Clone(deeds[deed].first)}
	if o.Params == nil {
		o.Params = selection.Params{}
	}
	maps.Copy(o.Params, paramsIn(form, deed))
	if form.On("all") {
		filter := form.Get("filter")
		o.Filter = &filter
		return o, false, nil
	}
	ids, err := form.IDs("id")
	if err != nil {
		return o, false, err
	}
	for _, id := range ids {
		o.Records = append(o.Records, selection.Record{ID: id})
	}
	if !form.On("kept") {
		return o, true, nil
	}
	others, err := h.others(c, form, deed)
	for _, id := range others {
		o.Records = append(o.Records, selection.Record{ID: id})
	}
	return o, len(others) == 0, err
}

// others are the ticks that stand on pages which are not the posted one.
func (h Handlers) others(c echo.Context, form httpx.Values, deed string) ([]uuid.UUID, error) {
	d, err := h.Bulk.Deed(deed)
	if err != nil {
		return nil, err
	}
	return Elsewhere(c, h.Bulk, d.List(), form)
}

// Elsewhere are what a person has ticked of a list on pages other than the posted one.
func Elsewhere(c echo.Context, s *selection.Service, list string, form httpx.Values) ([]uuid.UUID, error) {
	ctx := c.Request().Context()
	kept, err := s.Kept(ctx, s.DB.Read(ctx), ticksOf(c, list))
	if err != nil {
		return nil, err
	}
	shown, err := form.IDs("shown")
	if err != nil {
		return nil, err
	}
	for _, id := range shown {
		delete(kept, id)
	}
	return slices.Collect(maps.Keys(kept)), nil
}

// paramsIn are what was typed for a deed, of the fields that it asks for.
func paramsIn(form httpx.Values, deed string) selection.Params {
	p, w := selection.Params{}, deeds[deed]
	for _, group := range []func(selection.Params) []ui.Field{w.again, w.last} {
		if group != nil {
			typedIn(form, group(p), p)
		}
	}
	return p
}

// typedIn reads the fields of one form. A box that is off is not posted: it is off where another field of its form was.
func typedIn(form httpx.Values, fields []ui.Field, p selection.Params) {
	posted := slices.ContainsFunc(fields, func(f ui.Field) bool { return form.Has(f.Name) })
	for _, f := range fields {
		switch {
		case f.Kind == ui.Checkbox && posted:
			p[f.Name] = map[bool]string{true: "on"}[form.On(f.Name)]
		case form.Has(f.Name):
			p[f.Name] = form.Get(f.Name)
		}
	}
}

const longestNote = 1000

// problemsOf checks what was typed.
func problemsOf(p selection.Params) errs.Fields {
	problems := errs.Fields{}
	if _, err := clock.ParseDate(p["effective_at"]); err != nil {
		problems.Add("effective_at", "Enter a date as 2026-03-31.")
	}
	if r := p["refund"]; r != "" && r != "no" && r != "yes" {
		problems.Add("refund", "Choose No refund or Apply refund.")
	}
	if _, err := clock.ParseDate(p["paid_on"]); err != nil {
		problems.Add("paid_on", "Enter a date as 2026-03-31.")
	}
	if a := p["amount"]; a != "" {
		if _, ok := money.ParseNumber(a); !ok {
			problems.Add("amount", "Enter an amount as 1234.50.")
		}
	}
	if a := p["again"]; a != "" && a != "no" && a != "yes" {
		problems.Add("again", "Choose to be billed again, or goodwill.")
	}
	if len(p["note"]) > longestNote {
		problems.Add("note", "The note is longer than %d characters.", longestNote)
	}
	if len(p["reason"]) > longestNote {
		problems.Add("reason", "The reason is longer than %d characters.", longestNote)
	}
	return problems
}

// Ticks keeps the ticks of one page of a list, or takes all ticks off, and leads back.
func (h Handlers) Ticks(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	list := c.Param("list")
	if h.Bulk.Lists[list] == nil {
		return errs.New(errs.NotFound, "There is no such list.")
	}
	ctx, ticks := c.Request().Context(), ticksOf(c, list)
	if form.On("clear") {
		err = h.Bulk.Forget(ctx, ticks)
	} else {
		err = h.keep(c, form, ticks)
	}
	if err != nil {
		return err
	}
	return httpx.SeeOther(c, backTo(form, "/"+list))
}

func (h Handlers) keep(c echo.Context, form httpx.Values, ticks selection.Ticks) error {
	ticked, err := form.IDs("id")
	if err != nil {
		return err
	}
	shown, err := form.IDs("shown")
	if err != nil {
		return err
	}
	return h.Bulk.Keep(c.Request().Context(), ticks, shown, ticked)
}

func ticksOf(c echo.Context, list string) selection.Ticks {
	return selection.Ticks{User: session.User(c).ID, List: list}
}

// backTo is where a form says it was posted from, if that is a page of the list.
func backTo(form httpx.Values, list string) string {
	if to := httpx.SafeNext(form.Get("next")); strings.HasPrefix(to, list) {
		return to
	}
	return list
}

// forget takes the ticks off that a confirmed deed was about.
func (h Handlers) forget(c echo.Context, list string) error {
	return h.Bulk.Forget(c.Request().Context(), ticksOf(c, list))
}
