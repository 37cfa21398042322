package subscriptions

import (
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/review"
	"seatledger/views/ui"
	"seatledger/web/at"

	view "seatledger/views/subscriptions"
)

var groupTitles = []struct {
	group review.Group
	title string
}{{review.Customer, "Customer"}, {review.Contract, "Billing contract"}, {review.Pricing, "Pricing"}}

// checkNames are the findings' headings.
var checkNames = map[string]string{
	"customer": "Customer", "moved": "Moved", "account_gone": "Account", "status": "Status at the distributor",
	"hold": "Held", "missing": "Gone",
	"contract": "Contract", "dates": "Dates", "currency": "Currency", "frequency": "Billing rhythm",
	"product": "Product", "kind": "Kind", "ledger": "Ledger", "twin": "Twin", "price": "Price",
	"period": "Period of the price", "free": "Free of charge",
	"proposal": "Price at renewal", "date": "Date that cannot be read", "past_end": "End has passed",
	"begun": "Begun on a guess", "renewal": "Renewal under another id", "cost": "Cost", "margin": "Margin",
	"not_seen": "Not seen", "not_sent": "No longer sent",
}

var stepStates = map[review.Verdict]ui.StepState{review.OK: ui.StepDone, review.Warn: ui.StepWarned,
	review.Fail: ui.StepFailed}

// review is the verdict in its groups, and the sign-off under it.
func (h Handlers) review(c echo.Context, s sheet) view.Review {
	r := view.Review{Card: ui.Card{Title: "Review", ID: "review", Badges: reviewBadge(string(s.report.Word))}}
	if len(s.report.Checks) == 0 {
		r.Silent = "It is inactive, so there is nothing to review."
	}
	for _, g := range groupTitles {
		if found := findings(s, g.group); len(found) > 0 {
			r.Groups = append(r.Groups, view.Group{Title: g.title, Findings: found})
		}
	}
	switch {
	case s.report.Signed:
		r.Card.Text = "Signed by " + s.report.SignOffs[0].SignedBy + " on " +
			s.report.SignOffs[0].SignedAt.In(h.Zone).Format("2 Jan 2006") + "."
	case s.report.MayNotSign != "" && s.report.Word != "":
		r.Why = "It cannot be signed off: " + s.report.MayNotSign
	case s.report.Word != "" && mayDecide(c):
		r.Form, r.Note = signForm(s), ui.Field{Name: "note", Label: "Note", Scope: "sign",
			Hint: "What you checked, or why you accept a warning."}
	}
	return r
}

// keys are those of the mapping queue, as far as a review has the same to do.
var keys = ui.FoldedKeys{Of: "In the review", Keys: []ui.Key{
	{Key: "a or Enter", Does: "Sign off, and go on to the next of the list to sign"},
	{Key: "j", Does: "Next subscription of the list"}, {Key: "k", Does: "Previous subscription of the list"},
	{Key: "c", Does: "Choose the contract"}, {Key: "p", Does: "Set the price"},
	{Key: "?", Does: "Show all keys"},
}}

func signForm(s sheet) *ui.Form {
	f := &ui.Form{Action: path + "/sign-off", Save: "Sign off", Key: "a"}
	next := recordPath(s.ID)
	if s.around.List != "" {
		f.Save, next = "Sign off and go on", s.around.Todo
	}
	f.Hidden = []ui.Pair{{Name: "id", Value: s.ID.String()},
		{Name: "seen", Value: s.ID.String() + ":" + s.report.Fingerprint}, {Name: "next", Value: next}}
	return f
}

func findings(s sheet, g review.Group) ui.Steps {
	var out ui.Steps
	for _, c := range s.report.Checks {
		if c.Group != g {
			continue
		}
		step := ui.Step{Title: checkNames[c.Code], State: stepStates[c.Verdict], Text: c.Says}
		if text, href := mend(s, c.Mend); href != "" {
			step.Action = ui.LinkButton{Text: text, Href: href, Compact: true}
		}
		out = append(out, step)
	}
	return out
}

// mend is the place where a finding is put right. What the page itself says needs no link.
func mend(s sheet, m review.Mend) (text, href string) {
	switch m.What {
	case "account":
		return "Open the account", at.Accounts + "/" + m.ID
	case "contract":
		return "Open the contract", at.Contracts + "/" + m.ID
	case "contract_choice":
		return contractChoice(s, "Choose a contract")
	case "price":
		if !s.ContractID.Valid { // a price needs the contract's currency
			return contractChoice(s, "Choose a contract first")
		}
		return "Set the price", "#price"
	case "ledger":
		return "Correct its date", "#ledger"
	case "dates":
		return "Say the day", "#dates"
	case "provider":
		return "Open the provider", at.Providers + "/" + m.ID
	case "subscription":
		if m.ID != s.ID.String() {
			return "Open the other one", path + "/" + m.ID
		}
	}
	return "", ""
}

// contractChoice leads to the contracts of the customer; where there is none, to a new one for that customer.
func contractChoice(s sheet, text string) (string, string) {
	if to := s.options.Customer; len(s.options.Contracts) == 0 && to.ID != uuid.Nil {
		return "New contract for " + to.Name, at.Contracts + "/new?crm_account_id=" + to.ID.String()
	}
	return text, "#contract"
}

// signOffs is every signature, with why it lapsed.
func (h Handlers) signOffs(s sheet) *view.Part {
	if len(s.report.SignOffs) == 0 {
		return nil
	}
	t := ui.Table{Caption: "Sign-offs", Plain: true,
		Columns: []ui.Column{{Label: "Signed by"}, {Label: "When"}, {Label: "Note"}, {Label: "Stands"}}}
	for _, g := range s.report.SignOffs {
		stands := ui.BadgeCell("stands", ui.Good)
		if g.LapsedAt != nil {
			stands = ui.Cell{Badges: []ui.Badge{{Text: "lapsed", Tone: ui.Warn}},
				Sub: "on " + g.LapsedAt.In(h.Zone).Format("2 Jan 2006") + ": " + g.LapsedBecause}
		}
		t.Rows = append(t.Rows, ui.Row{Muted: g.LapsedAt != nil,
			Cells: []ui.Cell{{Text: g.SignedBy, Sub: "under " + g.Contract}, ui.Of(h.moment(g.SignedAt)),
				ui.TextCell(g.Note), stands}})
	}
	return &view.Part{Card: ui.Card{Title: "Sign-offs", Flush: true}, Table: t}
}
