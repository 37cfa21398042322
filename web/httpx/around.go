package httpx

import (
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/listing"
	"seatledger/views/layout"
)

// fromName is the parameter of a record's address that says from which list one came.
const fromName = "from"

// Around leads from a record through the list that one came by.
type Around struct {
	List string // the list's address; empty: one came by none
	Prev string // the record before this one; empty: none
	Next string
	Todo string // the next one that still wants something; else the list
}

// AroundOf finds the records around one in the list that one came by: the parameter "from" names
// it, or the page that one comes from. What is no address of this list, or asks for what it does
// not have, counts for nothing. todo and adjust are those of listing.Beside and AskList.
func AroundOf[R any](c echo.Context, db *gorm.DB, l *listing.List[R], id uuid.UUID, todo string,
	adjust ...func(*ListSpec)) (Around, error) {
	list, raw := cameBy(c, "/"+l.Name)
	if list == "" {
		return Around{}, nil
	}
	ctx := c.Request().Context()
	spec, err := l.Spec(ctx, db, raw)
	if err != nil {
		return Around{}, err
	}
	for _, f := range adjust {
		f(&spec)
	}
	q, err := spec.Parse(raw, true)
	if errs.KindOf(err) == errs.Invalid {
		return Around{}, nil
	}
	if err != nil {
		return Around{}, err
	}
	b, err := l.Beside(ctx, db, q, id, todo)
	at := func(id uuid.NullUUID) string {
		if !id.Valid {
			return ""
		}
		return fromList("/"+l.Name+"/"+id.UUID.String(), list)
	}
	a := Around{List: list, Prev: at(b.Prev), Next: at(b.Next), Todo: at(b.Todo)}
	if a.Todo == "" {
		a.Todo = list
	}
	return a, err
}

// On puts the way through the list on a record's page: back to the list as it was, and on.
func (a Around) On(p *layout.Page) {
	if a.List == "" {
		return
	}
	p.Around = &layout.Around{List: a.List, Prev: a.Prev, Next: a.Next}
	path, _, _ := strings.Cut(a.List, "?")
	p.Crumbs = slices.Clone(p.Crumbs) // pages share theirs
	for i := range p.Crumbs {
		if p.Crumbs[i].Href == path {
			p.Crumbs[i].Href = a.List
		}
	}
}

// ToDo also leads to the next record of the list that still wants something, under what that is called.
func (a Around) ToDo(p *layout.Page, text string) {
	if p.Around != nil && a.Todo != a.List {
		p.Around.Todo, p.Around.TodoText = a.Todo, text
	}
}

// cameBy is the address of the list that one came by, with its parameters.
func cameBy(c echo.Context, path string) (string, url.Values) {
	r := c.Request()
	from := r.URL.Query().Get(fromName)
	if ref, err := url.Parse(r.Referer()); from == "" && err == nil && ref.Host == r.Host {
		from = ref.RequestURI()
		if ref.Path != path {
			from = ref.Query().Get(fromName) // from the record itself, as after a command
		}
	}
	u, err := url.Parse(from)
	if err != nil || SafeNext(from) != from || u.Path != path {
		return "", nil
	}
	raw, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "", nil
	}
	return from, raw
}

// fromList is a record's address with the list that leads to it.
func fromList(record, list string) string {
	return record + "?" + url.Values{fromName: {list}}.Encode()
}
