package prices

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/clock"
	"seatledger/internal/contract/price"
	"seatledger/internal/errs"
	"seatledger/internal/imports"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// ReckonForm asks by which rule a list's prices are made of what is in use.
func (h Handlers) ReckonForm(c echo.Context) error {
	l, err := h.list(c)
	if err != nil {
		return err
	}
	from, err := h.firstDay(c, l)
	if err != nil {
		return err
	}
	return h.reckonPage(c, l, price.ReckoningInput{Base: "cost", EffectiveFrom: from.String(),
		Rule: price.RuleInput{Change: string(price.Percent), Value: "20"}}, nil)
}

// firstDay is from when prices are offered to hold: those of a list that has none yet from the oldest term in use on,
// since what lands in a contract takes the price of the day on which its term began.
func (h Handlers) firstDay(c echo.Context, l price.List) (clock.Date, error) {
	ctx := c.Request().Context()
	db := h.Prices.DB.Read(ctx)
	any, err := price.AnyItem(ctx, db, l.ID)
	if err != nil || any {
		return h.today(), err
	}
	since, err := h.Prices.InUseSince(ctx, db)
	if since.IsZero() || h.today().Before(since) {
		since = h.today()
	}
	return since, err
}

// Reckon makes the prices and shows them as an import shows its file; nothing is changed before they are applied there.
func (h Handlers) Reckon(c echo.Context) error {
	l, err := h.list(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := price.ReckoningInput{Base: form.Get("base"), EffectiveFrom: form.Get("effective_from"),
		Vendor: form.Get("vendor"), Product: form.Get("product"), Term: form.Get("term"),
		Rule: price.RuleInput{Change: form.Get("change"), Value: form.Get("value"), Step: form.Get("step"),
			Ending: form.Get("ending"), BelowCost: map[bool]string{true: "on"}[form.On("below_cost")]}}
	r, err := in.Read()
	var content []byte
	ctx := c.Request().Context()
	if err == nil {
		content, err = h.Prices.Reckon(ctx, h.Prices.DB.Read(ctx), l, r)
	}
	if errs.KindOf(err) == errs.Invalid {
		return h.reckonPage(c, l, in, errs.FieldsOf(err))
	}
	if err != nil {
		return err
	}
	words := r.Rule.Words(map[string]string{"cost": "cost", "list": "list price"}[r.Base])
	id, err := h.Imports.Service.Upload(ctx, session.Actor(c), h.Prices.Import(l),
		imports.File{Name: fmt.Sprintf("Reckoned: %s, from %s.csv", words, r.From), Content: content})
	if err != nil {
		return err
	}
	return httpx.SeeOther(c, listPath(l.ID)+"/import/"+id.String())
}

func (h Handlers) reckonPage(c echo.Context, l price.List, in price.ReckoningInput, problems map[string]string) error {
	ctx := c.Request().Context()
	vendors, err := h.Prices.Vendors(ctx, h.Prices.DB.Read(ctx))
	if err != nil {
		return err
	}
	m := layout.Form{Page: session.Page(c, "Reckon prices of "+l.Name, nav)}
	m.Page.Crumbs, m.Page.Narrow = crumbs(crumbOf(l)), true
	m.Page.Lead = "Prices in " + l.Currency + " for every product, term and billing frequency that is in use, or an " +
		"increase of the list's own. They are shown first, and can be taken back."
	m.Form = ui.Form{Action: listPath(l.ID) + "/reckon", Save: "Preview", Cancel: listPath(l.ID)}
	m.Groups = reckonGroups(in, vendors)
	for g := range m.Groups {
		for i, f := range m.Groups[g].Fields {
			m.Groups[g].Fields[i].Error = problems[f.Name]
		}
	}
	m.Summarize(problems)
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return httpx.Render(c, status, m.Show())
}

func reckonGroups(in price.ReckoningInput, vendors []string) []layout.FieldGroup {
	r := in.Rule
	byVendor, byTerm := []ui.Option{{Value: "", Label: "All"}}, []ui.Option{{Value: "", Label: "All"}}
	for _, v := range vendors {
		byVendor = append(byVendor, ui.Option{Value: v, Label: v})
	}
	for _, t := range price.Terms() {
		byTerm = append(byTerm, ui.Option{Value: t, Label: terms[t]})
	}
	return []layout.FieldGroup{
		{Group: ui.Group{Title: "Rule", Two: true}, Fields: []ui.Field{
			{Kind: ui.SelectBox, Name: "base", Label: "Reckoned from", Value: in.Base, Options: []ui.Option{
				{Value: "cost", Label: "What subscriptions in use cost"},
				{Value: "list", Label: "This list's prices"}}},
			{Kind: ui.SelectBox, Name: "change", Label: "By", Value: r.Change, Options: []ui.Option{
				{Value: "percent", Label: "Percent more"}, {Value: "fixed", Label: "A fixed amount more"},
				{Value: "margin", Label: "A margin, in percent of the price"}}},
			{Name: "value", Label: "How much", Required: true, Value: r.Value, Size: ui.Short, InputMode: "decimal",
				Hint: "Like 20, or -10 for less."},
			{Kind: ui.DateInput, Name: "effective_from", Label: "First day", Required: true, Value: in.EffectiveFrom,
				Size: ui.Short, Hint: "Subscriptions that began a term before it take the price in force then: choose a day " +
					"before the oldest for a first list."},
			{Name: "step", Label: "To a step of", Value: r.Step, Size: ui.Short, Placeholder: "0.05",
				Hint: "Blank: to the cent."},
			{Name: "ending", Label: "Ending with", Value: r.Ending, Size: ui.Short, Placeholder: ".99"},
			{Kind: ui.Checkbox, Name: "below_cost", Label: "A price may be below cost", Checked: r.BelowCost != "",
				Hint: "Else it is raised to the next amount that is not."}}},
		{Group: ui.Group{Title: "For", Two: true}, Fields: []ui.Field{
			{Kind: ui.SelectBox, Name: "vendor", Label: "Vendor", Value: in.Vendor, Options: byVendor},
			{Kind: ui.SelectBox, Name: "term", Label: "Term", Value: in.Term, Options: byTerm},
			{Name: "product", Label: "Product or part number contains", Value: in.Product}}},
	}
}
