package bulk

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/retire"
	"seatledger/internal/selection"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Again looks again at the same selection, with what is typed now.
func (h Handlers) Again(c echo.Context) error {
	w, said, err := h.mine(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	typed := paramsIn(form, w.Deed)
	if problems := problemsOf(typed); len(problems) > 0 {
		return h.page(c, sheet{Work: w, wording: said, typed: typed, problems: problems},
			http.StatusUnprocessableEntity)
	}
	ctx := c.Request().Context()
	id, err := h.Bulk.Again(ctx, session.Actor(c), w.ID, typed)
	if errs.KindOf(err) == errs.Invalid && len(errs.FieldsOf(err)) > 0 {
		return h.page(c, sheet{Work: w, wording: said, typed: typed, problems: errs.FieldsOf(err)},
			http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	if err := h.Bulk.Go(ctx, id); err != nil {
		return err
	}
	return httpx.SeeOther(c, Path(id))
}

// Retires tells whether the work of the address ends subscriptions, which is dear.
func (h Handlers) Retires(c echo.Context) (bool, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return false, err
	}
	ctx := c.Request().Context()
	w, err := selection.Get(ctx, h.DB.Read(ctx), id)
	return w.Deed == retire.DeactivateDeed, err
}

// Apply does what the preview has shown, or nothing.
func (h Handlers) Apply(c echo.Context) error {
	w, said, err := h.mine(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	s := sheet{Work: w, wording: said, typed: paramsIn(form, w.Deed)}
	if err := h.read(ctx, &s); err != nil {
		return err
	}
	if s.Step == selection.Looking {
		if s.problems = s.asks(form); len(s.problems) > 0 {
			return h.page(c, s, http.StatusUnprocessableEntity)
		}
	}
	err = h.Bulk.Apply(ctx, session.Actor(c), w.ID, form.Get("digest"), s.typed)
	if errors.As(err, &s.stale) {
		return h.page(c, s, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	if err := errors.Join(h.Bulk.Go(ctx, w.ID), h.forget(c, w.List)); err != nil {
		return err
	}
	return h.told(c, w, said)
}

// asks is what a confirmation lacks.
func (s sheet) asks(form httpx.Values) map[string]string {
	problems := problemsOf(s.typed)
	if s.last != nil {
		for _, f := range s.last(s.typed) {
			if f.Required && s.typed[f.Name] == "" {
				problems.Add(f.Name, "%s: this is needed.", f.Label)
			}
		}
	}
	if s.phrase && form.Get("confirm") != s.said() {
		problems.Add("confirm", "Type %s exactly as it stands here. Nothing was changed.", s.said())
	}
	return problems
}

// told leads to the page of the work with what it came to.
func (h Handlers) told(c echo.Context, w selection.Work, said wording) error {
	ctx := c.Request().Context()
	n, err := selection.CountsOf(ctx, h.DB.Read(ctx), w.ID)
	if err != nil {
		return err
	}
	notice := layout.Notice{Tone: ui.Good, Text: fmt.Sprintf("%s of %s %s.", words.Count(n.Done),
		said.count(n.Total()), said.did)}
	if !said.final {
		notice.Command = undoButton(w.ID)
	}
	if n.Waiting > 0 {
		notice.Tone = ui.Info
		notice.Text += fmt.Sprintf(" %s more follow by themselves.", words.Count(n.Waiting))
	}
	if n.Skipped > 0 {
		notice.Tone, notice.Text = ui.Warn, notice.Text+fmt.Sprintf(" %s left alone; the reasons stand below.",
			words.Counted(n.Skipped, "was", "were"))
	}
	httpx.TellNotice(c, notice)
	return httpx.SeeOther(c, Path(w.ID))
}

// Undo takes a work back, as far as nobody has changed anything since.
func (h Handlers) Undo(c echo.Context) error {
	w, said, err := h.mine(c)
	if err != nil {
		return err
	}
	if said.final {
		return errs.New(errs.Conflict, said.back)
	}
	ctx := c.Request().Context()
	if err := h.Bulk.Undo(ctx, session.Actor(c), w.ID); err != nil {
		return err
	}
	if err := h.Bulk.Go(ctx, w.ID); err != nil {
		return err
	}
	n, err := selection.CountsOf(ctx, h.DB.Read(ctx), w.ID)
	if err != nil {
		return err
	}
	text, tone := fmt.Sprintf("Undone: %s %s taken back.", said.count(n.Undone), map[bool]string{true: "is",
		false: "are"}[n.Undone == 1]), ui.Good
	if n.Undoing > 0 {
		text += fmt.Sprintf(" %s more follow by themselves.", words.Count(n.Undoing))
	}
	if n.Kept > 0 {
		text, tone = text+fmt.Sprintf(" %s kept; the reasons stand below.",
			words.Counted(n.Kept, "was", "were")), ui.Warn
	}
	httpx.Tell(c, tone, text)
	return httpx.SeeOther(c, Path(w.ID))
}

// Cancel ends a run before its time; what it did until then stays, and can be taken back.
func (h Handlers) Cancel(c echo.Context) error {
	w, _, err := h.mine(c)
	if err != nil {
		return err
	}
	if err := h.Bulk.Cancel(c.Request().Context(), session.Actor(c), w.ID); err != nil {
		return err
	}
	return httpx.Done(c, Path(w.ID), "It ends at the next record. What was done until then is kept.")
}
