package bulk

import (
	"context"
	"fmt"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/money"
	"seatledger/internal/runs"
	"seatledger/internal/selection"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/steps"

	view "seatledger/views/bulk"
)

// shownItems is how many records a page names; the file names all.
const shownItems = 200

// sheet is one piece of work as a page shows it.
type sheet struct {
	selection.Work
	wording
	counts   selection.Counts
	items    []selection.Item
	run      selection.Run
	may      bool
	problems map[string]string
	typed    selection.Params // what was typed and refused; nil: what the work has
	stale    *selection.Stale
	choices  map[string][]ui.Option // of fields that choose what stands in the database
}

// Show is the preview of a selection, how far its work has come, or what came of it.
func (h Handlers) Show(c echo.Context) error {
	w, said, err := h.work(c)
	if err != nil {
		return err
	}
	return h.page(c, sheet{Work: w, wording: said}, http.StatusOK)
}

func (h Handlers) page(c echo.Context, s sheet, status int) error {
	s.may = mayDo(c, s.wording)
	if err := h.read(c.Request().Context(), &s); err != nil {
		return err
	}
	if s.options != nil && s.may {
		var err error
		if s.choices, err = s.options(c.Request().Context(), h.DB.Read(c.Request().Context())); err != nil {
			return err
		}
	}
	m := view.Work{Page: session.Page(c, s.title(), s.nav)}
	m.Page.Crumbs = []layout.Crumb{{Label: s.nav, Href: s.back()}}
	m.Page.Meta = h.meta(s)
	switch {
	case s.under():
		h.underWay(&m, s)
	case s.Step == selection.Looking:
		h.preview(&m, s)
	default:
		h.result(&m, s)
		if err := steps.On(c.Request().Context(), h.DB.Read(c.Request().Context()), &m.Page); err != nil {
			return err
		}
	}
	m.Table = s.table()
	if left := s.counts.Total() - len(s.items); left > 0 {
		m.More = fmt.Sprintf("%s more stand in the file.", words.Count(left))
	}
	if !s.under() {
		m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "All of them as CSV",
			Href: Path(s.ID) + "/records.csv", Icon: "download"})
	}
	m.Page.HasErrors = m.Summary.Any()
	return httpx.Render(c, status, m.Show())
}

// read reads the work and all that a page says of it at one moment: somebody else may be confirming it.
func (h Handlers) read(ctx context.Context, s *sheet) error {
	return h.DB.Snapshot(ctx, func(tx *gorm.DB) (err error) {
		if s.Work, err = selection.Get(ctx, tx, s.ID); err != nil {
			return err
		}
		if s.counts, err = selection.CountsOf(ctx, tx, s.ID); err != nil {
			return err
		}
		if s.items, err = selection.Items(ctx, tx, s.ID, shownItems); err != nil {
			return err
		}
		s.run, err = selection.LastRun(ctx, tx, s.ID)
		return err
	})
}

// under tells whether a run is at it.
func (s sheet) under() bool { return s.run.State != "" && !s.run.State.Finished() }

func (s sheet) title() string {
	n := s.counts.Total()
	if s.Step == selection.Looking && s.counts.Unseen == 0 {
		n = s.counts.Will
	}
	return s.verb + " " + s.count(n)
}

// back is the list that the selection was made on.
func (s sheet) back() string {
	if s.Filter != nil && *s.Filter != "" {
		return s.path + "?" + *s.Filter
	}
	return s.path
}

func (h Handlers) meta(s sheet) []layout.Meta {
	by, at := s.Actor, s.At
	if s.DoneAt != nil {
		by, at = s.DoneBy, *s.DoneAt
	}
	out := []layout.Meta{{Label: "By", Text: by}, {Label: "When", Value: httpx.Moment(at, h.Zone)}}
	if s.Filter != nil {
		out = append(out, layout.Meta{Label: "Selected", Text: "all that match", Href: s.back()})
	}
	return out
}

// underWay shows how far a run has come, and the way to end it.
func (h Handlers) underWay(m *view.Work, s sheet) {
	p := progressOf(s)
	m.Progress = &ui.LiveProgress{Progress: ui.Progress{Label: "Under way", Text: p.Text, Done: p.Done,
		Total: p.Total}, Src: Path(s.ID) + "/events"}
	m.Page.Actions = []templ.Component{ui.LinkButton{Text: "Look again", Href: Path(s.ID), Icon: "refresh"}}
	if s.may {
		m.Page.Actions = append(m.Page.Actions, ui.PostButton{Button: ui.Button{Text: "Stop",
			Action: Path(s.ID) + "/cancel"}})
	}
	if s.run.State == runs.Interrupted {
		m.Callouts = append(m.Callouts, ui.Callout{Tone: ui.Warn, Title: "Interrupted, it goes on by itself",
			Text: s.run.Message})
	}
	if s.Step == selection.Doing && s.may && !s.final {
		m.Undo = s.undoForm()
	}
}

