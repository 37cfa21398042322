package imports

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"seatledger/internal/imports"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"

	view "seatledger/views/imports"
)

var tones = map[imports.Outcome]ui.Tone{imports.New: ui.Good, imports.Changed: ui.Info, imports.Refused: ui.Bad}

// shown is a file as its page shows it: which lines, and a refused choice of columns.
type shown struct {
	imports.Preview
	window
	fields   []string
	problems map[string]string
}

// previewOf fills the page of a file, before or after it was applied.
func (p Pages) previewOf(frame layout.Page, s Screen, f shown) view.Preview {
	id, w := f.ID.String(), f.window
	frame.Crumbs = append(slices.Clone(s.Crumbs), layout.Crumb{Label: "Import", Href: s.Path})
	frame.Meta = []layout.Meta{{Label: "File", Text: f.FileName},
		{Label: "Uploaded", Text: p.when(f.UploadedAt) + " by " + f.UploadedBy}}
	m := view.Preview{Page: frame}
	if f.Result != nil {
		p.showResult(&m, s, id, f.Result)
	} else {
		p.showPlan(&m, s, f)
	}
	if f.Unclear != "" {
		return m
	}
	sum, rows := summaryOf(f.Preview)
	page, total, next := w.cut(rows)
	m.Stats = stats(sum, s.preview(id))
	m.Tabs = tabs(sum, s.preview(id), w, f.Result != nil)
	m.Table = table(page, f.Result != nil)
	m.Pager = pager(s.preview(id), w, total, next)
	return m
}

func summaryOf(f imports.Preview) (imports.Summary, []imports.Row) {
	if f.Result != nil {
		return f.Result.Summary, f.Result.Rows
	}
	return f.Plan.Summary(), f.Plan.Rows
}

func (p Pages) showPlan(m *view.Preview, s Screen, f shown) {
	m.Page.Badges = []ui.Badge{{Text: "preview", Tone: ui.Info}}
	m.Page.Lead = "Nothing is changed yet. Applying writes all new and changed lines together, or none."
	m.Columns = p.columnsOf(s, f)
	m.Apply = &ui.Form{Action: s.apply(f.ID.String())}
	if f.Unclear != "" {
		m.Remark = &ui.Callout{Tone: ui.Warn, Title: "The file needs a word from you", Text: f.Unclear}
		if f.Lacking {
			m.Remark.Title = "Which column is which?"
		}
		return
	}
	m.Notes = f.Plan.Notes
	sum := f.Plan.Summary()
	m.Remark = remarkOn(sum)
	m.Apply.Hidden = []ui.Pair{{Name: "preview", Value: sum.Token()}}
	m.Apply.Save, m.Apply.Cancel = cmp.Or(f.Plan.Apply, applyText(sum)), s.Back
}

func remarkOn(sum imports.Summary) *ui.Callout {
	switch {
	case sum.Lines() == 0:
		return &ui.Callout{Tone: ui.Warn, Title: "The file has no lines",
			Text: "It names its columns, but nothing stands below them."}
	case sum.Refused > 0:
		return &ui.Callout{Tone: ui.Warn, Title: words.Counted(sum.Refused, "line") + " will be left out",
			Text: "Each says why. Mend the file and upload it again, or apply the rest now; " +
				"a later upload does no harm."}
	}
	return nil
}

func applyText(sum imports.Summary) string {
	if sum.Writes() == 0 {
		return "Finish: nothing to change"
	}
	return fmt.Sprintf("Apply %d new and %d changed", sum.New, sum.Changed)
}

func (p Pages) showResult(m *view.Preview, s Screen, id string, r *imports.Result) {
	m.Page.Badges = []ui.Badge{{Text: "applied", Tone: ui.Good}}
	m.Page.Lead = fmt.Sprintf("%d added, %d changed, %d as they were, %d refused.", r.New, r.Changed, r.Unchanged,
		r.Refused)
	m.Page.Meta = append(m.Page.Meta, layout.Meta{Label: "Applied", Text: p.when(r.At) + " by " + r.By})
	m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "Done", Href: s.Back, Weight: ui.Primary})
	m.Notes = r.Notes
	if u := r.Undone; u != nil {
		m.Page.Badges = []ui.Badge{{Text: "taken back", Tone: ui.Warn}}
		m.Page.Meta = append(m.Page.Meta, layout.Meta{Label: "Taken back", Text: p.when(u.At) + " by " + u.By})
		m.Remark = &ui.Callout{Tone: ui.Warn, Title: "This import was taken back",
			Text: undoText(u.Undo) + " Below stands what it had done."}
		return
	}
	if r.Undoable && s.Undo && r.Writes() > 0 {
		m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "Undo import", Href: s.undo(id)})
	}
	if was := r.Expected; was != nil {
		m.Remark = &ui.Callout{Tone: ui.Warn, Title: "The records had changed since the preview", Text: fmt.Sprintf(
			"The preview had said %d new, %d changed, %d unchanged, %d refused. "+
				"The file was compared again when it was applied, and what is shown here was done.",
			was.New, was.Changed, was.Unchanged, was.Refused)}
	}
}

