package audit

import (
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/web/httpx"
)

func columns() []string {
	return []string{"seq", "at", "actor_id", "actor", "action", "object_type", "object_id", "object_name", "before",
		"after", "request_id", "true_at"}
}

// file streams all rows of the filter from one snapshot.
func (h Handlers) file(c echo.Context) error {
	ctx := c.Request().Context()
	return h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		q, filter, err := h.query(c, tx)
		if err != nil {
			return err
		}
		return httpx.CSV(c, "audit.csv", columns(), func(write httpx.Row) error {
			return audit.Each(ctx, tx, filter, q.Page, func(e audit.Entry) error { return write(cells(e)...) })
		})
	})
}

func cells(e audit.Entry) []httpx.Cell {
	actor := ""
	if e.ActorID != nil {
		actor = e.ActorID.String()
	}
	return []httpx.Cell{
		httpx.Plain(strconv.FormatInt(e.Seq, 10)), httpx.Plain(e.At.UTC().Format(time.RFC3339)), httpx.Plain(actor),
		httpx.Text(e.Actor), httpx.Plain(e.Action), httpx.Plain(e.ObjectType), httpx.Text(e.ObjectID),
		httpx.Text(e.ObjectName),
		httpx.Text(orNothing(e.Before)), httpx.Text(orNothing(e.After)), httpx.Plain(e.RequestID),
		httpx.Plain(trueTime(e)),
	}
}

func trueTime(e audit.Entry) string {
	if e.TrueAt == nil {
		return ""
	}
	return e.TrueAt.UTC().Format(time.RFC3339)
}

func orNothing(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
