package cutovers

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/cutover"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/errs"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// act is one step that is done for some customers.
type act struct {
	name   string // in the address
	title  string // of the question: verb, then how many
	button string
	says   string // what it does
	done   string // "confirmed"
	phrase string // must be typed, with the number of customers behind it; empty: a click is enough
	gentle bool
	hidden []ui.Pair      // what its form says besides
	from   []pairing.Step // where a customer must stand
	do     func(ctx context.Context, by audit.Actor, run uuid.UUID, customers []uuid.UUID,
		t told) (cutover.Report, error)
}

// told is what a form says besides its customers.
type told struct {
	day   clock.Date
	exact bool
	seen  map[uuid.UUID]pairing.Step // the step to be taken back; of those it does not name, whichever stands
}

func (h Handlers) confirming() act {
	return act{name: "confirm", title: "Confirm", button: "Confirm them", done: "confirmed", gentle: true,
		from: []pairing.Step{pairing.Open},
		says: "The old subscriptions are frozen from the switch day: their sync goes on, but changes no seats. " +
			"The new ones are held back until the old are retired. " +
			"Each customer is confirmed alone, or refused with the reason. It can be taken back.",
		do: func(ctx context.Context, by audit.Actor, run uuid.UUID, customers []uuid.UUID,
			t told) (cutover.Report, error) {
			if t.exact {
				if _, err := h.Cutovers.AcceptExact(ctx, by, run, customers); err != nil {
					return cutover.Report{}, err
				}
			}
			return h.Cutovers.Confirm(ctx, by, run, customers)
		}}
}

func (h Handlers) accepting() act {
	return act{name: "pairs", title: "Accept the exact pairs of", button: "Accept the exact pairs", done: "paired",
		gentle: true, from: []pairing.Step{pairing.Open},
		hidden: []ui.Pair{{Name: "exact", Value: "1"}},
		says: "Pairs whose customer, product and seats agree, that differ in nothing both sides know, and that are " +
			"the only such ones. All others wait for a person. Each can be taken back until its customer is confirmed.",
		do: func(ctx context.Context, by audit.Actor, run uuid.UUID, customers []uuid.UUID,
			_ told) (cutover.Report, error) {
			return h.Cutovers.AcceptExact(ctx, by, run, customers)
		}}
}

func (h Handlers) reassigning() act {
	return act{name: "reassign", title: "Reassign the history of", button: "Reassign the history", done: "reassigned",
		gentle: true, from: []pairing.Step{pairing.Confirmed},
		says: "Each new subscription gets the license changes of its old twin, with their dates, people, prices and " +
			"invoices. The old ones count on until they are retired. It can be taken back.",
		do: func(ctx context.Context, by audit.Actor, run uuid.UUID, customers []uuid.UUID,
			_ told) (cutover.Report, error) {
			return h.Cutovers.Reassign(ctx, by, run, customers)
		}}
}

func (h Handlers) retiringStep() act {
	return act{name: "retire", title: "Retire the old subscriptions of", button: "Retire the old ones", done: "retired",
		phrase: "retire", from: []pairing.Step{pairing.Reassigned},
		says: "The old subscriptions end here on the switch day with No refund, and the new ones are billed from it " +
			"on. Nothing is sent to the distributor: end the old ones there yourself where it still bills you. " +
			"It can be taken back until an invoice has the new ones' days.",
		do: func(ctx context.Context, by audit.Actor, run uuid.UUID, customers []uuid.UUID,
			_ told) (cutover.Report, error) {
			return h.Cutovers.RetireOld(ctx, by, run, customers)
		}}
}

func (h Handlers) undoing() act {
	return act{name: "undo", title: "Take the last step back for", button: "Take the step back", done: "taken back",
		from: []pairing.Step{pairing.Confirmed, pairing.Reassigned, pairing.Retired},
		says: "Each customer goes one step back: retired to reassigned, reassigned to confirmed, confirmed to open. " +
			"What the distributor changed at a frozen subscription meanwhile becomes a row of today.",
		do: func(ctx context.Context, by audit.Actor, run uuid.UUID, customers []uuid.UUID,
			t told) (cutover.Report, error) {
			return h.Cutovers.TakeBack(ctx, by, run, customers, t.seen)
		}}
}

