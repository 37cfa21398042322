package dashboard

import (
	"fmt"
	"strings"

	"seatledger/internal/money"
	"seatledger/internal/syncing"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/syncruns"

	view "seatledger/views/dashboard"
)

// lastNight says in one line what the night did, or that it was missed or failed.
func (b *board) lastNight() *view.Night {
	n := b.night
	if n.Due.IsZero() || len(n.Runs) == 0 && len(n.Missing) == 0 {
		return nil
	}
	s := b.sumUp()
	out := &view.Night{Line: ui.Callout{Title: "Last night", Tone: s.tone, Text: strings.Join(s.parts, "; ") + "."},
		Causes: b.nightCauses()}
	for _, r := range n.Runs {
		out.Runs = append(out.Runs, runLink(r))
	}
	if len(b.doubts) > 0 {
		out.Runs = append(out.Runs, view.Link{Text: "Notices", Href: session.NoticesPath + "?unread=yes",
			Rest: ": what it would not believe"})
	}
	return out
}

// summary is the line in the making.
type summary struct {
	parts []string
	tone  ui.Tone
}

var graver = map[ui.Tone]int{ui.Good: 0, ui.Info: 1, ui.Warn: 2, ui.Bad: 3}

func (s *summary) say(t ui.Tone, text string) {
	s.parts = append(s.parts, text)
	if graver[t] > graver[s.tone] {
		s.tone = t
	}
}

func (b *board) sumUp() summary {
	s := summary{tone: ui.Good}
	if len(b.night.Missing) > 0 {
		var names []string
		for _, m := range b.night.Missing {
			names = append(names, m.Provider)
		}
		s.say(ui.Bad, fmt.Sprintf("Missed for %s: no run has begun since %s", strings.Join(names, ", "),
			httpx.MomentText(b.night.Due, b.zone)))
	}
	if b.night.Late {
		s.say(ui.Warn, "It missed its hour and began at "+httpx.MomentText(b.night.LateBegan, b.zone))
	}
	b.sayStates(&s)
	if len(b.night.Runs) > 0 {
		s.say(ui.Good, came(b.night.Runs))
	}
	if doubts := b.doubtWords(); doubts != "" {
		s.say(ui.Warn, "would not believe: "+doubts)
	}
	return s
}

func (b *board) sayStates(s *summary) {
	by := map[syncing.State][]string{}
	for _, r := range b.night.Runs {
		by[r.State] = append(by[r.State], strings.ToLower(words.RunKind(string(r.Kind)))+" of "+r.Provider)
	}
	for _, w := range []struct {
		state syncing.State
		tone  ui.Tone
		word  string
	}{
		{syncing.Failed, ui.Bad, "Failed"}, {syncing.Stopped, ui.Bad, "Stopped by the guard"},
		{syncing.Partial, ui.Warn, "Not read whole"}, {syncing.Cancelled, ui.Warn, "Cancelled"},
		{syncing.Interrupted, ui.Info, "Interrupted, goes on by itself"}, {syncing.Running, ui.Info, "Still running"},
		{syncing.Queued, ui.Info, "Waiting to begin"},
	} {
		if names := by[w.state]; len(names) > 0 {
			s.say(w.tone, w.word+": "+strings.Join(names, ", "))
		}
	}
}

// came is what runs did together, as "3 added, 8 ended, -421 seats, -1,240.00 USD a month".
func came(runs []syncing.Row) string {
	var added, ended, lost, gained, uncosted int
	var month []money.Amount
	for _, r := range runs {
		if r.Kind != syncing.Subscriptions {
			continue
		}
		added, lost, gained = added+r.Added, lost+r.Lost(), gained+r.Gained()
		if r.Known() {
			ended, uncosted = ended+*r.Ended, uncosted+*r.Uncosted
			month = money.Added(month, r.MoneyMonth...)
		}
	}
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{{added, "added"}, {ended, "ended"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	if text := httpx.SeatsAndMoney(lost, gained, month); text != "" {
		parts = append(parts, text)
	}
	if uncosted > 0 {
		parts = append(parts, fmt.Sprintf("%d without a known cost", uncosted))
	}
	if len(parts) == 0 {
		return "no seat and no cost changed"
	}
	return strings.Join(parts, ", ")
}

func (b *board) doubtWords() string {
	var parts []string
	for _, d := range b.doubts {
		parts = append(parts, fmt.Sprintf("%d %s", d.Notices, strings.ToLower(d.Kind.Label())))
	}
	return strings.Join(parts, ", ")
}

func runLink(r syncing.Row) view.Link {
	rest := ": " + strings.ToLower(words.RunState(string(r.State)))
	if r.Kind == syncing.Subscriptions && r.State.Finished() {
		rest += ", " + came([]syncing.Row{r})
	}
	return view.Link{Text: words.RunKind(string(r.Kind)) + " of " + r.Provider, Href: syncruns.Path(r.ID), Rest: rest}
}

// nightCauses groups what failed by its cause, each with the next step.
func (b *board) nightCauses() []view.Cause {
	var out []view.Cause
	for _, r := range b.night.Runs {
		if r.State == syncing.Failed || r.State == syncing.Stopped {
			out = append(out, view.Cause{What: r.Provider, Cause: r.Message, Next: r.Advice})
		}
	}
	for _, c := range b.causes {
		out = append(out, view.Cause{What: words.Counted(c.Accounts, "account"), Cause: c.Cause, Next: c.Advice})
	}
	return out
}
