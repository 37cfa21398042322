package cutovers

import (
	"fmt"

	"seatledger/internal/cutover"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

const bulkForm = "customers-bulk"

var customerSpec = httpx.ListSpec{
	Sorts: cutover.CustomerSorts(),
	Filters: []httpx.Filter{
		{Name: "step", Label: "Step", Choices: []httpx.Choice{{Value: "open", Label: "Open"},
			{Value: "confirmed", Label: "Confirmed"}, {Value: "reassigned", Label: "Reassigned"},
			{Value: "retired", Label: "Retired"}}},
		{Name: "todo", Label: "To do", Choices: []httpx.Choice{{Value: "to_do", Label: "Not done"},
			{Value: "undecided", Label: "Undecided"}, {Value: "strayed", Label: "No longer theirs"},
			{Value: "open_rows", Label: "Open rows"},
			{Value: "unsigned", Label: "Not signed"}, {Value: "done", Label: "Done"}}},
	},
}

func filterOf(q httpx.ListQuery) cutover.CustomerFilter {
	return cutover.CustomerFilter{Search: q.Search, Step: pairing.Step(q.Filter("step")), Todo: q.Filter("todo")}
}

func customerTable(q httpx.ListQuery, run cutover.Run, rows []cutover.Customer, act bool) ui.Table {
	t := ui.Table{Caption: "Customers of this cut-over",
		Columns: []ui.Column{q.Column("name", "Customer"), {Label: "Step"}, {Label: "Switch day", Nowrap: true},
			{Label: "Seats, old", Numeric: true}, {Label: "Seats, new", Numeric: true}, {Label: "Decided"},
			{Label: "What is missing"}}, Empty: customersEmpty(q)}
	if act {
		t.Select = &ui.Selection{FormID: bulkForm, Name: "crm_account_id"}
	}
	for _, r := range rows {
		t.Rows = append(t.Rows, ui.Row{ID: r.CRMAccountID.String(), Label: r.CRMAccount, Cells: []ui.Cell{
			ui.LinkCell(r.CRMAccount, customerPath(run.ID, r.CRMAccountID)), {Badges: stepBadges(r)}, dayCell(r),
			ui.TextCell(itoa(r.OldSeats)), ui.TextCell(itoa(r.NewSeats)),
			{Text: decided(r), Sub: fmt.Sprintf("%d old, %d new subscriptions", r.OldCount, r.NewCount)},
			missingCell(r)}})
	}
	return t
}

func customersEmpty(q httpx.ListQuery) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No customer matches", Text: "Change the search or the filters.",
			Action: &ui.LinkButton{Text: "Clear the filters", Href: q.ClearHref()}}
	}
	return &ui.EmptyState{Kind: ui.NothingYet, Title: "No customers yet",
		Text:   "They appear here once accounts of the old provider are mapped to CRM accounts.",
		Action: &ui.LinkButton{Text: "Open the accounts", Href: "/accounts"}}
}

func stepBadges(r cutover.Customer) []ui.Badge {
	out := []ui.Badge{steps[r.Step]}
	if r.Done() && r.Step != pairing.Retired {
		out = append(out, ui.Badge{Text: "nothing to do"})
	}
	return out
}

func dayCell(r cutover.Customer) ui.Cell {
	cell := ui.TextCell(r.SwitchDay.String())
	if !r.SwitchDay.IsZero() && !r.OwnSwitchDay {
		cell.Sub = "of the cut-over"
	}
	return cell
}

func decided(r cutover.Customer) string {
	text := words.Counted(r.Twins, "pair", "pairs")
	if r.Endings > 0 {
		text += ", " + words.Counted(r.Endings, "ends", "end")
	}
	if r.Additions > 0 {
		text += ", " + itoa(r.Additions) + " new"
	}
	return text
}

// missingCell is what stands before the customer's next step, in short.
func missingCell(r cutover.Customer) ui.Cell {
	switch {
	case r.Strayed > 0:
		return ui.Cell{Text: words.Counted(r.Strayed, "subscription is no longer this customer's",
			"subscriptions are no longer this customer's"), Tone: ui.Bad}
	case r.Undecided > 0:
		cell := ui.Cell{Text: words.Counted(r.Undecided, "subscription undecided", "subscriptions undecided"), Tone: ui.Warn}
		if r.Exact > 0 {
			cell.Sub = words.Counted(r.Exact, "exact pair waits", "exact pairs wait") + " to be accepted"
		}
		return cell
	case r.Step == pairing.Retired || r.Done():
		return ui.Cell{}
	case r.SwitchDay.IsZero():
		return ui.Cell{Text: "switch day", Tone: ui.Warn}
	case r.Step == pairing.Open:
		return ui.TextCell("confirm")
	case r.OpenRows > 0:
		return ui.Cell{Text: words.Counted(r.OpenRows, "row to bill", "rows to bill"), Tone: ui.Warn}
	case r.Step == pairing.Confirmed:
		return ui.TextCell("reassign")
	case r.Unsigned > 0:
		return ui.Cell{Text: words.Counted(r.Unsigned, "review to sign", "reviews to sign"), Tone: ui.Warn}
	}
	return ui.TextCell("retire")
}

// bulk offers the steps for the ticked customers. Each button leads to a page that asks first.
func bulk(q httpx.ListQuery, run cutover.Run) *ui.BulkBar {
	here := path(run.ID)
	b := &ui.BulkBar{FormID: bulkForm, Action: here + "/confirm",
		Hint: "Tick customers, then choose a step. You see what it does before it is done.",
		Hidden: []ui.Pair{{Name: "ask", Value: "1"}, {Name: "q", Value: q.Search},
			{Name: "step", Value: q.Filter("step")}, {Name: "todo", Value: q.Filter("todo")}}}
	for _, x := range []struct{ text, to string }{{"Set switch day", "/switch-day"}, {"Accept exact pairs", "/pairs"},
		{"Confirm", "/confirm"}, {"Reassign history", "/reassign"}, {"Retire old ones", "/retire"},
		{"Take a step back", "/undo"}} {
		b.Buttons = append(b.Buttons, ui.Button{Text: x.text, Action: here + x.to})
	}
	return b
}
