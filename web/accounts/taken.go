package accounts

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/mapping"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	"github.com/a-h/templ"

	view "seatledger/views/accounts"
)

// taken is the answer when another account of the provider has the CRM account: it names the holder.
func (h Handlers) taken(c echo.Context, accountID uuid.UUID, t *mapping.Taken) error {
	m := view.Record{Page: session.Page(c, "This CRM account is taken", nav)}
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: path}}
	m.Page.HasErrors = true
	m.Callouts = []view.Callout{{
		Callout: ui.Callout{Tone: ui.Bad, Title: t.Holder.CRMAccount + " belongs to " + t.Holder.Name, Text: errs.Public(t)},
		Actions: []templ.Component{
			ui.LinkButton{Text: "Open " + t.Holder.Name, Href: recordPath(t.Holder.AccountID)},
			ui.LinkButton{Text: "Choose another CRM account", Href: recordPath(accountID) + "#choose", Weight: ui.Primary},
		},
	}}
	return httpx.Render(c, http.StatusConflict, m.Show())
}
