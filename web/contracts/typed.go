package contracts

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/tax"
	"seatledger/internal/typedline"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

func (h Handlers) typed() typedline.Service {
	return typedline.Service{DB: h.Contracts.DB, Clock: h.Contracts.Clock, Zone: h.Zone}
}

// typedCard is the lines that were typed on a contract.
func (h Handlers) typedCard(c echo.Context, k contract.Contract) (ui.Card, ui.Table, error) {
	card := ui.Card{Title: "Typed lines", ID: "typed-lines", Flush: true,
		Text: "Billed beside the subscriptions. A line of every cycle is its amount once for each cycle that has a " +
			"day of it, never a part of it."}
	t := ui.Table{Caption: "Typed lines", Plain: true,
		Columns: []ui.Column{{Label: "Line"}, {Label: "Billed", Nowrap: true}, {Label: "Quantity", Numeric: true},
			{Label: "Unit amount", Numeric: true}, {Label: "Amount", Numeric: true},
			{Label: "On invoices", Numeric: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No typed lines",
			Text: "What no subscription stands for, like support or a setup fee, is typed here."}}
	ctx := c.Request().Context()
	lines, err := typedline.Of(ctx, h.Contracts.DB.Read(ctx), k.ID)
	if err != nil {
		return card, t, err
	}
	if mayWrite(c) {
		card.Actions = []templ.Component{ui.LinkButton{Text: "Add a line", Href: linesPath(k.ID) + "/new",
			Compact: true}}
		t.Columns = append(t.Columns, ui.Column{Label: "End", Hidden: true},
			ui.Column{Label: "Set aside", Hidden: true})
	}
	for _, l := range lines {
		row := ui.Row{Muted: l.SetAsideAt != nil,
			Cells: []ui.Cell{{Text: l.Text, Sub: l.TaxCode}, when(l), ui.TextCell(money.Plain(l.Quantity)),
				ui.Of(inCurrency(l.UnitAmount, l.Currency)), ui.Of(inCurrency(l.Amount(), l.Currency)), onInvoices(l)}}
		if mayWrite(c) {
			row.Cells = append(row.Cells, steps(k.ID, l)...)
		}
		t.Rows = append(t.Rows, row)
	}
	return card, t, nil
}

func when(l typedline.Listed) ui.Cell {
	cell := ui.Cell{Text: "once", Sub: "on " + l.FromOn.String()}
	if l.Every == typedline.Cycle {
		cell = ui.Cell{Text: "every cycle", Sub: "from " + l.FromOn.String()}
		if !l.UntilOn.IsZero() {
			cell.Sub += " until, not included, " + l.UntilOn.String()
		}
	}
	if l.SetAsideAt != nil {
		cell.Badges = []ui.Badge{{Text: "set aside", Tone: ui.Neutral}}
	}
	return cell
}

func onInvoices(l typedline.Listed) ui.Cell {
	cell := ui.Of(inCurrency(l.Billed, l.Currency))
	cell.Sub = strconv.Itoa(l.Times) + " times"
	if l.Times == 1 {
		cell.Sub = "once"
	}
	if l.Times == 0 {
		cell = ui.Cell{Text: "not yet", Muted: true}
	}
	return cell
}

// steps are what can be done to a line: its end, and setting it aside while nothing of it is billed.
func steps(contractID uuid.UUID, l typedline.Listed) []ui.Cell {
	here := linesPath(contractID) + "/" + l.ID.String()
	out := make([]ui.Cell, 2)
	if l.SetAsideAt == nil && l.Every == typedline.Cycle {
		out[0] = ui.Of(ui.LinkButton{Text: "End", Href: here + "/end", Compact: true})
	}
	if l.SetAsideAt == nil && l.Times == 0 {
		out[1] = ui.Of(ui.LinkButton{Text: "Set aside", Href: here + "/set-aside", Compact: true})
	}
	return out
}

func linesPath(contractID uuid.UUID) string { return recordPath(contractID) + "/lines" }

// NewLine is the empty form of a typed line.
func (h Handlers) NewLine(c echo.Context) error {
	k, err := h.contract(c)
	if err != nil {
		return err
	}
	first := h.today()
	for _, day := range []clock.Date{k.StartDate, k.BillFrom} {
		if day.After(first) {
			first = day
		}
	}
	return h.lineForm(c, http.StatusOK,
		typedline.Form{Quantity: "1", Every: string(typedline.Once), From: first.String(),
			Press: uuid.Must(uuid.NewV7())}, nil)
}

// AddLine saves a typed line.
func (h Handlers) AddLine(c echo.Context) error {
	k, err := h.contract(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := typedline.Form{Text: form.Get("text"), Quantity: form.Get("quantity"), UnitAmount: form.Get("unit_amount"),
		TaxCode: form.Get("tax_code"),
		Every:   form.Get("every"), From: form.Get("from"), Until: form.Get("until")}
	if press := form.Get("press"); press != "" {
		if in.Press, err = uuid.Parse(press); err != nil {
			return errs.Fields{"press": "This form is damaged. Open it anew from the contract."}.Err()
		}
	}
	err = h.typed().Add(c.Request().Context(), session.Actor(c), k.ID, in)
	if messages, refused := httpx.Refused(err); refused {
		return h.lineForm(c, http.StatusUnprocessableEntity, in, messages)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, recordPath(k.ID), "The line was added. The next run that reaches its day takes it.")
}

func (h Handlers) lineForm(c echo.Context, status int, in typedline.Form, problems map[string]string) error {
	k, err := h.contract(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	book, err := tax.Load(ctx, h.Contracts.DB.Read(ctx))
	if err != nil {
		return err
	}
	m := layout.Form{Page: linePage(c, k, "Add a line"),
		Form: ui.Form{Action: linesPath(k.ID), Save: "Add the line", Cancel: recordPath(k.ID)}}
	if in.Press != uuid.Nil {
		m.Form.Hidden = []ui.Pair{{Name: "press", Value: in.Press.String()}}
	}
	m.Groups = []layout.FieldGroup{
		{Group: ui.Group{Title: "What"}, Fields: []ui.Field{
			{Name: "text", Label: "Text", Value: in.Text, Required: true,
				Hint: "The customer reads it on the invoice, like Support, gold."},
			{Name: "quantity", Label: "Quantity", Value: in.Quantity, Size: ui.Short, InputMode: "decimal",
				Hint: "Whole or with a point, like 2.5."},
			{Name: "unit_amount", Label: "Unit amount", Value: in.UnitAmount, Required: true, Size: ui.Medium,
				InputMode: "decimal", Prefix: k.Currency, Hint: "Without tax. Negative to give money back."},
			lineTax(book, in.TaxCode),
		}},
		{Group: ui.Group{Title: "When"}, Fields: []ui.Field{
			{Kind: ui.RadioGroup, Name: "every", Label: "How often", Value: in.Every, Required: true,
				Options: []ui.Option{
					{Value: string(typedline.Once), Label: "Once",
						Hint: "On the first invoice that bills past its day."},
					{Value: string(typedline.Cycle), Label: "Every cycle",
						Hint: "Quantity times amount, once for each cycle that has a day of it. " +
							"A cycle in which it begins or ends is charged whole: nothing is reckoned by days."},
				}},
			{Kind: ui.DateInput, Name: "from", Label: "Day, or first day", Value: in.From, Required: true,
				Size: ui.Short},
			{Kind: ui.DateInput, Name: "until", Label: "Until, not included", Value: in.Until, Size: ui.Short,
				Hint: "Of a line of every cycle only. Empty: open."},
		}},
	}
	for _, g := range m.Groups {
		for i := range g.Fields {
			g.Fields[i].Error = problems[g.Fields[i].Name]
		}
	}
	m.Summarize(problems)
	return httpx.Render(c, status, m.Show())
}

func lineTax(b tax.Book, code string) ui.Field {
	f := ui.Field{Kind: ui.SelectBox, Name: "tax_code", Label: "Tax code", Value: code, Size: ui.Medium,
		Options: []ui.Option{{Value: "", Label: "As the contract says"}}}
	for _, r := range b.Codes() {
		f.Options = append(f.Options, ui.Option{Value: r.Code,
			Label: r.Code + " (" + r.Name + " " + r.Percent.String() + " %)"})
	}
	return f
}

func linePage(c echo.Context, k contract.Contract, title string) layout.Page {
	p := session.Page(c, title, nav)
	p.Crumbs = []layout.Crumb{{Label: "Billing contracts", Href: path}, {Label: k.Name, Href: recordPath(k.ID)}}
	p.Narrow = true
	return p
}

// line reads the contract and the typed line of an address.
func (h Handlers) line(c echo.Context) (contract.Contract, typedline.Line, error) {
	k, err := h.contract(c)
	if err != nil {
		return k, typedline.Line{}, err
	}
	id, err := httpx.ID(c, "line")
	if err != nil {
		return k, typedline.Line{}, err
	}
	ctx := c.Request().Context()
	l, err := typedline.Get(ctx, h.Contracts.DB.Read(ctx), k.ID, id)
	return k, l, err
}

// LineEnd is the form of the end of a typed line.
func (h Handlers) LineEnd(c echo.Context) error {
	k, l, err := h.line(c)
	if err != nil {
		return err
	}
	return h.endForm(c, http.StatusOK, k, l, l.UntilOn.String(), nil)
}

// EndLine gives a typed line its end, or takes it away.
func (h Handlers) EndLine(c echo.Context) error {
	k, l, err := h.line(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	version := form.Version()
	err = h.typed().End(c.Request().Context(), session.Actor(c), k.ID, l.ID, version, form.Get("until"))
	if messages, refused := httpx.Refused(err); refused {
		return h.endForm(c, http.StatusUnprocessableEntity, k, l, form.Get("until"), messages)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, recordPath(k.ID), "The end of the line was saved.")
}

func (h Handlers) endForm(c echo.Context, status int, k contract.Contract, l typedline.Line, until string,
	problems map[string]string) error {
	if l.Every != typedline.Cycle {
		return errs.New(errs.Conflict, "A line that is billed once has no end. Nothing was changed.")
	}
	m := layout.Form{Page: linePage(c, k, "End "+l.Text), Form: ui.Form{Action: linesPath(k.ID) + "/" + l.ID.String() +
		"/end", Version: strconv.Itoa(l.Version), Save: "Save the end", Cancel: recordPath(k.ID)}}
	m.Groups = []layout.FieldGroup{{Group: ui.Group{Title: "End"}, Fields: []ui.Field{
		{Kind: ui.DateInput, Name: "until", Label: "Until, not included", Value: until, Size: ui.Short,
			Error: problems["until"],
			Hint:  "The cycle that has its last day is still charged whole. Empty: open again."},
	}}}
	m.Summarize(problems)
	return httpx.Render(c, status, m.Show())
}

// ConfirmSetLineAside asks before a typed line is set aside.
func (h Handlers) ConfirmSetLineAside(c echo.Context) error {
	k, l, err := h.line(c)
	if err != nil {
		return err
	}
	m := layout.Confirm{Page: linePage(c, k, "Set "+l.Text+" aside"), Form: ui.ConfirmForm{
		Action: linesPath(k.ID) + "/" + l.ID.String() + "/set-aside", Title: "What this changes",
		Button: "Set the line aside", Cancel: recordPath(k.ID),
		Text: "No run takes it any more. It stays in the list with who set it aside, and cannot be taken up " +
			"again: type a new one instead.",
		Effects: []ui.Definition{{Term: "Amount", Value: ui.Of(inCurrency(l.Amount(), l.Currency))}},
		Hidden:  []ui.Pair{{Name: "version", Value: strconv.Itoa(l.Version)}},
	}}
	return httpx.Render(c, http.StatusOK, m.Show())
}

// SetLineAside takes a typed line out of all runs.
func (h Handlers) SetLineAside(c echo.Context) error {
	k, l, err := h.line(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	version := form.Version()
	if err := h.typed().SetAside(c.Request().Context(), session.Actor(c), k.ID, l.ID, version); err != nil {
		return err
	}
	return httpx.Done(c, recordPath(k.ID), "The line was set aside.")
}

func inCurrency(d decimal.Decimal, currency string) ui.Money {
	return ui.Money{Amount: money.Grouped(d, currency), Currency: currency}
}
