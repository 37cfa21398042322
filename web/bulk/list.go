package bulk

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/money"
	"seatledger/internal/selection"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// List is what was done to many, the latest first, each with its page and so with its undo.
func (h Handlers) List(c echo.Context) error {
	db := h.DB.Read(c.Request().Context())
	q, err := httpx.AskList(c, db, selection.All, func(s *httpx.ListSpec) { s.Filter("deed").Choices = deedChoices() })
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.DB, selection.All, q)
	}
	found, err := httpx.FindList(c, db, selection.All, q)
	if err != nil {
		return err
	}
	m := layout.List{Page: session.Page(c, nav, nav), Filters: q.FilterBar(selection.All.Search.Label),
		Table: h.listTable(q, found.Rows), Pager: q.Pager(found.Next, found.Prev, found.Said())}
	m.Page.Lead = "What was done to many at once. Each can be taken back on its page."
	return httpx.Render(c, http.StatusOK, m.Show())
}

func deedChoices() []httpx.Choice {
	var out []httpx.Choice
	for _, name := range slices.Sorted(maps.Keys(deeds)) {
		out = append(out, httpx.Choice{Value: name, Label: deeds[name].called()})
	}
	return out
}

func (h Handlers) listTable(q httpx.ListQuery, rows []selection.Work) ui.Table {
	moment := func(t *time.Time) ui.Cell {
		if t == nil {
			return ui.Cell{}
		}
		return ui.Of(httpx.Moment(*t, h.Zone))
	}
	t := httpx.ListTable(selection.All, q, rows, httpx.Cells[selection.Work]{
		"deed": func(w selection.Work) ui.Cell {
			said, known := deeds[w.Deed]
			if !known { // of an older version
				return ui.TextCell(w.Deed)
			}
			return ui.LinkCell(said.called(), Path(w.ID))
		},
		"done_at": func(w selection.Work) ui.Cell { return moment(w.DoneAt) },
		"undo_at": func(w selection.Work) ui.Cell { return moment(w.UndoAt) },
	}, func(w selection.Work, row *ui.Row) { row.ID, row.Muted = w.ID.String(), w.UndoAt != nil })
	t.Caption = nav
	t.Empty = &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing was done to many yet",
		Text: "Tick rows of a list, or select all that match, and choose what is done to them."}
	if q.Narrowed() {
		t.Empty = &ui.EmptyState{Kind: ui.NoMatch, Title: "No bulk work matches", Text: "Change the search or the filters.",
			Action: &ui.LinkButton{Text: "Clear the filters", Href: q.ClearHref()}}
	}
	return t
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

func (h Handlers) progress(c echo.Context, w selection.Work, said wording) (httpx.Progress, error) {
	ctx := c.Request().Context()
	db := h.DB.Read(ctx)
	s := sheet{Work: w, wording: said}
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
