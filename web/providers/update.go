package providers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/provider"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Update stores an edited provider. Somebody else's save in between gives both versions.
func (h Handlers) Update(c echo.Context) error {
	f, err := h.standing(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	version := form.Version()
	if version == 0 {
		return errs.New(errs.Conflict,
			"The form did not say which version it was made from. Nothing was saved; open the edit page again.")
	}
	typed := input(form)
	if typed.Connector == "" {
		typed.Connector = f.in.Connector
	}
	err = h.Providers.Update(c.Request().Context(), session.Actor(c), f.stored.ID, version, typed)
	if errors.Is(err, provider.ErrStale) {
		return h.stale(c, f, typed)
	}
	if errs.KindOf(err) == errs.Invalid {
		f.in, f.problems = typed, errs.FieldsOf(err)
		return h.newPage(c, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, path(f.stored.ID), saved(f.in, typed))
}

// saved tells what an edit means for the check.
func saved(was, is provider.Input) string {
	text := "The provider was saved."
	if is.Password != "" || is.ApplicationSecret != "" || is.PasswordClear || is.ApplicationSecretClear ||
		is.URL != was.URL || is.TokenURL != was.TokenURL ||
		is.Grant != was.Grant || is.UserName != was.UserName || is.ApplicationID != was.ApplicationID ||
		is.ResellerNumber != was.ResellerNumber {
		text += " What the last connectivity check was about has changed: verify again."
	}
	if is.CostPeriodGiven && is.CostPeriod != was.CostPeriod {
		text += " The next sync writes the period of the unit costs; " +
			"signatures of subscriptions whose cost it changes lapse then."
	}
	return text
}

// stale shows what was typed beside what stands now, over a form that can be saved again.
func (h Handlers) stale(c echo.Context, f formState, typed provider.Input) error {
	now := f.in
	f.in, f.stale = typed, &ui.DiffTable{Caption: "Both versions", Before: "What you typed", After: "What stands now",
		Rows: differences(typed, now)}
	return h.newPage(c, http.StatusConflict, f)
}

func differences(typed, now provider.Input) []ui.Diff {
	rows := []ui.Diff{{Field: "Name", Before: typed.Name, After: now.Name}}
	if now.Connector == distributor.Manual {
		return rows
	}
	return append(rows,
		ui.Diff{Field: "Comprehensive API", Before: onOffWord(typed.ComprehensiveAPI),
			After: onOffWord(now.ComprehensiveAPI)},
		ui.Diff{Field: "Internal Name", Before: typed.InternalName, After: now.InternalName},
		ui.Diff{Field: "User Name", Before: typed.UserName, After: now.UserName},
		ui.Diff{Field: "URL", Before: typed.URL, After: now.URL},
		ui.Diff{Field: "Application ID", Before: typed.ApplicationID, After: now.ApplicationID},
		ui.Diff{Field: "Reseller Number", Before: typed.ResellerNumber, After: now.ResellerNumber},
		ui.Diff{Field: "Reseller Authorize Relationship URL", Before: typed.ResellerAuthorizeURL,
			After: now.ResellerAuthorizeURL},
		ui.Diff{Field: "Delegated Admin Authorize URL", Before: typed.DelegatedAdminURL, After: now.DelegatedAdminURL},
		ui.Diff{Field: "Token URL", Before: typed.TokenURL, After: now.TokenURL},
		ui.Diff{Field: "Grant", Before: typed.Grant, After: now.Grant},
		ui.Diff{Field: "Page size", Before: typed.PageSize, After: now.PageSize},
		ui.Diff{Field: "Concurrency", Before: typed.Concurrency, After: now.Concurrency},
		ui.Diff{Field: "Period of the unit costs", Before: costPeriodWord(typed.CostPeriod),
			After: costPeriodWord(now.CostPeriod)},
		ui.Diff{Field: "End date", Before: endDateWord(typed.EndDateMeans), After: endDateWord(now.EndDateMeans)},
		ui.Diff{Field: "Default currency", Before: typed.Currency, After: now.Currency},
	)
}
