package imports

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/imports"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/steps"
)

// Preview shows what a file would do now, or what it did when it was applied.
func (p Pages) Preview(c echo.Context, s Screen) error {
	id, err := httpx.ID(c, "import")
	if err != nil {
		return err
	}
	w, err := readWindow(c.QueryParams())
	if err != nil {
		return err
	}
	found, err := p.Service.Preview(c.Request().Context(), s.Kind, id)
	if err != nil {
		return err
	}
	m := p.previewOf(session.Page(c, s.Title, s.Nav), s, shown{Preview: found, window: w})
	if found.Result != nil {
		ctx := c.Request().Context()
		if err := steps.On(ctx, p.Service.DB.Read(ctx), &m.Page); err != nil {
			return err
		}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

// Apply does what a file says and shows what it did. A file that was applied
// before leads to the same page.
func (p Pages) Apply(c echo.Context, s Screen) error {
	id, err := httpx.ID(c, "import")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	// Columns chosen but not previewed are not what the person has seen.
	changed, err := p.choose(c, s, id, form)
	if errs.KindOf(err) == errs.Invalid {
		return p.refuseColumns(c, s, id, form, errs.FieldsOf(err))
	}
	if err != nil {
		return err
	}
	if changed {
		httpx.Tell(c, ui.Info, "What the file means was changed, so nothing was applied yet. "+
			"This is the preview with the change.")
		return httpx.SeeOther(c, s.preview(id.String()))
	}
	_, err = p.Service.Apply(c.Request().Context(), session.Actor(c), s.Kind,
		imports.Order{ID: id, Seen: form.Get("preview")})
	if err != nil {
		return err
	}
	return httpx.SeeOther(c, s.preview(id.String()))
}

// pageSize is how many lines of a file a page shows.
const pageSize = 100

// window is which lines are shown: those of one outcome, from a place on.
type window struct {
	show imports.Outcome // empty: all
	from int
}

var outcomes = []imports.Outcome{imports.New, imports.Changed, imports.Unchanged, imports.Refused}

func readWindow(q url.Values) (window, error) {
	w := window{show: imports.Outcome(q.Get("show"))}
	problems := errs.Fields{}
	if w.show != "" && !slices.Contains(outcomes, w.show) {
		problems.Add("show", "There are no lines of this kind.")
	}
	if s := q.Get("from"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			problems.Add("from", "This page address is damaged.")
		}
		w.from = n
	}
	return w, problems.Err()
}

// cut gives the lines of the window and where the next page starts, 0 on the last one.
func (w window) cut(rows []imports.Row) (page []imports.Row, total, next int) {
	if w.show != "" {
		rows = slices.DeleteFunc(slices.Clone(rows), func(r imports.Row) bool { return r.Outcome != w.show })
	}
	total = len(rows)
	from := min(w.from, total)
	to := min(from+pageSize, total)
	if to < total {
		next = to
	}
	return rows[from:to], total, next
}
