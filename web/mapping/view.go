package mapping

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/account"
	"seatledger/internal/mapping"
	"seatledger/internal/match"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/mapping"
)

// page fills the view of one waiting account.
func (h Handlers) page(c echo.Context, d desk) view.Queue {
	title := "Mapping queue"
	if d.place.ID != uuid.Nil {
		title = nameOf(d.account)
	}
	m := view.Queue{Page: session.Page(c, title, nav), Progress: progress(d.progress),
		Tabs: shelfTabs(d.where, d.counts), Providers: providerChoice(d), Help: keys}
	m.Suggesting = suggesting(d.underWay)
	m.Page.Kicker = "Mapping queue"
	m.Page.Actions = pageLinks(d.where, d.mayMap)
	if !offersUndo(m.Page.Flash) && d.mayMap {
		m.Undo = undoLast(d)
	}
	if d.place.ID == uuid.Nil {
		m.Empty = nothing(d)
		return m
	}
	m.Page.Kicker = fmt.Sprintf("Mapping queue, %d of %d", d.place.Position, d.place.Total)
	m.Page.Badges, m.Page.Meta = badges(d), h.meta(d)
	m.Callouts, m.Taken = h.callouts(d), taken(d)
	m.Candidates, m.Search = candidates(d), d.searching()
	m.Freshness, m.NoCandidate = h.freshness(d.fresh), noCandidate(d)
	m.Previous, m.Next = neighbour(d.where, d.place.Previous), neighbour(d.where, d.place.Next)
	if d.mayMap {
		m.Decide = decide(d)
		m.Summary = ui.Summarize(d.problems, m.Decide.Reason)
		m.Page.HasErrors = m.Summary.Any()
	}
	if d.picked != nil {
		compared, reasons := h.compared(d)
		m.Compare, m.Reasons = &compared, reasons
	}
	return m
}

func (h Handlers) compared(d desk) (view.Compare, *ui.Waterfall) {
	p := d.picked
	if p.proposal == nil {
		return Compare(d.account, p.customer, nil), nil
	}
	reasons := Waterfall(*p.proposal)
	return Compare(d.account, p.customer, p.proposal.Evidence), &reasons
}

func progress(p account.Progress) ui.Progress {
	text := fmt.Sprintf("%d %% mapped, %d to do", p.Percent(), p.Unmapped)
	if p.Excluded > 0 {
		text += fmt.Sprintf(", %d excluded", p.Excluded)
	}
	tone := ui.Good
	if p.Unmapped > 0 {
		tone = ui.Info
	}
	return ui.Progress{Label: "Mapping", Text: text, Done: p.Mapped, Total: p.Mapped + p.Unmapped, Tone: tone}
}

func providerChoice(d desk) *view.Choice {
	if len(d.providers) < 2 {
		return nil
	}
	f := ui.Field{Kind: ui.SelectBox, Name: "provider", Label: "Provider", Value: d.where.provider,
		Options: []ui.Option{{Label: "All providers"}}}
	for _, p := range d.providers {
		f.Options = append(f.Options, ui.Option{Value: p.ID.String(), Label: p.Name})
	}
	w := d.where
	w.provider = ""
	return &view.Choice{Action: path, Field: f, Hidden: w.pairs()}
}

func shelfTabs(w where, n mapping.QueueCounts) ui.Tabs {
	t := ui.Tabs{Label: "Parts of the queue"}
	for _, x := range []struct {
		show, band, label string
		n                 int
	}{
		{"", "", "To decide", n.Open}, {"", "certain", "Certain", n.Certain}, {"", "likely", "Likely", n.Likely},
		{"", "unclear", "Unclear", n.Unclear},
		{"", "none", "No candidate", n.None}, {"no_match", "", "None of these", n.NoMatch},
		{"snoozed", "", "Snoozed", n.Snoozed},
	} {
		t.Items = append(t.Items, ui.Tab{Label: x.label, Count: strconv.Itoa(x.n), Active: w.show == x.show &&
			w.band == x.band, Href: w.link(path, "show", x.show, "band", x.band)})
	}
	return t
}

