package changes

import (
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/views/layout"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// List is the list of license changes, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	spec, err := h.spec(c)
	if err != nil {
		return err
	}
	q, err := httpx.ParseList(c, spec)
	if err != nil {
		return err
	}
	if httpx.IsCSV(c) {
		return h.file(c, q)
	}
	ctx := c.Request().Context()
	rows, next, err := ledger.List(ctx, h.DB.Read(ctx), filterOf(q), q.Page)
	if err != nil {
		return err
	}
	m := layout.List{
		Page: session.Page(c, "License changes", nav), Filters: bar(q),
		Table: h.table(q, rows), Pager: q.Pager(next, "", shown(len(rows), next)),
	}
	m.Page.Lead = "Every change of seats, price or state, as it was recorded. Rows are never changed or deleted; " +
		"what becomes of them stands beside."
	return httpx.Render(c, http.StatusOK, m.Show())
}

func shown(n int, next string) string {
	if next != "" {
		return strconv.Itoa(n) + " changes, and more"
	}
	if n == 1 {
		return "1 change"
	}
	return strconv.Itoa(n) + " changes"
}

var header = []string{
	"id", "subscription_id", "provider_id", "external_id", "event", "reason", "effective_at", "recorded_at", "delta",
	"quantity_after", "counted", "estimated",
	"unit_cost", "unit_price", "currency", "source", "billing_state", "invoice_id", "origin_change_id",
	"refund", "replaces_id", "set_aside", "elsewhere_until",
	"cost_period", "cost_currency", "price_period", "actor", "note", "sync_run_id", "provider", "product",
	"crm_account",
}

func (h Handlers) file(c echo.Context, q httpx.ListQuery) error {
	ctx := c.Request().Context()
	return httpx.CSV(c, "changes.csv", header, func(write httpx.Row) error {
		return h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			return ledger.Each(ctx, tx, filterOf(q), q.Page.Order,
				func(r ledger.ListRow) error { return write(cells(r)...) })
		})
	})
}

func cells(r ledger.ListRow) []httpx.Cell {
	text, plain := httpx.Text, httpx.Plain
	return []httpx.Cell{
		plain(r.ID.String()), plain(r.SubscriptionID.String()), plain(r.ProviderID.String()), text(r.ExternalID),
		plain(string(r.Event)), plain(string(r.Reason)),
		plain(r.EffectiveAt.String()), plain(r.RecordedAt.UTC().Format(time.RFC3339Nano)), plain(strconv.Itoa(r.Delta)),
		plain(strconv.Itoa(r.QuantityAfter)),
		plain(strconv.FormatBool(r.Counted)), plain(strconv.FormatBool(r.Estimated)), amount(r.UnitCost),
		amount(r.UnitPrice), plain(r.Currency),
		plain(string(r.Source)), plain(string(r.BillingState)), id(r.InvoiceID), id(r.OriginChangeID),
		plain(strconv.FormatBool(r.Refund)), id(r.ReplacesID), plain(strconv.FormatBool(r.SetAside)),
		plain(r.ElsewhereUntil.String()),
		plain(r.CostPeriod), plain(r.CostCurrency), plain(r.PricePeriod), text(r.Actor), text(r.Note), id(r.SyncRunID),
		text(r.Provider), text(r.Product), text(r.CRMAccount),
	}
}

func amount(d decimal.NullDecimal) httpx.Cell {
	if !d.Valid {
		return httpx.Plain("")
	}
	return httpx.Plain(money.Plain(d.Decimal))
}

func id(n uuid.NullUUID) httpx.Cell {
	if !n.Valid {
		return httpx.Plain("")
	}
	return httpx.Plain(n.UUID.String())
}
