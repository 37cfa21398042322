package retire

import (
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/retire"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/retire"
)

// ConfirmActivate is the dialog before a subscription goes on.
func (h Handlers) ConfirmActivate(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	return h.returnDialog(c, id, http.StatusOK, typed{on: c.QueryParam("effective_at")}, nil)
}

// Activate takes a deactivation back that was decided here.
func (h Handlers) Activate(c echo.Context) error {
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
		err = h.open(c, id, t)
	}
	if messages, refused := httpx.Refused(err); refused {
		return h.returnDialog(c, id, http.StatusUnprocessableEntity, t, messages)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, recordPath(id), "Active again. Its seats count from the day you chose.")
}

func (h Handlers) open(c echo.Context, id uuid.UUID, t typed) error {
	on, err := t.day()
	if err != nil {
		return err
	}
	r := retire.Return{ID: id, Version: t.version, On: on, Note: t.note}
	return h.Retire.Activate(c.Request().Context(), session.Actor(c), r)
}

func (h Handlers) returnDialog(c echo.Context, id uuid.UUID, status int, t typed, problems map[string]string) error {
	on, err := t.day()
	if err != nil || on.IsZero() {
		on = h.Retire.Today()
	}
	ctx := c.Request().Context()
	found, err := h.Retire.Look(ctx, []uuid.UUID{id}, on)
	if err != nil {
		return err
	}
	i := found[0]
	if t.on == "" && i.DeactivatedOn.After(on) {
		t.on = i.DeactivatedOn.String()
	} else if t.on == "" {
		t.on = on.String()
	}
	charge := ui.Definition{
		Term:  "Billed for days before " + i.Through.String(),
		Value: ui.TextCell(amountText(i.Amount, i.Weight.Currency)),
	}
	if i.PaidDays > 0 {
		charge.Note = words.Counted(i.PaidDays,
			"seat-day") + " that were billed before it was closed and never credited are not billed again"
	}
	m := view.Dialog{
		Page:   session.Page(c, "Activate "+i.Called(), nav),
		Fields: []ui.Field{dateField(t, "First day with seats again", "", problems), noteField(t, problems)},
	}
	m.Form = ui.ConfirmForm{
		Action: recordPath(id) + "/activate", Title: "What this changes", Button: "Activate", Gentle: true,
		Cancel:  recordPath(id),
		Hidden:  []ui.Pair{{Name: "version", Value: strconv.Itoa(i.Subscription.Version)}},
		Text:    "Its seats count and are billed again. Nothing is sent to the distributor.",
		Effects: []ui.Definition{ui.Fact("Seats that come back", strconv.Itoa(i.Seats))},
	}
	if !i.Through.IsZero() {
		m.Form.Effects = append(m.Form.Effects, charge)
	}
	m.Summary = ui.Summarize(problems, m.Fields...)
	m.Page.Narrow, m.Page.HasErrors, m.Page.Crumbs = true, m.Summary.Any(), crumbsTo(i)
	return httpx.Render(c, status, m.Show())
}

func negated(i retire.Impact) decimal.NullDecimal {
	return decimal.NullDecimal{Decimal: i.Amount.Decimal.Neg(), Valid: i.Amount.Valid}
}