func pageLinks(w where, mayMap bool) []templ.Component {
	out := []templ.Component{ui.LinkButton{Text: "Show as a list", Href: w.link(path + "/list")},
		ui.LinkButton{Text: "History", Href: path + "/history"}}
	if mayMap {
		out = append(out, ui.LinkButton{Text: "Accept many", Href: (where{provider: w.provider}).link(path + "/bulk")})
	}
	return out
}

func nothing(d desk) *ui.EmptyState {
	e := &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing waits here",
		Text: "No account of this part of the queue waits for a decision."}
	switch {
	case d.where.band != "" || d.where.search != "" || d.where.show != "":
		e.Kind = ui.NoMatch
		e.Action = &ui.LinkButton{Text: "Show all that is to decide",
			Href: (where{provider: d.where.provider}).link(path)}
	case d.progress.Unmapped == 0 && d.progress.Mapped > 0:
		e.Title, e.Text = "Everything is mapped", "No account waits for a person."
	case d.progress.Unmapped > 0:
		e.Text = "What is left was put aside, or was said to have no CRM account: see the tabs above."
	}
	return e
}

var bandTones = map[match.Band]ui.Tone{match.Certain: ui.Good, match.Likely: ui.Info, match.Unclear: ui.Warn}

func badges(d desk) []ui.Badge {
	switch d.account.Status {
	case account.Discontinued:
		return []ui.Badge{{Text: "discontinued", Tone: ui.Warn}}
	case account.Gone:
		return []ui.Badge{{Text: "gone", Tone: ui.Bad}}
	}
	return nil
}

func (h Handlers) meta(d desk) []layout.Meta {
	return []layout.Meta{
		{Label: "Provider", Text: d.place.Provider, Href: at.Provider(d.account.ProviderID)},
		{Label: "External id", Text: d.account.ExternalID, Href: accountPath(d.account.ID)},
		{Label: "First seen", Value: httpx.Moment(d.account.FirstSeenAt, h.Zone)},
	}
}

func neighbour(w where, id uuid.NullUUID) string {
	if !id.Valid {
		return ""
	}
	return w.at(id)
}

func (h Handlers) freshness(f mapping.Freshness) string {
	switch {
	case f.ComputedAt.IsZero():
		return "Suggestions are being made."
	case f.Stale:
		return "The data have changed since the suggestions were made " + ago(h.Clock.Now().Sub(f.ComputedAt)) +
			"; they are being made again."
	}
	return "Suggestions made " + ago(h.Clock.Now().Sub(f.ComputedAt)) + ", over all accounts of the provider."
}

// noCandidate says why an account has none: nobody looks like it, or nobody has looked yet.
func noCandidate(d desk) string {
	for _, u := range d.underWay {
		if u.ProviderID == d.account.ProviderID && !u.State.Finished() {
			return "Not looked at yet: suggestions are being made. Load the page again, or search below."
		}
	}
	return "No CRM account looks like this customer."
}

func ago(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return "just now"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}

func candidates(d desk) []view.Candidate {
	var out []view.Candidate
	for i, p := range d.proposals {
		n := i + 1
		m := view.Candidate{Number: n, Name: p.CRMAccount, CRMHref: crmPath(p.CRMAccountID),
			Badges: []ui.Badge{confidence(p)},
			Href:   d.where.link(path, "at", d.account.ID.String(), "pick", strconv.Itoa(n)), Chosen: d.picked != nil &&
				d.picked.proposal != nil && d.picked.proposal.CRMAccountID == p.CRMAccountID}
		if n > 9 {
			m.Number = 0
		}
		if d.mayMap {
			m.Refuse, m.Action, m.Hidden = p.CRMAccountID.String(), path+"/"+d.account.ID.String()+"/none",
				d.where.pairs()
		}
		if p.Tied {
			m.Badges = append(m.Badges, ui.Badge{Text: "near tie", Tone: ui.Warn})
		}
		if p.Free() {
			m.Badges = append(m.Badges, ui.Badge{Text: "free"})
		} else {
			m.Badges = append(m.Badges, ui.Badge{Text: "taken", Tone: ui.Warn})
			m.Notes = append(m.Notes, "Taken by "+called(p.Holder)+", mapped by "+p.Holder.DecidedBy)
		}
		if p.Claimant != "" {
			m.Notes = append(m.Notes, "Fits "+p.Claimant+" better, which waits too")
		}
		out = append(out, m)
	}
	return out
}

