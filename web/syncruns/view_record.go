package syncruns

import (
	"fmt"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/syncing"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/syncruns"
)

func (h Handlers) recordView(c echo.Context, r record, q httpx.ListQuery) view.Record {
	m := view.Record{
		Page: session.Page(c, words.RunKind(string(r.Kind))+" of "+r.names.Provider, "Sync runs"), Result: result(r),
		Counts: ui.Card{Title: "Counts", Text: countsText(r.Kind)}, Figures: figures(r.Run), Facts: h.facts(r),
		Compared: h.compared(r), Settled: h.settled(r), Changes: changes(r), Causes: causes(r), Unread: unread(r),
		Outcomes: outcomes(r, q),
	}
	m.Page.Kicker, m.Page.Crumbs = "Sync run", []layout.Crumb{{Label: "Sync runs", Href: listPath}}
	m.Page.Badges = []ui.Badge{headBadge(r.Run)}
	if !r.State.Finished() {
		p := progressOf(r.Run)
		m.Live = &ui.LiveProgress{Progress: ui.Progress{Label: progressLabel(r.Run), Text: p.Text, Done: p.Done,
			Total: p.Total}, Src: Path(r.ID) + "/events"}
	}
	if mayRun(c) {
		m.Page.Actions, m.Agree = actions(r), agree(r)
		if apply, discard := h.settling(r); apply != nil {
			m.Agree = apply
			m.Page.Actions = append(m.Page.Actions, *discard)
		}
	}
	return m
}

func countsText(k syncing.Kind) string {
	if k == syncing.Accounts {
		return "Accounts in every row."
	}
	return "Subscriptions; in “Failed”, accounts."
}

// figures are kept up to date by the stream while the run works.
func figures(r syncing.Run) ui.DefinitionList {
	p := progressOf(r)
	live := func(term, name string) ui.Definition {
		return ui.Definition{Term: term, Value: ui.Of(ui.Live{Name: name, Value: p.Values[name]})}
	}
	return ui.DefinitionList{Columns: 2, Items: []ui.Definition{
		live("State", "state"), live("Read", "done"), live("Added", "added"), live("Changed", "changed"),
		live("Unchanged", "unchanged"), live("Gone", "gone"), live("Held", "held"), live("Failed", "failed"),
	}}
}

// result says in words how a run ended, or why it waits.
func result(r record) *ui.Callout {
	if r.Message == "" && r.Advice == "" {
		return nil
	}
	badge := headBadge(r.Run)
	return &ui.Callout{Tone: badge.Tone, Title: badge.Text, Text: joined(r.Message, r.Advice)}
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}

func actions(r record) []templ.Component {
	post := func(text, action, icon string) templ.Component {
		return ui.PostButton{Button: ui.Button{Text: text, Icon: icon, Action: Path(r.ID) + action}}
	}
	switch r.State {
	case syncing.Queued, syncing.Running, syncing.Interrupted:
		if r.CancelRequestedAt != nil {
			return []templ.Component{ui.PostButton{Button: ui.Button{Text: "Cancel run", Icon: "stop",
				Action: Path(r.ID) + "/cancel", Disabled: true, Why: "It has been asked to end"}}}
		}
		return []templ.Component{post("Cancel run", "/cancel", "stop")}
	case syncing.Partial, syncing.Failed:
		if r.outcomes[syncing.OutcomeFailed] > 0 {
			return []templ.Component{post("Retry failed accounts", "/retry", "refresh")}
		}
		return []templ.Component{post("Run again", "/retry", "refresh")}
	case syncing.Cancelled, syncing.Stopped, syncing.Planned:
		return []templ.Component{post("Run again", "/retry", "refresh")}
	}
	return nil
}

// agree asks whether what the guard stopped is really so.
func agree(r record) *ui.ConfirmForm {
	if r.State != syncing.Stopped && (r.waiting == 0 || !r.State.Finished()) || r.plan.Settled != "" {
		return nil
	}
	return &ui.ConfirmForm{
		Action: Path(r.ID) + "/retry", Hidden: []ui.Pair{{Name: "allow_gone", Value: "on"}},
		Title: "Are they really gone?",
		Text: "If the distributor confirms that what is missing has ended, the run is repeated and marks it as " +
			"gone: those subscriptions become inactive and their seats close in the ledger from that day. " +
			"Nothing is deleted, and what comes back later is taken up again.",
		Button: "Run again and mark them as gone",
	}
}

