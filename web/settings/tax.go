package settings

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/settings"
	"seatledger/internal/tax"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// taxInput is what was typed in one of the page's three forms, and what was wrong with it.
type taxInput struct {
	rate     tax.RateForm
	product  tax.ProductForm
	form     string // rate, product or choice
	problems map[string]string
}

func (h Handlers) taxes() tax.Service { return tax.Service{DB: h.DB, Clock: h.Clock} }

// Tax shows who adds the tax, the codes, and the products taxed otherwise.
func (h Handlers) Tax(c echo.Context) error { return h.taxPage(c, http.StatusOK, taxInput{}) }

// SaveTax stores who adds the tax.
func (h Handlers) SaveTax(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	version := form.Version()
	err = h.taxes().SetAddedBy(c.Request().Context(), session.Actor(c), version, tax.AddedBy(form.Get("tax_by")))
	if errors.Is(err, settings.ErrStale) {
		return errs.New(errs.Conflict,
			"Somebody else has changed who adds the tax since you opened the page. Nothing of yours was saved; "+
				"open the page again.")
	}
	return h.taxDone(c, err, taxInput{form: "choice"}, "Saved. Documents that are out stay as they are.")
}

// AddRate gives a code a percentage from a day on.
func (h Handlers) AddRate(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := taxInput{form: "rate", rate: tax.RateForm{Code: form.Get("code"), Name: form.Get("name"),
		Percent: form.Get("percent"), FirstDay: form.Get("first_day")}}
	return h.taxDone(c, h.taxes().AddRate(c.Request().Context(), session.Actor(c), in.rate), in, "The rate was added.")
}

// AddTaxedProduct has a product taxed otherwise than its contract says.
func (h Handlers) AddTaxedProduct(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := taxInput{form: "product", product: tax.ProductForm{PartNumber: form.Get("part_number"),
		ContractCode: form.Get("contract_code"), Code: form.Get("code")}}
	return h.taxDone(c, h.taxes().AddProduct(c.Request().Context(), session.Actor(c), in.product), in,
		"The product was added.")
}

// RemoveTax takes a rate or a product off.
func (h Handlers) RemoveTax(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.taxes().Remove(c.Request().Context(), session.Actor(c), id); err != nil {
		return err
	}
	return httpx.Done(c, taxPath, "Removed. Documents that are out stay as they are.")
}

func (h Handlers) taxDone(c echo.Context, err error, in taxInput, done string) error {
	if messages, refused := httpx.Refused(err); refused {
		in.problems = messages
		return h.taxPage(c, http.StatusUnprocessableEntity, in)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, taxPath, done)
}

func (h Handlers) taxPage(c echo.Context, status int, in taxInput) error {
	ctx := c.Request().Context()
	b, err := tax.Load(ctx, h.DB.Read(ctx))
	if err != nil {
		return err
	}
	m := views.Tax{Tabs: tabs(c, taxPath), Rates: ratesTable(b), Products: productsTable(b), Codes: len(b.Rates) > 0}
	m.Choice = views.Edit{Form: ui.Form{Action: taxPath, Version: strconv.Itoa(b.Saved.Version), Save: "Save"},
		Fields: in.at("choice", []ui.Field{
			{Kind: ui.RadioGroup, Name: "tax_by", Label: "Who adds the tax", Value: string(b.AddedBy),
				Options: []ui.Option{
					{Value: string(tax.Here), Label: "Seatledger",
						Hint: "Documents are invoices and show the tax of each rate."},
					{Value: string(tax.Accounting), Label: "The accounting system",
						Hint: "Documents show no tax and are called Statement of charges, never Invoice."}}},
		})}
	m.AddRate = views.Edit{Form: ui.Form{Action: ratesPath, Save: "Add the rate"}, Fields: in.at("rate", []ui.Field{
		{Name: "code", Label: "Code", Value: in.rate.Code, Size: ui.Short, Required: true, Placeholder: "S20",
			Scope: "rate"},
		{Name: "name", Label: "Name on documents", Value: in.rate.Name, Size: ui.Medium, Required: true,
			Placeholder: "VAT"},
		{Kind: ui.NumberInput, Name: "percent", Label: "Percent", Value: in.rate.Percent, Size: ui.Short,
			Required: true, Suffix: "%"},
		{Kind: ui.DateInput, Name: "first_day", Label: "First day", Value: in.rate.FirstDay, Size: ui.Short,
			Required: true, Hint: "A later row of the same code replaces it from its day on."},
	})}
	codes := codeOptions(b)
	m.AddProduct = views.Edit{Form: ui.Form{Action: taxedPath, Save: "Add the product"},
		Fields: in.at("product", []ui.Field{
			{Name: "part_number", Label: "Part number", Value: in.product.PartNumber, Size: ui.Medium, Required: true},
			{Kind: ui.SelectBox, Name: "contract_code", Label: "Under contracts with", Value: in.product.ContractCode,
				Options: append([]ui.Option{{Value: "", Label: "Any code"}}, codes...)},
			{Kind: ui.SelectBox, Name: "code", Label: "Is taxed with", Value: in.product.Code, Options: codes,
				Scope: "product"},
		})}
	for _, e := range []views.Edit{m.Choice, m.AddRate, m.AddProduct} {
		if s := ui.Summarize(in.problems, e.Fields...); s.Any() && !m.Summary.Any() {
			m.Summary = s
		}
	}
	m.Frame = h.frame(c, "Tax", m.Summary)
	m.Frame.Lead = "A contract names a code. The tax is reckoned for each rate on the sum of its lines. " +
		"A line has the rate of its last day, or of the invoice's date where that comes first."
	return httpx.Render(c, status, m.Page())
}

// at puts the messages at the fields of the form that was posted.
func (in taxInput) at(form string, fields []ui.Field) []ui.Field {
	if in.form != form {
		return fields
	}
	return withProblems(fields, in.problems)
}

func codeOptions(b tax.Book) []ui.Option {
	var out []ui.Option
	for _, r := range b.Codes() {
		out = append(out, ui.Option{Value: r.Code, Label: r.Code + " (" + r.Name + ")"})
	}
	return out
}

func removeCell(id, label string) ui.Cell {
	return ui.Of(ui.PostButton{Button: ui.Button{Text: "Remove " + label, Action: taxPath + "/" + id + "/remove",
		Compact: true}})
}

func ratesTable(b tax.Book) ui.Table {
	t := ui.Table{Caption: "Codes and rates", Plain: true, Columns: []ui.Column{{Label: "Code"},
		{Label: "Name on documents"}, {Label: "Percent", Numeric: true}, {Label: "First day"},
		{Label: "Remove", Hidden: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No codes yet",
			Text: "Until there is one, invoices show no tax."}}
	for _, r := range b.Rates {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.TextCell(r.Code), ui.TextCell(r.Name),
			ui.TextCell(r.Percent.String() + " %"), ui.TextCell(r.FirstDay.String()),
			removeCell(r.ID.String(), r.Code+" from "+r.FirstDay.String())}})
	}
	return t
}

func productsTable(b tax.Book) ui.Table {
	t := ui.Table{Caption: "Products taxed otherwise", Plain: true,
		Columns: []ui.Column{{Label: "Part number"}, {Label: "Under contracts with"}, {Label: "Is taxed with"},
			{Label: "Remove", Hidden: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "None", Text: "Every product is taxed as its contract says."}}
	for _, p := range b.Products {
		under := p.ContractCode
		if under == "" {
			under = "any code"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.TextCell(p.PartNumber), ui.TextCell(under),
			ui.TextCell(p.Code), removeCell(p.ID.String(), p.PartNumber)}})
	}
	return t
}
