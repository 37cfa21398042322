package accounts

import (
	"fmt"
	"strconv"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"seatledger/internal/account"
	"seatledger/internal/mapping"
	"seatledger/internal/match"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"

	view "seatledger/views/accounts"
)

// Table is a page of the list before anything is proposed for its accounts, as whoever may map sees it.
func (h Handlers) Table(q httpx.ListQuery, rows []account.Row) ui.Table {
	s := sheet{mayMap: true, here: q.Path}
	s.Rows = rows
	return h.table(q, s)
}

func (h Handlers) table(q httpx.ListQuery, s sheet) ui.Table {
	cells := httpx.Cells[account.Row]{
		"name": func(r account.Row) ui.Cell {
			cell := ui.LinkCell(nameOfRow(r), recordPath(r.ID))
			if r.Domain != cell.Text {
				cell.Sub = r.Domain
			}
			return cell
		},
		"external_id": func(r account.Row) ui.Cell { return ui.Cell{Text: r.ExternalID, Mono: true} },
		"provider": func(r account.Row) ui.Cell {
			return ui.LinkCell(r.Provider, at.Provider(r.ProviderID))
		},
		"state":       stateCell,
		"crm_account": func(r account.Row) ui.Cell { return ui.Of(h.matchOf(r, s)) },
	}
	t := httpx.ListTable(account.All, q, s.Rows, cells, func(r account.Row, row *ui.Row) {
		row.ID, row.Label, row.Muted = r.ID.String(), nameOfRow(r), r.State == account.Excluded
		row.Checked = s.kept[r.ID]
		row.Cells = append(row.Cells, ui.Of(commandsOf(r, s)))
	})
	if s.mayMap {
		t.Select = &ui.Selection{FormID: bulkForm}
	}
	t.Caption, t.Empty = "Provider accounts", empty(q, s)
	t.Columns = append(t.Columns, ui.Column{Label: "Decide", Hidden: !s.mayMap})
	return t
}

func nameOfRow(r account.Row) string {
	if r.Name == "" {
		return r.ExternalID
	}
	return r.Name
}

var stateTones = map[account.State]ui.Tone{account.Unmapped: ui.Warn, account.Mapped: ui.Good}

func stateCell(r account.Row) ui.Cell {
	cell := ui.BadgeCell(string(r.State), stateTones[r.State])
	if b := statusBadge(r.Status); b != nil {
		cell.Badges = append(cell.Badges, *b)
	}
	return cell
}

// statusBadge is the standing at the distributor, where it is not the ordinary one.
func statusBadge(s account.Status) *ui.Badge {
	switch s {
	case account.Gone:
		return &ui.Badge{Text: "gone", Tone: ui.Bad, Title: "The distributor no longer lists this account"}
	case account.Discontinued:
		return &ui.Badge{Text: "discontinued", Tone: ui.Warn, Title: "The distributor calls this account discontinued"}
	}
	return nil
}

// matchOf says whose customer the account is, or may be.
func (h Handlers) matchOf(r account.Row, s sheet) view.Match {
	switch r.State {
	case account.Mapped:
		m := view.Match{Name: r.CRMAccount, Href: crmPath(r.CRMAccountID.UUID),
			Notes: []view.Note{{Text: h.decided("mapped", r)}}}
		if r.Status == account.Gone {
			m.Notes = append(m.Notes, view.Note{Tone: ui.Warn,
				Text: "The account is gone. Its CRM account stays taken until a person releases it."})
		}
		return m
	case account.Excluded:
		return view.Match{Notes: []view.Note{{Text: "Not a customer: " + r.ExcludeReason},
			{Text: h.decided("excluded", r)}}}
	}
	return proposed(s.proposals[r.ID], s.heritages[r.ID])
}

func (h Handlers) decided(what string, r account.Row) string {
	if r.DecidedAt == nil {
		return ""
	}
	out := fmt.Sprintf("%s by %s, %s", what, r.DecidedBy, r.DecidedAt.In(h.Zone).Format("2 Jan 2006"))
	if r.State == account.Mapped && r.DecidedWhy != "" {
		out += ": " + r.DecidedWhy
	}
	return out
}

