package accounts

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/mapping"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Map ties the account to a CRM account.
func (h Handlers) Map(c echo.Context) error {
	return h.command(c, func(form httpx.Values, choice mapping.Choice) error {
		var err error
		if choice.CRMAccountID, err = crmAccount(form); err != nil {
			return err
		}
		choice.Reason = form.Get("why")
		return h.Mapping.Map(c.Request().Context(), session.Actor(c), choice)
	})
}

func crmAccount(form httpx.Values) (uuid.UUID, error) {
	f := errs.Fields{}
	switch ids, err := form.IDs("crm_account_id"); {
	case err != nil:
		f.Add("crm_account_id", "This is no CRM account. Choose one from the list.")
	case len(ids) != 1:
		f.Add("crm_account_id", "Choose one CRM account.")
	default:
		return ids[0], nil
	}
	return uuid.Nil, f.Err()
}

// Unmap takes the tie away.
func (h Handlers) Unmap(c echo.Context) error {
	return h.command(c, func(_ httpx.Values, choice mapping.Choice) error {
		return h.Mapping.Unmap(c.Request().Context(), session.Actor(c), choice)
	})
}

// Exclude says that the account is nobody's customer. Without a reason the form comes again.
func (h Handlers) Exclude(c echo.Context) error {
	err := h.command(c, func(_ httpx.Values, choice mapping.Choice) error {
		return h.Mapping.Exclude(c.Request().Context(), session.Actor(c), choice)
	})
	messages, isRefused := httpx.Refused(err)
	if !isRefused || messages["reason"] == "" {
		return err
	}
	q, err := h.question(c)
	if err != nil {
		return err
	}
	q.status, q.problem = http.StatusUnprocessableEntity, messages
	q.hidden = []ui.Pair{nextPair(httpx.Values(c.Request().PostForm).Get("next"))}
	return h.ask(c, excluding(q, c.Request().PostForm.Get("reason")))
}

// Include takes an exclusion back.
func (h Handlers) Include(c echo.Context) error {
	return h.command(c, func(_ httpx.Values, choice mapping.Choice) error {
		return h.Mapping.Include(c.Request().Context(), session.Actor(c), choice)
	})
}

// CreateCRMAccount makes a CRM account of the account and ties the two.
func (h Handlers) CreateCRMAccount(c echo.Context) error {
	return h.command(c, func(_ httpx.Values, choice mapping.Choice) error {
		_, err := h.Mapping.CreateAndMap(c.Request().Context(), session.Actor(c), choice)
		return err
	})
}

// Undo takes the last decision back.
func (h Handlers) Undo(c echo.Context) error {
	return h.command(c, func(form httpx.Values, choice mapping.Choice) error {
		if s := form.Get("decision"); s != "" {
			decision, err := uuid.Parse(s)
			if err != nil {
				return errs.New(errs.NotFound, "There is no such decision.")
			}
			choice.DecisionID = decision
		}
		return h.Mapping.Undo(c.Request().Context(), session.Actor(c), choice)
	})
}

// TakeOver releases the CRM account of a gone account and ties it to this one.
func (h Handlers) TakeOver(c echo.Context) error {
	return h.command(c, func(form httpx.Values, choice mapping.Choice) error {
		ids, err := form.IDs("from")
		if err != nil || len(ids) != 1 {
			return errs.New(errs.NotFound, "There is no such provider account to take over from.")
		}
		choice.FromID = ids[0]
		return h.Mapping.TakeOver(c.Request().Context(), session.Actor(c), choice)
	})
}
