package syncruns

import (
	"fmt"
	"net/url"

	"seatledger/internal/syncing"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"

	view "seatledger/views/syncruns"
)

// causes groups the failures: a thousand accounts seldom fail for a thousand reasons.
func causes(r record) *view.Causes {
	if len(r.causes) == 0 {
		return nil
	}
	out := &view.Causes{Card: ui.Card{Title: "Why accounts failed", Flush: true}, Table: ui.Table{
		Caption: "Causes", Plain: true, Columns: []ui.Column{{Label: "Cause"}, {Label: "Accounts", Numeric: true}},
	}}
	for _, c := range r.causes {
		out.Table.Rows = append(out.Table.Rows,
			ui.Row{Cells: []ui.Cell{{Text: c.Cause, Sub: c.Advice}, ui.TextCell(itoa(c.Accounts))}})
	}
	return out
}

// outcomes lists the accounts that changed, failed or were held. Unchanged ones are only counted.
func outcomes(r record, q httpx.ListQuery) *view.Outcomes {
	if len(r.outcomes) == 0 {
		return nil
	}
	shown := chosen(q, r.outcomes)
	out := &view.Outcomes{Card: ui.Card{Title: "Accounts", ID: "accounts"}, Tabs: ui.Tabs{Label: "Outcome"},
		Table: outcomeTable(r, shown)}
	for _, o := range []string{syncing.OutcomeFailed, syncing.OutcomeChanged, syncing.OutcomeHeld} {
		if n := r.outcomes[o]; n > 0 || o == shown {
			out.Tabs.Items = append(out.Tabs.Items,
				ui.Tab{Label: words.Capital(o), Href: q.With("outcome", o), Count: itoa(n), Active: o == shown})
		}
	}
	out.All = ui.LinkButton{Text: "Search, sort and files of all accounts", Compact: true,
		Href: accountsPath(r.ID) + "?" + url.Values{"outcome": {shown}}.Encode()}
	if n := r.outcomes[shown]; n > len(r.rows) {
		out.All.Text = fmt.Sprintf("All %s accounts, with search, sort and files", words.Count(n))
	}
	return out
}

func outcomeTable(r record, shown string) ui.Table {
	t := ui.Table{Caption: "Accounts that " + outcomeVerb(shown), Compact: true, Columns: []ui.Column{
		{Label: "Account"}, {Label: "What happened"}, {Label: "Added", Numeric: true},
		{Label: "Changed", Numeric: true}, {Label: "Gone", Numeric: true}, {Label: "Held", Numeric: true},
	}}
	t.Empty = &ui.EmptyState{Kind: ui.NoMatch, Title: "No such account",
		Text: "No account of this run has this outcome."}
	for _, a := range r.rows {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			accountCell(a), causeCell(a), number(a.Added), number(a.Changed), number(a.Gone),
			number(a.Held),
		}})
	}
	return t
}

func outcomeVerb(outcome string) string {
	if outcome == syncing.OutcomeHeld {
		return "were held"
	}
	return outcome
}

func accountCell(a syncing.AccountOutcome) ui.Cell {
	c := ui.Cell{Text: a.Name, Sub: a.ExternalID}
	if a.Name == "" {
		c = ui.Cell{Text: a.ExternalID}
	}
	if a.AccountID.Valid {
		c.Href = at.Account(a.AccountID.UUID)
	}
	return c
}

func causeCell(a syncing.AccountOutcome) ui.Cell { return ui.Cell{Text: a.Cause, Sub: explained(a)} }

func explained(a syncing.AccountOutcome) string {
	if a.RequestID == "" {
		return a.Advice
	}
	return joined(a.Advice, "Request "+a.RequestID)
}
