package accounts

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/account"
	"seatledger/internal/errs"
	"seatledger/internal/syncing"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	"github.com/a-h/templ"

	view "seatledger/views/accounts"
)

// SyncAccount queues a run that reads this account's subscriptions, or with kind
// "accounts" its record, and leads to the run; also to one that is under way already.
func (h Handlers) SyncAccount(c echo.Context) error {
	accountID, err := id(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	kind, err := kindOf(form)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	o, err := account.Look(ctx, h.DB.Read(ctx), accountID)
	if err != nil {
		return err
	}
	run, found, err := h.Sync.Request(ctx, session.Actor(c), syncing.Request{
		ProviderID: o.ProviderID, Kind: kind, Trigger: syncing.ByPerson, AccountID: &accountID,
		Anyway: form.On("anyway")})
	if errs.KindOf(err) == errs.Conflict && o.ProviderActive && o.Connector != manual {
		return h.syncRefused(c, o, errs.Public(err))
	}
	if err != nil {
		return err
	}
	if found {
		httpx.Tell(c, ui.Info, "A sync of "+o.Provider+
			" is under way already: this one. Start another when it has ended.")
	}
	return httpx.SeeOther(c, at.SyncRun(run.ID))
}

const manual = "manual" // the connector whose accounts are entered by hand

func kindOf(form httpx.Values) (syncing.Kind, error) {
	switch k := syncing.Kind(form.Get("kind")); k {
	case "", syncing.Subscriptions:
		return syncing.Subscriptions, nil
	case syncing.Accounts:
		return k, nil
	}
	f := errs.Fields{}
	f.Add("kind", "Choose subscriptions or accounts.")
	return "", f.Err()
}

// syncRefused says why, and offers both ways on.
func (h Handlers) syncRefused(c echo.Context, o account.Overview, why string) error {
	m := view.Record{Page: session.Page(c, "Not synced", nav)}
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: path}, {Label: nameOf(o.Account), Href: recordPath(o.ID)}}
	m.Callouts = []view.Callout{{
		Callout: ui.Callout{Tone: ui.Warn, Title: "The sync was not started", Text: why},
		Actions: []templ.Component{
			ui.LinkButton{Text: "Open " + o.Provider, Href: at.Provider(o.ProviderID), Weight: ui.Primary},
			post("Sync anyway", recordPath(o.ID)+"/sync", ui.Secondary, ui.Pair{Name: "anyway", Value: "on"}),
		},
	}}
	return httpx.Render(c, http.StatusConflict, m.Show())
}
