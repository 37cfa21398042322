package differences

import (
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/audit"
	"seatledger/internal/difference"
	"seatledger/internal/money"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/differences"
)

// typed is a form as it was sent, with what was refused of it.
type typed struct {
	step     string
	values   httpx.Values
	problems map[string]string
}

// of is what was typed in a step's field, or what stands there.
func (t typed) of(step, name, stands string) string {
	if t.step == step && t.values.Has(name) {
		return t.values.Get(name)
	}
	return stands
}

// Dismiss says that it is right as it is.
func (h Handlers) Dismiss(c echo.Context) error {
	return h.step(c, "dismiss", "Dismissed.", func(by audit.Actor, s difference.Step) error {
		return h.Differences.Dismiss(c.Request().Context(), by, s)
	})
}

// Dispute says that the distributor was told.
func (h Handlers) Dispute(c echo.Context) error {
	return h.step(c, "dispute", "Kept as disputed. Send the text yourself; the credit is found on a later bill.",
		func(by audit.Actor, s difference.Step) error {
			return h.Differences.Dispute(c.Request().Context(), by, s)
		})
}

// Bill charges it to the customer.
func (h Handlers) Bill(c echo.Context) error {
	return h.step(c, "bill", "Kept to be billed. The next run of the contract has it.",
		func(by audit.Actor, s difference.Step) error { return h.Differences.Bill(c.Request().Context(), by, s) })
}

// Accept corrects the ledger.
func (h Handlers) Accept(c echo.Context) error {
	return h.step(c, "accept", "The ledger was corrected.", func(by audit.Actor, s difference.Step) error {
		return h.Differences.Accept(c.Request().Context(), by, s)
	})
}

// Undo takes back what was decided.
func (h Handlers) Undo(c echo.Context) error {
	return h.step(c, "undo", "Taken back. It is to be decided again.", func(by audit.Actor, s difference.Step) error {
		return h.Differences.Undo(c.Request().Context(), by, s)
	})
}

// Match says which subscription is meant.
func (h Handlers) Match(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	return h.step(c, "match", "Kept, also for the bills to come. The bill is compared again.",
		func(by audit.Actor, s difference.Step) error {
			return h.Differences.Match(c.Request().Context(), by, s, form.Get("subscription"))
		})
}

// Forget takes that back.
func (h Handlers) Forget(c echo.Context) error {
	return h.step(c, "forget", "Forgotten. The bill is compared again.", func(by audit.Actor,
		s difference.Step) error {
		return h.Differences.Forget(c.Request().Context(), by, s)
	})
}

// Assign keeps owner and note.
func (h Handlers) Assign(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	return h.step(c, "assign", "Owner and note were kept.", func(by audit.Actor, s difference.Step) error {
		return h.Differences.Assign(c.Request().Context(), by, s.ID, s.Version, form.Get("owner"), form.Get("note"))
	})
}

// step reads a step's form, does it, and shows the page again with what was refused.
func (h Handlers) step(c echo.Context, name, done string, do func(by audit.Actor, s difference.Step) error) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	step := difference.Step{ID: id, Version: form.Version(), Reason: form.Get("reason"), Until: form.Get("until"),
		EachMonth: form.On("each_month"), Reference: form.Get("reference"), Amount: form.Get("amount"),
		On: form.Get("effective_at")}
	err = do(session.Actor(c), step)
	problems, refused := httpx.Refused(err)
	if !refused {
		if err != nil {
			return err
		}
		return httpx.Done(c, recordPath(id), done)
	}
	ctx := c.Request().Context()
	s, err := difference.Beside(ctx, h.Differences.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	return h.page(c, http.StatusUnprocessableEntity, s, typed{name, form, problems})
}