func (h Handlers) daySetting() act {
	return act{name: "switch-day", title: "Set the switch day of", button: "Set the switch day", done: "set",
		gentle: true, from: []pairing.Step{pairing.Open},
		says: "Days before it belong to the old subscriptions, days from it on to the new ones. " +
			"The contract's billing day suits best: then no cycle is cut in two.",
		do: func(ctx context.Context, by audit.Actor, run uuid.UUID, customers []uuid.UUID,
			t told) (cutover.Report, error) {
			if t.day.IsZero() {
				return cutover.Report{}, errs.Fields{"switch_day": "Enter the first day of the new subscriptions, as " +
					"2026-03-31."}.Err()
			}
			return h.Cutovers.SetSwitchDay(ctx, by, run, customers, t.day)
		}}
}

// SwitchDay sets the switch day of customers.
func (h Handlers) SwitchDay(c echo.Context) error { return h.step(c, h.daySetting()) }

// Confirm freezes the old subscriptions of customers and holds the new ones back.
func (h Handlers) Confirm(c echo.Context) error { return h.step(c, h.confirming()) }

// Reassign lets the history of old twins go over to the new ones.
func (h Handlers) Reassign(c echo.Context) error { return h.step(c, h.reassigning()) }

// Retire ends the old subscriptions of customers; what must be typed is asked first.
func (h Handlers) Retire(c echo.Context) error { return h.step(c, h.retiringStep()) }

// Undo takes the last step of customers back.
func (h Handlers) Undo(c echo.Context) error { return h.step(c, h.undoing()) }

// step does it, or asks first where the form wants that or something must be typed.
func (h Handlers) step(c echo.Context, a act) error {
	run, err := h.run(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	ids, err := h.meant(c, run, form)
	if err != nil {
		return err
	}
	q := question{act: a, run: run, ids: ids, form: form, status: http.StatusOK}
	if form.On("ask") || a.phrase != "" && !form.Has("confirm") {
		return h.ask(c, q)
	}
	report, err := h.carryOut(c, q)
	if messages, refused := httpx.Refused(err); refused {
		q.status, q.problems = http.StatusUnprocessableEntity, messages
		return h.ask(c, q)
	}
	if err != nil {
		return err
	}
	return h.answer(c, run, a, report)
}

func (h Handlers) carryOut(c echo.Context, q question) (cutover.Report, error) {
	if q.phrase != "" && q.form.Get("confirm") != q.typedPhrase() {
		return cutover.Report{}, errs.Fields{"confirm": "Type " + q.typedPhrase() +
			" exactly as it stands here. Nothing was changed."}.Err()
	}
	day, err := clock.ParseDate(q.form.Get("switch_day"))
	if err != nil && q.name == "switch-day" {
		return cutover.Report{}, errs.Fields{"switch_day": "Enter a date as 2026-03-31."}.Err()
	}
	return q.do(c.Request().Context(), session.Actor(c), q.run.ID, q.ids,
		told{day: day, exact: q.form.On("exact"), seen: q.seen()})
}

// meant are the ticked customers, or all of the list that was looked at.
func (h Handlers) meant(c echo.Context, run cutover.Run, form httpx.Values) ([]uuid.UUID, error) {
	ids, err := form.IDs("crm_account_id")
	if err != nil {
		return nil, err
	}
	if form.On("all") {
		ctx := c.Request().Context()
		ids, err = cutover.CustomerIDs(ctx, h.Cutovers.DB.Read(ctx), run.ID,
			cutover.CustomerFilter{Search: form.Get("q"), Step: pairing.Step(form.Get("step")), Todo: form.Get("todo")})
		if err != nil {
			return nil, err
		}
	}
	if len(ids) == 0 {
		return nil, errs.Fields{"crm_account_id": "Tick the customers first. Nothing was changed."}.Err()
	}
	return ids, nil
}

// seen reads which step of which customer is to be taken back: step is one of all
// customers, or stands behind the id of one.
func (q question) seen() map[uuid.UUID]pairing.Step {
	out := map[uuid.UUID]pairing.Step{}
	for _, value := range q.form.All("step") {
		id, step, ofOne := strings.Cut(value, " ")
		if ofOne {
			out[chosen(id)] = pairing.Step(step)
			continue
		}
		for _, id := range q.ids {
			out[id] = pairing.Step(value)
		}
	}
	return out
}

func (q question) typedPhrase() string { return fmt.Sprintf("%s %d", q.phrase, len(q.ids)) }