// proposed is the best candidate with its reasons, who has it, and the runner-up.
func proposed(all []mapping.Proposal, heir mapping.Heritage) view.Match {
	m := view.Match{}
	if heir.GoneID != uuid.Nil {
		m.Notes = append(m.Notes, view.Note{Tone: ui.Info, Text: "Same tenant id as the gone account",
			Label: heir.GoneName, Href: recordPath(heir.GoneID)})
	}
	if len(all) == 0 {
		m.Notes = append(m.Notes, view.Note{Text: "No likely CRM account so far"})
		return m
	}
	best := all[0]
	m.Name, m.Href, m.Badge = best.CRMAccount, crmPath(best.CRMAccountID), confidence(best)
	m.Reasons, m.Doubts = best.Reasons()
	if !best.Free() {
		m.Notes = append(m.Notes, view.Note{Tone: ui.Warn, Text: "Already mapped to", Label: best.Holder.Name,
			Href: recordPath(best.Holder.AccountID)})
	}
	if len(all) > 1 {
		m.Notes = append(m.Notes, view.Note{
			Text: fmt.Sprintf("Runner-up, %d %%: %s", all[1].Percent(), all[1].CRMAccount)})
	}
	return m
}

func confidence(p mapping.Proposal) *ui.Badge {
	b := ui.Badge{Text: fmt.Sprintf("%d %% %s", p.Percent(), p.Band),
		Title: "How probable it is that both are the same company"}
	switch p.Band {
	case match.Certain:
		b.Tone = ui.Good
	case match.Likely:
		b.Tone = ui.Info
	case match.Unclear:
		b.Tone = ui.Warn
	}
	return &b
}

func commandsOf(r account.Row, s sheet) view.Commands {
	if !s.mayMap {
		return view.Commands{}
	}
	next := nextPair(s.here)
	switch r.State {
	case account.Mapped:
		return view.Commands{Buttons: []templ.Component{ui.LinkButton{Text: "Open", Href: recordPath(r.ID),
			Compact: true}}}
	case account.Excluded:
		return view.Commands{Buttons: []templ.Component{post("Include account", recordPath(r.ID)+"/include",
			ui.Secondary, next)}}
	}
	m := view.Commands{Exclude: &view.Exclude{ID: r.ID.String(), Action: recordPath(r.ID) + "/exclude",
		Hidden: []ui.Pair{versionPair(r.Version), next}}}
	if heir, ok := s.heritages[r.ID]; ok {
		m.Buttons = append(m.Buttons, takeOver(heir))
	}
	if p := s.proposals[r.ID]; len(p) > 0 && p[0].Free() {
		m.Buttons = append(m.Buttons, accept(p[0], next))
	}
	m.Buttons = append(m.Buttons,
		ui.LinkButton{Text: "Choose", Href: recordPath(r.ID) + "#choose", Compact: true},
		post("Create CRM account", recordPath(r.ID)+"/create-crm-account", ui.Quiet, next))
	return m
}

// accept maps to the best candidate; why keeps what the decision rested on.
func accept(p mapping.Proposal, more ...ui.Pair) ui.PostButton {
	hidden := append([]ui.Pair{{Name: "crm_account_id", Value: p.CRMAccountID.String()},
		{Name: "why", Value: why(p)}}, more...)
	return post("Accept", recordPath(p.AccountID)+"/map", ui.Secondary, hidden...)
}

func why(p mapping.Proposal) string {
	pro, _ := p.Reasons()
	text := fmt.Sprintf("%d %% confidence", p.Percent())
	for i, r := range pro {
		if i == 3 {
			break
		}
		text += ", " + r
	}
	return text
}

// takeOver leads to the page that shows what taking over concerns.
func takeOver(heir mapping.Heritage) ui.LinkButton {
	return ui.LinkButton{Text: "Take over from " + heir.GoneName,
		Href: recordPath(heir.AccountID) + "/take-over?" + query("from", heir.GoneID.String()), Compact: true}
}

func versionPair(v int) ui.Pair { return ui.Pair{Name: "version", Value: strconv.Itoa(v)} }

func post(text, action string, w ui.Weight, hidden ...ui.Pair) ui.PostButton {
	return ui.PostButton{Button: ui.Button{Text: text, Action: action, Weight: w, Compact: true}, Hidden: hidden}
}

func empty(q httpx.ListQuery, s sheet) *ui.EmptyState {
	switch {
	case q.Filter("state") == "unmapped" && q.Search == "" && s.progress.Unmapped == 0 && s.progress.Mapped > 0:
		return &ui.EmptyState{Kind: ui.NothingYet, Title: "Everything is mapped",
			Text:   "No account waits for a person.",
			Action: &ui.LinkButton{Text: "Show all accounts", Href: q.With("state", "")}}
	case q.Narrowed():
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No account matches", Text: "Change the search or the filter.",
			Action: &ui.LinkButton{Text: "Clear the filter", Href: q.ClearHref()}}
	}
	return &ui.EmptyState{Kind: ui.NothingYet, Title: "No accounts yet",
		Text:   "Open a provider and sync its accounts; a manual provider's accounts are entered or imported.",
		Action: &ui.LinkButton{Text: "Open providers", Href: at.Providers}}
}
