package subscriptions

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/money"
	"seatledger/internal/retire"
	"seatledger/internal/review"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/list"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/subscriptions"
)

// causeWords say what fails, where a row or a group has one line for it.
var causeWords = map[string]string{
	"customer": "no customer, or another than mapped", "moved": "moved to another account",
	"account_gone": "its account is gone", "status": "status is not known", "missing": "gone at the distributor",
	"not_sent": "ended without a word", "date": "a date cannot be read", "contract": "no contract that fits",
	"dates": "outside the contract's days", "currency": "price in another currency", "product": "no product",
	"ledger": "ledger and seats differ", "twin": "there twice", "price": "no price", "period": "period of the price",
	"free": "price of 0", "cost": "period of the cost", "margin": "below cost, not decided",
}

// mends are what can be done to all of a cause at once.
var mends = map[string][]mending{
	"contract": {{"Set contract", subscription.ContractDeed}, {"Deactivate", retire.DeactivateDeed}},
	"customer": {{"Set contract", subscription.ContractDeed}},
	"dates":    {{"Set contract", subscription.ContractDeed}, {"Deactivate", retire.DeactivateDeed}},
	"price":    {{"Take list price", subscription.ListPriceDeed}, {"Set price by a rule", subscription.PriceDeed}},
	"period":   {{"Take list price", subscription.ListPriceDeed}, {"Set price by a rule", subscription.PriceDeed}},
	"free":     {{"Take list price", subscription.ListPriceDeed}, {"Set price by a rule", subscription.PriceDeed}},
	"margin":   {{"Take list price", subscription.ListPriceDeed}, {"Set price by a rule", subscription.PriceDeed}},
	"proposal": {{"Take list price", subscription.ListPriceDeed}},
	"currency": {{"Take list price", subscription.ListPriceDeed}, {"Set price by a rule", subscription.PriceDeed}},
	"missing":  {{"Confirm gone", subscription.GoneDeed}},
	"past_end": {{"Deactivate", retire.DeactivateDeed}},
	"twin":     {{"Deactivate", retire.DeactivateDeed}},
}

// mending is a deed as a cause offers it.
type mending struct{ text, deed string }

// causesHref is the page of the causes of a list as it is narrowed.
func causesHref(q httpx.ListQuery) string {
	return address(path+"/causes", q.Except("sort", "columns", "review", "excluded", "unmapped", "cause", "check"))
}

// Causes is what is to be mended, grouped by its cause, each with its rows, its money and what can be done to all.
func (h Handlers) Causes(c echo.Context) error {
	q, err := h.ask(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	found, err := list.CausesOf(ctx, h.DB.Read(ctx), q.Query)
	if err != nil {
		return err
	}
	m := view.Causes{Page: session.Page(c, "Review by cause", nav)}
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: path}}
	m.Page.Lead = "What keeps subscriptions from being signed off, each cause with its rows, and what can be done to all " +
		"of them at once. Nothing is done before you have seen the preview."
	if found.More {
		m.Callouts = append(m.Callouts,
			ui.Callout{Tone: ui.Info, Title: "Of the first " + words.Count(list.MostCauses) + " only",
				Text: "There are more than are grouped here. Narrow the list first, by provider or customer."})
	}
	if found.Unmapped > 0 {
		m.Waiting = &ui.LinkButton{Text: words.Counted(found.Unmapped, "subscription waits", "subscriptions wait") +
			" for a mapping: map its account first", Href: at.Mapping}
		m.WaitingRows = &ui.LinkButton{Text: "Show them", Compact: true,
			Href: causeRows(q, "review", "fail", "unmapped", "yes")}
	}
	may := mayDecide(c)
	m.Fails = causeTable(q, may, found.Fails, group{"What fails, by the check to mend first", "fail", "cause"})
	m.Warns = causeTable(q, may, found.Warns, group{"What only warns: it may be signed off", "warn", "check"})
	m.Fails.Empty = &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing fails",
		Text: "Every subscription whose account is mapped may be signed off."}
	m.Warns.Empty = &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing warns", Text: "No check has a remark."}
	return httpx.Render(c, http.StatusOK, m.Show())
}

// group is one table of causes: of which verdict, narrowed by which filter.
type group struct{ title, review, filter string }

func causeRows(q httpx.ListQuery, pairs ...string) string {
	v := q.Except("sort", "columns", "review", "excluded", "unmapped", "cause", "check")
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return address(path, v)
}

func causeTable(q httpx.ListQuery, may bool, causes []list.Cause, g group) ui.Table {
	t := ui.Table{Caption: g.title, ShowCaption: true, Columns: []ui.Column{{Label: "Cause"},
		{Label: "Subscriptions", Numeric: true}, {Label: "Seats", Numeric: true},
		{Label: "Cost per month", Numeric: true}, {Label: "Price per month", Numeric: true},
		{Label: "For all of them"}}}
	slices.SortStableFunc(causes, func(a, b list.Cause) int { return b.N - a.N })
	for _, x := range causes {
		pairs := []string{"review", g.review, "excluded", "no", g.filter, x.Code}
		if g.review == "fail" {
			pairs = append(pairs, "unmapped", "no")
		}
		href := causeRows(q, pairs...)
		name := ui.LinkCell(checkNames[x.Code], href)
		if g.review == "fail" {
			name.Sub = causeWords[x.Code]
		}
		var costs, prices []string
		for _, s := range x.Sums {
			costs, prices = sumOf(costs, s.Cost, s.Currency), sumOf(prices, s.Price, s.Currency)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{name, ui.LinkCell(words.Count(x.N), href),
			ui.TextCell(words.Count(x.Seats)),
			lines(costs), lines(prices), buttons(may, g, x.Code, href)}})
	}
	return t
}

func sumOf(to []string, d decimal.Decimal, currency string) []string {
	if d.IsZero() {
		return to
	}
	return append(to, money.Grouped(money.Round(d, currency), currency)+" "+currency)
}

// lines is one sum a line.
func lines(all []string) ui.Cell {
	if len(all) == 0 {
		return ui.Cell{}
	}
	cell := ui.Cell{Text: all[0]}
	for i, s := range all[1:] {
		if i > 0 {
			cell.Sub += "; "
		}
		cell.Sub += s
	}
	return cell
}

// buttons are what can be done to all of a cause; what warns may be signed off.
func buttons(may bool, g group, code, href string) ui.Cell {
	if !may {
		return ui.Cell{}
	}
	all := mends[code]
	if g.review == "warn" {
		all = append(slices.Clone(all), mending{"Sign off", review.SignOffDeed})
	}
	rows, err := url.Parse(href)
	if err != nil || len(all) == 0 {
		return ui.Cell{}
	}
	var out []templ.Component
	for _, d := range all {
		out = append(out, ui.PostButton{Button: ui.Button{Text: d.text, Action: at.Bulk, Compact: true},
			Hidden: []ui.Pair{{Name: "deed", Value: d.deed}, {Name: "all", Value: "1"},
				{Name: "filter", Value: rows.RawQuery}}})
	}
	return ui.Of(templ.Join(out...))
}
