package subscriptions

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/money"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/list"
	"seatledger/views/ui"
	"seatledger/web/httpx"

	view "seatledger/views/subscriptions"
)

// askPrice shows what a price meets on its day, and asks what becomes of it. Its form
// carries all that was posted, so that nothing is typed again.
func (h Handlers) askPrice(c echo.Context, id uuid.UUID, typed httpx.Values, asked subscription.AskedPrice) error {
	ctx := c.Request().Context()
	s, err := subscription.Get(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	prices, err := list.DatedPrices(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	m := h.step(c, s, "One more word about this price")
	f := view.StepForm{Confirm: ui.ConfirmForm{
		Action: recordPath(id) + "/price", Title: fmt.Sprintf("The price from %s", asked.On), Button: "Save the price",
		Gentle: true,
		Text:   "Nothing was changed yet.", Cancel: recordPath(id) + "#price",
		Effects: []ui.Definition{{Term: "New price", Value: ui.TextCell(typedPrice(typed))}},
	}}
	answered := []string{"effective_on"}
	if len(asked.Later) > 0 {
		answered = append(answered, "later")
		m.Table = laterTable(asked, prices)
		f.Fields = append(f.Fields, ui.Field{Kind: ui.RadioGroup, Name: "later",
			Label: "What becomes of the later prices?", Required: true, Options: []ui.Option{
				{Value: "keep", Label: "They stay",
					Hint: fmt.Sprintf("The new price ends where the first of them begins: on %s.", asked.Later[0].On)},
				{Value: "replace", Label: "They are set aside",
					Hint: fmt.Sprintf("The new price holds from %s without end.", asked.On)},
			}})
	}
	if !asked.Gap.IsZero() {
		answered = append(answered, "gap")
		m.Remarks = append(m.Remarks, ui.Callout{Tone: ui.Warn,
			Title: fmt.Sprintf("Days from %s up to %s have no price", asked.Gap, asked.On),
			Text: "Billable days without a price are neither charged nor credited, and a run stops at the first one: " +
				"nothing after it is billed until they have a price. " +
				"To give them this price, go back and choose " + asked.Gap.String() + "."})
		f.Fields = append(f.Fields, ui.Field{Kind: ui.Checkbox, Name: "gap", Value: "yes",
			Label: "They stay without a price for now", Required: true})
	}
	f.Confirm.Hidden = append(postedAgain(typed, answered), ui.Pair{Name: "effective_on", Value: asked.On.String()})
	m.Forms = []view.StepForm{f}
	return httpx.Render(c, http.StatusConflict, m.Show())
}

// typedPrice is the new price as it was entered.
func typedPrice(typed httpx.Values) string {
	if typed.Get("price_list_item_id") != "" {
		return "as the price list has it"
	}
	return typed.Get("unit_price") + " " + periods[money.Period(typed.Get("price_period"))]
}

// postedAgain is what was typed, but for what a page asks anew.
func postedAgain(typed httpx.Values, but []string) []ui.Pair {
	var out []ui.Pair
	for _, name := range slices.Sorted(maps.Keys(typed)) {
		if !slices.Contains(but, name) {
			out = append(out, ui.Pair{Name: name, Value: typed.Get(name)})
		}
	}
	return out
}

func laterTable(asked subscription.AskedPrice, prices []list.DatedPrice) *view.Part {
	t := ui.Table{Caption: "Prices that begin later", Compact: true,
		Columns: []ui.Column{{Label: "From", Nowrap: true}, {Label: "Price", Numeric: true}, {Label: "By"},
			{Label: "Why"}}}
	for _, r := range asked.Later {
		row := ui.Row{Cells: []ui.Cell{day(r.On),
			ui.TextCell(worded(r.Price.Value, r.Price.Currency, r.Price.Period)), {}, {}}}
		for _, p := range prices {
			if p.ChangeID == r.ID {
				row.Cells[2], row.Cells[3] = ui.TextCell(p.Actor), ui.TextCell(p.Why())
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return &view.Part{Card: ui.Card{Title: "Prices that begin later", Flush: true,
		Text: "They were entered for days after the new one."}, Table: t}
}
