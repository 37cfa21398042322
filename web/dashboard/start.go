package dashboard

import (
	"github.com/a-h/templ"

	"seatledger/internal/auth"
	"seatledger/internal/provider"
	"seatledger/views/ui"
	"seatledger/web/at"

	view "seatledger/views/dashboard"
)

// step is one of the guide's first steps.
type step struct {
	title, text, href, action string
	done                      bool
	role                      auth.Role // who may take it, beside an admin
}

// start is the way in; nil once an invoice was billed, unless somebody opens it again.
func (b *board) start(role auth.Role) *view.Start {
	if b.billed && !b.again {
		return nil
	}
	out := &view.Start{Card: ui.Card{Title: "First steps", Text: "From an empty installation to the first billed run."}}
	now := true
	for _, s := range b.steps() {
		x := ui.Step{Title: s.title, Text: s.text}
		switch {
		case s.done:
			x.State, x.Word, x.Text = ui.StepDone, "Done", ""
			if auth.Allowed(role, s.role) {
				x.Action = ui.LinkButton{Text: "Open", Href: s.href, Compact: true}
			}
		case now:
			x.State, x.Word, now = ui.StepNow, "Next", false
			x.Action = actionOf(s, role)
			if x.Action == nil {
				x.Note = "This is for the role " + s.role.Label() + "."
			}
		}
		out.Steps = append(out.Steps, x)
	}
	return out
}

func actionOf(s step, role auth.Role) templ.Component {
	if !auth.Allowed(role, s.role) {
		return nil
	}
	return ui.LinkButton{Text: s.action, Href: s.href, Weight: ui.Primary}
}

// steps are in the order of the guide.
func (b *board) steps() []step {
	mapped := b.mapping.Mapped + b.mapping.Excluded
	return []step{
		{"Connect a provider", "Enter the credentials that your distributor gave you.", at.Providers + "/new",
			"New provider", len(b.providers) > 0, auth.Admin},
		{"Verify the connectivity", "Open the provider and press Verify Connectivity: " +
			"it tells layer by layer what works.", b.firstProvider(), "Open the provider", b.connected(),
			auth.Operator},
		{"Sync the provider accounts", "Press Sync Provider Accounts on the provider's page.", b.firstProvider(),
			"Open the provider", mapped+b.mapping.Unmapped > 0, auth.Operator},
		{"Bring in your CRM accounts", "Import them as a CSV, or enter them one by one.", at.CRMAccounts + "/import",
			"Import CRM accounts", b.crmAccounts > 0, auth.Operator},
		{"Map each account to its customer",
			"Accept what is proposed, choose another, or exclude what is not a customer.",
			to(at.Accounts, "state", "unmapped"), "Map accounts", mapped > 0, auth.Operator},
		{"Sync the subscriptions", "Press Sync Subscriptions on the provider's page; from then on it runs every night.",
			b.firstProvider(), "Open the provider", b.All > 0, auth.Operator},
		{"Enter prices", "A price list per currency. Open it and reckon its prices from what your subscriptions cost, or " +
			"import them.", at.PriceLists, "Price lists", b.priceLists > 0 && !b.unpriced, auth.Billing},
		{"Make billing contracts", "One default contract per mapped customer, in one step, so that subscriptions " +
			"land by themselves.", at.Contracts + "/make", "Make contracts", b.contracts > 0 && b.uncontracted == 0,
			auth.Billing},
		{"Review and sign off", "Mend what fails by its cause, then sign what is right.", at.Subscriptions + "/causes",
			"Review by cause", b.Progress.Signed > 0, auth.Billing},
		{"Bill the first run", "Draft what is due, look at it, and bill it.", at.Billing, "Billing", b.billed,
			auth.Billing},
	}
}

// connected tells whether a provider can be read, or was.
func (b *board) connected() bool {
	for _, p := range b.providers {
		switch p.Connectivity() {
		case provider.Verified, provider.Warning, provider.Stale, provider.NotApplicable:
			return true
		}
	}
	return false
}

func (b *board) firstProvider() string {
	for _, p := range b.providers {
		if p.Active {
			return at.Provider(p.ID)
		}
	}
	return at.Providers
}
