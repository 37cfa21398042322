package bulk

import (
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/money"
	"seatledger/internal/selection"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/bulk"
)

const latest = 100

// List is what was done to many of late, each with its page and so with its undo.
func (h Handlers) List(c echo.Context) error {
	ctx := c.Request().Context()
	db := h.DB.Read(ctx)
	all, err := selection.Latest(ctx, db, "", latest)
	if err != nil {
		return err
	}
	m := view.List{Page: session.Page(c, nav, nav), Table: ui.Table{Caption: nav, Compact: true,
		Columns: []ui.Column{{Label: "What"}, {Label: "By"}, {Label: "When"}, {Label: "Taken back"}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing was done to many yet",
			Text: "Tick rows of a list, or select all that match, and choose what is done to them."}}}
	m.Page.Lead = "What was done to many at once, the latest first. Each can be taken back on its page."
	for _, w := range all {
		said, known := deeds[w.Deed]
		if !known {
			continue
		}
		back := ui.Cell{}
		if w.UndoAt != nil {
			back = ui.TextCell("by " + w.UndoBy + ", " + httpx.MomentText(*w.UndoAt, h.Zone))
		}
		m.Table.Rows = append(m.Table.Rows, ui.Row{Muted: w.UndoAt != nil, Cells: []ui.Cell{
			ui.LinkCell(said.verb+" "+said.many, Path(w.ID)), ui.TextCell(w.DoneBy),
			ui.Of(httpx.Moment(*w.DoneAt, h.Zone)), back}})
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

var header = []string{"record_id", "name", "external_id", "state", "kind", "why", "says", "seats", "amount", "currency"}

// Records is every record of a work as a file.
func (h Handlers) Records(c echo.Context) error {
	w, _, err := h.work(c)
	if err != nil {
		return err
	}
	if !httpx.IsCSV(c) {
		return httpx.SeeOther(c, Path(w.ID))
	}
	ctx := c.Request().Context()
	return httpx.CSV(c, "bulk-"+w.Deed+".csv", header, func(write httpx.Row) error {
		return h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			return selection.EachItem(ctx, tx, w.ID, func(i selection.Item) error {
				amount := ""
				if i.Amount.Valid {
					amount = money.Plain(i.Amount.Decimal)
				}
				return write(httpx.Plain(i.RecordID.String()), httpx.Text(i.Name), httpx.Text(i.Sub),
					httpx.Plain(string(i.State)), httpx.Text(i.Kind), httpx.Text(i.Why), httpx.Text(i.Says),
					httpx.Plain(strconv.Itoa(i.Seats)), httpx.Plain(amount), httpx.Plain(i.Currency))
			})
		})
	})
}

const (
	lookEvery = time.Second
	pingEvery = 15 // looks without news
)

// Events streams how far a work has come until its run ends, the reader leaves, or the session would
// no longer be let in.
func (h Handlers) Events(c echo.Context) error {
	w, said, err := h.work(c)
	if err != nil {
		return err
	}
	ctx, hash := c.Request().Context(), session.Hash(c)
	stream, err := httpx.Events(c)
	if err != nil {
		return err
	}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	var last httpx.Progress
	for silent := 0; ; silent++ {
		p, err := h.progress(c, w, said)
		if err != nil {
			return err
		}
		switch {
		case !reflect.DeepEqual(p, last):
			err, last, silent = stream.Send(p), p, 0
		case silent >= pingEvery:
			err, silent = stream.Ping(), 0
		}
		if err != nil || p.Final {
			return nil // nobody listens any more, or there is nothing more to tell
		}
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		}
		if !h.Sessions.StillValid(ctx, hash) {
			return nil
		}
	}
}

func (h Handlers) progress(c echo.Context, w selection.Work, said words) (httpx.Progress, error) {
	ctx := c.Request().Context()
	db := h.DB.Read(ctx)
	s := sheet{Work: w, words: said}
	var err error
	if s.Work, err = selection.Get(ctx, db, w.ID); err != nil {
		return httpx.Progress{}, err
	}
	if s.run, err = selection.LastRun(ctx, db, w.ID); err != nil {
		return httpx.Progress{}, err
	}
	s.counts, err = selection.CountsOf(ctx, db, w.ID)
	return progressOf(s), err
}