func stats(s imports.Summary, path string) ui.Stats {
	var out ui.Stats
	for _, o := range outcomes {
		n := count(s, o)
		st := ui.Stat{Label: title(o), Value: strconv.Itoa(n), Href: address(path, window{show: o})}
		if n > 0 {
			st.Tone = tones[o]
		}
		out = append(out, st)
	}
	return out
}

// tabs choose which lines are shown. A result keeps no unchanged lines.
func tabs(s imports.Summary, path string, w window, applied bool) ui.Tabs {
	t := ui.Tabs{Label: "Lines", Items: []ui.Tab{{Label: "All", Href: path, Count: strconv.Itoa(s.Lines()),
		Active: w.show == ""}}}
	if applied {
		t.Items[0] = ui.Tab{Label: "All that changed or was refused", Href: path, Active: w.show == ""}
	}
	for _, o := range outcomes {
		if applied && o == imports.Unchanged {
			continue
		}
		t.Items = append(t.Items, ui.Tab{Label: title(o), Href: address(path, window{show: o}),
			Count: strconv.Itoa(count(s, o)), Active: w.show == o})
	}
	return t
}

func table(rows []imports.Row, applied bool) ui.Table {
	t := ui.Table{
		Caption: "Lines of the file", Compact: true,
		Columns: []ui.Column{{Label: "Line", Numeric: true}, {Label: "Outcome", Nowrap: true}, {Label: "Record"},
			{Label: "What changes"}},
		Empty: &ui.EmptyState{Kind: ui.NoMatch, Title: "No such lines", Text: "The file has no lines of this kind."},
	}
	if applied {
		t.Empty.Text = "The file had no such lines. Unchanged lines are counted, not kept."
	}
	for _, r := range rows {
		row := ui.Row{Cells: []ui.Cell{
			ui.TextCell(strconv.Itoa(r.Line)), ui.BadgeCell(string(r.Outcome), tones[r.Outcome]), ui.TextCell(r.Label),
			ui.Of(changes(r)),
		}}
		if r.Outcome == imports.Refused {
			row.Tone, row.Cells[3] = ui.Bad, ui.TextCell(r.Reason)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func changes(r imports.Row) view.Changes {
	c := view.Changes{Note: r.Note, Inline: r.Outcome == imports.New}
	for _, x := range r.Changes {
		if r.Outcome != imports.New || x.After != "" {
			c.Items = append(c.Items, view.Change(x))
		}
	}
	return c
}

func pager(path string, w window, total, next int) *ui.Pager {
	if total <= pageSize {
		return nil
	}
	p := &ui.Pager{Text: fmt.Sprintf("%d to %d of %s", min(w.from, total)+1, min(w.from+pageSize, total),
		words.Counted(total, "line"))}
	if w.from > 0 {
		p.FirstHref = address(path, window{show: w.show})
	}
	if next > 0 {
		p.NextHref = address(path, window{show: w.show, from: next})
	}
	return p
}

func address(path string, w window) string {
	q := url.Values{}
	if w.show != "" {
		q.Set("show", string(w.show))
	}
	if w.from > 0 {
		q.Set("from", strconv.Itoa(w.from))
	}
	return (&url.URL{Path: path, RawQuery: q.Encode()}).String()
}

func count(s imports.Summary, o imports.Outcome) int {
	return map[imports.Outcome]int{imports.New: s.New, imports.Changed: s.Changed, imports.Unchanged: s.Unchanged,
		imports.Refused: s.Refused}[o]
}

func title(o imports.Outcome) string { return strings.ToUpper(string(o[:1])) + string(o[1:]) }

func (p Pages) when(t time.Time) string { return httpx.MomentText(t, p.Zone) }
