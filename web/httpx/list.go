package httpx

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/listing"
)

// ListSpec is what a list's address may say. The page and its CSV share it.
type ListSpec = listing.Spec

// Filter is one parameter that narrows a list.
type Filter = listing.Filter

// Choice is one allowed word of a filter and how it reads on the screen.
type Choice = listing.Choice

// ListQuery is a list's address, read and checked, with the path of its page.
type ListQuery struct {
	listing.Query
	Path   string // without .csv
	Turned int    // the number of the page, as far as the address tells

	here     string // this very page
	desk     Desk
	view     string // the kept view that one came by
	choosing bool   // the columns are being chosen
}

// ParseList reads what the address of a list says (listing.Spec.Parse). A file has no
// place in the list, so "after" means nothing to it.
func ParseList(c echo.Context, spec ListSpec) (ListQuery, error) {
	raw, err := url.ParseQuery(c.Request().URL.RawQuery)
	if err != nil {
		return ListQuery{}, errs.Because(errs.Invalid, "This address is damaged. Start again from the list.", err)
	}
	q, err := spec.Parse(raw, IsFile(c))
	out := ListQuery{Query: q, Path: pathOf(c), here: c.Request().URL.RequestURI(), choosing: raw.Has("choose")}
	out.Turned = turned(raw)
	if id, bad := uuid.Parse(raw.Get("view")); bad == nil {
		out.view = id.String()
	}
	if !IsFile(c) {
		out.desk = deskOf(c)
	}
	return out, out.viewFault(err)
}

// turned is the number of the page that an address says; 1 is the first. It is a name for the
// person: where the page begins, the cursor decides.
func turned(raw url.Values) int {
	n, err := strconv.Atoi(raw.Get("page"))
	if err != nil || n < 1 || n > mostTurned || raw.Get("after") == "" && raw.Get("before") == "" {
		return 1
	}
	return n
}

const mostTurned = 1_000_000

// IsFile tells whether a file of a list is asked for: ListFile writes the kind that is meant.
func IsFile(c echo.Context) bool { return pathOf(c) != c.Request().URL.Path }

func pathOf(c echo.Context) string {
	return strings.TrimSuffix(strings.TrimSuffix(c.Request().URL.Path, ".csv"), ".xlsx")
}
