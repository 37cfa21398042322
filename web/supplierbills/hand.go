package supplierbills

import (
	"fmt"
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

// Hand is the form for a bill that comes as a PDF or on paper.
func (h Handlers) Hand(c echo.Context) error { return h.handPage(c, http.StatusOK, nil, nil) }

// Enter keeps a typed bill.
func (h Handlers) Enter(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := supplier.ByHand{ProviderID: form.Get("provider_id"), Number: form.Get("number"), Month: form.Get("month"),
		Currency: form.Get("currency"), Total: form.Get("total")}
	for i := range supplier.HandLines {
		get := func(name string) string { return form.Get(supplier.LineField(i, name)) }
		in.Lines = append(in.Lines, supplier.HandLine{Customer: get("customer"), Subscription: get("subscription"),
			PartNumber: get("part_number"), Product: get("product"), Charge: get("charge"), From: get("from"),
			Until: get("until"), Quantity: get("quantity"), UnitPrice: get("unit_price"), Amount: get("amount"), Tax: get("tax")})
	}
	id, err := h.Bills.Enter(c.Request().Context(), session.Actor(c), in)
	if errs.KindOf(err) == errs.Invalid {
		return h.handPage(c, http.StatusUnprocessableEntity, form, errs.FieldsOf(err))
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, at.SupplierBill(id), "The bill is in.")
}

func (h Handlers) handPage(c echo.Context, status int, form httpx.Values, problems map[string]string) error {
	providers, err := h.providers(c)
	if err != nil {
		return err
	}
	f := handForm{form: form, problems: problems}
	m := view.Hand{Page: session.Page(c, "Enter a bill by hand", nav),
		Form: ui.Form{Action: path + "/hand", Save: "Keep the bill", Cancel: newPath}}
	number := f.field("number", "Number of the bill")
	number.Required = true
	provider := f.field("provider_id", "Whose bill is it?")
	provider.Kind, provider.Options = ui.SelectBox, providers
	currency, month, total := f.field("currency", "Currency"), f.field("month", "Month"),
		f.field("total", "Total of the document, with tax")
	currency.Required, currency.Hint = true, "Three letters, as EUR."
	month.Hint = "As 2026-06. Left empty, the one in which most lines begin."
	total.Hint = "If you have it: it is checked to the cent against the lines."
	m.Fields = []ui.Field{number, provider, currency, month, total}
	for i := range supplier.HandLines {
		m.Lines = append(m.Lines, f.line(i))
	}
	all := m.Fields
	for _, l := range m.Lines {
		all = append(all, l.Fields...)
	}
	m.Page.Crumbs, m.Page.Narrow = crumbs, true
	m.Page.Lead = "For a bill that comes as a PDF. What has more than ten lines is quicker as a file."
	m.Summary = ui.Summarize(problems, all...)
	m.Page.HasErrors = m.Summary.Any()
	return httpx.Render(c, status, m.Show())
}

type handForm struct {
	form     httpx.Values
	problems map[string]string
}

func (f handForm) field(name, label string) ui.Field {
	return ui.Field{Name: name, Label: label, Value: f.form.Get(name), Error: f.problems[name], Size: ui.Medium}
}

// line is the fields of one line; those that nothing is typed into stay empty and are none.
func (f handForm) line(i int) view.HandLine {
	l := view.HandLine{Group: ui.Group{Title: fmt.Sprintf("Line %d", i+1), Two: true}}
	for _, x := range []struct{ name, label, hint string }{{"customer", "Customer", ""},
		{"subscription", "Subscription, as the distributor names it", ""}, {"part_number", "Part number", ""},
		{"product", "Product", ""}, {"charge", "Charge", "The bill's own word."},
		{"quantity", "Quantity", ""}, {"from", "First day", "As 2026-06-01."},
		{"until", "Last day", "Empty: charged once."}, {"unit_price", "Unit price", "For one unit and one whole cycle."},
		{"amount", "Amount without tax", "Below zero for a credit."}, {"tax", "Tax", ""}} {
		field := f.field(supplier.LineField(i, x.name), x.label)
		field.Hint = x.hint
		l.Fields = append(l.Fields, field)
	}
	return l
}
