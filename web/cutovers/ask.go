package cutovers

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/cutover"
	"seatledger/internal/cutover/proof"
	"seatledger/internal/paging"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/cutovers"
)

// question is a step with the customers it was asked for.
type question struct {
	act
	run      cutover.Run
	ids      []uuid.UUID
	form     httpx.Values
	status   int
	problems map[string]string
}

// mostAsked is how many customers the page before a step lists one by one.
const mostAsked = 100

// ask shows whom a step is about and what is at stake, and changes nothing.
func (h Handlers) ask(c echo.Context, q question) error {
	all, totals, err := h.atStake(c.Request().Context(), q)
	if err != nil {
		return err
	}
	ready := slices.DeleteFunc(slices.Clone(all), func(m member) bool { return !slices.Contains(q.from, m.Step) })
	title := fmt.Sprintf("%s %s", q.title, words.Counted(len(q.ids), "customer", "customers"))
	m := view.Ask{Page: session.Page(c, title, nav), Fields: q.fields(), Table: q.table(all)}
	m.Form = ui.ConfirmForm{Action: path(q.run.ID) + "/" + q.name, Title: "What this does", Text: q.says,
		Effects: effects(len(q.ids), len(ready), totals), Button: q.button, Cancel: path(q.run.ID), Gentle: q.gentle}
	if q.phrase != "" {
		m.Form.Phrase, m.Form.Error = q.typedPhrase(), q.problems["confirm"]
	}
	for _, id := range q.ids {
		m.Form.Hidden = append(m.Form.Hidden, ui.Pair{Name: "crm_account_id", Value: id.String()})
	}
	m.Form.Hidden = append(m.Form.Hidden, q.hidden...)
	if q.name == "undo" {
		for _, r := range ready {
			m.Form.Hidden = append(m.Form.Hidden,
				ui.Pair{Name: "step", Value: r.CRMAccountID.String() + " " + string(r.Step)})
		}
	}
	if n := len(q.ids) - len(ready); n > 0 {
		m.Remarks = append(m.Remarks, ui.Callout{Tone: ui.Warn,
			Title: words.Counted(n, "customer is", "customers are") + " at another step",
			Text:  "They are told apart in the report: done before, or refused with the reason. The others are done."})
	}
	m.Summary = ui.Summarize(q.problems, append(m.Fields, ui.Field{Name: "confirm"})...)
	m.Page.HasErrors, m.Page.Crumbs = m.Summary.Any(), crumbs(q.run)
	return httpx.Render(c, q.status, m.Show())
}

func (q question) fields() []ui.Field {
	if q.name == "switch-day" {
		return []ui.Field{{Kind: ui.DateInput, Name: "switch_day", Label: "Switch day", Value: q.form.Get("switch_day"),
			Error: q.problems["switch_day"], Required: true, Size: ui.Short,
			Hint: "The first day that belongs to the new subscriptions."}}
	}
	return nil
}

// member is a customer with what is at stake.
type member struct {
	cutover.Customer
	proof.Totals
}

func (h Handlers) atStake(ctx context.Context, q question) ([]member, proof.Totals, error) {
	var all []member
	var totals proof.Totals
	err := h.Cutovers.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		customers, err := customersOf(ctx, tx, q.run.ID, q.ids)
		if err != nil {
			return err
		}
		worth := map[uuid.UUID]proof.Totals{}
		err = proof.Each(ctx, tx, q.run.ID, proof.Filter{Customers: q.ids}, h.Cutovers.ProofDay(q.run),
			func(p proof.Customer) error {
				worth[p.CRMAccountID] = p.Totals
				totals.Add(p.Totals)
				return nil
			})
		for _, c := range customers {
			all = append(all, member{c, worth[c.CRMAccountID]})
		}
		return err
	})
	return all, totals, err
}

// customersOf reads customers of a run by their ids, in the order of names.
func customersOf(ctx context.Context, db *gorm.DB, run uuid.UUID, ids []uuid.UUID) ([]cutover.Customer, error) {
	wanted := map[uuid.UUID]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	order, err := cutover.CustomerSorts().Parse("")
	if err != nil {
		return nil, err
	}
	var out []cutover.Customer
	for page := (paging.Request{Order: order, Size: 500}); ; {
		rows, next, err := cutover.Customers(ctx, db, run, cutover.CustomerFilter{}, page)
		if err != nil {
			return nil, err
		}
		out = append(out, slices.DeleteFunc(rows, func(c cutover.Customer) bool { return !wanted[c.CRMAccountID] })...)
		if next == "" || len(out) == len(wanted) {
			return out, nil
		}
		if page.After, err = order.Cursor(next); err != nil {
			return nil, err
		}
	}
}

func effects(all, ready int, t proof.Totals) []ui.Definition {
	out := []ui.Definition{ui.Fact("Customers", itoa(all)),
		{Term: "Of them at the right step", Value: ui.TextCell(itoa(ready))},
		ui.Fact("Seats, last day of the old ones", itoa(t.SeatsBefore)),
		ui.Fact("Seats, first day of the new ones", itoa(t.SeatsAfter))}
	for _, m := range t.Months {
		out = append(out, ui.Definition{Term: "Per month in " + m.Currency,
			Value: ui.TextCell(sum(m.Before, m.Currency) + " before, " + sum(m.After, m.Currency) + " after")})
	}
	if t.Unpriced > 0 {
		out = append(out, ui.Definition{Term: "Without a price per month", Value: ui.TextCell(itoa(t.Unpriced)),
			Note: "in the seats, not in the money"})
	}
	if t.Forfeited > 0 {
		out = append(out, ui.Definition{Term: "Forfeited seat-days", Value: ui.TextCell(itoa(t.Forfeited)),
			Note: "billed, closed without refund, and held by nobody; " + itoa(t.Late) + " of them from the switch on"})
	}
	return out
}

func (q question) table(all []member) *ui.Table {
	t := ui.Table{Caption: "Customers", ShowCaption: true, Compact: true,
		Columns: []ui.Column{{Label: "Customer"}, {Label: "Step"}, {Label: "Switch day", Nowrap: true},
			{Label: "Seats before", Numeric: true},
			{Label: "Seats after", Numeric: true}, {Label: "Per month before", Numeric: true},
			{Label: "Per month after", Numeric: true}, {Label: "What is missing"}}}
	if len(all) > mostAsked {
		t.Caption = fmt.Sprintf("The first %d of %d customers", mostAsked, len(all))
		all = all[:mostAsked]
	}
	for _, m := range all {
		before, after := monthCells(m.Totals)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.LinkCell(m.CRMAccount,
			customerPath(q.run.ID, m.CRMAccountID)), {Badges: stepBadges(m.Customer)}, dayCell(m.Customer),
			ui.TextCell(itoa(m.SeatsBefore)), ui.TextCell(itoa(m.SeatsAfter)), before, after, missingCell(m.Customer)}})
	}
	return &t
}

func monthCells(t proof.Totals) (before, after ui.Cell) {
	for i, m := range t.Months {
		if i > 0 {
			before.Text, after.Text = before.Text+", ", after.Text+", "
		}
		before.Text += sum(m.Before, m.Currency)
		after.Text += sum(m.After, m.Currency)
	}
	return before, after
}
