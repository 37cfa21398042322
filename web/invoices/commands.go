package invoices

import (
	"context"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/invoices"
)

// Bill gives a draft its number and issues it.
func (h Handlers) Bill(c echo.Context) error {
	return h.step(c, h.Invoices.Bill, "Billed. The number stays with this invoice for good.")
}

// Pay notes that an invoice was paid.
func (h Handlers) Pay(c echo.Context) error {
	return h.step(c, h.Invoices.Pay, "Marked as paid.")
}

// Void takes an invoice back.
func (h Handlers) Void(c echo.Context) error {
	return h.step(c, h.Invoices.Void, "Voided. Its days and ledger rows can be billed again.")
}

// Redraw draws a draft anew from what stands now, in the old one's place.
func (h Handlers) Redraw(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	fresh, err := h.Invoices.Redraw(c.Request().Context(), session.Actor(c),
		invoice.Step{ID: id, Version: version(form)})
	if err != nil {
		return err
	}
	return httpx.Done(c, recordPath(fresh), "The draft was drawn anew from what stands now. The old one is void.")
}

type step func(ctx context.Context, by audit.Actor, st invoice.Step) error

func (h Handlers) step(c echo.Context, do step, done string) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	if err := do(c.Request().Context(), session.Actor(c),
		invoice.Step{ID: id, Version: version(form), Reason: form.Get("reason")}); err != nil {
		return err
	}
	return httpx.Done(c, recordPath(id), done)
}

func version(form httpx.Values) int {
	if form.Get("version") == "" {
		return 0
	}
	if n := form.Version(); n > 0 {
		return n
	}
	return -1 // no version that an invoice ever had
}

// ConfirmVoid shows what voiding an invoice means before it is done.
func (h Handlers) ConfirmVoid(c echo.Context) error {
	o, err := h.look(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	refused := invoice.Voidable(ctx, h.Invoices.DB.Read(ctx), o.Invoice)
	if errs.KindOf(refused) == errs.Conflict {
		return h.confirm(c, o, http.StatusOK, view.Confirm{Page: session.Page(c, "Void "+o.Called(), nav),
			Refused: &ui.Callout{Tone: ui.Warn, Title: "It cannot be voided", Text: errs.Public(refused)}})
	}
	if refused != nil {
		return refused
	}
	return h.confirm(c, o, http.StatusOK,
		view.Confirm{Page: session.Page(c, "Void "+o.Called(), nav), Form: ui.ConfirmForm{
			Action: recordPath(o.ID) + "/void", Title: "What this changes", Button: "Void the invoice",
			Text: shared(o) + "Its ledger rows are open again and the billing of its subscriptions stands where it " +
				"stood before. " +
				"A number that was given stays with the void invoice. " +
				"Only the latest invoice of each of its subscriptions can be voided.",
		}, Fields: []ui.Field{{Name: "reason", Label: "Reason",
			Hint: "It stands on the void invoice and in the audit trail."}}})
}

// shared says that a document with several invoices is void as a whole.
func shared(o invoice.Overview) string {
	if o.State == invoice.Draft || !o.SharedID.Valid {
		return ""
	}
	return "All invoices on its document are voided with it; to take back one contract's part, credit it. "
}

func (h Handlers) confirm(c echo.Context, o invoice.Overview, status int, m view.Confirm) error {
	m.Form.Hidden = []ui.Pair{{Name: "version", Value: strconv.Itoa(o.Version)}}
	m.Form.Cancel = recordPath(o.ID)
	m.Form.Effects = []ui.Definition{ui.Fact("Customer", o.CRMAccount),
		{Term: "Total", Value: ui.Of(sum(o.Total, o.Currency))}, ui.Fact("Lines", strconv.Itoa(len(o.Lines)))}
	m.Page.Narrow, m.Page.HasErrors = true, m.Summary.Any()
	m.Page.Crumbs = append(crumbs[:1:1], layout.Crumb{Label: o.Called(), Href: recordPath(o.ID)})
	return httpx.Render(c, status, m.Show())
}
