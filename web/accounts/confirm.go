package accounts

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/account"
	"seatledger/internal/crm"
	"seatledger/internal/errs"
	"seatledger/internal/mapping"
	"seatledger/internal/money"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/accounts"
)

// question is what a confirmation page asks.
type question struct {
	o       account.Overview
	impact  mapping.Impact
	title   string
	text    string
	action  string
	button  string
	hidden  []ui.Pair
	fields  []ui.Field
	status  int
	problem map[string]string
	parts   []templ.Component
	// concerned is the account whose mapping is taken apart, which for taking over is the gone one.
	concerned account.Overview
}

// ConfirmUnmap shows what unmapping takes apart.
func (h Handlers) ConfirmUnmap(c echo.Context) error {
	q, err := h.question(c)
	if err != nil {
		return err
	}
	if q.o.Mapping != account.Mapped {
		return notMapped(q.o.Account)
	}
	q.title, q.button, q.action = "Unmap "+nameOf(q.o.Account), "Unmap account", "/unmap"
	q.text = fmt.Sprintf("%s will no longer be the customer %s. Its subscriptions lose customer and contract and are "+
		"held: they are not billed until the account is mapped again.", nameOf(q.o.Account), q.o.CRMAccount)
	return h.ask(c, q)
}

func notMapped(a account.Account) error {
	return errs.Newf(errs.Conflict, "%s is %s, so there is nothing to take away.", nameOf(a), a.Mapping)
}

// ConfirmExclude asks for the reason, and shows what excluding a mapped account takes apart.
func (h Handlers) ConfirmExclude(c echo.Context) error {
	q, err := h.question(c)
	if err != nil {
		return err
	}
	return h.ask(c, excluding(q, ""))
}

func excluding(q question, reason string) question {
	q.title, q.button, q.action = "Exclude "+nameOf(q.o.Account), "Exclude account", "/exclude"
	q.text = "An excluded account is nobody's customer. Its subscriptions still sync and are held; " +
		"they are listed under cost without a customer."
	if q.o.Mapping == account.Mapped {
		q.text += fmt.Sprintf(" The account is mapped to %s now, and loses that.", q.o.CRMAccount)
	}
	q.fields = []ui.Field{{Name: "reason", Label: "Reason", Required: true, Value: reason, Error: q.problem["reason"],
		Hint: "Such as: our own tenant, a test customer, billed by a partner."}}
	return q
}

// ConfirmMap shows what mapping a mapped account elsewhere takes apart.
func (h Handlers) ConfirmMap(c echo.Context) error {
	q, err := h.question(c)
	if err != nil {
		return err
	}
	to, err := uuid.Parse(c.QueryParam("crm_account_id"))
	if err != nil {
		return httpx.SeeOther(c, recordPath(q.o.ID)+"#choose")
	}
	ctx := c.Request().Context()
	customer, err := crm.Get(ctx, h.DB.Read(ctx), to)
	if err != nil {
		return err
	}
	q.title, q.button, q.action = "Map "+nameOf(q.o.Account)+" to "+customer.Name, "Map account", "/map"
	q.hidden = []ui.Pair{{Name: "crm_account_id", Value: to.String()}, {Name: "why", Value: "chosen by hand"}}
	q.parts = []templ.Component{view.Part{Card: ui.Card{Title: "Compared with " + customer.Name, Flush: true},
		Content: []templ.Component{compareTable(q.o.Account, customer, nil)}}}
	q.text = "Its subscriptions get this customer and land in its default contract, where there is exactly one."
	if q.o.Mapping == account.Mapped {
		q.button = "Map to the other customer"
		q.text = fmt.Sprintf("The account is mapped to %s now. Its subscriptions lose that customer and its "+
			"contract, and land in the default contract of %s, where there is exactly one.", q.o.CRMAccount,
			customer.Name)
	}
	return h.ask(c, q)
}

// ConfirmTakeOver shows what a gone account's release takes apart, before its successor takes over.
func (h Handlers) ConfirmTakeOver(c echo.Context) error {
	q, err := h.question(c)
	if err != nil {
		return err
	}
	from, err := uuid.Parse(c.QueryParam("from"))
	if err != nil {
		return errs.New(errs.NotFound, "There is no such provider account to take over from.")
	}
	ctx := c.Request().Context()
	db := h.DB.Read(ctx)
	gone, err := account.Look(ctx, db, from)
	if err != nil {
		return err
	}
	if gone.Mapping != account.Mapped {
		return notMapped(gone.Account)
	}
	if q.impact, err = mapping.ImpactOf(ctx, db, from); err != nil {
		return err
	}
	q.title, q.button, q.action = "Take over "+gone.CRMAccount, "Take over", "/take-over"
	q.hidden = []ui.Pair{{Name: "from", Value: from.String()}}
	q.text = fmt.Sprintf("%s is gone at the distributor and still has the CRM account %s. "+
		"It is released there, and %s is mapped to it. What still stands under the gone account loses customer and "+
		"contract and is held.",
		nameOf(gone.Account), gone.CRMAccount, nameOf(q.o.Account))
	q.concerned = gone
	return h.ask(c, q)
}

