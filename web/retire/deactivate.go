package retire

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/retire"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/retire"
)

// ConfirmDeactivate is the dialog before a subscription is ended here.
func (h Handlers) ConfirmDeactivate(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	t := typed{refund: "no", on: c.QueryParam("effective_at")}
	return h.endDialog(c, id, http.StatusOK, t, nil)
}

// Deactivate ends a subscription, with No refund unless Apply refund was chosen.
func (h Handlers) Deactivate(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	t, err := typedIn(form)
	if err == nil {
		err = h.end(c, id, t)
	}
	if messages, refused := httpx.Refused(err); refused {
		return h.endDialog(c, id, http.StatusUnprocessableEntity, t, messages)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, recordPath(id), "Deactivated here. Nothing was sent to the distributor.")
}

func (h Handlers) end(c echo.Context, id uuid.UUID, t typed) error {
	on, err := t.day()
	if err != nil {
		return err
	}
	e := retire.End{ID: id, Version: t.version, On: on, Refund: t.refund == "yes", Note: t.note}
	return h.Retire.Deactivate(c.Request().Context(), session.Actor(c), e)
}

func (h Handlers) endDialog(c echo.Context, id uuid.UUID, status int, t typed, problems map[string]string) error {
	on, err := t.day()
	if err != nil || on.IsZero() {
		on = h.Retire.Today()
	}
	if t.on == "" {
		t.on = on.String()
	}
	found, err := h.Retire.Look(c.Request().Context(), []uuid.UUID{id}, on)
	if err != nil {
		return err
	}
	i := found[0]
	reckoned := "The money above is reckoned for " + on.String() + "."
	m := view.Dialog{
		Page: session.Page(c, "Deactivate "+i.Called(), nav),
		Fields: []ui.Field{
			refundField(i, t, problems), dateField(t, "First day without seats", reckoned, problems),
			noteField(t, problems),
		},
	}
	m.Form = ui.ConfirmForm{
		Action: recordPath(id) + "/deactivate", Title: "What this changes", Text: nothingIsSent, Effects: effects(i),
		Button: "Deactivate", Cancel: recordPath(id),
		Hidden: []ui.Pair{{Name: "version", Value: strconv.Itoa(i.Subscription.Version)}},
	}
	if i.Unbilled.SeatDays > 0 {
		m.Remarks = append(m.Remarks, ui.Callout{
			Tone: ui.Info, Title: words.Counted(i.Unbilled.SeatDays,
				"seat-day") + " before " + i.On.String() + " are not billed yet",
			Text: "The first is of " + i.Unbilled.From.String() + ". " +
				"The contract's next run bills them, also when this subscription has ended.",
		})
	}
	m.Summary = ui.Summarize(problems, m.Fields...)
	m.Page.Narrow, m.Page.HasErrors, m.Page.Crumbs = true, m.Summary.Any(), crumbsTo(i)
	return httpx.Render(c, status, m.Show())
}

// refundField offers Apply refund only where the contract's setting, or else the global one, gives it.
func refundField(i retire.Impact, t typed, problems map[string]string) ui.Field {
	return ui.Field{
		Kind: ui.RadioGroup, Name: "refund", Label: "Refund", Value: t.refund, Error: problems["refund"],
		Hint: i.Refunds.Because,
		Options: []ui.Option{
			{Value: "no", Label: "No refund",
				Hint: "What was billed already of days from then on is kept, and never credited."},
			{
				Value: "yes", Label: "Apply refund", Hint: "It becomes a prorated credit on the next invoice.",
				Disabled: !i.Refunds.Allowed,
			},
		},
	}
}

func effects(i retire.Impact) []ui.Definition {
	through := "nothing is billed yet"
	if !i.Through.IsZero() {
		through = i.Through.String()
	}
	forfeited := fmt.Sprintf("%s that are billed already are forfeited", words.Counted(-i.SeatDays, "seat-day"))
	money := ui.TextCell(amountText(negated(i), i.Weight.Currency))
	return []ui.Definition{
		ui.Fact("Seats that end", strconv.Itoa(-i.Seats)), ui.Fact("Billed up to, not including", through),
		{Term: "With No refund, kept", Value: money, Note: forfeited},
		{Term: "With Apply refund, credited", Value: money},
	}
}
