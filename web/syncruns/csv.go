package syncruns

import (
	"time"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/syncing"
	"seatledger/web/httpx"
)

// csvColumns begin with those of CONTRACT; they stay once published.
func csvColumns() []string {
	return []string{"id", "provider_id", "provider", "kind", "trigger", "state", "started_at", "finished_at",
		"added", "changed", "unchanged", "gone", "held", "failed", "message", "requested_at", "requested_by",
		"accounts_total", "accounts_done", "seats_lost", "seats_gained", "money_month", "money_currency", "ended",
		"uncosted", "calls"}
}

func (h Handlers) listCSV(c echo.Context, q httpx.ListQuery) error {
	ctx := c.Request().Context()
	return httpx.CSV(c, "sync-runs.csv", csvColumns(), func(write httpx.Row) error {
		return h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			return syncing.Each(ctx, tx, h.filterOf(q), q.Page.Order,
				func(r syncing.Row) error { return write(csvRow(r)...) })
		})
	})
}

func csvRow(r syncing.Row) []httpx.Cell {
	amounts, currencies := moneyColumns(r.Figures)
	return []httpx.Cell{
		httpx.Plain(r.ID.String()), httpx.Plain(r.ProviderID.String()), httpx.Text(r.Provider),
		httpx.Plain(string(r.Kind)),
		httpx.Plain(string(r.Trigger)), httpx.Plain(string(r.State)), httpx.Plain(iso(r.StartedAt)),
		httpx.Plain(iso(r.FinishedAt)),
		figure(r.Added), figure(r.Changed), figure(r.Unchanged), figure(r.Gone), figure(r.Held), figure(r.Failed),
		httpx.Text(r.Message),
		httpx.Plain(iso(&r.RequestedAt)), httpx.Text(r.RequestedBy), figure(r.Total), figure(r.Done),
		known(r.SeatsLost), known(r.SeatsGained), httpx.Plain(amounts), httpx.Plain(currencies), known(r.Ended),
		known(r.Uncosted), figure(r.Calls),
	}
}

// moneyColumns are what a run came to a month: empty where that is not known, 0 where it came to nothing.
func moneyColumns(f syncing.Figures) (amounts, currencies string) {
	if !f.Known() {
		return "", ""
	}
	if len(f.MoneyMonth) == 0 && *f.Uncosted == 0 {
		return "0", ""
	}
	return httpx.MoneyColumns(f.MoneyMonth)
}

// known is a figure of a run; empty where it is not known.
func known(n *int) httpx.Cell {
	if n == nil {
		return httpx.Plain("")
	}
	return figure(*n)
}

func figure(n int) httpx.Cell { return httpx.Plain(itoa(n)) }

func iso(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
