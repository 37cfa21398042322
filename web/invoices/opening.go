package invoices

import (
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/money"
	"seatledger/internal/opening"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/invoices"
)

const openingPath = at.Invoices + "/before"

// Opening lists what the days billed before prices were dated come to now, and the
// prices that pages showed otherwise; with .csv the file of both.
func (h Handlers) Opening(c echo.Context) error {
	ctx := c.Request().Context()
	o, err := opening.Load(ctx, h.Invoices.DB.Read(ctx))
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return openingFile(c, o)
	}
	m := view.Opening{Page: session.Page(c, "Billed before", nav), Prices: openingPrices(o),
		Contracts: openingContracts(o, mayBill(c))}
	m.Page.Crumbs = crumbs
	m.Page.Lead = "What was billed before each day had its own price and seats. " +
		"Nothing of it is charged or credited until you say so, contract by contract."
	m.Page.Actions = append(m.Page.Actions,
		ui.LinkButton{Text: "CSV", Href: openingPath + ".csv", Icon: "download", Download: true})
	if mayBill(c) && len(o.Prices) > 0 {
		m.Seen = &ui.PostButton{Button: ui.Button{Text: "I have seen these prices", Action: openingPath + "/seen"}}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func (h Handlers) opening() opening.Service {
	return opening.Service{DB: h.Invoices.DB, Clock: h.Invoices.Clock, Zone: h.Invoices.Zone}
}

// TakeOpening lets the next run of a contract take its differences.
func (h Handlers) TakeOpening(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.opening().Take(c.Request().Context(), session.Actor(c), id); err != nil {
		return err
	}
	return httpx.Done(c, openingPath,
		"The next run of this contract takes these differences. Its preview shows them before anything is made.")
}

// SeeOpening notes that a person has seen the prices.
func (h Handlers) SeeOpening(c echo.Context) error {
	if err := h.opening().SeePrices(c.Request().Context(), session.Actor(c)); err != nil {
		return err
	}
	return httpx.Done(c, openingPath, "Noted.")
}

func openingPrices(o opening.Opening) *ui.Table {
	if len(o.Prices) == 0 {
		return nil
	}
	t := ui.Table{Caption: "Prices", Plain: true, Columns: []ui.Column{
		{Label: "Subscription"}, {Label: "Pages showed", Numeric: true}, {Label: "Price of today", Numeric: true}}}
	for _, p := range o.Prices {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: p.Product, Href: at.Subscription(p.SubscriptionID),
				Sub: p.CRMAccount + " " + p.ExternalID},
			priceCell(p.Shown, p.ShownCurrency, p.ShownPeriod), priceCell(p.Price, p.Currency, p.PricePeriod),
		}})
	}
	return &t
}

func priceCell(amount decimal.NullDecimal, currency, period string) ui.Cell {
	if !amount.Valid {
		return ui.Cell{Text: "none", Muted: true}
	}
	return ui.Of(httpx.Amount(amount, currency, money.Period(period)))
}

// openingContracts are the differences, a table a contract with its sum and its one step.
func openingContracts(o opening.Opening, mayBill bool) []view.OpeningContract {
	var out []view.OpeningContract
	place, sums := map[uuid.UUID]int{}, map[uuid.UUID]decimal.Decimal{}
	for _, d := range o.Differences {
		i, known := place[d.ContractID]
		if !known {
			i = len(out)
			place[d.ContractID] = i
			out = append(out, openingContract(d, mayBill))
		}
		sums[d.ContractID] = sums[d.ContractID].Add(d.Amount)
		t := &out[i].Table
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: d.Product, Href: at.Subscription(d.SubscriptionID), Sub: d.ExternalID},
			span(d.FromDate, d.ToDate),
			ui.TextCell(strconv.Itoa(d.Seats)), ui.Of(sum(d.Amount, d.Currency)),
		}})
		t.Sums = []ui.Cell{{Text: "Together, net", Span: 3}, ui.Of(sum(sums[d.ContractID], d.Currency))}
	}
	return out
}

func openingContract(d opening.Difference, mayBill bool) view.OpeningContract {
	k := view.OpeningContract{
		Card: ui.Card{Title: d.CRMAccount + ", " + d.Contract, Flush: true},
		Table: ui.Table{Caption: "Differences of " + d.Contract, Plain: true, Columns: []ui.Column{
			{Label: "Subscription"}, {Label: "Period", Nowrap: true}, {Label: "Seats", Numeric: true},
			{Label: "Amount", Numeric: true}}},
	}
	if mayBill {
		k.Take = &ui.PostButton{Button: ui.Button{Text: "Bill these differences with the next run",
			Action: contractPath(d.ContractID) + "/differences"}}
	}
	return k
}

var openingHeader = []string{
	"what", "crm_account", "contract", "contract_id", "subscription_id", "external_id", "product", "from", "to",
	"seats", "old", "old_period", "new", "new_period", "amount", "currency",
}

func openingFile(c echo.Context, o opening.Opening) error {
	text, plain := httpx.Text, httpx.Plain
	return httpx.CSV(c, "billed-before.csv", openingHeader, func(write httpx.Row) error {
		for _, p := range o.Prices {
			err := write(plain("price"), text(p.CRMAccount), plain(""), plain(""), plain(p.SubscriptionID.String()),
				text(p.ExternalID), text(p.Product), plain(""), plain(""), plain(""),
				perhaps(p.Shown), plain(p.ShownPeriod), perhaps(p.Price), plain(p.PricePeriod), plain(""),
				plain(p.Currency))
			if err != nil {
				return err
			}
		}
		for _, d := range o.Differences {
			err := write(plain("difference"), text(d.CRMAccount), text(d.Contract), plain(d.ContractID.String()),
				plain(d.SubscriptionID.String()), text(d.ExternalID), text(d.Product),
				plain(d.FromDate.String()), plain(d.ToDate.String()), plain(strconv.Itoa(d.Seats)), plain(""),
				plain(""), plain(""), plain(""), plain(money.Plain(d.Amount)), plain(d.Currency))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// perhaps is an amount that may not be known.
func perhaps(d decimal.NullDecimal) httpx.Cell {
	if !d.Valid {
		return httpx.Plain("")
	}
	return httpx.Plain(money.Plain(d.Decimal))
}
