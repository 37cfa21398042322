package accounts

import (
	"github.com/a-h/templ"

	"seatledger/internal/account"
	"seatledger/internal/crm"
	"seatledger/internal/mapping"
	"seatledger/internal/match"
	"seatledger/views/ui"
	"seatledger/web/at"
	queue "seatledger/web/mapping"

	view "seatledger/views/accounts"
)

// compareTable sets an account and a CRM account side by side, as the queue does.
func compareTable(a account.Account, c crm.Account, evidence []match.Evidence) templ.Component {
	return queue.Compare(a, c, evidence)
}

// remarks are why a candidate is not certain, and who has it.
func remarks(p mapping.Proposal) []view.Note {
	var out []view.Note
	if !p.Free() {
		out = append(out, view.Note{Tone: ui.Warn, Text: "Already mapped, by " + p.Holder.DecidedBy + ", to",
			Label: p.Holder.Name, Href: recordPath(p.Holder.AccountID)})
	}
	if p.Doubt != "" {
		out = append(out, view.Note{Text: "Not certain: " + p.Doubt})
	}
	if p.Claimant != "" {
		out = append(out, view.Note{Text: "Fits better", Label: p.Claimant, Href: recordPath(p.ClaimantID.UUID)})
	}
	return out
}

// swapLink leads to the page that takes a CRM account over from its holder.
func swapLink(accountID, customer string) ui.LinkButton {
	return ui.LinkButton{Text: "Take over or exchange",
		Href: at.Mapping + "/" + accountID + "/swap?" + query("crm_account_id", customer), Compact: true}
}
