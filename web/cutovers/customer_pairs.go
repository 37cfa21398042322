package cutovers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/cutover"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/subscription"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"

	view "seatledger/views/cutovers"
)

func (p customerPage) side(id uuid.UUID) cutover.Side {
	for _, all := range [][]cutover.Side{p.Old, p.New} {
		for _, s := range all {
			if s.ID == id {
				return s
			}
		}
	}
	return cutover.Side{Side: pairing.Side{ID: id, ExternalID: "no longer this customer's"}}
}

const proposalsForm = "proposals-keep"

// exact are the pairs that one step accepts together.
func (p customerPage) exact() *ui.Table { return p.proposed("Exact pairs", true) }

// proposals are the other pairs that the machine sees; each is ticked by a person.
func (p customerPage) proposals() *ui.Table {
	t := p.proposed("Likely pairs", false)
	if t != nil && p.open() {
		t.Select = &ui.Selection{FormID: proposalsForm, Name: "pair"}
	}
	return t
}

func (p customerPage) proposed(caption string, exact bool) *ui.Table {
	t := ui.Table{Caption: caption, Plain: true,
		Columns: []ui.Column{{Label: "Old"}, {Label: "New"}, {Label: "Agreement"}}}
	for _, x := range p.Proposals {
		if (x.Confidence == pairing.Exact) != exact {
			continue
		}
		old, fresh := p.side(x.Old), p.side(x.New)
		t.Rows = append(t.Rows, ui.Row{ID: x.Old.String() + " " + x.New.String(), Label: old.Called(),
			Cells: []ui.Cell{sideCell(old), sideCell(fresh),
				{Badges: []ui.Badge{confidence(x.Confidence)}, Sub: x.Reason}}})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return &t
}

// accept is the step that keeps the exact pairs.
func (p customerPage) accept() *ui.PostButton {
	t := p.exact()
	if t == nil || !p.open() {
		return nil
	}
	text := "Accept the exact pair"
	if n := len(t.Rows); n > 1 {
		text = fmt.Sprintf("Accept the %d exact pairs", n)
	}
	return &ui.PostButton{Button: ui.Button{Text: text, Weight: ui.Primary, Action: p.base() + "/pairs"},
		Hidden: append(p.hidden(), ui.Pair{Name: "exact", Value: "1"})}
}

func (p customerPage) keep() *ui.BulkBar {
	if p.proposals() == nil || !p.open() {
		return nil
	}
	return &ui.BulkBar{FormID: proposalsForm, Action: p.base() + "/pairs", Hidden: p.hidden(),
		Hint:    "Tick what is the same subscription.",
		Buttons: []ui.Button{{Text: "Keep the ticked pairs"}}}
}

func confidence(c pairing.Confidence) ui.Badge {
	switch c {
	case pairing.Exact:
		return ui.Badge{Text: "exact", Tone: ui.Good}
	case pairing.Likely:
		return ui.Badge{Text: "likely", Tone: ui.Warn}
	}
	return ui.Badge{Text: "by a person", Tone: ui.Info}
}

func sideCell(s cutover.Side) ui.Cell {
	return ui.Cell{Text: s.Called(), Href: at.Subscription(s.ID),
		Sub: strings.Join([]string{s.ExternalID, seatsText(s), priceText(s)}, " · ")}
}

func seatsText(s cutover.Side) string { return words.Counted(s.Quantity, "seat", "seats") }

func priceText(s cutover.Side) string { return amountText(s.UnitPrice, s.Currency, s) }

func amountText(d decimal.NullDecimal, currency string, s cutover.Side) string {
	if !d.Valid {
		return "no price"
	}
	return sum(d.Decimal, currency) + " " + httpx.Per(s.PricePeriod)
}

// choices ask what becomes of each old subscription without a decision.
func (p customerPage) choices() []view.Choice {
	if !p.open() {
		return nil
	}
	var out []view.Choice
	for i, s := range p.Old {
		if !s.Needs {
			continue
		}
		f := ui.Field{Kind: ui.SelectBox, Name: "choice", Label: "What becomes of it", Scope: itoa(i),
			Options: []ui.Option{{Label: "Choose"}}}
		for _, n := range p.New {
			if n.Needs {
				f.Options = append(f.Options, ui.Option{Value: n.ID.String(),
					Label: fmt.Sprintf("Goes on as %s, %s, %s", n.Called(), n.ExternalID, seatsText(n))})
			}
		}
		f.Options = append(f.Options, ui.Option{Value: "ended", Label: "No twin: it ends on the switch day"})
		out = append(out, view.Choice{Name: s.Called(),
			Sub: strings.Join([]string{s.ExternalID, seatsText(s), priceText(s)}, " · "), Field: f,
			Form: ui.Form{Action: p.base() + "/pairs", Save: "Decide",
				Hidden: append(p.hidden(), ui.Pair{Name: "old_subscription_id", Value: s.ID.String()})}})
	}
	return out
}

// fresh are new subscriptions without a decision.
func (p customerPage) fresh() *ui.Table {
	t := ui.Table{Caption: "New subscriptions to decide", Plain: true,
		Columns: []ui.Column{{Label: "New"}, {Label: "State"}, {Label: "Decide", Hidden: true}}}
	for _, s := range p.New {
		if !s.Needs && !p.fromSwitch(s) {
			continue
		}
		cells := []ui.Cell{sideCell(s), {Badges: []ui.Badge{stateBadge(s)}}, {}}
		if !s.Needs {
			cells[1].Sub = "billed from the switch day, " + s.BillableFrom.String()
		}
		if p.may && (s.Needs || p.fromSwitch(s)) {
			cells[2] = ui.Of(p.newButtons(s))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return &t
}

// fromSwitch tells whether one without a decision begins before the switch day from which it is billed.
func (p customerPage) fromSwitch(s cutover.Side) bool {
	if s.State == subscription.Inactive || s.BillableFrom.IsZero() || !s.Start.Before(s.BillableFrom) ||
		!s.HistorySince.IsZero() {
		return false
	}
	return !slices.ContainsFunc(p.Pairs, func(x pairing.Pair) bool { return x.New.UUID == s.ID })
}

// newButtons say that a new one has no twin: billed from the switch day, or from its
// start, which asks for the customer's name.
func (p customerPage) newButtons(s cutover.Side) row {
	button := func(text string, more ...ui.Pair) ui.PostButton {
		return ui.PostButton{Button: ui.Button{Text: text, Action: p.base() + "/pairs", Compact: true},
			Hidden: slices.Concat(p.hidden(), []ui.Pair{{Name: "kind", Value: string(pairing.New)},
				{Name: "new_subscription_id", Value: s.ID.String()}}, more)}
	}
	var out row
	if s.Needs {
		out = append(out, button("No twin: it is new"))
	}
	if !p.Customer.SwitchDay.IsZero() && (s.Start.IsZero() || s.Start.Before(p.Customer.SwitchDay)) {
		out = append(out, button("New, billed from its start", ui.Pair{Name: "from_start", Value: "1"}))
	}
	return out
}

var kinds = map[pairing.Kind]string{pairing.Twin: "goes on as", pairing.New: "no twin: new",
	pairing.Ended: "no twin: ends"}

func (p customerPage) pairs(h Handlers) *ui.Table {
	if len(p.Pairs) == 0 {
		return nil
	}
	t := ui.Table{Caption: "Decided", Plain: true, Columns: []ui.Column{{Label: "Old"}, {Label: "Decision"},
		{Label: "New"}, {Label: "By"}, {Label: "Take back", Hidden: true}}}
	for _, x := range p.Pairs {
		var old, fresh, back ui.Cell
		if x.Old.Valid {
			old = sideCell(p.side(x.Old.UUID))
		}
		if x.New.Valid {
			fresh = sideCell(p.side(x.New.UUID))
		}
		if p.open() {
			back = ui.Of(ui.PostButton{Button: ui.Button{Text: "Take back",
				Action: p.base() + "/pairs/" + x.ID.String() + "/undo", Compact: true}})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{old,
			{Text: kinds[x.Kind], Badges: []ui.Badge{confidence(x.Confidence)}, Sub: x.Reason}, fresh,
			{Text: x.DecidedBy, Sub: h.moment(&x.DecidedAt)}, back}})
	}
	return &t
}

func (p customerPage) column(all []cutover.Side, provider string) view.Column {
	out := view.Column{Card: ui.Card{Title: provider}, None: "No subscriptions of this customer."}
	for _, s := range all {
		out.Items = append(out.Items, view.Side{Name: s.Called(), Href: at.Subscription(s.ID),
			Badges: sideBadges(s), Facts: ui.DefinitionList{Items: sideFacts(s)}})
	}
	return out
}

func sideBadges(s cutover.Side) []ui.Badge {
	out := []ui.Badge{stateBadge(s)}
	if s.Needs {
		out = append(out, ui.Badge{Text: "to decide", Tone: ui.Warn})
	}
	if s.Strayed {
		out = append(out, ui.Badge{Text: "no longer this customer's", Tone: ui.Bad})
	}
	if s.PriceWaits {
		out = append(out, ui.Badge{Text: "price to acknowledge", Tone: ui.Warn})
	}
	if !s.FrozenFrom.IsZero() {
		out = append(out, ui.Badge{Text: "frozen", Tone: ui.Info})
	}
	return out
}

func stateBadge(s cutover.Side) ui.Badge {
	switch s.State {
	case subscription.Active:
		return ui.Badge{Text: "active", Tone: ui.Good}
	case subscription.Held:
		return ui.Badge{Text: "held (" + string(s.HoldReason) + ")", Tone: ui.Warn}
	}
	return ui.Badge{Text: "ended " + s.DeactivatedOn.String()}
}

func sideFacts(s cutover.Side) []ui.Definition {
	product := s.PartNumber
	if product == "" {
		product = s.SKU
	}
	out := []ui.Definition{ui.Fact("Number", s.ExternalID), ui.Fact("Part number or SKU", product),
		ui.Fact("Seats", itoa(s.Quantity)), ui.Fact("Price", priceText(s)),
		ui.Fact("Term, billing", s.Term+", "+s.Frequency), ui.Fact("Start, end", dates(s))}
	if s.Billable != s.Quantity {
		out = append(out, ui.Fact("Counts here as", itoa(s.Billable)))
	}
	if s.ContractID.Valid {
		out = append(out, ui.Definition{Term: "Contract",
			Value: ui.LinkCell(s.Contract, at.Contract(s.ContractID.UUID))})
	}
	for _, d := range []struct{ term, day string }{{"Frozen from", s.FrozenFrom.String()},
		{"Billable from", s.BillableFrom.String()}, {"Billed up to, not including", s.BilledThrough.String()}} {
		if d.day != "" {
			out = append(out, ui.Fact(d.term, d.day))
		}
	}
	return out
}

func dates(s cutover.Side) string {
	if s.Start.IsZero() && s.End.IsZero() {
		return "not given by this connector"
	}
	return s.Start.String() + " to " + s.End.String()
}

func (p customerPage) takesOver() *ui.Table {
	if len(p.TakesOver) == 0 {
		return nil
	}
	t := ui.Table{Caption: "Carried over by confirming", Plain: true,
		Columns: []ui.Column{{Label: "New"}, {Label: "Contract"}, {Label: "Price"}}}
	for _, x := range p.TakesOver {
		price := ui.Cell{}
		if x.UnitPrice.Valid {
			price = ui.Cell{Text: sum(x.UnitPrice.Decimal, x.Currency) + " " + httpx.Per(x.Period),
				Sub: "of the old one: " + carriedBecause(x.Negotiated)}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{sideCell(p.side(x.New)), ui.TextCell(x.Contract), price}})
	}
	return &t
}

func carriedBecause(negotiated bool) string {
	if negotiated {
		return "a person had set it"
	}
	return "no list price was found"
}
