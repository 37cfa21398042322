package subscriptions

import (
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/list"
	"seatledger/views/ui"
	"seatledger/web/httpx"

	view "seatledger/views/subscriptions"
)

// setBy is who or what set a price.
var setBy = map[ledger.PriceFrom]string{
	ledger.ByTyping: "a person's own price", ledger.FromList: "chosen from the price list",
	ledger.OnLanding: "filled from the contract's price list",
	ledger.CarriedIn: "brought by a cut-over", ledger.WasShown: "shown before prices were dated",
}

// prices is every dated price, what was set aside included.
func (h Handlers) prices(c echo.Context, s sheet) *view.Part {
	if len(s.prices) == 0 {
		return nil
	}
	t := ui.Table{Caption: "Prices", Compact: true, Columns: []ui.Column{
		{Label: "From", Nowrap: true}, {Label: "Price", Numeric: true}, {Label: "For"}, {Label: "Set"},
		{Label: "Recorded"}, {Label: "Correct", Hidden: true},
	}}
	now, found := s.history.PriceToday(h.today())
	for _, p := range s.prices {
		row := ui.Row{Muted: p.SetAside, Cells: []ui.Cell{
			day(p.EffectiveOn), ui.TextCell(worded(p.UnitPrice, p.Currency, p.PricePeriod)),
			{Text: p.Product, Sub: isFor(p)},
			{Text: setBy[p.PriceFrom], Sub: p.Why()}, {Content: h.moment(p.RecordedAt), Sub: "by " + p.Actor}, {},
		}}
		switch {
		case p.SetAside:
			row.Cells[0].Badges = []ui.Badge{{Text: "set aside"}}
		case found && now.ID == p.ChangeID:
			row.Cells[0].Badges = []ui.Badge{{Text: "the price now", Tone: ui.Good}}
		}
		if !p.SetAside && mayDecide(c) {
			row.Cells[5] = ui.LinkCell("Correct", recordPath(s.ID)+"/prices/"+p.ChangeID.String()+"/correct")
		}
		t.Rows = append(t.Rows, row)
	}
	return &view.Part{Table: t, Card: ui.Card{Title: "Prices", ID: "prices", Flush: true,
		Text: "Of the prices that fit product, term and currency of a day, the latest one begun holds.",
		Actions: []templ.Component{ui.LinkButton{Text: "CSV", Href: recordPath(s.ID) + "/prices.csv", Icon: "download",
			Compact: true, Weight: ui.Quiet, Download: true}}}}
}

func isFor(p list.DatedPrice) string {
	if p.Term == "" && p.BillingFrequency == "" {
		return ""
	}
	return strings.TrimSpace(p.Term + " billed " + p.BillingFrequency)
}

// comingPrices are the prices of later days, as they will hold.
func (h Handlers) comingPrices(s sheet) []ui.Definition {
	var out []ui.Definition
	after := clock.Later(h.today(), s.history.FirstDay())
	for n, last := 0, after; n < len(s.prices); n++ {
		on := subscription.PriceUntil(s.history, last)
		if on.IsZero() {
			break
		}
		last = on
		if p, found := s.history.PriceOn(on); found && p.On == on {
			out = append(out, ui.Definition{Term: "Price later",
				Value: ui.TextCell("from " + on.String() + ": " + worded(p.Price.Value, p.Price.Currency,
					p.Price.Period))})
		}
	}
	return out
}

// priceOfToday puts the price of today on the page as its dated rows say it; the stored copy serves lists only.
func (s *sheet) priceOfToday(h Handlers) {
	row, found := s.history.PriceToday(h.today())
	if !found {
		s.UnitPrice.Valid, s.PricePeriod, s.Currency, s.PriceByPerson, s.PriceItemID = false, "", "", false,
			uuid.NullUUID{}
		return
	}
	p := row.Price
	s.UnitPrice, s.PricePeriod, s.Currency, s.PriceByPerson, s.PriceItemID = p.Value, p.Period, p.Currency,
		p.ByPerson, p.ItemID
}

var pricesHeader = []string{
	"change_id", "product", "part_number", "term", "billing_frequency", "effective_on", "recorded_at", "unit_price",
	"price_period", "currency", "set_aside", "by", "why",
}

// Prices is the file of all dated prices; without .csv they stand on the record.
func (h Handlers) Prices(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if _, err := subscription.Get(ctx, h.DB.Read(ctx), id); err != nil {
		return err
	}
	if !httpx.IsCSV(c) {
		return c.Redirect(http.StatusSeeOther, recordPath(id)+"#prices")
	}
	return httpx.CSV(c, "prices.csv", pricesHeader, func(write httpx.Row) error {
		return h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			rows, err := list.DatedPrices(ctx, tx, id)
			for _, p := range rows {
				if err := write(priceCells(p)...); err != nil {
					return err
				}
			}
			return err
		})
	})
}

func priceCells(p list.DatedPrice) []httpx.Cell {
	text, plain := httpx.Text, httpx.Plain
	aside := "false"
	if p.SetAside {
		aside = "true"
	}
	return []httpx.Cell{
		plain(p.ChangeID.String()), text(p.Product), text(p.PartNumber), plain(p.Term), plain(p.BillingFrequency),
		plain(p.EffectiveOn.String()),
		moment(&p.RecordedAt), amount(p.UnitPrice), plain(string(p.PricePeriod)), plain(p.Currency), plain(aside),
		text(p.Actor), text(p.Why()),
	}
}

func amount(d decimal.NullDecimal) httpx.Cell {
	if !d.Valid {
		return httpx.Plain("")
	}
	return httpx.Plain(money.Plain(d.Decimal))
}

func moment(t *time.Time) httpx.Cell {
	if t == nil {
		return httpx.Plain("")
	}
	return httpx.Plain(t.UTC().Format(time.RFC3339Nano))
}
