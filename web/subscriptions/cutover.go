package subscriptions

import (
	"fmt"

	"github.com/a-h/templ"

	"seatledger/internal/cutover"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/subscription"
	"seatledger/views/ui"
	"seatledger/web/at"

	view "seatledger/views/subscriptions"
)

// moving says what a cut-over does with the subscription, and leads to its customer's page there.
func moving(s sheet) []view.Remark {
	if s.membership == nil {
		return nil
	}
	title, text := movingWords(s, *s.membership)
	href := at.Cutover(s.membership.CutoverID) + "/customers/" + s.membership.CRMAccountID.String()
	return []view.Remark{{Callout: ui.Callout{Tone: ui.Info, Title: title, Text: text},
		Actions: []templ.Component{ui.LinkButton{Text: "Open the cut-over", Href: href, Compact: true}}}}
}

func movingWords(s sheet, p cutover.Membership) (title, text string) {
	title = "Part of the cut-over " + p.Name
	switch {
	case s.Frozen() && s.State != subscription.Inactive:
		return "Frozen by the cut-over " + p.Name,
			fmt.Sprintf("From %s its seats stand as they are: its sync stores facts and counts no change. "+
				"The new subscription has the days from then on.", s.FrozenFrom)
	case s.CutoverHold:
		return "Held back by the cut-over " + p.Name,
			fmt.Sprintf("It is billed from %s, once the old subscription is retired.", s.BillableFrom)
	case p.Kind == pairing.Twin && p.IsNew:
		return title, "It goes on with the seats of an old subscription."
	case p.Kind == pairing.Twin:
		return title, "A new subscription goes on with its seats."
	case p.Kind == pairing.New:
		return title, "It was declared to be a subscription of its own."
	case p.Kind == pairing.Ended:
		return title, "Its seats end on the switch day; nothing takes its place."
	}
	return title, "Nobody has said yet what becomes of it."
}
