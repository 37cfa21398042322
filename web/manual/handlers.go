// Package manual is the entry screens of a manual provider: an account, a
// subscription, a new number of seats, and the import of a file.
package manual

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/manual"
	"seatledger/internal/provider"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/imports"
	"seatledger/web/session"

	view "seatledger/views/manual"
)

// Handlers answers the routes of manual entry.
type Handlers struct {
	Entries manual.Service
	Imports imports.Pages
	Clock   clock.Clock
	Zone    *time.Location
}

const nav = "Providers"

func providerPath(id uuid.UUID) string { return at.Provider(id) }

// provider reads the manual provider of the address; errs.Conflict for any other provider.
func (h Handlers) provider(c echo.Context) (provider.Provider, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return provider.Provider{}, err
	}
	return manual.ByHand(c.Request().Context(), h.Entries.DB.Read(c.Request().Context()), id)
}

// entry is a form as it stands: with which values and problems.
type entry struct {
	title    string
	lead     string
	nav      string
	crumbs   []layout.Crumb
	form     ui.Form
	groups   []view.Group
	problems map[string]string
	stale    *ui.DiffTable
}

func render(c echo.Context, status int, e entry) error {
	m := view.Form{Page: session.Page(c, e.title, e.nav), Form: e.form, Groups: e.groups, Stale: e.stale}
	var fields []ui.Field
	for i, g := range m.Groups {
		for j, f := range g.Fields {
			m.Groups[i].Fields[j].Error = e.problems[f.Name]
		}
		fields = append(fields, m.Groups[i].Fields...)
	}
	m.Summary = ui.Summarize(e.problems, fields...)
	m.Page.Lead, m.Page.Crumbs, m.Page.Narrow, m.Page.HasErrors = e.lead, e.crumbs, true, m.Summary.Any()
	return httpx.Render(c, status, m)
}

func crumbsOf(p provider.Provider) []layout.Crumb {
	return []layout.Crumb{{Label: nav, Href: at.Providers}, {Label: p.Name, Href: providerPath(p.ID)}}
}

// problemsOf gives the messages of a refused form, also where the refusal names no field.
func problemsOf(err error) (map[string]string, bool) {
	if messages, ok := httpx.Refused(err); ok {
		return messages, true
	}
	if errs.KindOf(err) == errs.Invalid {
		return map[string]string{"": errs.Public(err)}, true
	}
	return nil, false
}

// choices are the accounts that a subscription may belong to, for a select; nil when there are too many.
func (h Handlers) choices(ctx context.Context, p provider.Provider) ([]ui.Option, error) {
	const most = 500
	rows, err := account.Choices(ctx, h.Entries.DB.Read(ctx), p.ID, most+1)
	if err != nil || len(rows) > most {
		return nil, err
	}
	options := []ui.Option{{Label: "Choose an account"}}
	for _, r := range rows {
		options = append(options, ui.Option{Value: r.ExternalID, Label: r.Name + " (" + r.ExternalID + ")"})
	}
	return options, nil
}
