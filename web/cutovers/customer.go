package cutovers

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/cutover"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/cutovers"
)

// Customer is the pairing of one customer: both sides, what is proposed, what was decided.
func (h Handlers) Customer(c echo.Context) error {
	run, err := h.run(c)
	if err != nil {
		return err
	}
	id, err := httpx.ID(c, "customer")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	v, err := h.Cutovers.CustomerOf(ctx, h.Cutovers.DB.Read(ctx), run.ID, id)
	if err != nil {
		return err
	}
	p := customerPage{CustomerView: v, may: canAct(c, run)}
	m := view.Customer{Page: session.Page(c, v.Customer.CRMAccount, nav), Remarks: warnings(v), Prices: pricesToSee(v),
		Stats: p.stats(), Steps: p.missing(), Next: p.next(), Exact: p.exact(), Accept: p.accept(),
		Proposals: p.proposals(), Keep: p.keep(),
		Pairs: p.pairs(h), Choices: p.choices(), Fresh: p.fresh(), Old: p.column(v.Old, run.OldProvider),
		New: p.column(v.New, run.NewProvider), Carries: p.takesOver(),
		Audit: ui.LinkButton{Text: "All of it in the audit trail",
			Href: at.Audit + "?object_type=crm_account&object_id=" + id.String(), Compact: true, Weight: ui.Quiet}}
	if p.may && v.Customer.Step == pairing.Open {
		m.SwitchDay = &ui.Form{Action: path(run.ID) + "/switch-day", Save: "Set the switch day", Hidden: p.hidden()}
		m.Day = ui.Field{Kind: ui.DateInput, Name: "switch_day", Label: "Switch day",
			Value: v.Customer.SwitchDay.String(), Size: ui.Short,
			Hint: "Days before it belong to the old subscriptions. The billing day of the contract suits best."}
	}
	if m.History, err = h.history(ctx, id); err != nil {
		return err
	}
	m.Page.Kicker, m.Page.Crumbs, m.Page.Badges = "Cut-over "+run.Name, crumbs(run), stepBadges(v.Customer)
	m.Page.Meta = []layout.Meta{{Label: "CRM account", Text: v.Customer.CRMAccount,
		Href: at.CRMAccount(id)},
		{Label: "Proof", Text: "Day by day", Href: path(run.ID) + "/proof?crm_account=" + id.String()}}
	return httpx.Render(c, http.StatusOK, m.Show())
}

// pricesToSee are the lines that invoices leave out until their price is acknowledged.
func pricesToSee(v cutover.CustomerView) *view.WorkList {
	if len(v.Unseen) == 0 {
		return nil
	}
	list := view.WorkList{}
	for _, says := range v.Unseen {
		list.Items = append(list.Items, view.WorkItem{Says: says, Link: "Acknowledge it in the proof",
			Href: path(v.Run.ID) + "/proof?crm_account=" + v.Customer.CRMAccountID.String()})
	}
	return &list
}

// customerPage is the customer with who looks.
type customerPage struct {
	cutover.CustomerView
	may bool
}

func (p customerPage) open() bool { return p.may && p.Customer.Step == pairing.Open }

func (p customerPage) hidden() []ui.Pair {
	return []ui.Pair{{Name: "crm_account_id", Value: p.Customer.CRMAccountID.String()}}
}

func (p customerPage) base() string { return path(p.Run.ID) }

func warnings(v cutover.CustomerView) []ui.Callout {
	var out []ui.Callout
	for _, w := range v.Warnings {
		out = append(out, ui.Callout{Tone: ui.Warn, Text: w})
	}
	return out
}

func (p customerPage) stats() ui.Stats {
	day, note := "not set", ""
	if !p.Customer.SwitchDay.IsZero() {
		day = p.Customer.SwitchDay.String()
		if !p.Customer.OwnSwitchDay {
			note = "of the cut-over"
		}
	}
	return ui.Stats{{Label: "Switch day", Value: day, Note: note},
		{Label: "Seats, old", Value: itoa(p.Customer.OldSeats),
			Note: words.Counted(p.Customer.OldCount, "subscription", "subscriptions")},
		{Label: "Seats, new", Value: itoa(p.Customer.NewSeats),
			Note: words.Counted(p.Customer.NewCount, "subscription", "subscriptions")},
		{Label: "Undecided", Value: itoa(p.Customer.Undecided), Note: decided(p.Customer) + " decided",
			Tone: ui.Warn.If(p.Customer.Undecided > 0)}}
}

// missing is what must be fulfilled before the next step, each with the way to its work.
func (p customerPage) missing() ui.Steps {
	var out ui.Steps
	for _, m := range p.Missing {
		s := ui.Step{Title: m.Says, State: ui.StepWarned, Word: "Missing"}
		if href := address(p.Run, m.Link); href != "" {
			s.Action = ui.LinkButton{Text: linkWords[m.Link.Kind], Href: href, Compact: true}
		}
		out = append(out, s)
	}
	return out
}

var linkWords = map[string]string{"subscription": "Open the subscription", "contract": "Preview its invoice",
	"closing": "Preview the change-log invoice", "elsewhere": "Mark as billed elsewhere", "account": "Open the account",
	"provider": "Open the provider", "crm_account": "Open the CRM account",
	"accounts": "Open the accounts", "invoices": "Open its invoice lines", "invoice": "Open the invoice",
	"changes": "Open its license changes", "proof": "Open the proof"}

// address is where the work named by a link is done.
func address(run cutover.Run, l cutover.Link) string {
	switch l.Kind {
	case "subscription":
		return at.Subscriptions + "/" + l.ID
	case "closing":
		return at.Contracts + "/" + l.ID + "/invoices/new?kind=change_log&period_end=" + l.Day.String()
	case "elsewhere":
		return at.Changes + "/billed-elsewhere?subscription=" + l.ID
	case "contract":
		return at.Contracts + "/" + l.ID + "/invoices/new"
	case "account":
		return at.Accounts + "/" + l.ID
	case "provider":
		return at.Providers + "/" + l.ID
	case "crm_account":
		return at.CRMAccounts + "/" + l.ID
	case "accounts":
		return at.Accounts + "?state=unmapped&provider=" + l.ID
	case "invoices":
		return at.InvoiceLines + "?subscription=" + l.ID
	case "invoice":
		return at.Invoices + "/" + l.ID
	case "changes":
		return at.Changes + "?subscription=" + l.ID
	case "proof":
		return path(run.ID) + "/proof"
	}
	return ""
}

// next is the button of the next step, and the one that takes the last back.
func (p customerPage) next() templ.Component {
	if !p.may {
		return nil
	}
	var out row
	words := map[pairing.Step]struct{ text, to string }{pairing.Confirmed: {"Confirm this customer", "/confirm"},
		pairing.Reassigned: {"Reassign the history", "/reassign"}, pairing.Retired: {"Retire the old ones", "/retire"}}
	if w, more := words[p.Next]; more && p.Next != p.Customer.Step {
		out = append(out, ui.PostButton{Button: ui.Button{Text: w.text, Weight: p.weight(), Action: p.base() + w.to},
			Hidden: append(p.hidden(), ui.Pair{Name: "ask", Value: "1"})})
	}
	if p.Customer.Step != pairing.Open {
		out = append(out, ui.PostButton{Button: ui.Button{Text: "Take the last step back", Action: p.base() + "/undo"},
			Hidden: append(p.hidden(), ui.Pair{Name: "ask", Value: "1"})})
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// weight is loud once nothing is missing.
func (p customerPage) weight() ui.Weight {
	if len(p.Missing) == 0 {
		return ui.Primary
	}
	return ui.Secondary
}
