package audit

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/listing"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	views "seatledger/views/audit"
)

// List shows the trail, or writes it as a file.
func (h Handlers) List(c echo.Context) error {
	q, err := h.ask(c)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.DB, audit.Trail, q)
	}
	ctx := c.Request().Context()
	page, chain, checked, err := h.page(ctx, q, c.QueryParam("check") == "all")
	if err != nil {
		return err
	}
	frame := session.Page(c, "Audit trail", "")
	frame.Lead = "Who did what, when, with before and after. Rows are only ever added, each bound to the one before it."
	frame.Badges, frame.Meta = []ui.Badge{chainBadge(chain)}, h.chainMeta(chain, checked)
	return httpx.Render(c, http.StatusOK, views.List{
		Frame: frame, Alarm: alarm(chain), Filters: bar(q), Table: h.Table(q, page.Rows, session.User(c).Role),
		Pager: q.Pager(page.Next, page.Prev, words.Counted(len(page.Rows), "entry", "entries")+" on this page"),
	}.Page())
}

// page reads the rows, and looks at the end of the chain together with them, or goes back to its first row. It says
// when the rows of the chain were hashed; the zero time: with this page, all of them.
func (h Handlers) page(ctx context.Context, q httpx.ListQuery, all bool) (p listing.Page[audit.Entry],
	i audit.Integrity, at time.Time, err error) {
	db := h.DB.Read(ctx)
	if all {
		if p, err = audit.Trail.Page(ctx, db, q.Query); err == nil {
			i, err = audit.Verify(ctx, db, 0)
		}
		return p, i, at, err
	}
	asked, found := h.Chain.Asked()
	p, err = audit.Trail.Page(ctx, db, q.Query, asked)
	switch {
	case err != nil:
	case p.Frequent: // nothing was asked beside it
		i, at, err = h.Chain.Check(ctx, db)
	default:
		i, at = found()
	}
	return p, i, at, err
}

func chainBadge(i audit.Integrity) ui.Badge {
	if i.Sound() {
		return ui.Badge{Text: "chain intact", Tone: ui.Good}
	}
	return ui.Badge{Text: "chain broken", Tone: ui.Bad}
}

func (h Handlers) chainMeta(i audit.Integrity, at time.Time) []layout.Meta {
	checked := layout.Meta{Label: "Checked", Text: fmt.Sprintf("all %d entries", i.Checked)}
	if !at.IsZero() {
		checked.Href = path + "?check=all"
		checked.Text = fmt.Sprintf("the latest %d entries, at %s; check all", i.Checked,
			at.In(h.Zone).Format("15:04:05 MST"))
	}
	return []layout.Meta{checked, {Label: "End of the chain", Text: fmt.Sprintf("%d · %.16s", i.Head.Seq, i.Head.Hash)},
		{Label: "Last signed", Text: h.signed(i)}}
}

// signed says up to where the trail was last signed and noted elsewhere.
func (h Handlers) signed(i audit.Integrity) string {
	if i.SignedAt == nil {
		return "not yet"
	}
	return fmt.Sprintf("%d, on %s", i.Signed, i.SignedAt.In(h.Zone).Format("2 Jan 2006"))
}

func alarm(i audit.Integrity) *ui.Callout {
	if i.Sound() {
		return nil
	}
	text := "Rows at the end of the trail are missing."
	if i.Broken > 0 {
		text = fmt.Sprintf("Entry %d does not follow from the one before it.", i.Broken)
	}
	return &ui.Callout{Tone: ui.Bad, Title: "The trail was changed outside of Seatledger",
		Text: text + " Somebody with the database owner's rights edited, removed or moved rows. " +
			"Run `seatledger audit verify`, and compare with a backup and with the anchors kept elsewhere."}
}

// Table is a page of the trail as a person of that role sees it.
func (h Handlers) Table(q httpx.ListQuery, rows []audit.Entry, role auth.Role) ui.Table {
	t := httpx.ListTable(audit.Trail, q, rows, httpx.Cells[audit.Entry]{
		"seq": func(e audit.Entry) ui.Cell {
			return ui.LinkCell(strconv.FormatInt(e.Seq, 10), entryPath(e.Seq))
		},
		"at":     h.when,
		"action": func(e audit.Entry) ui.Cell { return ui.TextCell(readable(e.Action)) },
		"object_name": func(e audit.Entry) ui.Cell {
			return ui.Cell{Text: cmp.Or(e.ObjectName, readable(e.ObjectType)), Sub: readable(e.ObjectType),
				Href: objectHref(role, e)}
		},
		"after": func(e audit.Entry) ui.Cell { return ui.TextCell(summary(e)) },
	}, func(audit.Entry, *ui.Row) {})
	t.Caption, t.Compact, t.Empty = "Audit trail", true, emptiness(q)
	return t
}

// when is the time of an entry, with the true one below it where the clock was moved.
func (h Handlers) when(e audit.Entry) ui.Cell {
	cell := ui.Of(h.moment(e.At))
	if e.TrueAt != nil {
		cell.Sub = "in truth " + h.moment(*e.TrueAt).Text
	}
	return cell
}

func emptiness(q httpx.ListQuery) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No entry fits",
			Text:   "Entries are there, but the filter hides them.",
			Action: &ui.LinkButton{Text: "Clear the filter", Href: q.ClearHref()}}
	}
	return &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing has happened yet",
		Text: "Every sign-in and every change will stand here."}
}
