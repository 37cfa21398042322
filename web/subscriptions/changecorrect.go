package subscriptions

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/impact"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/subscriptions"
)

// dated is a row of seats that a person corrects.
type dated struct {
	subscription subscription.Subscription
	row          ledger.Entry
}

// ChangeForm asks for the row of seats as it should have been, and shows what setting it aside would cost.
func (h Handlers) ChangeForm(c echo.Context) error {
	d, err := h.dated(c)
	if err != nil {
		return err
	}
	return h.changeCorrection(c, http.StatusOK, d, nil, nil)
}

// CorrectChange sets a row of seats aside and, unless it only goes, writes it anew as
// it should have been (RULES 1 and 2). Setting aside gives back what the row had
// charged whatever the refund setting, so it is billing's right alone.
func (h Handlers) CorrectChange(c echo.Context) error {
	d, err := h.dated(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	correction, err := correctionIn(form, d.row.ID)
	switch {
	case err == nil && correction.SetAside && !mayDecide(c):
		return errs.New(errs.Forbidden,
			"Setting a row aside gives money back whatever the refund setting, so only billing may do it. "+
				"Nothing was changed.")
	case err == nil:
		err = h.decisions().CorrectChange(c.Request().Context(), session.Actor(c), opened(d.subscription.ID, form),
			correction)
	}
	if messages, ok := httpx.Refused(err); ok {
		return h.changeCorrection(c, http.StatusUnprocessableEntity, d, form, messages)
	}
	if errors.Is(err, subscription.ErrStale) {
		return errs.New(errs.Conflict,
			"Somebody changed this subscription while you were at it. Nothing was saved; "+
				"open the row again on its page.")
	}
	if err != nil {
		return err
	}
	done := "The row was corrected: the old one is set aside, and the right one counts in its place."
	if correction.SetAside {
		done = "The row was set aside. What it had charged is credited by the next run."
	}
	return httpx.Done(c, recordPath(d.subscription.ID)+"#ledger", done)
}

func correctionIn(form httpx.Values, change uuid.UUID) (subscription.Correction, error) {
	problems := errs.Fields{}
	out := subscription.Correction{ChangeID: change, SetAside: form.On("set_aside"), Note: form.Get("note")}
	if out.SetAside {
		return out, nil
	}
	out.On = dayIn(form, "effective_at", problems)
	if typed := form.Get("quantity"); typed != "" {
		n, err := strconv.ParseInt(typed, 10, 32)
		if err != nil || n < 0 {
			problems.Add("quantity", "Enter a number of seats, 0 or more.")
		}
		seats := int(n)
		out.Seats = &seats
	}
	switch form.Get("refund") {
	case "":
	case "yes", "no":
		yes := form.Get("refund") == "yes"
		out.Refund = &yes
	default:
		problems.Add("refund", "Choose yes or no.")
	}
	return out, problems.Err()
}

func (h Handlers) dated(c echo.Context) (d dated, err error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return d, err
	}
	change, err := httpx.ID(c, "change")
	if err != nil {
		return d, err
	}
	ctx := c.Request().Context()
	if d.subscription, err = subscription.Get(ctx, h.DB.Read(ctx), id); err != nil {
		return d, err
	}
	rows, err := ledger.Of(ctx, h.DB.Read(ctx), id)
	for _, e := range rows {
		if e.ID == change {
			d.row = e
			return d, err
		}
	}
	if err == nil {
		err = errs.New(errs.NotFound, "This subscription has no such ledger row.")
	}
	return d, err
}

func (h Handlers) changeCorrection(c echo.Context, status int, d dated, typed httpx.Values,
	problems map[string]string) error {
	s, ctx := d.subscription, c.Request().Context()
	m := h.step(c, s, "Correct a ledger row")
	on := ui.Definition{Term: "Effective", Value: day(d.row.EffectiveAt)}
	if d.row.Estimated {
		on.Note = "estimated: the day it was seen"
	}
	m.Card = ui.Card{Title: "As it stands"}
	m.Facts = ui.DefinitionList{Items: []ui.Definition{
		{Term: "Subscription", Value: ui.LinkCell(s.Called(), recordPath(s.ID)), Note: s.ExternalID},
		ui.Fact("Event", eventText(d.row)),
		{Term: "Change", Value: ui.TextCell(changeText(d.row)),
			Note: "reached " + words.Counted(d.row.Running, "seat", "seats")}, on,
	}}
	switch {
	case !d.row.Counted:
		m.Remarks = []ui.Callout{{Tone: ui.Info, Title: "This row is set aside already",
			Text: "It does not count. Look at the row that took its place in the ledger."}}
		return httpx.Render(c, status, m.Show())
	case d.row.Event == ledger.Price:
		return c.Redirect(http.StatusSeeOther, recordPath(s.ID)+"/prices/"+d.row.ID.String()+"/correct")
	}
	m.Forms = []view.StepForm{rightChange(d, typed)}
	if mayDecide(c) && d.row.Event != ledger.Create {
		without, err := impact.WithoutRow(ctx, h.DB.Read(ctx), s.ID, d.row.ID)
		if err != nil {
			return err
		}
		m.Forms = append(m.Forms, changeAside(d, typed, without))
	}
	scope := "correct"
	if typed.On("set_aside") {
		scope = "aside"
	}
	refuse(&m, scope, problems)
	return httpx.Render(c, status, m.Show())
}

