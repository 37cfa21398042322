package supplierbills

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/supplier"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/supplierbills"
)

// AskTakeBack asks why a bill is set aside.
func (h Handlers) AskTakeBack(c echo.Context) error { return h.askTakeBack(c, http.StatusOK, "", nil) }

func (h Handlers) askTakeBack(c echo.Context, status int, why string, problems map[string]string) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	b, err := supplier.Get(ctx, h.Bills.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	m := view.TakeBack{Page: session.Page(c, "Take "+b.Called()+" back", nav),
		Remark: ui.Callout{Tone: ui.Warn, Title: "The bill no longer counts",
			Text: "It is kept as it came and is compared with nothing any more. A bill that it replaced stands again."},
		Form: ui.Form{Action: at.SupplierBill(id) + "/take-back", Save: "Take back", Cancel: at.SupplierBill(id)},
		Why:  ui.Field{Name: "why", Label: "Why", Value: why, Required: true, Error: problems["why"]}}
	m.Page.Crumbs = billCrumbs(b)
	m.Summary = ui.Summarize(problems, m.Why)
	m.Page.HasErrors = m.Summary.Any()
	return httpx.Render(c, status, m.Show())
}

// TakeBack sets a bill aside.
func (h Handlers) TakeBack(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	err = h.Bills.TakeBack(c.Request().Context(), session.Actor(c), id, form.Get("why"))
	if errs.KindOf(err) == errs.Invalid {
		return h.askTakeBack(c, http.StatusUnprocessableEntity, form.Get("why"), errs.FieldsOf(err))
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, at.SupplierBill(id), "The bill no longer counts.")
}
