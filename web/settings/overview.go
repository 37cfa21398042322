package settings

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/settings"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// Overview shows what runs here and how it is set up.
func (h Handlers) Overview(c echo.Context) error {
	ctx := c.Request().Context()
	s, err := settings.Load(ctx, h.DB.Read(ctx))
	if err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, views.Overview{
		Frame: h.frame(c, "Settings", ui.ErrorSummary{}),
		Tabs:  tabs(c, path),
		Cards: []views.Facts{h.choices(s), h.system(), h.safety()},
	}.Page())
}

func (h Handlers) choices(s settings.Settings) views.Facts {
	changed := ui.Fact("Last changed", "")
	if s.Version > 0 {
		changed = ui.Definition{Term: "Last changed", Value: ui.Of(h.moment(s.UpdatedAt)), Note: "by " + s.UpdatedBy}
	}
	return views.Facts{Card: ui.Card{Title: "Choices"}, Facts: ui.DefinitionList{Columns: 2, Items: []ui.Definition{
		{Term: "Guard against vanished records", Value: ui.TextCell(percent(s.GoneShare)),
			Note: "A sync that would mark more than this share as gone stops and asks."},
		ui.Fact("Map certain accounts by itself", yesNo(s.AutoMap)),
		ui.Fact("Refunds", yesNo(s.Refunds)),
		ui.Fact("Access-request mail goes to", s.AccessRequestTo),
		changed,
	}}}
}

func (h Handlers) system() views.Facts {
	database := ui.Definition{Term: "Database", Value: ui.TextCell("A server of your own"),
		Note: "SEATLEDGER_DATABASE_URL"}
	if h.About.PrivateDatabase {
		database = ui.Definition{Term: "Database", Value: ui.TextCell("Private PostgreSQL"),
			Note: "in the data folder " + h.About.DataDir}
	}
	return views.Facts{Card: ui.Card{Title: "System", Text: "Set by the environment; a restart takes changes up."},
		Facts: ui.DefinitionList{Columns: 2, Items: []ui.Definition{
			ui.Fact("Version", h.About.Version),
			ui.Fact("Address", h.About.BaseURL),
			{Term: "Time zone", Value: ui.TextCell(h.About.TimeZone),
				Note: "Billing days are calendar days of this zone."},
			{Term: "Nightly sync", Value: ui.TextCell(h.About.SyncAt),
				Note: "in that zone; a night that failed is tried again until " + h.About.SyncUntil},
			database,
		}}}
}

func (h Handlers) safety() views.Facts {
	guard := ui.Definition{Term: "Exceptions of the address guard", Value: ui.TextCell("None"),
		Note: "Providers are reached by https at public addresses only."}
	if len(h.About.Outbound) > 0 {
		guard = ui.Definition{
			Term: "Exceptions of the address guard",
			Value: ui.Cell{Text: strings.Join(h.About.Outbound, ", "), Mono: true,
				Badges: []ui.Badge{{Text: "open", Tone: ui.Warn}}},
			Note: "SEATLEDGER_OUTBOUND_ALLOW lets these through, also by plain http.",
		}
	}
	backups := ui.Definition{Term: "Daily backup", Value: ui.TextCell("None is made here"),
		Note: "Set SEATLEDGER_BACKUPS to a folder on another disk, or back the database up by other means."}
	if h.About.Backups != "" {
		backups = ui.Definition{Term: "Daily backup", Value: ui.TextCell(h.About.BackupAt),
			Note: "into " + h.About.Backups + ", in the time zone above. It does not hold the master key."}
	}
	return views.Facts{Card: ui.Card{Title: "Safety"}, Facts: ui.DefinitionList{Columns: 2, Items: []ui.Definition{
		guard, backups,
		{Term: "Master key", Value: ui.Cell{Text: fmt.Sprint(h.About.KeyID()), Mono: true},
			Note: "from " + h.About.KeyFile + ". Keep a copy of it apart from the database's backups."},
	}}}
}

func percent(share float64) string { return fmt.Sprintf("%g %%", share*100) }

func yesNo(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}
