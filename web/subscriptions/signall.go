package subscriptions

import (
	"github.com/google/uuid"

	"seatledger/internal/review"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/list"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/bulk"
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
		text = "Sign all " + words.Count(n) + " that match"
	}
	return &ui.PostButton{Button: ui.Button{Text: text, Action: at.Bulk, Icon: "sign"},
		Hidden: []ui.Pair{{Name: "deed", Value: review.SignOffDeed}, {Name: "all", Value: "1"},
			{Name: "filter", Value: q.Except("sort").Encode()}}}
}

// bar is what can be done to the ticked subscriptions, to those ticked on other pages, and to all that match.
func bar(q httpx.ListQuery, l found) *ui.BulkBar {
	ids := make([]uuid.UUID, len(l.Rows))
	for i, r := range l.Rows {
		ids[i] = r.ID
	}
	b := bulk.Bar(q, list.All.Name, bulk.Page{Shown: ids, Kept: l.kept, Total: l.Total, Many: l.uncounted(q)})
	b.FormID, b.Action, b.Hint = bulkForm, path+"/sign-off", "Tick subscriptions to act on them."
	b.Hidden = append(b.Hidden, seen(l.Rows)...)
	b.Buttons = []ui.Button{{Text: "Sign off", Weight: ui.Primary, Icon: "sign"},
		deedButton("Set contract", subscription.ContractDeed),
		deedButton("Take list price", subscription.ListPriceDeed),
		deedButton("Set price", subscription.PriceDeed), {Text: "Deactivate", Action: path + "/deactivate"},
		{Text: "Activate", Action: path + "/activate"}}
	return b
}

// deedButton begins a deed by its name.
func deedButton(text, deed string) ui.Button {
	return ui.Button{Text: text, Action: at.Bulk, Name: "deed", Value: deed}
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
