package accounts

import (
	"fmt"

	"github.com/a-h/templ"

	"seatledger/internal/account"
	"seatledger/internal/mapping"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"

	view "seatledger/views/accounts"
)

// callouts say how the mapping stands: who decided, when and why, or who may inherit.
func (h Handlers) callouts(d dossier) []view.Callout {
	var out []view.Callout
	switch d.Mapping {
	case account.Mapped:
		out = append(out, view.Callout{Callout: ui.Callout{Tone: ui.Good, Title: "Mapped to " + d.CRMAccount,
			Text: h.decision(d)}})
	case account.Excluded:
		out = append(out, view.Callout{Callout: ui.Callout{Title: "Excluded: " + d.ExcludeReason,
			Text: h.decision(d) + " Its subscriptions still sync and are held."}})
	case account.Unmapped:
		text := "Its subscriptions are kept up to date and held; they are not billed until the account is mapped."
		if len(d.proposals) == 0 {
			text += " No CRM account looks like this customer so far (after a change suggestions take a few " +
				"seconds): search for one below, or create it from this account."
		}
		out = append(out, view.Callout{Callout: ui.Callout{Tone: ui.Warn, Title: "Not mapped yet", Text: text}})
	}
	if c := heirCallout(d); c != nil {
		out = append(out, *c)
	}
	return out
}

// decision is who decided last, when, and why.
func (h Handlers) decision(d dossier) string {
	if d.DecidedAt == nil {
		return ""
	}
	out := fmt.Sprintf("By %s on %s", d.DecidedBy, httpx.MomentText(*d.DecidedAt, h.Zone))
	if d.DecidedWhy != "" && d.Mapping == account.Mapped {
		out += ": " + d.DecidedWhy
	}
	return out + "."
}

// heirCallout offers a CRM account of a gone account to the successor with the same tenant id (RULES 6).
func heirCallout(d dossier) *view.Callout {
	c := view.Callout{Callout: ui.Callout{Tone: ui.Info}}
	switch {
	case d.heritage != nil:
		c.Title = "Same tenant id as " + d.heritage.GoneName + ", which is gone"
		c.Text = fmt.Sprintf("%s still has the CRM account %s. Taking over releases it there and maps it here, in "+
			"one step.", d.heritage.GoneName, d.heritage.CRMAccount)
		if d.mayMap {
			c.Actions = []templ.Component{takeOver(*d.heritage)}
		}
		c.Actions = append(c.Actions, ui.LinkButton{Text: "Open " + d.heritage.GoneName,
			Href: recordPath(d.heritage.GoneID), Compact: true})
	case d.Status == account.Gone && d.Mapping == account.Mapped:
		c.Tone, c.Title = ui.Warn, "The distributor no longer lists this account"
		c.Text = "Its CRM account stays taken, and its subscriptions stay as they are, until a person decides."
		for _, x := range d.heirs {
			c.Actions = append(c.Actions, ui.LinkButton{Text: "Open the successor with the same tenant id",
				Href: recordPath(x.AccountID), Compact: true})
			if d.mayMap {
				c.Actions = append(c.Actions, takeOverBy(x))
			}
		}
	default:
		return nil
	}
	return &c
}

// takeOverBy is the same step, offered on the page of the gone account.
func takeOverBy(x mapping.Heritage) ui.LinkButton {
	b := takeOver(x)
	b.Text = "Let the successor take over"
	return b
}

// history lists the decisions about the account, with the way to take the last one back.
func (h Handlers) history(d dossier) view.Part {
	part := view.Part{Card: ui.Card{Title: "Decisions",
		Actions: []templ.Component{ui.LinkButton{Text: "With noes and snoozes",
			Href: at.Mapping + "/history?" + query("account", d.ID.String()), Compact: true}}}}
	if len(d.history) == 0 {
		part.Card.Text = "None yet. Who maps, unmaps or excludes this account, when and why, will stand here."
		return part
	}
	var line ui.Timeline
	undo := false
	for _, x := range d.history {
		line = append(line, ui.Event{Title: eventTitle(x), Who: x.Actor, When: h.moment(x.At), Text: x.Why,
			Tone: eventTone(x)})
		if x.Undoable() && !undo && d.mayMap {
			undo = true
			part.Card.Actions = append(part.Card.Actions,
				ui.LinkButton{Text: "Undo the last decision", Href: recordPath(d.ID) + "/undo", Compact: true})
		}
	}
	part.Content = []templ.Component{line}
	return part
}

func eventTitle(x mapping.Decision) string {
	suffix := ""
	if x.Undone {
		suffix = " (undone)"
	}
	switch {
	case x.Action == "map" && x.FromState == account.Mapped:
		return "Mapped to " + x.ToCRMAccount + " instead of " + x.FromCRMAccount + suffix
	case x.Action == "map":
		return "Mapped to " + x.ToCRMAccount + suffix
	case x.Action == "unmap":
		return "Unmapped from " + x.FromCRMAccount + suffix
	case x.Action == "exclude":
		return "Excluded" + suffix
	case x.Action == "include":
		return "Included again" + suffix
	case x.ToState == account.Mapped:
		return "Undone: mapped to " + x.ToCRMAccount + " again"
	}
	return "Undone: " + string(x.ToState) + " again"
}

func eventTone(x mapping.Decision) ui.Tone {
	switch {
	case x.Undone:
		return ui.Neutral
	case x.ToState == account.Mapped:
		return ui.Good
	case x.ToState == account.Unmapped:
		return ui.Warn
	}
	return ui.Neutral
}
