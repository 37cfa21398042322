package httpx

import (
	"net/url"
	"strings"

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
	Path string // without .csv
}

// ParseList reads what the address of a list says (listing.Spec.Parse). A file has no
// place in the list, so "after" means nothing to it.
func ParseList(c echo.Context, spec ListSpec) (ListQuery, error) {
	raw, err := url.ParseQuery(c.Request().URL.RawQuery)
	if err != nil {
		return ListQuery{}, errs.Because(errs.Invalid, "This address is damaged. Start again from the list.", err)
	}
	q, err := spec.Parse(raw, IsFile(c))
	return ListQuery{Query: q, Path: pathOf(c)}, err
}

// IsCSV tells whether the CSV of a list is asked for: its path ends in .csv.
func IsCSV(c echo.Context) bool { return strings.HasSuffix(c.Request().URL.Path, ".csv") }

// IsFile tells whether a file of a list is asked for, of either kind.
func IsFile(c echo.Context) bool { return pathOf(c) != c.Request().URL.Path }

func pathOf(c echo.Context) string {
	return strings.TrimSuffix(strings.TrimSuffix(c.Request().URL.Path, ".csv"), ".xlsx")
}
