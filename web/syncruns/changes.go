package syncruns

import (
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/money"
	"seatledger/internal/syncing"
	"seatledger/web/httpx"
)

// changeColumns stay once published.
func changeColumns() []string {
	return []string{"run_id", "account", "account_name", "external_id", "subject_id", "name", "kinds", "what",
		"seats_before", "seats_after", "cost_month_before", "currency_before", "cost_month_after", "currency_after",
		"not_seen_since", "state", "why"}
}

// ChangesCSV is every row of what a run changed or would change, also those that its page leaves out.
func (h Handlers) ChangesCSV(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	r, err := syncing.Get(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	return httpx.CSV(c, "sync-run-changes.csv", changeColumns(), func(write httpx.Row) error {
		return h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			return syncing.EachPlannedRow(ctx, tx, r, func(p syncing.PlannedRow) error {
				return write(changeCells(r, p)...)
			})
		})
	})
}

func changeCells(r syncing.Run, p syncing.PlannedRow) []httpx.Cell {
	subject, since := "", ""
	if p.SubjectID.Valid {
		subject = p.SubjectID.UUID.String()
	}
	if !p.Since.IsZero() {
		since = p.Since.String()
	}
	return []httpx.Cell{httpx.Plain(r.ID.String()), httpx.Text(p.AccountExternalID), httpx.Text(p.AccountName),
		httpx.Text(p.ExternalID), httpx.Plain(subject), httpx.Text(p.Name), httpx.Plain(strings.Join(p.Kinds, " ")),
		httpx.Text(p.Words), httpx.Plain(itoa(p.SeatsBefore)), httpx.Plain(itoa(p.SeatsAfter)),
		plainAmount(p.MonthBefore),
		httpx.Text(p.CurrencyBefore), plainAmount(p.MonthAfter), httpx.Text(p.CurrencyAfter), httpx.Plain(since),
		httpx.Plain(string(p.State)), httpx.Text(p.Why)}
}

func plainAmount(d decimal.NullDecimal) httpx.Cell {
	if !d.Valid {
		return httpx.Plain("")
	}
	return httpx.Plain(money.Plain(d.Decimal))
}
