package bulk

import (
	"fmt"

	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/selection"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Paid notes at once that what is ticked on the page that was posted was paid, on a day, and of one invoice a part. A
// selection that reaches beyond the page is shown first.
func (h Handlers) Paid(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	o, alone, err := h.chosen(c, form, invoice.PayDeed)
	if err != nil {
		return err
	}
	if o.Params["amount"] != "" && (!alone || len(o.Records) != 1) {
		return errs.Fields{"amount": "An amount is of one invoice. Tick one, or leave the amount blank; nothing was " +
			"changed."}.Err()
	}
	if !alone {
		return h.look(c, o)
	}
	if err := problemsOf(o.Params).Err(); err != nil {
		return err
	}
	ctx := c.Request().Context()
	id, err := h.Bulk.Act(ctx, session.Actor(c), o)
	if err != nil {
		return err
	}
	if err := h.Bulk.Go(ctx, id); err != nil {
		return err
	}
	n, err := selection.CountsOf(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	if n.Done+n.Waiting == 0 {
		items, err := selection.Items(ctx, h.DB.Read(ctx), id, 1)
		if err != nil {
			return err
		}
		return errs.New(errs.Conflict, items[0].Why)
	}
	notice := layout.Notice{Tone: ui.Good,
		Text:    fmt.Sprintf("%s noted.", words.Counted(n.Done, "payment was", "payments were")),
		Command: undoButton(id)}
	if n.Skipped > 0 {
		notice.Tone, notice.Text = ui.Warn,
			notice.Text+fmt.Sprintf(" %s left alone; the reasons stand under Bulk work.",
				words.Counted(n.Skipped, "was", "were"))
	}
	httpx.TellNotice(c, notice)
	return httpx.SeeOther(c, backTo(form, at.Invoices))
}
