package subscriptions

import (
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/subscription"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// command is one thing that a person does to a subscription.
type command struct {
	action string // of the trail, in the past tense
	form   string // the form of the record page that a refusal is shown in; empty: none
	done   string // what the next page says
	do     func(*gorm.DB, subscription.Act) (subscription.Subscription, error)
}

// carryOut runs a command with its review and its place in the trail in one
// transaction. What changes nothing leaves no trace.
func (h Handlers) carryOut(c echo.Context, id uuid.UUID, form httpx.Values, x command) error {
	ctx := c.Request().Context()
	err := h.DB.InTx(ctx, func(tx *gorm.DB) error {
		before, err := subscription.Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		after, err := x.do(tx, h.act(c, id, form))
		if err != nil || after.Version == before.Version {
			return err
		}
		if err := h.Reviews.Refresh(ctx, tx, []uuid.UUID{id}); err != nil {
			return err
		}
		was, is := changed(before, after)
		return audit.Record(ctx, tx, h.Clock, session.Actor(c), audit.Event{
			Action: x.action, ObjectType: "subscription", ObjectID: id.String(), ObjectName: called(after.ProductName, after.ExternalID), Before: was, After: is,
		})
	})
	if err != nil {
		return h.refused(c, id, form, x.form, err)
	}
	return httpx.Done(c, recordPath(id), x.done)
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

// changed is what of people's side differs, for the trail.
func changed(before, after subscription.Subscription) (was, is map[string]any) {
	was, is = map[string]any{}, map[string]any{}
	note := func(name string, a, b any) {
		if a != b {
			was[name], is[name] = a, b
		}
	}
	id := func(n uuid.NullUUID) string {
		if n.Valid {
			return n.UUID.String()
		}
		return ""
	}
	note("contract_id", id(before.ContractID), id(after.ContractID))
	note("crm_account_id", id(before.CRMAccountID), id(after.CRMAccountID))
	note("price", words(before.UnitPrice, before.Currency, before.PricePeriod), words(after.UnitPrice, after.Currency, after.PricePeriod))
	note("price_list_item_id", id(before.PriceItemID), id(after.PriceItemID))
	note("price_by_person", before.PriceByPerson, after.PriceByPerson)
	note("state", string(before.State), string(after.State))
	note("hold_reason", string(before.HoldReason), string(after.HoldReason))
	note("no_twin", before.NoTwin, after.NoTwin)
	note("missing_confirmed", before.MissingConfirmedAt != nil, after.MissingConfirmedAt != nil)
	note("start_date", before.Start.String(), after.Start.String())
	note("end_date", before.End.String(), after.End.String())
	note("proposed_item_id", id(before.ProposedItemID), id(after.ProposedItemID))
	return was, is
}
