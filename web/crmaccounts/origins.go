package crmaccounts

import (
	"fmt"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/crm"
	"seatledger/internal/crmsource"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/crmaccounts"
)

// UseOffer puts what a file or source has in the place of what a person edited.
func (h Handlers) UseOffer(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	field := form.Get("field")
	if err := h.Accounts.UseOffer(c.Request().Context(), session.Actor(c), id, field); err != nil {
		return err
	}
	return httpx.Done(c, recordPath(id), "The "+crm.Label(field)+" is the source's again, and follows it from now on.")
}

// origins tells field by field where the values come from, and what was kept by hand
// against a file or source; nil where everything was typed here and nothing is offered.
func (h Handlers) origins(a crm.Account, p crm.Provenance, mayWrite bool) *view.Part {
	if !worthTelling(p) {
		return nil
	}
	part := &view.Part{Card: ui.Card{Title: "Where the values come from", ID: "origins", Flush: true}, Table: ui.Table{
		Caption: "Where the values come from", Plain: true, Compact: true,
		Columns: []ui.Column{{Label: "Field", Nowrap: true}, {Label: "Value"}, {Label: "From"}, {Label: "Otherwise"}},
	}}
	for _, c := range a.Columns() {
		origin, known := p.Origins[c.Name]
		offer, offered := p.Offers[c.Name]
		if !known && !offered {
			continue
		}
		row := ui.Row{Cells: []ui.Cell{ui.TextCell(capital(crm.Label(c.Name))), ui.TextCell(c.Value),
			{Text: originText(origin), Sub: h.since(origin)}, {}}}
		if c.Value == "" {
			row.Cells[1] = ui.Cell{Text: "emptied by hand", Muted: true}
		}
		if offered {
			row.Tone, row.Cells[3] = ui.Warn, h.offerCell(a, c.Name, offer, mayWrite)
		}
		part.Table.Rows = append(part.Table.Rows, row)
	}
	return part
}

func worthTelling(p crm.Provenance) bool {
	for _, o := range p.Origins {
		if o.By != crm.Entered {
			return true
		}
	}
	return len(p.Offers) > 0
}

func (h Handlers) offerCell(a crm.Account, field string, o crm.Offer, mayWrite bool) ui.Cell {
	offer := view.Offer{Text: fmt.Sprintf("Kept; %s says “%s”.", o.Name, o.Value)}
	if mayWrite {
		offer.Use = &ui.PostButton{Hidden: []ui.Pair{{Name: "field", Value: field}},
			Button: ui.Button{Text: "Use the source’s value", Compact: true, Action: recordPath(a.ID) + "/use-source"}}
	}
	return ui.Of(offer)
}

func originText(o crm.Origin) string {
	switch o.By {
	case crm.Entered:
		return "Typed by " + o.Name
	case crm.Edited:
		return "Edited by hand, " + o.Name
	case crm.File:
		return "File " + o.Name
	case crm.Dataverse:
		return "CRM source " + o.Name
	case crm.Distributor:
		return "The distributor"
	}
	return ""
}

func (h Handlers) since(o crm.Origin) string {
	if o.At.IsZero() {
		return ""
	}
	return httpx.MomentText(o.At, h.Zone)
}

// notesOn tells where a source no longer has the account.
func (h Handlers) notesOn(fed []crmsource.Known) []ui.Callout {
	var out []ui.Callout
	for _, k := range fed {
		when := httpx.MomentText(k.StatusSince, h.Zone)
		switch k.Status {
		case crmsource.GoneThere:
			out = append(out, ui.Callout{Tone: ui.Warn, Title: "Gone at the source",
				Text: fmt.Sprintf("%s no longer has this account since %s. %s It is kept here with everything that "+
					"hangs on it.", k.Source, when, k.Note)})
		case crmsource.InactiveThere:
			out = append(out, ui.Callout{Tone: ui.Info, Title: "Inactive at the source",
				Text: fmt.Sprintf("%s has set this account to inactive (seen %s).", k.Source, when)})
		default:
			if k.Note != "" {
				out = append(out, ui.Callout{Tone: ui.Info, Title: "Not everything could be read",
					Text: k.Source + ": " + k.Note})
			}
		}
	}
	return out
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
