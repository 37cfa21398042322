package providers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/distributor"
	"seatledger/internal/provider"
	"seatledger/web/httpx"
)

// New is the empty form: comprehensive, legacy or manual, as the address says.
func (h Handlers) New(c echo.Context) error {
	in := prefilled(c.QueryParam("connector"), c.QueryParam("comprehensive_api"))
	in.UserName, in.ResellerNumber = c.QueryParam("mail_user_name"), c.QueryParam("mail_reseller_number")
	return h.newPage(c, http.StatusOK, formState{in: in, read: c.QueryParam("first") == "1"})
}

// prefilled is what DESIGN 5 puts into a new form.
func prefilled(connector, comprehensive string) provider.Input {
	switch {
	case connector == distributor.Manual:
		return provider.Input{Connector: distributor.Manual}
	case comprehensive == "off" || connector == distributor.StellrLegacy:
		return withDefaults(provider.Input{Connector: distributor.Stellr, URL: provider.DefaultLegacyURL})
	}
	return withDefaults(provider.Input{
		Connector: distributor.Stellr, ComprehensiveAPI: true, URL: provider.DefaultURL, Grant: provider.DefaultGrant,
	})
}

func withDefaults(in provider.Input) provider.Input {
	in.InternalName = provider.DefaultInternalName
	in.PageSize, in.Concurrency = itoa(provider.DefaultPageSize), itoa(provider.DefaultConcurrency)
	return in
}

func (h Handlers) newPage(c echo.Context, status int, f formState) error {
	m, err := h.formPage(c, f)
	if err != nil {
		return err
	}
	return httpx.Render(c, status, m.Show())
}
