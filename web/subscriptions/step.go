package subscriptions

import (
	"github.com/labstack/echo/v4"

	"seatledger/internal/subscription"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/subscriptions"
)

// step is a page of a step on one subscription.
func (h Handlers) step(c echo.Context, s subscription.Subscription, title string) view.Step {
	m := view.Step{Page: session.Page(c, title, nav)}
	m.Page.Narrow = true
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: path}, {Label: s.Called(), Href: recordPath(s.ID)}}
	return m
}

// refuse puts what was wrong beside the fields of the form that was posted, and over the page.
func refuse(m *view.Step, scope string, problems map[string]string) {
	var of []ui.Field
	for _, f := range m.Forms {
		for i := range f.Fields {
			if f.Fields[i].Scope == scope {
				f.Fields[i].Error = problems[f.Fields[i].Name]
				of = append(of, f.Fields[i])
			}
		}
	}
	m.Summary = ui.Summarize(problems, of...)
	m.Page.HasErrors = m.Summary.Any()
}

// typedOr is what was typed in the form that was refused, or else what stands.
func typedOr(typed httpx.Values, name, stands string) string {
	if typed.Has(name) {
		return typed.Get(name)
	}
	return stands
}
