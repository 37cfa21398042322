package providers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/provider"
	"seatledger/internal/syncing"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/providers"
)

// SyncAccounts queues a run that reads the accounts.
func (h Handlers) SyncAccounts(c echo.Context) error { return h.sync(c, syncing.Accounts) }

// SyncSubscriptions queues a run that reads the subscriptions of every account.
func (h Handlers) SyncSubscriptions(c echo.Context) error { return h.sync(c, syncing.Subscriptions) }

func (h Handlers) sync(c echo.Context, kind syncing.Kind) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	p, err := provider.Get(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	if !p.Active {
		return errs.Newf(errs.Conflict, "%s is deactivated and syncs nothing. Activate it first.", p.Name)
	}
	run, found, err := h.Sync.Request(ctx, session.Actor(c),
		syncing.Request{ProviderID: id, Kind: kind, Trigger: syncing.ByPerson, Anyway: form.On("anyway"),
			Dry: form.On("dry")})
	if errs.KindOf(err) == errs.Conflict && p.Connector != distributor.Manual {
		return h.syncRefused(c, p, errs.Public(err))
	}
	if err != nil {
		return err
	}
	if found {
		httpx.Tell(c, ui.Info, "A sync of "+p.Name+" is under way already: this one. Start another when it has ended.")
	}
	return httpx.SeeOther(c, at.SyncRun(run.ID))
}

// syncRefused says why and offers both ways on: verify, or sync anyway.
func (h Handlers) syncRefused(c echo.Context, p provider.Provider, why string) error {
	m := view.Refused{
		Page: session.Page(c, "Not verified", "Providers"), Text: why,
		Buttons: []ui.PostButton{
			{Button: ui.Button{Text: "Verify Connectivity", Weight: ui.Primary, Icon: "check",
				Action: path(p.ID) + "/verify"}},
			{Button: ui.Button{Text: "Sync anyway", Action: c.Request().URL.Path},
				Hidden: kept(c)},
		},
		Back: ui.LinkButton{Text: "Back to " + p.Name, Href: path(p.ID), Weight: ui.Quiet},
	}
	m.Page.Crumbs = append(crumbs(), crumb(p))
	m.Page.Badges = []ui.Badge{connectivity(p)}
	return httpx.Render(c, http.StatusConflict, m.Show())
}

// kept is what "sync anyway" repeats of the refused request.
func kept(c echo.Context) []ui.Pair {
	pairs := []ui.Pair{{Name: "anyway", Value: "on"}}
	if form, err := httpx.Form(c); err == nil && form.On("dry") {
		pairs = append(pairs, ui.Pair{Name: "dry", Value: "1"})
	}
	return pairs
}
