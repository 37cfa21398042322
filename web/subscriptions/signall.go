package subscriptions

import (
	"seatledger/internal/subscription/list"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// signAll leads to the preview of signing all that match, where there is something to sign or nobody counted.
func signAll(q httpx.ListQuery, f list.Figures) *ui.PostButton {
	p := f.Progress
	n, signable := map[string]int{"": p.OK + p.Warn, "ok": p.OK, "warn": p.Warn}[q.Filter("review")]
	if !signable || f.Known && n == 0 || q.Filter("excluded") == "yes" {
		return nil
	}
	text := "Sign all that match"
	if f.Known {
		text = "Sign all " + count(n) + " that match"
	}
	return &ui.PostButton{Button: ui.Button{Text: text, Action: path + "/sign-off", Icon: "sign"},
		Hidden: []ui.Pair{{Name: "all", Value: "1"}, {Name: "filter", Value: q.Except("sort").Encode()}}}
}

// bulk is what can be done to the ticked subscriptions, to those ticked on other pages, and to all that match.
func bulk(q httpx.ListQuery, l found) *ui.BulkBar {
	b := &ui.BulkBar{
		FormID: bulkForm, Action: path + "/sign-off", Hint: "Tick subscriptions to act on them.",
		Keep: "/ticks/" + list.All.Name, Kept: len(l.kept),
		All: allThatMatch(q, l),
		Hidden: append(seen(l.Rows), ui.Pair{Name: "next", Value: address(q.Path, q.Except())},
			ui.Pair{Name: "filter", Value: q.Except("sort").Encode()}),
		Buttons: []ui.Button{{Text: "Sign off", Weight: ui.Primary, Icon: "sign"},
			{Text: "Deactivate", Action: path + "/deactivate"}, {Text: "Activate", Action: path + "/activate"}},
	}
	for _, r := range l.Rows {
		b.Hidden = append(b.Hidden, ui.Pair{Name: "shown", Value: r.ID.String()})
		if l.kept[r.ID] {
			b.Kept--
		}
	}
	return b
}

func allThatMatch(q httpx.ListQuery, l found) string {
	if l.uncounted(q) {
		return "All that match"
	}
	return "All " + count(l.Total) + " that match"
}

// seen carries what the person has before their eyes: id and fingerprint of each row.
func seen(rows []list.Row) []ui.Pair {
	var out []ui.Pair
	for _, r := range rows {
		if r.Fingerprint != "" {
			out = append(out, ui.Pair{Name: "seen", Value: r.ID.String() + ":" + r.Fingerprint})
		}
	}
	return out
}

func noteField() ui.Field {
	return ui.Field{Name: "note", Label: "Note", FormID: bulkForm, Size: ui.Medium}
}
