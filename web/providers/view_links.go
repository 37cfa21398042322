package providers

import (
	"fmt"

	"github.com/labstack/echo/v4"

	"seatledger/internal/provider"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/syncruns"

	view "seatledger/views/providers"
)

// linksOf are the two authorize addresses where they are of use: to copy, and to mail to a customer.
func linksOf(r record) *view.Links {
	l := &view.Links{Card: ui.Card{Title: "Links for customers", ID: "links"}}
	if r.ResellerAuthorizeURL != "" {
		checked := provider.CheckResellerLink(r.ResellerAuthorizeURL)
		l.Items = append(l.Items, link("Reseller Authorize Relationship URL",
			"A customer's administrator opens it and accepts you as reseller. It serves every customer.", checked))
	}
	if r.DelegatedAdminURL != "" {
		checked := provider.CheckAdminLink(r.DelegatedAdminURL)
		l.Items = append(l.Items, link("Delegated Admin Authorize URL",
			"A customer's administrator opens it and grants you delegated admin rights.", checked))
	}
	if len(l.Items) == 0 {
		return nil
	}
	return l
}

func link(title, text string, l provider.Link) view.Link {
	body := "Hello,\n\nplease open this link as an administrator of your Microsoft 365 tenant and accept:\n\n" + l.URL +
		"\n\nThank you."
	return view.Link{
		Title: title, Text: text, Warnings: l.Warnings,
		Address: ui.CopyText{Label: title, Value: l.URL,
			Mailto: mailto("", "Please accept our Microsoft partner request", body)},
	}
}

// manualEntry is where a manual provider's records come in.
func manualEntry(c echo.Context, r record) *view.Manual {
	m := &view.Manual{
		Card: ui.Card{Title: "Entered by hand", ID: "entry"},
		Text: "This provider has no API: nothing is verified and nothing syncs. " +
			"Its accounts and subscriptions are entered or imported here, and each change of a quantity becomes a " +
			"row of the ledger with its date and note.",
	}
	if maySync(c) {
		m.Links = []ui.LinkButton{
			{Text: "Enter an account", Href: path(r.ID) + "/accounts/new", Icon: "accounts"},
			{Text: "Enter a subscription", Href: path(r.ID) + "/subscriptions/new", Icon: "subscription"},
			{Text: "Import CSV", Href: path(r.ID) + "/import", Icon: "upload"},
		}
	}
	return m
}

// unreadable are records that no sync could read; they wait for a person.
func (h Handlers) unreadable(r record) *view.Unreadable {
	if r.unread == 0 {
		return nil
	}
	u := &view.Unreadable{
		Card: ui.Card{Title: "Records that could not be read", ID: "unreadable",
			Badges: []ui.Badge{{Text: itoa(r.unread), Tone: ui.Warn}}},
		Text: "The distributor listed them, but without what every record must have. " +
			"They count neither as 0 nor as gone, and they leave this list by themselves once they can be read.",
	}
	if n := r.unread - len(r.unreadable); n > 0 {
		u.Text += fmt.Sprintf(" The newest %d are shown; %d more are kept.", len(r.unreadable), n)
	}
	for _, x := range r.unreadable {
		u.Records = append(u.Records, h.unreadableRecord(x))
	}
	return u
}

func (h Handlers) unreadableRecord(x provider.Unreadable) view.UnreadableRecord {
	title := "Account " + orBlank(x.ExternalID, "without a readable id")
	if x.What == "subscription" {
		title = "Subscription " + orBlank(x.ExternalID, "without a readable id")
	}
	out := view.UnreadableRecord{Title: title, Raw: ui.Raw{Summary: "Record as received", Text: x.Raw}}
	if x.Account != "" {
		out.Items.Items = append(out.Items.Items,
			ui.Definition{Term: "Account", Value: ui.LinkCell(x.Account, at.Account(x.AccountID.UUID))})
	}
	out.Items.Items = append(out.Items.Items, ui.Fact("Why", x.Reason),
		ui.Definition{Term: "First seen", Value: ui.Of(syncruns.Moment(&x.FirstSeen, h.Zone))})
	return out
}
