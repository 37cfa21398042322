package manual

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/clock"
	"seatledger/internal/manual"
	"seatledger/internal/retire"
	"seatledger/internal/subscription"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/manual"
)

// QuantityForm asks for the new number of seats of a manual provider's subscription.
func (h Handlers) QuantityForm(c echo.Context) error {
	s, err := h.byHand(c)
	if err != nil {
		return err
	}
	in := manual.QuantityEntry{Quantity: strconv.Itoa(s.Quantity), EffectiveAt: clock.Today(h.Clock, h.Zone).String(),
		Version: s.Version}
	return h.quantityForm(c, http.StatusOK, s, in, nil)
}

// SetQuantity stores the new number of seats.
func (h Handlers) SetQuantity(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	version := form.Version()
	in := manual.QuantityEntry{Quantity: form.Get("quantity"), EffectiveAt: form.Get("effective_at"),
		Refund: form.Get("refund"), Note: form.Get("note"), Version: version}
	now, err := h.Entries.SetQuantity(c.Request().Context(), session.Actor(c), id, in)
	if err != nil {
		return h.quantityRefused(c, in, err)
	}
	return httpx.Done(c, subscriptionPath(id), entered(now))
}

// entered says what came of it, and which later row was written anew.
func entered(now manual.Entered) string {
	said := "The subscription has " + strconv.Itoa(now.Seats) + " seats."
	if now.Next != nil {
		said += " The row from " + now.Next.On.String() + " was written anew, so that it still reaches " +
			strconv.Itoa(now.Next.Reached) + " seats."
	}
	return said
}

// quantityRefused shows the form again, beside what stands now where somebody was faster.
func (h Handlers) quantityRefused(c echo.Context, in manual.QuantityEntry, cause error) error {
	problems, refused := problemsOf(cause)
	stale := errors.Is(cause, subscription.ErrStale)
	if !refused && !stale {
		return cause
	}
	s, err := h.byHand(c)
	if err != nil {
		return err
	}
	if !stale {
		return h.quantityForm(c, http.StatusUnprocessableEntity, s, in, problems)
	}
	refund, err := h.refund(c, s, in)
	if err != nil {
		return err
	}
	e := quantityEntry(s, in, nil, refund)
	e.form.Version = strconv.Itoa(s.Version)
	e.stale = &ui.DiffTable{Caption: "What stands now and what you typed", Before: "Stands now", After: "You typed",
		Rows: []ui.Diff{{Field: "Seats", Before: strconv.Itoa(s.Quantity), After: in.Quantity}}}
	return render(c, http.StatusConflict, e)
}

func (h Handlers) byHand(c echo.Context) (subscription.Subscription, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return subscription.Subscription{}, err
	}
	ctx := c.Request().Context()
	db := h.Entries.DB.Read(ctx)
	s, err := subscription.Get(ctx, db, id)
	if err != nil {
		return s, err
	}
	_, err = manual.ByHand(ctx, db, s.ProviderID)
	return s, err
}

func (h Handlers) quantityForm(c echo.Context, status int, s subscription.Subscription, in manual.QuantityEntry,
	problems map[string]string) error {
	refund, err := h.refund(c, s, in)
	if err != nil {
		return err
	}
	return render(c, status, quantityEntry(s, in, problems, refund))
}

// refund asks whether a reduction gives back; yes is offered only where the setting gives one (RULES 8).
func (h Handlers) refund(c echo.Context, s subscription.Subscription, in manual.QuantityEntry) (ui.Field, error) {
	ctx := c.Request().Context()
	given, err := retire.RefundsOf(ctx, h.Entries.DB.Read(ctx), s.ContractID)
	apply := ui.Option{Value: "yes", Label: "Apply refund",
		Hint: "Days that are billed already are credited by the next run.", Disabled: !given.Allowed}
	keep := ui.Option{Value: "no", Label: "No refund", Hint: "Days that are billed already stay charged."}
	f := ui.Field{Kind: ui.RadioGroup, Name: "refund", Label: "If seats leave", Value: in.Refund,
		Hint:    given.Because + " It counts only where the number is lower than before.",
		Options: []ui.Option{keep, apply}}
	if f.Value == "" && given.Allowed {
		f.Value = "yes"
	} else if f.Value == "" {
		f.Value = "no"
	}
	return f, err
}

func quantityEntry(s subscription.Subscription, in manual.QuantityEntry, problems map[string]string,
	refund ui.Field) entry {
	name := s.ProductName
	if name == "" {
		name = s.ExternalID
	}
	version := ""
	if in.Version > 0 {
		version = strconv.Itoa(in.Version)
	}
	return entry{
		title: "Change seats", nav: "Subscriptions", lead: name + " has " + strconv.Itoa(s.Quantity) +
			" seats. The change becomes a row of the ledger.", problems: problems,
		crumbs: []layout.Crumb{{Label: "Subscriptions", Href: at.Subscriptions},
			{Label: name, Href: subscriptionPath(s.ID)}},
		form: ui.Form{Action: subscriptionPath(s.ID) + "/quantity", Version: version, Save: "Change seats",
			Cancel: subscriptionPath(s.ID)},
		groups: []view.Group{{Group: ui.Group{Title: "Seats"}, Fields: []ui.Field{
			{Kind: ui.NumberInput, Name: "quantity", Label: "New number of seats", Value: in.Quantity, Required: true,
				Size: ui.Short, InputMode: "numeric", Autofocus: true},
			{Kind: ui.DateInput, Name: "effective_at", Label: "From", Value: in.EffectiveAt, Size: ui.Short,
				Hint: "First day on which the new number counts; today when empty. It may lie before later changes: " +
					"those keep the number that they reached, and the next one is written anew."},
			refund,
			{Name: "note", Label: "Note", Value: in.Note, Hint: "Stands with the row of the ledger."},
		}}},
	}
}

func subscriptionPath(id uuid.UUID) string { return at.Subscription(id) }
