package subscriptions

import (
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// SetContract puts a subscription into a contract of its customer from a day on; an empty contract_id takes it out.
func (h Handlers) SetContract(c echo.Context) error {
	id, form, err := posted(c)
	if err != nil {
		return err
	}
	done := "The contract was saved."
	if form.Get("contract_id") == "" {
		done = "The subscription stands in no contract now, so it is not billed."
	}
	problems := errs.Fields{}
	contract, err := contractIn(form)
	on := dayIn(form, "effective_on", problems)
	if err == nil {
		err = problems.Err()
	}
	if err == nil {
		err = h.decisions().SetContract(c.Request().Context(), session.Actor(c), opened(id, form), contract, on)
	}
	return h.answer(c, id, form, "contract", done, err)
}

func contractIn(form httpx.Values) (uuid.NullUUID, error) {
	if !form.Has("contract_id") {
		return uuid.NullUUID{}, errs.Fields{"contract_id": "Choose a contract, or none."}.Err()
	}
	return idIn(form, "contract_id", "Choose an active contract of this customer.")
}

// idIn reads an id that may be left empty.
func idIn(form httpx.Values, name, message string) (uuid.NullUUID, error) {
	s := form.Get(name)
	if s == "" {
		return uuid.NullUUID{}, nil
	}
	id, err := uuid.Parse(s)
	if err != nil {
		return uuid.NullUUID{}, errs.Fields{name: message}.Err()
	}
	return uuid.NullUUID{UUID: id, Valid: true}, nil
}
