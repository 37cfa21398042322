package subscriptions

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/clock"
	"seatledger/internal/history"
	"seatledger/internal/impact"
	"seatledger/internal/subscription"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/subscriptions"
)

// ConfirmFromStart shows what billing from the start would come to.
func (h Handlers) ConfirmFromStart(c echo.Context) error {
	return h.fromStart(c, http.StatusOK, nil)
}

// BillFromStart lets billing begin at the start, once the person has typed its id: days
// before a switch day may be on the old subscription's invoices.
func (h Handlers) BillFromStart(c echo.Context) error {
	id, form, err := posted(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	s, err := subscription.Get(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	if !strings.EqualFold(form.Get("confirm"), s.ExternalID) {
		return h.fromStart(c, http.StatusUnprocessableEntity,
			map[string]string{"confirm": "Type the id of the subscription as it is shown: " + s.ExternalID + "."})
	}
	if err := h.decisions().BillFromStart(ctx, session.Actor(c), opened(id, form)); err != nil {
		return err
	}
	return httpx.Done(c, recordPath(id),
		"It is billed from its start. Look at its prices: days before the old first day may have none.")
}

func (h Handlers) fromStart(c echo.Context, status int, problems map[string]string) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	s, err := subscription.Get(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	stands, err := history.One(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	m := h.step(c, s, "Bill from its start")
	if s.BillableFrom.IsZero() {
		m.Remarks = []ui.Callout{{Tone: ui.Info, Title: "It is billed from its start already",
			Text: "Its first billable day is " + stands.FirstDay().String() + "."}}
		return httpx.Render(c, status, m.Show())
	}
	would := stands
	would.From = clock.Date{}
	tomorrow := h.today().AddDays(1)
	m.Forms = []view.StepForm{{Confirm: ui.ConfirmForm{
		Action: recordPath(id) + "/bill-from-start", Title: "What this changes", Button: "Bill from its start",
		Cancel: recordPath(id), Hidden: versionPair(s),
		Text: "Days before its first billable day become billable here. " +
			"Where they were billed for the old subscription of a cut-over, the customer would pay them twice: " +
			"look at the proof first.",
		Effects: []ui.Definition{
			{Term: "First billable day now", Value: day(stands.FirstDay())},
			{Term: "Then", Value: day(would.FirstDay())},
			ui.Fact("Due up to today now", dueText(impact.DueOf(stands, tomorrow))),
			ui.Fact("Due up to today then", dueText(impact.DueOf(would, tomorrow))),
		},
		Phrase: s.ExternalID, Error: problems["confirm"],
	}}}
	m.Summary = ui.Summarize(problems, ui.Field{Name: "confirm"})
	m.Page.HasErrors = m.Summary.Any()
	return httpx.Render(c, status, m.Show())
}

// dueText is what the next invoices would take, contract by contract.
func dueText(all []impact.Due) string {
	var out []string
	for _, d := range all {
		if !d.Amount.Valid {
			out = append(out, "not known: some days have no price")
			continue
		}
		out = append(out, digits(d.Amount.Decimal, d.Currency)+" "+d.Currency)
	}
	if len(out) == 0 {
		return "nothing"
	}
	return strings.Join(out, " and ")
}