func (h Handlers) facts(r record) ui.DefinitionList {
	var d ui.DefinitionList
	add := func(term string, v ui.Cell) { d.Items = append(d.Items, ui.Definition{Term: term, Value: v}) }
	add("Provider", ui.LinkCell(r.names.Provider, at.Provider(r.ProviderID)))
	if r.AccountID != nil {
		add("Account", ui.LinkCell(r.names.Account, at.Account(*r.AccountID)))
	}
	if r.ContractID != nil {
		add("Contract", ui.LinkCell(r.names.Contract, at.Contract(*r.ContractID)+"/sync"))
	}
	if n := len(r.OnlyAccounts); n > 0 {
		add("Accounts asked for", ui.TextCell(itoa(n)))
	}
	if n := len(r.OnlyExternalIDs); n > 0 {
		add("Subscriptions asked for", ui.TextCell(itoa(n)))
	}
	add("Started by", ui.TextCell(words.Capital(string(r.Trigger))))
	add("Requested", ui.Cell{Content: Moment(&r.RequestedAt, h.Zone), Sub: "by " + r.RequestedBy})
	add("Started", ui.Of(Moment(r.StartedAt, h.Zone)))
	add("Finished", ui.Of(Moment(r.FinishedAt, h.Zone)))
	add("Took", ui.TextCell(took(r.StartedAt, r.FinishedAt, h.Clock.Now())))
	add("Attempt", ui.TextCell(itoa(r.Attempt)))
	if r.RetryOf != nil {
		add("Retry of", ui.LinkCell("the earlier run", Path(*r.RetryOf)))
	}
	if r.AppliesRunID != nil {
		add("Applies", ui.LinkCell("the plan of an earlier run", Path(*r.AppliesRunID)))
	}
	if r.plan.SettledRun != nil {
		add("Applied by", ui.LinkCell("a later run", Path(*r.plan.SettledRun)))
	}
	if r.Dry {
		add("Dry run", ui.TextCell("It only planned"))
	}
	if r.AllowGone {
		add("Gone", ui.TextCell("A person agreed that what is missing is gone"))
	}
	if r.CancelRequestedAt != nil {
		add("Cancel asked", ui.Cell{Content: Moment(r.CancelRequestedAt, h.Zone), Sub: "by " + r.CancelRequestedBy})
	}
	return d
}

// took is how long a run has worked, until now when it still does.
func took(from, to *time.Time, now time.Time) string {
	if from == nil {
		return ""
	}
	if to != nil {
		now = *to
	}
	d := now.Sub(*from)
	switch {
	case d < time.Second:
		return "under 1 s"
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}

// unread lists the dates that this distributor sends and that cannot be read: they wait for a person.
func unread(r record) *view.Causes {
	if len(r.unread) == 0 {
		return nil
	}
	t := ui.Table{Caption: "Dates that cannot be read", Plain: true,
		Columns: []ui.Column{{Label: "Subscription"}, {Label: "Account"}, {Label: "Start as received"},
			{Label: "End as received"}}}
	for _, u := range r.unread {
		name := u.Product
		if name == "" {
			name = u.ExternalID
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: name, Href: at.Subscription(u.ID) + "#dates",
			Sub: u.ExternalID}, ui.TextCell(u.Account), ui.TextCell(u.StartText), ui.TextCell(u.EndText)}})
	}
	card := ui.Card{Title: "Dates that cannot be read", Flush: true,
		Text: "Nothing is dated by a guess: they wait until a person says the day on the subscription's page."}
	if r.unreads > len(r.unread) {
		card.Text = fmt.Sprintf("%d of %d. ", len(r.unread), r.unreads) + card.Text
	}
	return &view.Causes{Card: card, Table: t}
}
