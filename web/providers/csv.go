package providers

import (
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/provider"
	"seatledger/web/httpx"
)

// csvColumns begin with those of CONTRACT; they stay once published.
func csvColumns() []string {
	return []string{"id", "name", "connector", "active", "connectivity", "checked_at",
		"internal_name", "user_name", "url", "reseller_number", "currency", "accounts", "unmapped", "created_at"}
}

func (h Handlers) listCSV(c echo.Context, q httpx.ListQuery) error {
	ctx := c.Request().Context()
	return httpx.CSV(c, "providers.csv", csvColumns(), func(write httpx.Row) error {
		return h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			return provider.Each(ctx, tx, filterOf(q), q.Page.Order,
				func(r provider.Row) error { return write(csvRow(r)...) })
		})
	})
}

func csvRow(r provider.Row) []httpx.Cell {
	return []httpx.Cell{
		httpx.Plain(r.ID.String()), httpx.Text(r.Name), httpx.Plain(r.Connector),
		httpx.Plain(strconv.FormatBool(r.Active)),
		httpx.Plain(string(r.Connectivity())), httpx.Plain(moment(r.CheckedAt)),
		httpx.Text(r.InternalName), httpx.Text(r.UserName), httpx.Text(r.URL), httpx.Text(r.ResellerNumber),
		httpx.Plain(r.Currency),
		httpx.Plain(strconv.Itoa(r.Accounts)), httpx.Plain(strconv.Itoa(r.Unmapped)), httpx.Plain(moment(&r.CreatedAt)),
	}
}

func moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
