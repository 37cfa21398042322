package retire

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/retire"
	"seatledger/internal/subscription"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/retire"
)

// DeactivateMany ends the ticked subscriptions together. Posted without what must be
// typed, it changes nothing and shows what it would do.
func (h Handlers) DeactivateMany(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	ids, err := form.IDs("id")
	if err != nil {
		return err
	}
	if len(ids) == 0 || len(ids) > retire.MostAtOnce {
		return errs.Fields{"id": fmt.Sprintf("Tick the subscriptions to deactivate, up to %d. Nothing was changed.",
			retire.MostAtOnce)}.Err()
	}
	t, err := typedIn(form)
	if err != nil {
		return err
	}
	if !form.Has("confirm") {
		return h.manyDialog(c, ids, http.StatusOK, t, nil)
	}
	if form.Get("confirm") != phrase(ids) {
		err = errs.Fields{"confirm": "Type " + phrase(ids) + " exactly as it stands here. Nothing was changed."}.Err()
	} else {
		err = h.end(c, ids, t)
	}
	if messages, refused := httpx.Refused(err); refused {
		return h.manyDialog(c, ids, http.StatusUnprocessableEntity, t, messages)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, path, fmt.Sprintf("%d subscriptions were deactivated here. "+
		"Nothing was sent to the distributor.", len(ids)))
}

func phrase(ids []uuid.UUID) string { return fmt.Sprintf("deactivate %d", len(ids)) }

func (h Handlers) manyDialog(c echo.Context, ids []uuid.UUID, status int, t typed, problems map[string]string) error {
	on, err := t.day()
	if err != nil || on.IsZero() {
		on = h.Retire.Today()
	}
	if t.on == "" {
		t.on = on.String()
	}
	all, err := h.Retire.Look(c.Request().Context(), ids, on)
	if err != nil {
		return err
	}
	table := manyTable(all)
	reckoned := "The money is reckoned for " + on.String() + "."
	m := view.Dialog{
		Page: session.Page(c, fmt.Sprintf("Deactivate %d subscriptions", len(all)), nav), Table: &table,
		Remarks: obstacles(all),
		Fields: []ui.Field{
			manyRefund(all, t, problems), dateField(t, "First day without seats", reckoned, problems),
			noteField(t, problems),
		},
	}
	m.Form = ui.ConfirmForm{
		Action: path + "/deactivate", Title: "What this changes",
		Text:    nothingIsSent + " All of them are deactivated, or none.",
		Effects: totals(all), Phrase: phrase(ids), Error: problems["confirm"], Button: "Deactivate them", Cancel: path,
	}
	for _, id := range ids {
		m.Form.Hidden = append(m.Form.Hidden, ui.Pair{Name: "id", Value: id.String()})
	}
	m.Summary = ui.Summarize(problems, append(m.Fields, ui.Field{Name: "confirm"})...)
	m.Page.HasErrors, m.Page.Crumbs = m.Summary.Any(), []layout.Crumb{{Label: nav, Href: path}}
	return httpx.Render(c, status, m.Show())
}

func manyTable(all []retire.Impact) ui.Table {
	t := ui.Table{Caption: "Subscriptions to deactivate", Compact: true, Columns: []ui.Column{
		{Label: "Subscription"}, {Label: "State"}, {Label: "Seats", Numeric: true}, {Label: "Billed up to"},
		{Label: "Seat-days not billed yet", Numeric: true}, {Label: "Worth of billed days", Numeric: true},
		{Label: "Refund"},
	}}
	for _, i := range all {
		refund := "no"
		if i.Refunds.Allowed {
			refund = "possible"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: i.Called(), Href: recordPath(i.Subscription.ID), Sub: i.ExternalID}, ui.TextCell(string(i.State)),
			ui.TextCell(strconv.Itoa(-i.Seats)), ui.TextCell(i.Through.String()),
			ui.TextCell(strconv.Itoa(i.Unbilled.SeatDays)),
			ui.TextCell(amountText(negated(i), i.Weight.Currency)), ui.TextCell(refund),
		}})
	}
	return t
}

// obstacles names what would refuse the whole step, before it is tried.
func obstacles(all []retire.Impact) []ui.Callout {
	ended, open := 0, 0
	for _, i := range all {
		open += i.Unbilled.SeatDays
		if i.State == subscription.Inactive {
			ended++
		}
	}
	var out []ui.Callout
	if ended > 0 {
		out = append(out, ui.Callout{
			Tone: ui.Bad, Title: fmt.Sprintf("%d of these have ended already", ended),
			Text: "Go back and leave them out; as it stands the step is refused.",
		})
	}
	if open > 0 {
		out = append(out, ui.Callout{
			Tone: ui.Info, Title: plural(open, "seat-day") + " before " + all[0].On.String() + " are not billed yet",
			Text: "The next runs of their contracts bill them, also when these subscriptions have ended.",
		})
	}
	return out
}

// manyRefund offers Apply refund only where every contract gives it.
func manyRefund(all []retire.Impact, t typed, problems map[string]string) ui.Field {
	first := all[0]
	for _, i := range all {
		if !i.Refunds.Allowed {
			first = i
		}
	}
	return refundField(first, t, problems)
}

func totals(all []retire.Impact) []ui.Definition {
	seats, days := 0, 0
	sums := map[string]decimal.Decimal{}
	var currencies []string
	for _, i := range all {
		seats, days = seats-i.Seats, days-i.SeatDays
		if !i.Amount.Valid {
			continue
		}
		if _, known := sums[i.Weight.Currency]; !known {
			currencies = append(currencies, i.Weight.Currency)
		}
		sums[i.Weight.Currency] = sums[i.Weight.Currency].Sub(i.Amount.Decimal)
	}
	out := []ui.Definition{
		ui.Fact("Subscriptions", strconv.Itoa(len(all))), ui.Fact("Seats that end", plural(seats, "seat")),
		ui.Fact("Seat-days billed already", strconv.Itoa(days)),
	}
	for _, c := range currencies {
		out = append(out, ui.Definition{
			Term:  "Kept with No refund, credited with Apply refund",
			Value: ui.TextCell(money.Grouped(sums[c], c) + " " + c),
		})
	}
	return out
}
