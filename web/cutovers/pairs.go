package cutovers

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/cutover"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/errs"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/cutovers"
)

// Decide keeps what a person says of old and new subscriptions: one decision, the ticked
// proposals, or all exact pairs of customers. What might be a slip asks for the customer's name.
func (h Handlers) Decide(c echo.Context) error {
	run, err := h.run(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	if form.On("exact") || form.On("ask") {
		return h.step(c, h.accepting())
	}
	decisions, err := decisionsIn(form)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	for _, d := range decisions {
		err := h.Cutovers.Decide(ctx, session.Actor(c), run.ID, d)
		var asked cutover.Asked
		if errors.As(err, &asked) {
			return askName(c, run, d, asked)
		}
		if err != nil {
			return err
		}
	}
	return httpx.Done(c, customerPath(run.ID, decisions[0].CRMAccountID),
		words.Counted(len(decisions), "decision was",
			"decisions were")+" kept. Each can be taken back until the customer is confirmed.")
}

func decisionsIn(form httpx.Values) ([]cutover.Decision, error) {
	customer, err := uuid.Parse(form.Get("crm_account_id"))
	if err != nil {
		return nil, errs.Fields{"crm_account_id": "The customer is missing. Go back and choose again; " +
			"nothing was changed."}.Err()
	}
	var out []cutover.Decision
	for _, pair := range form.All("pair") {
		old, fresh, _ := strings.Cut(pair, " ")
		out = append(out, cutover.Decision{CRMAccountID: customer, Kind: pairing.Twin, Old: chosen(old),
			New: chosen(fresh)})
	}
	if len(out) > 0 {
		return out, nil
	}
	d := cutover.Decision{CRMAccountID: customer, Kind: pairing.Kind(form.Get("kind")),
		Old: chosen(form.Get("old_subscription_id")), New: chosen(form.Get("new_subscription_id")),
		FromStart: form.On("from_start"), Confirmed: form.Get("confirm")}
	switch choice := form.Get("choice"); {
	case d.Kind != "":
	case choice == string(pairing.Ended):
		d.Kind = pairing.Ended
	case choice != "":
		d.Kind, d.New = pairing.Twin, chosen(choice)
	default:
		return nil, errs.Fields{"choice": "Choose what becomes of the subscription, or tick a proposal. " +
			"Nothing was changed."}.Err()
	}
	switch d.Kind {
	case pairing.Twin, pairing.New, pairing.Ended:
		return []cutover.Decision{d}, nil
	}
	return nil, errs.Fields{"kind": "Say twin, new or ended. Nothing was changed."}.Err()
}

// askName shows what a decision would come to, and asks for the customer's name.
func askName(c echo.Context, run cutover.Run, d cutover.Decision, asked cutover.Asked) error {
	m := view.Ask{Page: session.Page(c, "Are these two subscriptions?", nav)}
	for _, says := range asked.Says {
		m.Remarks = append(m.Remarks, ui.Callout{Tone: ui.Warn, Text: says})
	}
	m.Form = ui.ConfirmForm{Action: path(run.ID) + "/pairs", Title: "Keep the decision", Button: "Keep the decision",
		Phrase: asked.Name,
		Cancel: customerPath(run.ID, d.CRMAccountID), Gentle: true,
		Text: "Nothing was kept yet. If it is as you say, type the customer's name; " +
			"the decision can be taken back until the customer is confirmed.",
		Hidden: []ui.Pair{{Name: "crm_account_id", Value: d.CRMAccountID.String()},
			{Name: "kind", Value: string(d.Kind)}}}
	for name, id := range map[string]uuid.UUID{"old_subscription_id": d.Old, "new_subscription_id": d.New} {
		if id != uuid.Nil {
			m.Form.Hidden = append(m.Form.Hidden, ui.Pair{Name: name, Value: id.String()})
		}
	}
	if d.FromStart {
		m.Page.Title = "Is it billed from its start?"
		m.Form.Hidden = append(m.Form.Hidden, ui.Pair{Name: "from_start", Value: "1"})
	}
	status := http.StatusConflict
	if problems, typed := httpx.Refused(asked); typed {
		status, m.Form.Error = http.StatusUnprocessableEntity, problems["confirm"]
		m.Summary = ui.Summarize(problems, ui.Field{Name: "confirm"})
	}
	m.Page.HasErrors, m.Page.Crumbs = m.Summary.Any(), crumbs(run)
	return httpx.Render(c, status, m.Show())
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
