package mapping

import (
	"context"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/crm"
	"seatledger/internal/mapping"
	"seatledger/views/ui"

	view "seatledger/views/mapping"
)

const foundAtMost = 20

// search is what a person looked for among the CRM accounts, and what was found.
type search struct {
	query string
	found []crm.Row
	held  map[uuid.UUID]mapping.Holder
	more  bool
}

func (d *desk) find(ctx context.Context, db *gorm.DB, query string) error {
	d.search.query = query
	if query == "" || len(query) > 200 || !utf8.ValidString(query) {
		return nil
	}
	var err error
	if d.search.found, d.search.more, err = crm.Search(ctx, db, query, foundAtMost); err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(d.search.found))
	for i, f := range d.search.found {
		ids[i] = f.ID
	}
	d.search.held, err = mapping.HoldersAt(ctx, db, d.account.ProviderID, ids)
	return err
}

func (d desk) searching() view.Search {
	m := view.Search{Action: path, Query: d.search.query,
		Hidden: append(d.where.pairs(), ui.Pair{Name: "at", Value: d.account.ID.String()})}
	switch {
	case d.search.query == "":
		return m
	case len(d.search.found) == 0:
		m.Note = "No CRM account matches. Search for a part of the name, or create one from this account."
	case d.search.more:
		m.Note = "More than twenty were found; these are the first."
	}
	for _, f := range d.search.found {
		c := view.Candidate{Name: f.Name, CRMHref: crmPath(f.ID), Chosen: d.picked != nil &&
			d.picked.customer.ID == f.ID,
			Href: d.where.link(path, "at", d.account.ID.String(), "crm", f.ID.String(), "crm_q", d.search.query)}
		if holder, held := d.search.held[f.ID]; held {
			c.Notes = append(c.Notes, "Taken by "+called(holder))
		}
		m.Found = append(m.Found, c)
	}
	return m
}

func called(h mapping.Holder) string {
	if h.Name == "" {
		return h.ExternalID
	}
	return h.Name
}
