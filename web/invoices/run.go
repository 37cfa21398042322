package invoices

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/invoices"
)

// asked is a run as it was asked for, in the address or in a form.
type asked struct {
	contract contract.Contract
	kind     string
	end      string
	problems map[string]string
	status   int
	notice   *ui.Callout
}

func (h Handlers) contract(c echo.Context) (contract.Contract, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return contract.Contract{}, err
	}
	ctx := c.Request().Context()
	return contract.Get(ctx, h.Invoices.DB.Read(ctx), id)
}

// New is the preview of a run: what it would bill, and what it would leave out.
func (h Handlers) New(c echo.Context) error {
	k, err := h.contract(c)
	if err != nil {
		return err
	}
	return h.preview(c, asked{contract: k, kind: c.QueryParam("kind"), end: c.QueryParam("period_end"),
		status: http.StatusOK})
}

// Create drafts the run that was previewed.
func (h Handlers) Create(c echo.Context) error {
	k, err := h.contract(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	a := asked{contract: k, kind: form.Get("kind"), end: form.Get("period_end")}
	run, err := a.run()
	var id uuid.UUID
	if err == nil {
		id, err = h.Invoices.Draft(c.Request().Context(), session.Actor(c),
			billing.Order{Run: run, Digest: form.Get("digest"), Late: form.On("earlier"),
				Growth: form.On("growth")})
	}
	if messages, refused := httpx.Refused(err); refused {
		a.status, a.problems = http.StatusUnprocessableEntity, messages
		return h.preview(c, a)
	}
	if errors.Is(err, billing.ErrAsks) {
		a.status, a.problems = http.StatusUnprocessableEntity, map[string]string{"earlier": errs.Public(err)}
		return h.preview(c, a)
	}
	if errors.Is(err, billing.ErrGrew) {
		a.status, a.problems = http.StatusUnprocessableEntity, map[string]string{"growth": errs.Public(err)}
		return h.preview(c, a)
	}
	if errors.Is(err, billing.ErrChanged) {
		a.status, a.notice = http.StatusConflict,
			&ui.Callout{Tone: ui.Warn, Title: "This changed since you looked", Text: errs.Public(err)}
		return h.preview(c, a)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, recordPath(id),
		"The draft was made. Its days are taken now; bill it to give it a number, or void it to give them back.")
}

func (a asked) run() (billing.Run, error) {
	r := billing.Run{ContractID: a.contract.ID, Kind: invoice.Kind(a.kind)}
	var err error
	if r.End, err = clock.ParseDate(a.end); err != nil {
		return r, errs.Fields{"period_end": "Enter a date as 2026-03-31."}.Err()
	}
	return r, nil
}

func (h Handlers) preview(c echo.Context, a asked) error {
	p, err := h.reckon(c, &a)
	if err != nil {
		return err
	}
	m := view.Run{Page: session.Page(c, "New invoice", nav),
		Choice: view.Choice{Action: contractPath(a.contract.ID) + "/invoices/new", Fields: a.fields()}}
	m.Page.Crumbs = []layout.Crumb{{Label: "Billing contracts", Href: "/contracts"},
		{Label: a.contract.Name, Href: contractPath(a.contract.ID)}}
	m.Page.Lead = "What the run bills and what it leaves out. Nothing is made until you make the draft."
	m.Summary = ui.Summarize(a.problems, m.Choice.Fields...)
	m.Page.HasErrors = m.Summary.Any()
	if p == nil && mayBill(c) {
		m.Page.Actions = append(m.Page.Actions,
			ui.LinkButton{Text: "Edit the contract", Href: contractPath(a.contract.ID) + "/edit", Icon: "edit"})
	}
	if a.notice != nil {
		m.Remarks = append(m.Remarks, *a.notice)
	}
	if p != nil {
		m.Remarks = append(m.Remarks, remarks(*p)...)
		m.Plan = planOf(*p, a, mayBill(c))
	}
	return httpx.Render(c, a.status, m.Show())
}

// reckon makes the plan; nil when the run cannot be made, which the page then says.
func (h Handlers) reckon(c echo.Context, a *asked) (*billing.Plan, error) {
	run, err := a.run()
	if err == nil {
		var p billing.Plan
		if p, err = h.Invoices.Preview(c.Request().Context(), run); err == nil {
			a.kind, a.end = string(p.Kind), p.Period.To.String()
			return &p, nil
		}
	}
	if messages, refused := httpx.Refused(err); refused {
		a.problems = messages
		a.status = http.StatusUnprocessableEntity
		return nil, nil
	}
	if errs.KindOf(err) == errs.Conflict {
		a.notice = &ui.Callout{Tone: ui.Warn, Title: "This run cannot be made", Text: errs.Public(err)}
		return nil, nil
	}
	return nil, err
}

func (a asked) fields() []ui.Field {
	kind := a.kind
	if kind == "" {
		kind = string(invoice.FullCycle)
	}
	return []ui.Field{
		{Kind: ui.SelectBox, Name: "kind", Label: "Kind", Value: kind, Error: a.problems["kind"],
			Options: []ui.Option{{Value: "full_cycle", Label: "Full cycle"},
				{Value: "change_log", Label: "Change log (mid-term)"}}},
		{Kind: ui.DateInput, Name: "period_end", Label: "Up to, not including", Value: a.end,
			Error: a.problems["period_end"], Size: ui.Short},
	}
}

func remarks(p billing.Plan) []ui.Callout {
	var out []ui.Callout
	if n, amount := p.Late(); n > 0 {
		out = append(out, ui.Callout{Tone: ui.Warn, Title: words.Counted(n, "line") + " to confirm", Text: fmt.Sprintf(
			"What begins before this cycle or changes days that were paid comes to %s %s and is marked in the list.",
			sum(amount, p.Contract.Currency).Amount, p.Contract.Currency)})
	}
	switch {
	case p.Waits != "":
		out = append(out, ui.Callout{Tone: ui.Info, Title: "Nothing is due yet", Text: p.Waits})
	case p.Empty() && len(p.LeftOut) > 0:
		out = append(out, ui.Callout{Tone: ui.Warn, Title: "Nothing can be billed", Text: fmt.Sprintf(
			"What is left out below waits. All else up to %s is paid. The next cycle ends on %s.",
			p.Period.To, p.Next)})
	case p.Empty():
		out = append(out, ui.Callout{Tone: ui.Info, Title: "Nothing is due", Text: fmt.Sprintf(
			"Every day up to %s is paid. The next cycle ends on %s.", p.Period.To, p.Next)})
	}
	for _, it := range p.Grown() {
		out = append(out, ui.Callout{Tone: ui.Warn, Title: it.Name + " to confirm",
			Text: it.ExternalID + " " + it.Grew.String() + "."})
	}
	for _, it := range p.Items {
		if it.Goodwill {
			out = append(out, ui.Callout{Tone: ui.Warn, Title: it.Name + " has a goodwill credit",
				Text: "This run lowers its money once more. Goodwill was given on top and is not taken back."})
		}
	}
	if p.Unmapped > 0 {
		out = append(out, ui.Callout{Tone: ui.Info, Title: words.Counted(p.Unmapped, "subscription") + " of no customer yet",
			Text: "Their accounts are not mapped, so no run of any contract can bill them. Some may be this customer's."})
	}
	return out
}
