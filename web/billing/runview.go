package billing

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"seatledger/internal/billingrun"
	"seatledger/internal/runs"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"

	view "seatledger/views/billing"
)

func (s sight) underWay(m *view.Run) {
	p := s.progress()
	m.Progress = &ui.LiveProgress{Progress: ui.Progress{Label: "Under way", Text: p.Text, Done: p.Done, Total: p.Total},
		Src: RunPath(s.ID) + "/events"}
	m.Page.Actions = []templ.Component{ui.LinkButton{Text: "Look again", Href: RunPath(s.ID), Icon: "refresh"}}
	if s.may {
		m.Page.Actions = append(m.Page.Actions, ui.PostButton{Button: ui.Button{Text: "Stop",
			Action: RunPath(s.ID) + "/cancel"}})
	}
}

func (s sight) progress() httpx.Progress {
	total := s.counts.Total()
	done := total - s.counts.Asked
	return httpx.Progress{Done: done, Total: total, Final: !s.Under(),
		Text: fmt.Sprintf("%s of %s done", words.Count(done), contracts(total))}
}

func (s sight) callouts() []ui.Callout {
	var out []ui.Callout
	if s.part != "" {
		out = append(out, s.partial())
	}
	switch s.State {
	case runs.Interrupted:
		out = append(out, ui.Callout{Tone: ui.Warn, Title: "Interrupted, it goes on by itself", Text: s.Message})
	case runs.Failed, runs.Cancelled:
		out = append(out, ui.Callout{Tone: ui.Warn, Title: "It ended before its time",
			Text: s.Message + " " + s.Advice})
	case runs.Partial:
		out = append(out, ui.Callout{Tone: ui.Warn, Title: count(s.counts.Refused, "contract was", "contracts were") +
			" refused", Text: "The reasons stand beside them; the others went on. What is put right stands on the page of " +
			"what is due again."})
	}
	if s.UndoAt != nil {
		out = append(out, ui.Callout{Tone: ui.Info, Title: "Thrown away by " + s.UndoBy,
			Text: "Drafts that were not billed by then are void, and their days are due again."})
	}
	return out
}

var partWords = map[billingrun.Part][2]string{billingrun.Drafts: {"draft", "drafts"},
	billingrun.Invoices:  {"contract billed and not sent", "contracts billed and not sent"},
	billingrun.Mailed:    {"contract given to mail", "contracts given to mail"},
	billingrun.OddDrafts: {"unusual draft", "unusual drafts"},
	billingrun.NotBilled: {"contract not billed", "contracts not billed"},
	billingrun.ToNobody:  {"contract whose documents go to nobody", "contracts whose documents go to nobody"}}

// partial says which contracts the page shows.
func (s sight) partial() ui.Callout {
	w := partWords[s.part]
	return ui.Callout{Tone: ui.Info, Title: "Shown: " + count(s.counts.Of(s.part), w[0], w[1])}
}

// ways lead from a part of the run on.
func (s sight) ways() (out []templ.Component) {
	if s.part != "" {
		out = append(out, ui.LinkButton{Text: "All contracts of this run", Href: RunPath(s.ID)})
	}
	if s.part == billingrun.ToNobody {
		out = append(out, ui.LinkButton{Text: "Enter recipients for many", Href: unaddressed})
	}
	return out
}

// only is the address of a part of the run.
func (s sight) only(p billingrun.Part) string { return RunPath(s.ID) + "?only=" + string(p) }

