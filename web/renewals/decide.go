package renewals

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/renewal"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/renewals"
)

// Show is the page of one row: what happens, what was decided, and the form to decide.
func (h Handlers) Show(c echo.Context) error {
	id, day, err := parts(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	r, err := renewal.One(ctx, h.Renewals.DB.Read(ctx), id, day)
	if err != nil {
		return err
	}
	return h.page(c, http.StatusOK, r, answerOf(r), nil)
}

// typed is the form as it was sent.
type typed struct {
	decision, seats, owner, note string
	done                         bool
}

func answerOf(r renewal.Row) typed {
	t := typed{decision: string(r.Decision), owner: r.Owner, note: r.Note, done: r.Done}
	if r.LeftSeats != nil {
		t.seats = strconv.Itoa(*r.LeftSeats)
	}
	return t
}

// Decide keeps a person's decision.
func (h Handlers) Decide(c echo.Context) error {
	id, day, err := parts(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	t := typed{decision: form.Get("decision"), seats: form.Get("seats"), owner: form.Get("owner"),
		note: form.Get("note"),
		done: form.On("done")}
	a := renewal.Answer{Subscription: id, Day: day, Decision: renewal.Decision(t.decision), Owner: t.owner,
		Note: t.note,
		Done: t.done}
	a.Version, _ = strconv.Atoi(form.Get("version"))
	var problems map[string]string
	if n, err := strconv.Atoi(t.seats); err == nil && a.Decision == renewal.ReduceTo {
		a.Seats = &n
	} else if t.seats != "" && a.Decision == renewal.ReduceTo {
		problems = map[string]string{"seats": "Enter a whole number of seats."}
	}
	if problems == nil {
		err = h.Renewals.Decide(ctx, session.Actor(c), a)
		var refused bool
		if problems, refused = httpx.Refused(err); !refused {
			if err != nil {
				return err
			}
			return httpx.Done(c, rowPath(id, day), "The decision was kept. Nothing was sent to the distributor.")
		}
	}
	r, err := renewal.One(ctx, h.Renewals.DB.Read(ctx), id, day)
	if err != nil {
		return err
	}
	return h.page(c, http.StatusUnprocessableEntity, r, t, problems)
}

func (h Handlers) page(c echo.Context, status int, r renewal.Row, t typed, problems map[string]string) error {
	m := view.Show{Page: session.Page(c, r.Name(), nav), Facts: facts(r)}
	m.Page.Kicker = r.What.Words() + " " + r.Day.String()
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: path}}
	if letter := r.Letter(); letter != "" {
		m.Letter = &ui.CopyText{Label: "Text for the distributor", Value: letter, Block: true}
	}
	if mayDecide(c) {
		m.Fields = fields(r, t)
		for i := range m.Fields {
			m.Fields[i].Error = problems[m.Fields[i].Name]
		}
		m.Form = &ui.Form{Action: rowPath(r.SubscriptionID, r.Day), Version: strconv.Itoa(r.Version),
			Save:   "Keep the decision",
			Cancel: path}
		m.Summary = ui.Summarize(problems, m.Fields...)
		m.Page.HasErrors = m.Summary.Any()
	}
	return httpx.Render(c, status, m.View())
}

func facts(r renewal.Row) ui.DefinitionList {
	price, list := ui.Cell{Text: "not known", Muted: true}, ui.Cell{Text: "the contract's list has none", Muted: true}
	if r.UnitPrice.Valid {
		price = ui.Of(httpx.Amount(r.UnitPrice, r.Currency, r.PricePeriod))
	}
	if r.ListPrice.Valid {
		list = ui.Of(httpx.Amount(r.ListPrice, r.ListCurrency, r.ListUnit))
	}
	customer := ui.Cell{Text: "no customer", Muted: true}
	if r.CRMAccountID.Valid {
		customer = ui.LinkCell(r.CRMAccount, at.CRMAccount(r.CRMAccountID.UUID))
	}
	items := []ui.Definition{
		{Term: "Subscription", Value: ui.LinkCell(r.Name(), at.Subscription(r.SubscriptionID)),
			Note: r.ExternalID + " at " + r.Provider},
		{Term: "Customer", Value: customer}, ui.Fact("Seats", words.Count(r.Seats)),
		{Term: "Price today", Value: price}, {Term: "List price on the day", Value: list},
	}
	if w := windowWords(r); w != "" {
		items = append(items, ui.Definition{Term: "Reduction", Value: ui.TextCell(w),
			Note: "Microsoft counts 168 hours; the distributor gives no hour"})
	}
	if r.DecidedAt != nil {
		items = append(items, ui.Definition{Term: "Decision", Value: ui.TextCell(r.Decision.Words()),
			Note: "by " + r.DecidedBy})
	}
	return ui.DefinitionList{Columns: 2, Items: items}
}

func fields(r renewal.Row, t typed) []ui.Field {
	options := []ui.Option{{Value: "", Label: "Not decided yet"},
		{Value: string(renewal.Keep), Label: "Keep", Hint: "Seats and price go on as they are."},
		{Value: string(renewal.TakeList), Label: "Take the list price", Disabled: !r.ListPrice.Valid,
			Hint: "A to-do: the price itself is set on the subscription, from the day on."},
		{Value: string(renewal.AskFirst), Label: "Ask the customer", Hint: "A to-do for the owner."},
		{Value: string(renewal.ReduceTo), Label: "Reduce", Disabled: r.What == renewal.Ends,
			Hint: "Writes the text for the distributor, and is a to-do. Nothing is sent from here."}}
	return []ui.Field{
		{Kind: ui.RadioGroup, Name: "decision", Label: "Decision", Value: t.decision, Options: options},
		{Kind: ui.NumberInput, Name: "seats", Label: "Seats that are to be left", Value: t.seats, Size: ui.Short,
			Hint: "Of " + words.Count(r.Seats) + "; only where it is reduced."},
		{Name: "owner", Label: "Owner", Value: t.owner, Size: ui.Medium, Hint: "Who sees to it."},
		{Kind: ui.TextArea, Name: "note", Label: "Note", Value: t.note},
		{Kind: ui.Checkbox, Name: "done", Label: "Done", Checked: t.done, Hint: "What the decision asks for was done."},
	}
}
