package dashboard

import (
	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/auth"
	"seatledger/internal/provider"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

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
		{"Connect a provider", "Enter the credentials that your distributor gave you. It is verified and read at once.",
			at.Providers + "/new?first=1",
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
			b.mappings(), "Map accounts",
			mapped > 0 && !b.certain && !b.likely, auth.Operator},
		{"Sync the subscriptions", "Press Sync Subscriptions on the provider's page; from then on it runs every night.",
			b.firstProvider(), "Open the provider", b.All > 0, auth.Operator},
		{"Enter prices", "A price list per currency. Open it and reckon its prices from what your subscriptions cost, or " +
			"import them.", b.prices(), "Enter prices", b.priceLists > 0 && !b.unpriced, auth.Billing},
		{"Make billing contracts", "One default contract per mapped customer, in one step, so that subscriptions " +
			"land by themselves.", at.Contracts + "/make", "Make contracts", b.contracts > 0 && b.uncontracted == 0,
			auth.Billing},
		{"Review and sign off", "Mend what fails by its cause, then sign what is right.", b.review(),
			"Review and sign off", b.Progress.Signed > 0, auth.Billing},
		{"Bill the first run", "Draft what is due, look at it, and bill it.", at.Billing, "Billing", b.billed,
			auth.Billing},
	}
}

// mappings is where accounts are mapped: those with one good candidate all at once.
func (b *board) mappings() string {
	switch {
	case b.certain && !b.likely:
		return at.Mapping + "/bulk"
	case b.certain || b.likely:
		return to(at.Mapping+"/bulk", "above", "50")
	}
	return at.Mapping
}

// prices is where those of what is in use are reckoned: of a list, or of one that is made first.
func (b *board) prices() string {
	if b.firstList == uuid.Nil {
		return at.PriceLists + "/new?first=1"
	}
	return at.PriceList(b.firstList) + "/reckon"
}

// review is where what is right is signed, or may be after a look; while there is neither, where it is mended.
func (b *board) review() string {
	switch {
	case b.Progress.OK > 0:
		return to(at.Subscriptions, "review", "ok")
	case b.Progress.Warn > 0:
		return to(at.Subscriptions, "review", "warn")
	}
	return at.Subscriptions + "/causes"
}

// Next leads to the next of the first steps; where none is left, or it is somebody else's, to the dashboard.
func (h Handlers) Next(c echo.Context) error {
	ctx := c.Request().Context()
	b := &board{now: h.Clock.Now(), zone: h.Zone, hour: h.Night}
	if err := h.DB.Snapshot(ctx, func(tx *gorm.DB) error { return b.read(ctx, tx) }); err != nil {
		return err
	}
	for _, s := range b.steps() {
		if s.done {
			continue
		}
		if auth.Allowed(session.User(c).Role, s.role) {
			return httpx.SeeOther(c, s.href)
		}
		break
	}
	return httpx.SeeOther(c, "/")
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