func (s sight) stats() ui.Stats {
	c := s.counts
	out := ui.Stats{{Label: "Contracts", Value: words.Count(c.Total() - c.Skipped), Note: count(c.Lines, "line", "lines")}}
	for _, x := range []struct {
		label string
		part  billingrun.Part
		of    billingrun.State
	}{{"Drafts", billingrun.Drafts, billingrun.Drafted}, {"Billed", billingrun.Invoices, billingrun.Billed},
		{"Billed and given to mail", billingrun.Mailed, billingrun.Sent}} {
		n := c.Of(x.part)
		if n == 0 {
			continue
		}
		var parts []string
		for _, y := range c.Sum(x.of) {
			parts = append(parts, text(y))
		}
		out = append(out, ui.Stat{Label: x.label, Value: words.Count(n), Note: strings.Join(parts, ", "),
			Href: s.only(x.part)})
	}
	if c.Unusual > 0 {
		out = append(out, ui.Stat{Label: "Unusual drafts", Value: words.Count(c.Unusual), Tone: ui.Warn,
			Note: "they stand first", Href: s.only(billingrun.OddDrafts)})
	}
	if s.mails && c.Nobody > 0 {
		out = append(out, toNobody(c.Nobody, s.only(billingrun.ToNobody)))
	}
	if n := c.Of(billingrun.NotBilled); n > 0 {
		out = append(out, ui.Stat{Label: "Not billed", Value: words.Count(n), Tone: ui.Warn.If(c.Refused > 0),
			Note: fmt.Sprintf("%d refused, %d skipped, %d thrown away", c.Refused, c.Skipped, c.Thrown),
			Href: s.only(billingrun.NotBilled)})
	}
	return out
}

// steps is the next step over the whole run.
func (s sight) steps() *view.Begin {
	c := s.counts
	sums := func(of ...billingrun.State) string {
		var parts []string
		for _, x := range c.Sum(of...) {
			parts = append(parts, text(x))
		}
		return strings.Join(parts, ", ")
	}
	switch {
	case c.Drafted > 0:
		b := &view.Begin{Title: "Bill " + count(c.Drafted, "draft", "drafts") + ": " + sums(billingrun.Drafted),
			Action: RunPath(s.ID) + "/bill", Text: "Each gets its number and its document, which stay for good.",
			Buttons: []ui.Button{{Text: "Bill " + words.Count(c.Drafted), Weight: ui.Primary},
				{Text: "Bill and send " + words.Count(c.Drafted), Action: RunPath(s.ID) + "/send"}}}
		if c.Unusual > 0 {
			b.Text = count(c.Unusual, "of them is unusual or has lines to confirm, and stands",
				"of them are unusual or have lines to confirm, and stand") +
				" first in the list: to bill it says that you have looked. " + b.Text
			if usual := c.Drafted - c.Unusual; usual > 0 {
				b.Buttons = append(b.Buttons, ui.Button{
					Text: "Bill only the " + words.Count(usual) + " others", Name: "usual",
					Value: "1"})
			}
		}
		return b
	case c.Billed > 0:
		return &view.Begin{Title: "Send " + count(c.Billed, "invoice", "invoices") + ": " + sums(billingrun.Billed),
			Action: RunPath(s.ID) + "/send", Text: "Each goes to the recipients of its contract.",
			Buttons: []ui.Button{{Text: "Send " + words.Count(c.Billed), Weight: ui.Primary}}}
	}
	return nil
}

const runForm = "run"

func (s sight) bulk() *ui.BulkBar {
	return &ui.BulkBar{FormID: runForm, Action: RunPath(s.ID) + "/bill", Hint: "Or tick some.", Buttons: []ui.Button{
		{Text: "Bill what is ticked"}, {Text: "Throw away what is ticked", Action: RunPath(s.ID) + "/undo"}}}
}

func (s sight) undo() *ui.ConfirmForm {
	n := s.counts.Drafted
	if n == 0 {
		return nil
	}
	return &ui.ConfirmForm{Action: RunPath(s.ID) + "/undo", Title: "Throw the drafts away", Gentle: true,
		Text:   "They become void without a number, and their days are due again. What is billed stays.",
		Button: "Throw away " + count(n, "draft", "drafts")}
}

func (s sight) pager() ui.Pager {
	n := s.counts.Of(s.part)
	p := ui.Pager{Text: contracts(n)}
	to := func(page int) string { return s.only(s.part) + "&page=" + strconv.Itoa(page) }
	if n > shown {
		p.Text, p.Page = words.Count(len(s.rows))+" of "+contracts(n), "Page "+strconv.Itoa(s.page)
	}
	if s.page > 1 {
		p.FirstHref, p.PrevHref = to(1), to(s.page-1)
	}
	if s.page*shown < n {
		p.NextHref = to(s.page + 1)
	}
	return p
}