func progressOf(s sheet) httpx.Progress {
	what := map[selection.Step]string{selection.Looking: "looked at", selection.Doing: "done",
		selection.Undoing: "taken back or kept"}[s.Step]
	total := s.counts.Total()
	if s.Step == selection.Undoing {
		total -= s.counts.Skipped
	}
	done := total - s.counts.Left()
	return httpx.Progress{Done: done, Total: total, Final: !s.under(),
		Text: fmt.Sprintf("%s of %s %s", words.Count(done), s.count(total), what)}
}

// preview shows what would be done, asks for what is typed, and for the word.
func (h Handlers) preview(m *view.Work, s sheet) {
	m.Page.Lead = "Nothing is changed before you confirm."
	m.Kinds = s.kinds()
	params := s.Params
	if s.typed != nil {
		params = s.typed
	}
	if s.stale != nil {
		m.Callouts = append(m.Callouts, s.differs())
		m.Differs = s.differences()
	}
	if s.Digest == "" {
		m.Callouts = append(m.Callouts, ui.Callout{Tone: ui.Bad, Title: "The preview was not finished",
			Text: s.run.Message + " " + s.run.Advice})
	}
	if !s.may {
		return
	}
	fresh := s.stale != nil || s.Digest == ""
	m.Again = s.lookAgain(params, fresh)
	if !fresh && s.counts.Will > 0 {
		m.Confirm = s.confirm(params)
	}
	if !fresh && s.counts.Will == 0 {
		m.Callouts = append(m.Callouts, ui.Callout{Tone: ui.Info, Title: "There is nothing here to do",
			Text: "Each of them stands below with the reason why not."})
	}
	var all []ui.Field
	if m.Again != nil {
		all = append(all, m.Again.Fields...)
	}
	if m.Confirm != nil {
		all = append(all, m.Confirm.Fields...)
	}
	m.Summary = ui.Summarize(s.problems, append(all, ui.Field{Name: "confirm"})...)
}

// lookAgain makes the preview anew: with other choices, or because it is out of date.
func (s sheet) lookAgain(params selection.Params, fresh bool) *view.Again {
	a := &view.Again{Form: ui.Form{Action: Path(s.ID) + "/again", Save: "Look again"}}
	if s.again != nil {
		a.Fields = s.withErrors(s.again(params))
	}
	if len(a.Fields) == 0 && !fresh {
		return nil
	}
	return a
}

func (s sheet) withErrors(fields []ui.Field) []ui.Field {
	return completed(fields, s.choices, s.problems)
}

// completed are fields with their choices and what is wrong with them.
func completed(fields []ui.Field, choices map[string][]ui.Option, problems map[string]string) []ui.Field {
	for i, f := range fields {
		fields[i].Error = problems[f.Name]
		if options, found := choices[f.Name]; found {
			fields[i].Options = append(fields[i].Options, options...)
		}
	}
	return fields
}

func (s sheet) confirm(params selection.Params) *view.Confirm {
	f := ui.ConfirmForm{Action: Path(s.ID) + "/apply", Title: s.verb + " " + s.count(s.counts.Will) + "?",
		Text: s.text, Effects: s.effects(), Cancel: s.back(), Button: s.verb + " " + words.Count(s.counts.Will),
		Gentle: !s.phrase, Hidden: []ui.Pair{{Name: "digest", Value: s.Digest}}}
	if s.phrase {
		f.Phrase, f.Error = s.said(), s.problems["confirm"]
	}
	out := &view.Confirm{Form: f}
	if s.last != nil {
		out.Fields = s.withErrors(s.last(params))
	}
	return out
}

// said is what a person types before it is done.
func (s sheet) said() string { return fmt.Sprintf("%s %d", s.Deed, s.counts.Will) }

func (s sheet) effects() []ui.Definition {
	c := s.counts
	out := []ui.Definition{ui.Fact(upper(s.many), words.Count(max(c.Will, c.Did()+c.Waiting)))}
	if s.seats != "" {
		out = append(out, ui.Fact(s.seats, words.Count(c.Seats)))
	}
	for _, m := range c.Sums {
		out = append(out, s.sum(m))
	}
	if c.Unpriced > 0 {
		out = append(out, ui.Fact("Without a known amount", s.count(c.Unpriced)))
	}
	if c.Wont > 0 {
		out = append(out, ui.Fact("Left out", words.Count(c.Wont)))
	}
	return out
}

// sum is the money of one currency; where the deed changes it, with what it was before.
func (s sheet) sum(m selection.Sum) ui.Definition {
	f := ui.Fact(s.money, amount(m.Amount, m.Currency))
	if m.Was.Valid {
		f.Note = fmt.Sprintf("before: %s, difference %s", amount(m.Was.Decimal, m.Currency),
			withSign(m.Amount.Sub(m.Was.Decimal), m.Currency))
	}
	return f
}

func withSign(d decimal.Decimal, currency string) string {
	if d.IsPositive() {
		return "+" + amount(d, currency)
	}
	return amount(d, currency)
}

func amount(d decimal.Decimal, currency string) string {
	return money.Grouped(money.Round(d, currency), currency) + " " + currency
}