func confidence(p mapping.Proposal) ui.Badge {
	return ui.Badge{Text: fmt.Sprintf("%d %% %s", p.Percent(), p.Band),
		Title: "How probable it is that both are the same company", Tone: bandTones[p.Band]}
}

func (h Handlers) callouts(d desk) []ui.Callout {
	var out []ui.Callout
	if z := d.answers; z.SnoozeID.Valid && z.SnoozedUntil.After(h.today()) {
		out = append(out, ui.Callout{Tone: ui.Info, Title: "Put aside until " + z.SnoozedUntil.String(),
			Text: "By " + z.Snoozer + ". It is asked about again on that day."})
	}
	if said := refusedText(d.answers); said != "" {
		out = append(out, ui.Callout{Tone: ui.Info, Title: "Somebody has said no", Text: said})
	}
	if d.heritage != nil {
		out = append(out, ui.Callout{Tone: ui.Info,
			Title: "Same tenant id as " + d.heritage.GoneName + ", which is gone",
			Text: d.heritage.GoneName + " still has the CRM account " + d.heritage.CRMAccount +
				". Open this account to take it over."})
	}
	if p := d.picked; p != nil && p.proposal != nil && p.proposal.Doubt != "" {
		out = append(out, ui.Callout{Tone: ui.Warn, Title: "Why " + p.customer.Name + " is not certain",
			Text: sentence(p.proposal.Doubt)})
	}
	if p := d.picked; p != nil && p.proposal != nil && p.proposal.Twin() != "" {
		out = append(out, ui.Callout{Tone: ui.Info, Title: "One company, more than once",
			Text: sentence(p.proposal.Twin()) + " Nothing is merged by itself: merge them in the CRM, or choose one here."})
	}
	if p := d.picked; p != nil && p.free() && !p.acceptable() {
		out = append(out, ui.Callout{Tone: ui.Info, Title: "Several fit nearly as well",
			Text: "Choose one by its number; then it can be accepted."})
	}
	return out
}

func refusedText(a mapping.Answers) string {
	var names []string
	none := ""
	for _, r := range a.Refusals {
		if r.CRMAccountID.Valid {
			names = append(names, r.CRMAccount+" (by "+r.Actor+")")
		} else {
			none = " None of the candidates fitted, said " + r.Actor + "."
		}
	}
	if len(names) == 0 {
		return strings.TrimSpace(none)
	}
	return "Not suggested again until the data of either side change: " + strings.Join(names, ", ") + "." + none
}

func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

func taken(d desk) *view.Taken {
	p := d.picked
	if p == nil || p.free() {
		return nil
	}
	t := &view.Taken{Callout: ui.Callout{Tone: ui.Warn, Title: p.customer.Name + " is taken by " + called(p.holder),
		Text: "One CRM account serves one account of a provider. " + p.holder.DecidedBy + " mapped it there."}}
	if d.mayMap {
		t.Actions = append(t.Actions, ui.LinkButton{Text: "Take over or exchange",
			Href: d.where.link(path+"/"+d.account.ID.String()+"/swap", "crm_account_id", p.customer.ID.String())})
	}
	t.Actions = append(t.Actions, ui.LinkButton{Text: "Open " + called(p.holder), Href: accountPath(p.holder.AccountID),
		Weight: ui.Quiet})
	return t
}