// steps are what can be done about a difference as it stands.
func steps(s difference.Side, t typed) (out []view.Step) {
	switch {
	case s.State == difference.Accepted:
		out = append(out, step(s.ID, "undo", "Take it back",
			"It is to be decided again, and what was entered is taken out of the ledger. Where an invoice was made "+
				"with it since, this is refused and says what to do first.", s.Version, nil))
	case s.State == difference.Todo && s.Undoable():
		out = append(out, step(s.ID, "undo", "Take back what was done before",
			"It comes to something else than when it was decided. What that wrote still stands, and is taken back "+
				"with this. What a run has billed of it, the next one credits.", s.Version, nil))
	case s.State != difference.Todo:
		out = append(out, step(s.ID, "undo", "Take it back",
			"What was decided, and what it wrote, is taken back. What a run has "+
				"billed of it, the next one credits.", s.Version, nil))
	}
	if s.State == difference.Todo && s.GoneAt == nil {
		if s.Acceptable() {
			out = append(out, acceptStep(s, t))
		}
		if s.Returnable() {
			out = append(out, step(s.ID, "bill", "Give back to the customer",
				"These seats were billed to the customer from a bill, and this one does not charge them. What was "+
					"ordered for these days ends, and the next run credits it. The ledger stays as it is.",
				s.Version, nil))
		}
		if s.Billable() {
			out = append(out, billStep(s, t))
		}
		if s.Once.Sign() > 0 {
			out = append(out, step(s.ID, "dispute", "Dispute",
				"The distributor is wrong. Nothing is sent from here: send the "+
					"text above. The credit is found on a later bill by itself.", s.Version, []ui.Field{
					{Name: "reference", Label: "Reference", Value: t.of("dispute", "reference", ""), Size: ui.Medium,
						Hint: "The distributor's number of your claim, if it has one.", Error: t.problem("dispute",
							"reference")}}))
		}
		out = append(out, step(s.ID, "dismiss", "Dismiss", "It is right as it is.", s.Version, []ui.Field{
			{Name: "reason", Label: "Reason", Required: true, Value: t.of("dismiss", "reason", ""),
				Hint:  "Such as: a gift to the customer, billed by another firm.",
				Error: t.problem("dismiss", "reason")},
			{Kind: ui.DateInput, Name: "until", Label: "Until", Size: ui.Short, Value: t.of("dismiss", "until", ""),
				Hint: "On that day it is to be decided again. Empty: for good.", Error: t.problem("dismiss",
					"until")},
			{Kind: ui.Checkbox, Name: "each_month", Label: "Each month", Checked: t.step == "dismiss" &&
				t.values.On("each_month"),
				Hint: "Also on the bills to come, as long as it is no more a month."}}))
	}
	switch {
	case s.ByPerson:
		out = append(out, step(s.ID, "forget", "Forget the match",
			"A person has said which subscription these lines are about. "+
				"Forgotten, they are matched by what they say.", s.Version, nil))
	case !s.SubscriptionID.Valid && len(s.Lines) > 0:
		out = append(out, step(s.ID, "match", "Say which subscription it is",
			"It holds for the bills to come as well.", s.Version,
			[]ui.Field{{Name: "subscription", Label: "Id of the subscription", Required: true, Size: ui.Medium,
				Value: t.of("match", "subscription", ""), Error: t.problem("match", "subscription"),
				Hint: "The distributor's, as the list of subscriptions has it."}}))
	}
	return append(out, step(s.ID, "", "Owner and note", "", s.Version, []ui.Field{
		{Name: "owner", Label: "Owner", Value: t.of("assign", "owner", s.Owner), Size: ui.Medium,
			Hint:  "Who sees to it.",
			Error: t.problem("assign", "owner")},
		{Kind: ui.TextArea, Name: "note", Label: "Note", Value: t.of("assign", "note", s.Note),
			Error: t.problem("assign", "note")}}))
}

func (t typed) problem(step, name string) string {
	if t.step != step {
		return ""
	}
	return t.problems[name]
}

func step(id uuid.UUID, name, title, text string, version int, fields []ui.Field) view.Step {
	save, action := title, recordPath(id)
	if name != "" {
		action += "/" + name
	} else {
		save = "Keep owner and note"
	}
	for i := range fields {
		fields[i].Scope = name
	}
	return view.Step{Card: ui.Card{Title: title, Text: text}, Fields: fields,
		Form: ui.Form{Action: action, Version: strconv.Itoa(version), Save: save}}
}

func plain(d decimal.NullDecimal) string {
	if !d.Valid {
		return ""
	}
	return money.Plain(d.Decimal)
}

func acceptStep(s difference.Side, t typed) view.Step {
	on := s.Since
	text := "The bill is right, and the ledger gets its seats from a day on. " + s.Reach(on)
	return step(s.ID, "accept", "Accept into the ledger", text, s.Version, []ui.Field{
		{Kind: ui.DateInput, Name: "effective_at", Label: "From", Required: true, Size: ui.Short,
			Value: t.of("accept", "effective_at", on.String()), Error: t.problem("accept", "effective_at"),
			Hint: "The first day on which the seats were there."}})
}

func billStep(s difference.Side, t typed) view.Step {
	if s.SubscriptionID.Valid {
		return step(s.ID, "bill", "Bill to the customer",
			"The next run bills the seats on their days, at the price of the "+
				"subscription. A later correction of the ledger bills them no second time.", s.Version, nil)
	}
	return step(s.ID, "bill", "Bill to the customer",
		"A line is typed on the customer's default contract, once for each line of "+
			"the bill.", s.Version, []ui.Field{{Name: "amount", Label: "Amount", Size: ui.Short, Suffix: s.Currency,
			Value: t.of("bill", "amount", ""), Error: t.problem("bill", "amount"),
			Hint: "Empty: what it costs you."}})
}
