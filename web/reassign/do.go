package reassign

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/reassign"
	"seatledger/internal/subscription"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/reassign"
)

// Do moves the history of a subscription to the target that the form names.
func (h Handlers) Do(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	a := askedOf(form.Get)
	m, err := a.move(id)
	var r reassign.Record
	if err == nil {
		r, err = h.Reassign.Do(c.Request().Context(), session.Actor(c), m)
	}
	if messages, refused := wrong(err); refused {
		if messages["target_id"] != "" {
			return h.choose(c, id, http.StatusUnprocessableEntity, messages)
		}
		return h.look(c, id, http.StatusUnprocessableEntity, a, messages)
	}
	if err != nil {
		return err
	}
	done := fmt.Sprintf("The history of %s stands here now.", r.SourceExt)
	if r.EndedOn.IsZero() {
		done += fmt.Sprintf(" Deactivate %s with No refund next: until then this one is held.", r.SourceExt)
	}
	return httpx.Done(c, recordPath(r.TargetID), done)
}

// AskBack asks before the move of a subscription, as source or target, is taken back.
func (h Handlers) AskBack(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	return h.back(c, id, http.StatusOK, "", nil)
}

// Undo takes it back.
func (h Handlers) Undo(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	r, err := h.Reassign.Undo(c.Request().Context(), session.Actor(c), reassign.Back{ID: id, Note: form.Get("note")})
	if messages, refused := wrong(err); refused {
		return h.back(c, id, http.StatusUnprocessableEntity, form.Get("note"), messages)
	}
	if err != nil {
		return err
	}
	done := fmt.Sprintf("Taken back: %s counts its own history again, and %s its own.", r.SourceExt, r.TargetExt)
	return httpx.Done(c, recordPath(id), done)
}

func (h Handlers) back(c echo.Context, id uuid.UUID, status int, note string, problems map[string]string) error {
	ctx := c.Request().Context()
	var sub subscription.Subscription
	var moves []reassign.Record
	err := h.Reassign.DB.Snapshot(ctx, func(tx *gorm.DB) (err error) {
		if sub, err = subscription.Get(ctx, tx, id); err != nil {
			return err
		}
		moves, err = reassign.Standing(ctx, tx, []uuid.UUID{id})
		return err
	})
	if err != nil {
		return err
	}
	m := view.Back{Page: session.Page(c, "Undo the reassignment", nav), Note: noteField(note, problems)}
	m.Form = ui.ConfirmForm{
		Action: recordPath(id) + "/reassign/undo", Title: "No history was reassigned from or to this subscription",
		Button: "Undo reassignment", Cancel: recordPath(id), Gentle: true,
	}
	if len(moves) > 0 {
		m.Form.Title, m.Form.Text, m.Form.Effects = "What this changes", nothingIsSent, h.backEffects(moves[0])
	}
	m.Summary = ui.Summarize(problems, m.Note)
	m.Page.Narrow, m.Page.HasErrors, m.Page.Crumbs = true, m.Summary.Any(), crumbsTo(sub)
	return httpx.Render(c, status, m.Show())
}

func (h Handlers) backEffects(r reassign.Record) []ui.Definition {
	all := []ui.Definition{
		{Term: "Source", Value: ui.LinkCell(r.SourceName, recordPath(r.SourceID)), Note: r.SourceExt},
		{Term: "Target", Value: ui.LinkCell(r.TargetName, recordPath(r.TargetID)), Note: r.TargetExt},
		{Term: "Reassigned", Value: ui.TextCell(httpx.MomentText(r.MadeAt, h.Zone)), Note: "by " + r.MadeBy},
		ui.Fact("Copies that are set aside", strconv.Itoa(r.Copied)),
		ui.Fact("The target's own rows that count again", strconv.Itoa(r.Aside)),
		{
			Term: "Days from " + r.SwitchOn.String() + " on", Value: ui.TextCell("are the source's again"),
			Note: "with what was paid for them",
		},
	}
	if r.EndedHere {
		all = append(all, ui.Definition{
			Term: "The source", Value: ui.TextCell("is active again"),
			Note: "it was deactivated on " + r.EndedOn.String() + ", after the move",
		})
	}
	return all
}
