package contractsync

import (
	"fmt"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/syncing"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/session"
	"seatledger/web/syncruns"

	view "seatledger/views/contractsync"
)

func (h Handlers) page(c echo.Context, s sheet) view.Show {
	m := view.Show{Page: session.Page(c, "Sync "+s.contract.Name, nav), Summary: ui.Summarize(s.problems)}
	m.Page.Kicker, m.Page.Crumbs, m.Page.HasErrors = "Billing contract", crumbs(s.contract.Name, s.contract.ID),
		m.Summary.Any()
	m.Page.Lead = "What the distributor has for this customer, and what of it lies in a contract here. " +
		"A listing only looks; nothing is ever changed at the distributor."
	m.Page.Meta = []layout.Meta{{Label: "CRM account", Text: s.customer,
		Href: at.CRMAccount(s.contract.CRMAccountID)}}
	if !s.contract.Active {
		m.Remarks = append(m.Remarks, ui.Callout{Tone: ui.Warn, Title: "This contract is deactivated",
			Text: "Nothing can land in it. Activate it on its page first."})
	}
	if len(s.previews) == 0 {
		m.Empty = &ui.EmptyState{Kind: ui.NothingYet, Title: "No mapped account",
			Text: s.customer + " is not mapped to an account at any provider, so there is nobody to ask. " +
				"Map its account first.",
			Action: &ui.LinkButton{Text: "Accounts to map", Href: at.Accounts + "?state=unmapped"}}
	}
	for _, p := range s.previews {
		m.Parts = append(m.Parts, h.part(s, p))
	}
	return m
}

func (h Handlers) part(s sheet, p syncing.Preview) view.Part {
	offer := s.mayRun && s.contract.Active && p.Readable()
	out := view.Part{
		Card: ui.Card{Title: p.Provider, ID: "p-" + p.ProviderID.String(),
			Text: "Account " + p.Account + " (" + p.ExternalID + "). " + h.listedText(p.Listing)},
		Note: h.note(p),
	}
	if offer {
		out.Card.Actions = []templ.Component{ui.PostButton{
			Button: ui.Button{Text: "List what the distributor has", Icon: "refresh", Action: path(s.contract.ID),
				Compact: true},
			Hidden: []ui.Pair{{Name: "list", Value: "1"}, {Name: "provider", Value: p.ProviderID.String()}},
		}}
	}
	offers := offersOf(s, p)
	out.Stats = statsOf(offers, p.Listing)
	out.Table = tableOf(s, p, offers, offer)
	if offer {
		out.Tick, out.All = tickBar(s, p, offers), syncAll(s, p, offers)
	}
	return out
}

func (h Handlers) listedText(l *syncing.ContractListing) string {
	if l == nil {
		return "Never listed for this contract."
	}
	return "Listed " + syncruns.Moment(&l.ListedAt, h.Zone).Text + ", " + age(h.Clock.Now().Sub(l.ListedAt)) + "."
}

// note says why nothing can be asked, or that the listing has grown old.
func (h Handlers) note(p syncing.Preview) *ui.Callout {
	switch {
	case !p.Active:
		return &ui.Callout{Tone: ui.Warn, Title: p.Provider + " is deactivated",
			Text: "It syncs nothing until it is activated again."}
	case !p.Readable():
		return &ui.Callout{Title: p.Provider + " is kept by hand",
			Text: "Its subscriptions are entered or imported, so there is nothing to ask for."}
	case p.Listing != nil && h.Clock.Now().Sub(p.Listing.ListedAt) > staleAfter:
		return &ui.Callout{Tone: ui.Warn, Title: "This listing is old",
			Text: "The distributor may have more by now. List again before you choose."}
	}
	return nil
}

func tickBar(s sheet, p syncing.Preview, offers []offer) *ui.BulkBar {
	selectable := 0
	for _, o := range offers {
		if o.selectable() {
			selectable++
		}
	}
	if selectable == 0 {
		return nil
	}
	return &ui.BulkBar{
		FormID: formID(p), Action: path(s.contract.ID),
		Hidden: []ui.Pair{{Name: "provider", Value: p.ProviderID.String()}},
		Hint: "Ticked ones land in this contract with its prices. " +
			"New ones left unticked are recorded without a contract and never land by themselves.",
		Buttons: []ui.Button{{Text: "Sync the ticked", Weight: ui.Primary, Icon: "sync", Name: "ticked", Value: "on"}},
	}
}

// syncAll says what would land, as far as the last listing tells.
func syncAll(s sheet, p syncing.Preview, offers []offer) *view.All {
	text := "Sync all reads every subscription again and lands here what no contract holds yet"
	if p.Listing != nil {
		text += fmt.Sprintf(": %d of those listed", count(offers, isNew)+count(offers, isLoose))
		if left := count(offers, isLeft); left > 0 {
			text += fmt.Sprintf(", %d of which were left unticked before", left)
		}
	}
	text += "."
	return &view.All{Text: text, Button: ui.PostButton{
		Button: ui.Button{Text: "Sync all", Icon: "sync", Action: path(s.contract.ID)},
		Hidden: []ui.Pair{{Name: "provider", Value: p.ProviderID.String()}},
	}}
}

func formID(p syncing.Preview) string { return "tick-" + p.ProviderID.String() }
