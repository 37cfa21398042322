package subscriptions

import (
	"strconv"

	"seatledger/internal/subscription/list"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// signAll leads to the preview of signing all that match, where there is something to sign.
func signAll(q httpx.ListQuery, p list.Progress) *ui.PostButton {
	n := map[string]int{"": p.OK + p.Warn, "ok": p.OK, "warn": p.Warn}[q.Filter("review")]
	if n == 0 || q.Filter("excluded") == "yes" {
		return nil
	}
	return &ui.PostButton{Button: ui.Button{Text: "Sign all " + count(n) + " that match", Action: path + "/sign-off",
		Icon: "sign"}, Hidden: []ui.Pair{{Name: "all", Value: "1"}, {Name: "filter", Value: q.Except("sort").Encode()}}}
}

// bulk is what can be done to the ticked subscriptions, to those ticked on other pages, and to all that match.
func bulk(q httpx.ListQuery, l found) *ui.BulkBar {
	b := &ui.BulkBar{
		FormID: bulkForm, Action: path + "/sign-off", Hint: "Tick subscriptions to act on them.",
		Keep: "/ticks/" + list.All.Name, Kept: len(l.kept),
		All: "All " + atMost(l.total) + " that match",
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

func atMost(total int) string {
	if total > mostCounted {
		return "more than " + count(mostCounted)
	}
	return strconv.Itoa(total)
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