// kinds counts what would be done in which way, and what not, and why.
func (s sheet) kinds() *ui.Table {
	if len(s.counts.Kinds) == 0 {
		return nil
	}
	t := &ui.Table{Caption: "What would be done, and what is left out", ShowCaption: true, Compact: true,
		Columns: []ui.Column{{Label: "What"}, {Label: "How, or why not"}, {Label: upper(s.many), Numeric: true}}}
	for _, k := range s.counts.Kinds {
		cell := ui.Cell{Badges: []ui.Badge{s.badge(selection.Will)}}
		if !k.Will {
			cell = ui.Cell{Badges: []ui.Badge{{Text: "left out", Tone: ui.Warn}}}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{cell, ui.TextCell(k.Kind), ui.TextCell(words.Count(k.N))}})
	}
	return t
}

// result shows what came of it, with the way to take it back.
func (h Handlers) result(m *view.Work, s sheet) {
	c := s.counts
	facts := ui.DefinitionList{Columns: 2, Items: []ui.Definition{
		ui.Fact(upper(s.did), fmt.Sprintf("%s of %s", words.Count(c.Did()), words.Count(c.Total())))}}
	if s.seats != "" {
		facts.Items = append(facts.Items, ui.Fact(s.seats, words.Count(c.Seats)))
	}
	for _, x := range c.Sums {
		facts.Items = append(facts.Items, s.sum(x))
	}
	if c.Skipped > 0 {
		facts.Items = append(facts.Items, ui.Fact("Left alone", words.Count(c.Skipped)))
	}
	if s.UndoAt != nil {
		facts.Items = append(facts.Items, ui.Fact("Taken back", fmt.Sprintf("%s, by %s on %s", words.Count(c.Undone),
			s.UndoBy, httpx.MomentText(*s.UndoAt, h.Zone))))
		if c.Kept > 0 {
			facts.Items = append(facts.Items, ui.Fact("Kept", words.Count(c.Kept)))
		}
	}
	m.Facts = &facts
	if s.run.State == runs.Failed || s.run.State == runs.Cancelled {
		m.Callouts = append(m.Callouts, ui.Callout{Tone: ui.Warn, Title: "It ended before its time",
			Text: s.run.Message + " " + s.run.Advice})
	}
	if s.may && !s.final && c.Done+c.Kept > 0 {
		m.Undo = s.undoForm()
	}
}

func (s sheet) undoForm() *ui.ConfirmForm {
	n := s.counts.Done + s.counts.Kept + s.counts.Waiting
	f := &ui.ConfirmForm{Action: Path(s.ID) + "/undo", Title: "Take this back", Text: s.wording.back, Gentle: true,
		Button: "Undo " + words.Count(n)}
	if s.UndoAt != nil {
		f.Title, f.Button = "Try again what was kept", "Undo the "+words.Count(s.counts.Kept)+" that were kept"
	}
	return f
}

var stateWords = map[selection.State]ui.Badge{
	selection.Unseen: {Text: "not looked at yet", Tone: ui.Info}, selection.Wont: {Text: "left out", Tone: ui.Warn},
	selection.Waiting: {Text: "waits", Tone: ui.Info}, selection.Skipped: {Text: "left alone", Tone: ui.Warn},
	selection.BeingUndone: {Text: "being taken back", Tone: ui.Info}, selection.Kept: {Text: "kept", Tone: ui.Warn},
}

func (s sheet) badge(st selection.State) ui.Badge {
	switch st {
	case selection.Will:
		return ui.Badge{Text: "to be " + s.did, Tone: ui.Good}
	case selection.Done:
		return ui.Badge{Text: s.did, Tone: ui.Good}
	case selection.Undone:
		return ui.Badge{Text: s.undid}
	}
	return stateWords[st]
}

func (s sheet) table() *ui.Table {
	if len(s.items) == 0 {
		return nil
	}
	t := &ui.Table{Caption: "The selected " + s.many, Compact: true, Columns: []ui.Column{{Label: upper(s.one)},
		{Label: "State"}, {Label: "Why, and what else"}, {Label: "Seats", Numeric: true},
		{Label: "Amount", Numeric: true}}}
	for _, i := range s.items {
		name := ui.Cell{Text: i.Name, Href: s.path + "/" + i.RecordID.String(), Sub: i.Sub}
		if i.Name == "" {
			name = ui.Cell{Text: i.RecordID.String(), Mono: true}
		}
		why := ui.Cell{Text: i.Why, Sub: i.Says}
		if i.Why == "" {
			why = ui.Cell{Text: i.Kind, Sub: i.Says}
		}
		sum := ui.Cell{}
		if i.Amount.Valid {
			sum = ui.TextCell(amount(i.Amount.Decimal, i.Currency))
		}
		if i.Was.Valid {
			sum.Sub = "before: " + amount(i.Was.Decimal, i.Currency)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{name, {Badges: []ui.Badge{s.badge(i.State)}}, why,
			ui.TextCell(words.Count(i.Seats)), sum}})
	}
	return t
}

func upper(s string) string { return string(s[0]-'a'+'A') + s[1:] }
