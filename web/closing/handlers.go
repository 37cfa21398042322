// Package closing is the screens of a distributor's months: the list, one month with what it should come to, came to
// and left, its report, and its signature.
package closing

import (
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/closing"
	"seatledger/internal/errs"
	"seatledger/internal/listing"
	"seatledger/views/layout"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/closing"
)

// Handlers answers everything below /supplier-months.
type Handlers struct {
	Months closing.Service
	Zone   *time.Location
}

const nav = "Supplier months"

var crumbs = []layout.Crumb{{Label: nav, Href: at.SupplierMonths}}

// mayClose tells whether to offer what changes something; the routes decide.
func mayClose(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Billing) }

// unprovided stands in an address for bills of no connected provider.
const unprovided = "none"

// key reads which month of which provider the address names.
func key(c echo.Context) (k closing.Key, err error) {
	unknown := errs.New(errs.NotFound, "There is no such month.")
	if p := c.Param("provider"); p != unprovided {
		id, err := httpx.ID(c, "provider")
		if err != nil {
			return k, err
		}
		k.ProviderID = uuid.NullUUID{UUID: id, Valid: true}
	}
	if len(c.Param("month")) != len("2026-01") {
		return k, unknown
	}
	if k.Month, err = clock.ParseDate(c.Param("month") + "-01"); err != nil {
		return k, unknown
	}
	return k, nil
}

func pathOf(k closing.Key) string {
	provider := unprovided
	if k.ProviderID.Valid {
		provider = k.ProviderID.UUID.String()
	}
	return at.SupplierMonths + "/" + provider + "/" + k.Month.String()[:7]
}

// List is all months.
func (h Handlers) List(c echo.Context) error {
	ctx := c.Request().Context()
	rows, err := h.Months.Months(ctx, h.Months.DB.Read(ctx))
	if err != nil {
		return err
	}
	m := view.List{Page: session.Page(c, nav, nav), Table: h.table(rows, mayClose(c))}
	m.Page.Lead = "What each month's bill should come to, came to, and who has signed it."
	return httpx.Render(c, http.StatusOK, m.Show())
}

// Show is the page of a month.
func (h Handlers) Show(c echo.Context) error { return h.page(c, http.StatusOK, nil) }

// report is how many rows of a margin table the page shows; the file has all.
const shown = 20

func (h Handlers) page(c echo.Context, status int, problems map[string]string) error {
	k, err := key(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	month, err := h.Months.Of(ctx, k)
	if err != nil {
		return err
	}
	s := sheet{Month: month, zone: h.Zone, may: mayClose(c), problems: problems}
	for _, by := range []closing.By{closing.ByCustomer, closing.ByProduct, closing.ByVendor} {
		rows, err := h.Months.Margins(ctx, h.Months.DB.Read(ctx), k, by, shown)
		if err != nil {
			return err
		}
		s.margins = append(s.margins, marginTable(by, rows))
	}
	m := s.view()
	m.Page = s.frame(session.Page(c, month.Called(), nav), m.Summary.Any())
	return httpx.Render(c, status, m.Show())
}

// Report is what was charged, billed and left by customer and product, as a file.
func (h Handlers) Report(c echo.Context) error {
	k, err := key(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	kinds := []listing.Kind{listing.Text, listing.Word, listing.Text, listing.Text, listing.Word, listing.Amount,
		listing.Amount, listing.Amount}
	return httpx.Sheet(c, "supplier-month-"+k.Month.String()[:7], closing.Columns, kinds,
		func(write httpx.SheetRow) error {
			return h.Months.DB.Snapshot(ctx, func(tx *gorm.DB) error {
				return h.Months.EachMargin(ctx, tx, k, func(m closing.Margin) error {
					id := ""
					if m.CRMAccountID.Valid {
						id = m.CRMAccountID.UUID.String()
					}
					return write(m.Customer, id, m.Product, m.Vendor, m.Currency, m.Charged.String(), m.Billed.String(),
						m.Left.String())
				})
			})
		})
}

// Sign closes a month.
func (h Handlers) Sign(c echo.Context) error {
	k, err := key(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	err = h.Months.Sign(c.Request().Context(), session.Actor(c), k, form.Get("digest"), form.Get("note"))
	if err != nil {
		return err
	}
	return httpx.Done(c, pathOf(k), "The month is signed.")
}

// Reopen takes the signature back.
func (h Handlers) Reopen(c echo.Context) error {
	k, err := key(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	err = h.Months.Reopen(c.Request().Context(), session.Actor(c), k, form.Get("why"))
	if errs.KindOf(err) == errs.Invalid {
		return h.page(c, http.StatusUnprocessableEntity, errs.FieldsOf(err))
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, pathOf(k), "The month is open again.")
}
