package subscriptions

import (
	"fmt"
	"slices"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/ledger"
	"seatledger/internal/reassign"
	"seatledger/internal/subscription"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"

	view "seatledger/views/subscriptions"
)

// gone tells whether its history stands at another subscription.
func (s sheet) gone() bool {
	return slices.ContainsFunc(s.moves, func(r reassign.Record) bool { return r.Stands() && r.SourceID == s.ID })
}

// moved tells where its history came from and where it went.
func moved(c echo.Context, s sheet) []view.Remark {
	var out []view.Remark
	for _, r := range s.moves {
		if !r.Stands() {
			continue
		}
		one := view.Remark{Callout: ui.Callout{Tone: ui.Info,
			Title: "Its history came from " + r.SourceName + " (" + r.SourceExt + ")", Text: cameText(s, r)}}
		other := r.SourceID
		if r.SourceID == s.ID {
			other = r.TargetID
			one.Callout = ui.Callout{Tone: ui.Warn,
				Title: "Its history went to " + r.TargetName + " (" + r.TargetExt + ")", Text: wentText(r)}
		}
		one.Actions = []templ.Component{ui.LinkButton{Text: "Open the other one", Href: recordPath(other),
			Compact: true}}
		if r.SourceID == s.ID && r.EndedOn.IsZero() && mayDecide(c) {
			one.Actions = append(one.Actions, ui.LinkButton{Text: "Deactivate this one", Href: recordPath(s.ID) +
				"/deactivate?effective_at=" + r.SwitchOn.String(), Compact: true})
		}
		if mayDeclare(c) {
			one.Actions = append(one.Actions, ui.LinkButton{Text: "Undo the reassignment", Href: recordPath(s.ID) +
				"/reassign/undo", Compact: true, Weight: ui.Quiet})
		}
		out = append(out, one)
	}
	return out
}

func cameText(s sheet, r reassign.Record) string {
	text := fmt.Sprintf("History since %s. %s reassigned %s to it; from %s on its seats are its own.", s.HistorySince,
		r.MadeBy, words.Counted(r.Copied, "row", "rows"), r.SwitchOn)
	if r.EndedOn.IsZero() && s.State == subscription.Held {
		text += " It is held until the source is deactivated, so that no seat is billed twice."
	}
	return text
}

func wentText(r reassign.Record) string {
	if r.EndedOn.IsZero() {
		return fmt.Sprintf("%s reassigned it. Its own rows count until it is deactivated, with No refund, from %s "+
			"on; then the other one is billed in its place.", r.MadeBy, r.SwitchOn)
	}
	return fmt.Sprintf("%s reassigned it. The other one is billed in its place since %s.", r.MadeBy, r.EndedOn)
}

// origin tells where a row came from: another row here that it corrects, or another subscription.
func (s sheet) origin(e ledger.Entry) string {
	if !e.OriginChangeID.Valid {
		return ""
	}
	if slices.ContainsFunc(s.ledger, func(o ledger.Entry) bool { return o.ID == e.OriginChangeID.UUID }) {
		return "takes the place of a row that was set aside"
	}
	for _, r := range s.moves {
		if r.TargetID == s.ID {
			return "came with the history of " + r.SourceExt
		}
	}
	return "came from another subscription"
}

// movesCard is every move that it was a side of, also those taken back.
func (h Handlers) movesCard(s sheet) *view.Part {
	if len(s.moves) == 0 {
		return nil
	}
	t := ui.Table{Caption: "Reassigned history", Compact: true,
		Columns: []ui.Column{{Label: "When"}, {Label: "From"}, {Label: "To"}, {Label: "Switch day", Nowrap: true},
			{Label: "What"}, {Label: "Stands"}}}
	for _, r := range s.moves {
		what := fmt.Sprintf("%s copied, %d set aside", words.Counted(r.Copied, "row", "rows"), r.Aside)
		if r.Adjusted != 0 {
			what += ", " + signedSeats(r.Adjusted) + " seats adjusted"
		}
		if r.Taken {
			what += ", with what was not billed"
		}
		stands := ui.TextCell("yes")
		if r.UndoneAt != nil {
			stands = ui.Cell{Text: "taken back", Sub: httpx.MomentText(*r.UndoneAt, h.Zone) + " by " + r.UndoneBy}
		}
		t.Rows = append(t.Rows, ui.Row{Muted: !r.Stands(),
			Cells: []ui.Cell{{Content: h.moment(r.MadeAt), Sub: "by " + r.MadeBy},
				{Text: r.SourceExt, Href: recordPath(r.SourceID)}, {Text: r.TargetExt, Href: recordPath(r.TargetID)},
				day(r.SwitchOn), {Text: what, Sub: r.Note}, stands}})
	}
	return &view.Part{Card: ui.Card{Title: "Reassigned history", Flush: true}, Table: t}
}
