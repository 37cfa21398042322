package subscriptions

import (
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/subscription"
	"seatledger/web/httpx"
)

// decisions is the room that carries out what people decide.
func (h Handlers) decisions() subscription.Service {
	return subscription.Service{DB: h.DB, Clock: h.Clock, Zone: h.Zone,
		Touched: func(tx *gorm.DB, ids []uuid.UUID) error {
			return h.Reviews.Refresh(tx.Statement.Context, tx, ids)
		}}
}

// opened is the subscription as the form was opened on it; a version is asked for only where the form carries one.
func opened(id uuid.UUID, form httpx.Values) subscription.Opened {
	version := form.Version()
	return subscription.Opened{ID: id, Version: version}
}

// answer says what came of a command: a refusal stands in the form of that name on the record, done on the next page.
func (h Handlers) answer(c echo.Context, id uuid.UUID, form httpx.Values, name, done string, err error) error {
	if err != nil {
		return h.refused(c, id, form, name, err)
	}
	return httpx.Done(c, recordPath(id), done)
}

// refused shows the record again with the form that was refused; what is no form is an error page.
func (h Handlers) refused(c echo.Context, id uuid.UUID, form httpx.Values, name string, err error) error {
	if name == "" {
		return err
	}
	if errors.Is(err, subscription.ErrStale) {
		return h.show(c, http.StatusConflict, id, sheet{form: name, typed: form, stale: true})
	}
	if messages, ok := httpx.Refused(err); ok {
		return h.show(c, http.StatusUnprocessableEntity, id, sheet{form: name, typed: form, problems: messages})
	}
	return err
}
