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
)

// Create stores a new provider and shows it.
func (h Handlers) Create(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := input(form)
	p, err := h.Providers.Create(c.Request().Context(), session.Actor(c), in)
	if errs.KindOf(err) == errs.Invalid {
		return h.newPage(c, http.StatusUnprocessableEntity, formState{in: in, problems: errs.FieldsOf(err),
			read: form.On("read")})
	}
	if err != nil {
		return err
	}
	if form.On("read") && p.Connector != distributor.Manual {
		return h.readAtOnce(c, p)
	}
	return httpx.Done(c, path(p.ID), created(p))
}

// readAtOnce verifies a new provider, and where that passes reads its accounts and then its subscriptions.
func (h Handlers) readAtOnce(c echo.Context, p provider.Provider) error {
	ctx := c.Request().Context()
	check, err := h.Providers.Verify(ctx, session.Actor(c), p.ID)
	if err != nil {
		return err
	}
	if check.Result() == distributor.Failed {
		_, text := verdict(check)
		httpx.Tell(c, ui.Bad, p.Name+" was created, and nothing was read yet. "+text)
		return httpx.SeeOther(c, path(p.ID))
	}
	run, _, err := h.Sync.Request(ctx, session.Actor(c), syncing.Request{ProviderID: p.ID, Kind: syncing.Accounts,
		Trigger: syncing.ByPerson, ThenSubscriptions: true})
	if err != nil {
		return err
	}
	return httpx.Done(c, at.SyncRun(run.ID), p.Name+" was created and verified. Its accounts are read now, and its "+
		"subscriptions after them.")
}

func created(p provider.Provider) string {
	if p.Connector == distributor.Manual {
		return p.Name + " was created. Enter or import its accounts next."
	}
	return p.Name + " was created. Verify Connectivity next, then Sync Provider Accounts."
}

// input reads the form under the names of CONTRACT.
func input(f httpx.Values) provider.Input {
	return provider.Input{
		Connector: f.Get("connector"), Name: f.Get("name"), ComprehensiveAPI: f.On("comprehensive_api"),
		InternalName: f.Get("internal_name"),
		UserName:     f.Get("user_name"), Password: distributor.Secret(f.Get("password")), URL: f.Get("url"),
		ApplicationID: f.Get("application_id"), ApplicationSecret: distributor.Secret(f.Get("application_secret")),
		ResellerNumber: f.Get("reseller_number"), ResellerAuthorizeURL: f.Get("reseller_authorize_url"),
		DelegatedAdminURL: f.Get("delegated_admin_url"),
		TokenURL:          f.Get("token_url"), Grant: f.Get("grant"), PageSize: f.Get("page_size"),
		Concurrency: f.Get("concurrency"),
		Currency:    f.Get("currency"), EndDateMeans: f.Get("end_date_means"),
		EndDateGiven: f.Has("end_date_means"),
		CostPeriod:   f.Get("cost_period"), CostPeriodGiven: f.Has("cost_period"),
		PasswordClear: f.On("password_clear"), ApplicationSecretClear: f.On("application_secret_clear"),
		ConfirmIdentity: f.On("confirm_identity"),
	}
}