func decide(d desk) *view.Decide {
	m := &view.Decide{Base: path + "/" + d.account.ID.String(), Hidden: d.where.pairs(), HasNone: len(d.proposals) > 0,
		Version: strconv.Itoa(d.account.Version)}
	m.Reason = ui.Field{Name: "reason", Label: "Reason", Required: true, Value: d.reason, Error: d.problems["reason"],
		Hint: "Such as: our own tenant, a test customer."}
	for _, n := range mapping.SnoozeDays() {
		m.Days = append(m.Days, view.Days{Value: strconv.Itoa(n), Label: words.Counted(n, "day")})
	}
	if p := d.picked; p != nil && p.acceptable() {
		m.Accept = &view.Accept{ID: p.customer.ID.String(), Name: p.customer.Name, Why: why(p)}
	}
	back := func(text string, kind mapping.ActKind, act uuid.UUID) *ui.PostButton {
		return &ui.PostButton{Button: ui.Button{Text: text, Action: path + "/undo"},
			Hidden: append(d.where.pairs(), ui.Pair{Name: "kind", Value: string(kind)},
				ui.Pair{Name: "id", Value: act.String()})}
	}
	if d.answers.SnoozeID.Valid && d.where.show == "snoozed" {
		m.Awake = back("Wake it now", mapping.ActSnooze, d.answers.SnoozeID.UUID)
	}
	if len(d.answers.Refusals) > 0 {
		m.Back = back("Take the no back", mapping.ActRefusal, d.answers.Refusals[0].ActID)
	}
	return m
}

// why keeps what an acceptance rested on.
func why(p *picked) string {
	if p.proposal == nil {
		return "chosen by hand"
	}
	pro, _ := p.proposal.Reasons()
	return strings.Join(append([]string{fmt.Sprintf("%d %% confidence", p.proposal.Percent())},
		pro[:min(3, len(pro))]...), ", ")
}

func offersUndo(flash []layout.Notice) bool {
	for _, n := range flash {
		if n.Command != nil && n.Command.Action == path+"/undo" {
			return true
		}
	}
	return false
}

func undoLast(d desk) *ui.PostButton {
	if d.last.ID == uuid.Nil {
		return nil
	}
	b := undoButton(d.where, d.last.Kind, d.last.ID)
	b.Text, b.Compact = "Undo: "+actText(d.last), false
	return b
}

func undoButton(w where, kind mapping.ActKind, id uuid.UUID) *ui.PostButton {
	return &ui.PostButton{Button: ui.Button{Text: "Undo", Action: path + "/undo", Compact: true},
		Hidden: append(w.pairs(), ui.Pair{Name: "kind", Value: string(kind)}, ui.Pair{Name: "id", Value: id.String()})}
}

// actText says what a person did last.
func actText(a mapping.Act) string {
	switch a.Kind {
	case mapping.ActRefusal:
		if a.Customer == "" {
			return "none for " + a.Account
		}
		return a.Account + " is not " + a.Customer
	case mapping.ActSnooze:
		return "snoozed " + a.Account
	case mapping.ActBatch:
		return strconv.Itoa(a.Count) + " accepted at once"
	case mapping.ActDecision:
	}
	switch a.Action {
	case "map":
		return "mapped " + a.Account + " to " + a.Customer
	case "unmap":
		return "unmapped " + a.Account
	case "exclude":
		return "excluded " + a.Account
	}
	return "included " + a.Account
}

var keys = ui.FoldedKeys{Of: "In the mapping queue", Keys: []ui.Key{
	{Key: "j", Does: "Next account"}, {Key: "k", Does: "Previous account"},
	{Key: "1 to 9", Does: "Choose a candidate: it is compared, not yet accepted"},
	{Key: "a or Enter", Does: "Accept the chosen candidate, at first the best"}, {Key: "n", Does: "None of these"},
	{Key: "c", Does: "Create a CRM account from this account"},
	{Key: "x", Does: "Exclude, with a reason"}, {Key: "s", Does: "Snooze for 1, 7 or 30 days"},
	{Key: "u", Does: "Undo what you did last"}, {Key: "?", Does: "Show all keys"},
}}
