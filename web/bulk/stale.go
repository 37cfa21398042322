package bulk

import (
	"fmt"
	"strings"

	"seatledger/internal/selection"
	"seatledger/internal/words"
	"seatledger/views/ui"
)

// differs says at the head of a refused confirmation what is no longer as it was shown.
func (s sheet) differs() ui.Callout {
	var parts []string
	say := func(n int, what string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", words.Count(n), what))
		}
	}
	say(len(s.stale.Changed), "stand differently")
	say(len(s.stale.Gone), "are no longer there")
	say(len(s.stale.Left), "no longer match the filter")
	say(s.stale.Came, "match the filter only now")
	return ui.Callout{Tone: ui.Warn, Title: "Nothing was changed: this is no longer what the preview showed",
		Text: "Of these " + s.many + " " + strings.Join(parts, ", ") + ". Look again, and confirm what it says then."}
}

// differences names them.
func (s sheet) differences() *ui.Table {
	t := &ui.Table{Caption: "What differs from the preview", ShowCaption: true, Compact: true,
		Columns: []ui.Column{{Label: upper(s.one)}, {Label: "Now"}}}
	add := func(all []selection.Difference, what string) {
		for _, d := range all[:min(len(all), shownItems)] {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
				{Text: or(d.Name, d.ID.String()), Sub: d.Sub, Href: s.path + "/" + d.ID.String()}, ui.TextCell(what)}})
		}
	}
	add(s.stale.Gone, "is no longer there")
	add(s.stale.Changed, "stands differently")
	add(s.stale.Left, "no longer matches the filter")
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}