// ConfirmUndo shows what stood before the last decision, and what going back takes apart.
func (h Handlers) ConfirmUndo(c echo.Context) error {
	q, err := h.question(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	history, err := mapping.History(ctx, h.DB.Read(ctx), q.o.ID)
	if err != nil {
		return err
	}
	for _, d := range history {
		if !d.Undoable() {
			continue
		}
		q.title, q.button, q.action = "Undo the last decision", "Undo decision", "/undo"
		q.hidden = []ui.Pair{{Name: "decision", Value: d.ID.String()}}
		q.text = fmt.Sprintf("%s, by %s on %s. Going back makes the account %s.", eventTitle(d), d.Actor,
			d.At.In(h.Zone).Format("2 Jan 2006"), before(d))
		return h.ask(c, q)
	}
	return errs.Newf(errs.Conflict, "No decision about %s is left to undo.", nameOf(q.o.Account))
}

// before is how the account stood before a decision.
func before(d mapping.Decision) string {
	if d.FromState == account.Mapped {
		return "mapped to " + d.FromCRMAccount + " again"
	}
	return string(d.FromState) + " again"
}

func (h Handlers) question(c echo.Context) (question, error) {
	accountID, err := id(c)
	if err != nil {
		return question{}, err
	}
	ctx := c.Request().Context()
	db := h.DB.Read(ctx)
	q := question{status: http.StatusOK}
	if q.o, err = account.Look(ctx, db, accountID); err != nil {
		return q, err
	}
	q.concerned = q.o
	q.impact, err = mapping.ImpactOf(ctx, db, accountID)
	return q, err
}

func (h Handlers) ask(c echo.Context, q question) error {
	back := recordPath(q.o.ID)
	m := view.Confirm{Page: session.Page(c, q.title, nav), Fields: q.fields, Parts: q.parts,
		Summary: ui.Summarize(q.problem, q.fields...), Form: ui.ConfirmForm{
			Action: back + q.action, Title: "What this changes", Text: q.text, Effects: effects(q.concerned, q.impact),
			Hidden: append(q.hidden, versionPair(q.o.Version)), Button: q.button, Cancel: back,
			Gentle: q.impact.Subscriptions == 0,
		}}
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: path}, {Label: nameOf(q.o.Account), Href: back}}
	m.Page.Narrow, m.Page.HasErrors = true, m.Summary.Any()
	return httpx.Render(c, q.status, m.Show())
}

// effects are the subscriptions, contracts and money that a change of the mapping concerns (RULES 6).
func effects(o account.Overview, i mapping.Impact) []ui.Definition {
	if o.Mapping != account.Mapped {
		return []ui.Definition{ui.Fact("Subscriptions", words.Counted(o.Holdings, "subscription")+" of this account")}
	}
	out := []ui.Definition{
		ui.Fact("Subscriptions that lose customer and contract", strconv.Itoa(i.Subscriptions)),
		ui.Fact("Active seats concerned", strconv.Itoa(i.Seats)),
		{Term: "Contracts", Value: ui.TextCell(orNone(strings.Join(i.Contracts, ", ")))},
		ui.Fact("Selling price per month", orNone(monthly(i.Monthly))),
		{Term: "Signatures that lapse", Value: ui.TextCell(strconv.Itoa(i.Signed)), Note: lapseNote(i)},
	}
	if i.OnInvoices > 0 {
		out = append(out, ui.Definition{Term: "On invoices",
			Value: ui.Cell{Text: strconv.Itoa(i.OnInvoices), Tone: ui.Bad},
			Note: "These stand on invoices that are not void, so this will be refused. " +
				"Void those invoices first, or credit them and bill the credit."})
	}
	if i.Elsewhere > 0 {
		out = append(out, ui.Definition{Term: "Billed elsewhere", Value: ui.TextCell(strconv.Itoa(i.Elsewhere)),
			Note: "Another system has billed rows of these. They stay marked, and those days are not billed here for " +
				"another customer either; correct that invoice where it was made."})
	}
	return out
}

func lapseNote(i mapping.Impact) string {
	if i.Signed == 0 {
		return ""
	}
	return "An undo brings customer, contract and price back, but the signatures must be given again."
}

func monthly(all []mapping.Monthly) string {
	var out []string
	for _, m := range all {
		out = append(out, money.Grouped(money.Round(m.Amount, m.Currency), m.Currency)+" "+m.Currency)
	}
	return strings.Join(out, ", ")
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