func changePath(d dated) string {
	return recordPath(d.subscription.ID) + "/changes/" + d.row.ID.String() + "/correct"
}

func rightChange(d dated, typed httpx.Values) view.StepForm {
	if typed.On("set_aside") {
		typed = nil
	}
	field := func(f ui.Field) ui.Field { f.Scope = "correct"; return f }
	f := view.StepForm{
		Confirm: ui.ConfirmForm{
			Action: changePath(d), Title: "As it should have been", Button: "Correct the row", Gentle: true,
			Cancel: recordPath(d.subscription.ID) + "#ledger", Hidden: versionPair(d.subscription),
			Text: "The row is set aside and written anew in its place. " +
				"Rows after it keep the quantity that they reached; " +
				"the one behind it is written anew where its step thereby changes.",
		},
		Fields: []ui.Field{
			field(ui.Field{Kind: ui.NumberInput, Name: "quantity", Label: "Seats that it reaches",
				Value: typed.Get("quantity"), Size: ui.Short, InputMode: "numeric",
				Hint: "Empty: it changes as many seats as before. It reached " + words.Count(d.row.Running) + "."}),
			field(ui.Field{Kind: ui.DateInput, Name: "effective_at", Label: "Effective date",
				Value: typedOr(typed, "effective_at", d.row.EffectiveAt.String()), Size: ui.Short,
				Hint: "The first day on which it holds."}),
		},
	}
	if d.row.Delta < 0 {
		f.Fields = append(f.Fields, field(ui.Field{Kind: ui.SelectBox, Name: "refund", Label: "Refund",
			Value: typed.Get("refund"), Size: ui.Medium, Options: []ui.Option{
				{Value: "", Label: "As it was: " + yesNo(d.row.Refund)}, {Value: "no", Label: "No refund"},
				{Value: "yes", Label: "Apply refund"}}, Hint: "Yes only where the contract's setting gives refunds."}))
	}
	f.Fields = append(f.Fields, field(ui.Field{Name: "note", Label: "Why", Value: typed.Get("note"), Required: true,
		Hint: "Where the right one comes from, as an invoice of the distributor. It stays with the row."}))
	return f
}

func yesNo(on bool) string {
	if on {
		return "yes"
	}
	return "no"
}

func changeAside(d dated, typed httpx.Values, without impact.Weight) view.StepForm {
	note := ""
	if typed.On("set_aside") {
		note = typed.Get("note")
	}
	return view.StepForm{
		Confirm: ui.ConfirmForm{
			Action: changePath(d), Title: "Or set it aside", Button: "Set the row aside",
			Cancel: recordPath(d.subscription.ID) + "#ledger",
			Hidden: append(versionPair(d.subscription), ui.Pair{Name: "set_aside", Value: "1"}),
			Text: "As though the row had never been. That is a correction and not a reduction: " +
				"what it had charged is credited whatever the refund setting. " +
				"Rows after it still reach what they reached.",
			Effects: []ui.Definition{
				{Term: "Days already billed", Value: ui.TextCell(moneyDifference(without))},
				{Term: "Billed up to", Value: ui.TextCell(orNothing(without.Through.String()))},
			},
		},
		Fields: []ui.Field{{Scope: "aside", Name: "note", Label: "Why", Value: note, Required: true}},
	}
}

func orNothing(s string) string {
	if s == "" {
		return "nothing yet"
	}
	return s
}

// moneyDifference says in words what the next runs charge or credit.
func moneyDifference(w impact.Weight) string {
	switch {
	case !w.Amount.Valid:
		return "not known: some of these days have no price"
	case w.Amount.Decimal.IsZero():
		return "nothing is charged or credited"
	case w.Amount.Decimal.IsNegative():
		return digits(w.Amount.Decimal.Neg(), w.Currency) + " " + w.Currency + " is credited"
	}
	return digits(w.Amount.Decimal, w.Currency) + " " + w.Currency + " is charged"
}
