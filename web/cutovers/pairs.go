package cutovers

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/cutover"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/errs"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Decide keeps what a person says of old and new subscriptions: one decision, or the ticked proposals.
func (h Handlers) Decide(c echo.Context) error {
	run, err := h.run(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	decisions, err := decisionsIn(form)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	for _, d := range decisions {
		if err := h.Cutovers.Decide(ctx, session.Actor(c), run.ID, d); err != nil {
			return err
		}
	}
	return httpx.Done(c, customerPath(run.ID, decisions[0].CRMAccountID), counted(len(decisions), "decision was", "decisions were")+" kept. Each can be taken back until the customer is confirmed.")
}

func decisionsIn(form httpx.Values) ([]cutover.Decision, error) {
	customer, err := uuid.Parse(form.Get("crm_account_id"))
	if err != nil {
		return nil, errs.Fields{"crm_account_id": "The customer is missing. Go back and choose again; nothing was changed."}.Err()
	}
	var out []cutover.Decision
	for _, pair := range form.All("pair") {
		old, fresh, _ := strings.Cut(pair, " ")
		out = append(out, cutover.Decision{CRMAccountID: customer, Kind: pairing.Twin, Old: chosen(old), New: chosen(fresh)})
	}
	if len(out) > 0 {
		return out, nil
	}
	d := cutover.Decision{CRMAccountID: customer, Kind: pairing.Kind(form.Get("kind")), Old: chosen(form.Get("old_subscription_id")), New: chosen(form.Get("new_subscription_id"))}
	switch choice := form.Get("choice"); {
	case d.Kind != "":
	case choice == string(pairing.Ended):
		d.Kind = pairing.Ended
	case choice != "":
		d.Kind, d.New = pairing.Twin, chosen(choice)
	default:
		return nil, errs.Fields{"choice": "Choose what becomes of the subscription, or tick a proposal. Nothing was changed."}.Err()
	}
	switch d.Kind {
	case pairing.Twin, pairing.New, pairing.Ended:
		return []cutover.Decision{d}, nil
	}
	return nil, errs.Fields{"kind": "Say twin, new or ended. Nothing was changed."}.Err()
}

// Undecide takes a decision back.
func (h Handlers) Undecide(c echo.Context) error {
	run, err := h.run(c)
	if err != nil {
		return err
	}
	pair, err := httpx.ID(c, "pair")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	customer, err := h.customerOf(ctx, pair)
	if err != nil {
		return err
	}
	if err := h.Cutovers.Undecide(ctx, session.Actor(c), run.ID, pair); err != nil {
		return err
	}
	return httpx.Done(c, customerPath(run.ID, customer), "The decision was taken back.")
}

func (h Handlers) customerOf(ctx context.Context, pair uuid.UUID) (uuid.UUID, error) {
	return cutover.CustomerOfPair(ctx, h.Cutovers.DB.Read(ctx), pair)
}
