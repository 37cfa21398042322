package accounts

import (
	"context"
	"net/http"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/crm"
	"seatledger/internal/mapping"
	"seatledger/internal/syncing"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/accounts"
)

// dossier is all that the page of one account shows.
type dossier struct {
	account.Overview
	proposals []mapping.Proposal
	customers map[uuid.UUID]crm.Account // the proposed ones, and the one it is mapped to
	heritage  *mapping.Heritage
	heirs     []mapping.Heritage // of a gone one
	history   []mapping.Decision
	search    search
	mayMap    bool

	mark      syncing.Unreadable // a person's word that it cannot be read
	isMarked  bool
	failedWhy string // why the last run could not read it; empty: it could
}

// Record is the page of one account.
func (h Handlers) Record(c echo.Context) error {
	accountID, err := id(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	d, err := readDossier(ctx, h.DB.Read(ctx), accountID)
	if err != nil {
		return err
	}
	d.mayMap = mayMap(c)
	if d.mark, d.isMarked, err = syncing.UnreadableMark(ctx, h.DB.Read(ctx), accountID); err != nil {
		return err
	}
	if d.failedWhy, err = syncing.LastFailure(ctx, h.DB.Read(ctx), accountID); err != nil {
		return err
	}
	if d.search, err = h.find(c, d.Account); err != nil {
		return err
	}
	m := view.Record{Page: session.Page(c, nameOf(d.Account), nav), Callouts: h.callouts(d), Parts: h.parts(d)}
	m.Page.Kicker, m.Page.Crumbs = "Provider account", []layout.Crumb{{Label: nav, Href: path}}
	m.Page.Badges = badges(d)
	m.Page.Meta = []layout.Meta{
		{Label: "Provider", Text: d.Provider, Href: at.Provider(d.ProviderID)},
		{Label: "External id", Text: d.ExternalID}, {Label: "First seen", Value: h.moment(d.FirstSeenAt)},
	}
	around, err := httpx.AroundOf(c, h.DB.Read(ctx), account.All, accountID,
		"a.state = 'unmapped' AND a.provider_status <> 'gone'")
	if err != nil {
		return err
	}
	around.On(&m.Page)
	around.ToDo(&m.Page, "Next to map")
	if d.mayMap {
		m.Page.Actions = actions(d)
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func readDossier(ctx context.Context, db *gorm.DB, accountID uuid.UUID) (dossier, error) {
	o, err := account.Look(ctx, db, accountID)
	if err != nil {
		return dossier{}, err
	}
	d := dossier{Overview: o, customers: map[uuid.UUID]crm.Account{}}
	if d.history, err = mapping.History(ctx, db, accountID); err != nil {
		return d, err
	}
	if o.Mapping == account.Unmapped {
		if err := d.readProposals(ctx, db); err != nil {
			return d, err
		}
	}
	if o.Status == account.Gone {
		if d.heirs, err = mapping.HeirsOf(ctx, db, accountID); err != nil {
			return d, err
		}
	}
	return d, d.readCustomers(ctx, db)
}

func (d *dossier) readProposals(ctx context.Context, db *gorm.DB) error {
	all, err := mapping.Proposals(ctx, db, []uuid.UUID{d.ID})
	if err != nil {
		return err
	}
	d.proposals = all[d.ID]
	heritages, err := mapping.Heritages(ctx, db, []uuid.UUID{d.ID})
	if heritage, ok := heritages[d.ID]; ok {
		d.heritage = &heritage
	}
	return err
}

func (d *dossier) readCustomers(ctx context.Context, db *gorm.DB) error {
	var ids []uuid.UUID
	for _, p := range d.proposals {
		ids = append(ids, p.CRMAccountID)
	}
	if d.CRMAccountID.Valid {
		ids = append(ids, d.CRMAccountID.UUID)
	}
	for _, customer := range ids {
		a, err := crm.Get(ctx, db, customer)
		if err != nil {
			return err
		}
		d.customers[customer] = a
	}
	return nil
}

func badges(d dossier) []ui.Badge {
	out := []ui.Badge{{Text: string(d.Mapping), Tone: stateTones[d.Mapping]}}
	if b := statusBadge(d.Status); b != nil {
		out = append(out, *b)
	}
	return out
}

func actions(d dossier) []templ.Component {
	var out []templ.Component
	if d.Connector != manual {
		out = append(out, ui.PostButton{Button: ui.Button{Text: "Sync this account", Icon: "sync", Key: "s",
			Action: recordPath(d.ID) + "/sync", Disabled: !d.ProviderActive,
			Why: whyNoSync(d)}, Hidden: []ui.Pair{{Name: "kind", Value: "subscriptions"}}})
	}
	switch d.Mapping {
	case account.Mapped:
		out = append(out, ui.LinkButton{Text: "Exclude", Href: recordPath(d.ID) + "/exclude"},
			ui.LinkButton{Text: "Unmap", Href: recordPath(d.ID) + "/unmap"})
	case account.Excluded:
		out = append(out, ui.PostButton{Button: ui.Button{Text: "Include account", Weight: ui.Primary,
			Action: recordPath(d.ID) + "/include"}})
	case account.Unmapped:
		out = append(out, ui.LinkButton{Text: "Exclude", Href: recordPath(d.ID) + "/exclude"},
			ui.PostButton{Button: ui.Button{Text: "Create CRM account",
				Action: recordPath(d.ID) + "/create-crm-account"}})
	}
	return out
}

func whyNoSync(d dossier) string {
	if d.ProviderActive {
		return ""
	}
	return d.Provider + " is deactivated and syncs nothing"
}
