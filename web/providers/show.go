package providers

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/provider"
	"seatledger/internal/settings"
	"seatledger/internal/syncing"
	"seatledger/web/httpx"
)

const (
	runsShown       = 5
	unreadableShown = 20
)

// record is all that a provider's page tells of.
type record struct {
	provider.Provider
	marks      map[string]provider.SecretMark
	figures    provider.Figures
	runs       []syncing.Row
	unreadable []provider.Unreadable
	unread     int // all of them
	to         string
	around     httpx.Around // in the list that one came by
}

// Show is the page of one provider.
func (h Handlers) Show(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	var r record
	ctx := c.Request().Context()
	err = h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		if r, err = readRecord(ctx, tx, id); err != nil {
			return err
		}
		r.around, err = httpx.AroundOf(c, tx, provider.All, id, "", named)
		return err
	})
	if err != nil {
		return err
	}
	m := h.recordPage(c, r)
	r.around.On(&m.Page)
	return httpx.Render(c, http.StatusOK, m.Show())
}

func readRecord(ctx context.Context, tx *gorm.DB, id uuid.UUID) (record, error) {
	var r record
	var err error
	if r.Provider, err = provider.Get(ctx, tx, id); err != nil {
		return r, err
	}
	if r.marks, err = provider.SecretMarks(ctx, tx, id); err != nil {
		return r, err
	}
	if r.figures, err = provider.FiguresOf(ctx, tx, id); err != nil {
		return r, err
	}
	if r.runs, err = syncing.Latest(ctx, tx, id, runsShown); err != nil {
		return r, err
	}
	if r.unreadable, r.unread, err = provider.UnreadableRecords(ctx, tx, id, unreadableShown); err != nil {
		return r, err
	}
	set, err := settings.Load(ctx, tx)
	r.to = set.AccessRequestTo
	return r, err
}
