package subscriptions

import (
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/subscription"
)

// NoTwin notes that a subscription is not another provider's again, and releases it.
func (h Handlers) NoTwin(c echo.Context) error {
	id, form, err := posted(c)
	if err != nil {
		return err
	}
	return h.carryOut(c, id, form, command{action: "subscription.no_twin", done: "Noted: it is no twin. It is no longer held for that.", do: func(tx *gorm.DB, a subscription.Act) (subscription.Subscription, error) {
		return subscription.DeclareNoTwin(c.Request().Context(), tx, a)
	}})
}

// ConfirmGone notes that a person has seen that the distributor no longer has it.
func (h Handlers) ConfirmGone(c echo.Context) error {
	id, form, err := posted(c)
	if err != nil {
		return err
	}
	return h.carryOut(c, id, form, command{action: "subscription.gone_confirmed", done: "Confirmed: it is gone at the distributor.", do: func(tx *gorm.DB, a subscription.Act) (subscription.Subscription, error) {
		return subscription.ConfirmGone(c.Request().Context(), tx, a)
	}})
}
