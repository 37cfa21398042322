package closing

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/closing"
	"seatledger/internal/difference"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/closing"
)

// printed is how many rows of a table the printed report has; the files have all.
const printed = 500

// Print is the report of a month on paper: what its page has, all customers, each difference with what was decided,
// and room for a signature.
func (h Handlers) Print(c echo.Context) error {
	k, err := key(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	s := sheet{zone: h.Zone}
	moment := httpx.MomentText(h.Months.Clock.Now(), h.Zone)
	var found []closing.Difference
	err = h.Months.DB.Snapshot(ctx, func(tx *gorm.DB) (err error) {
		if s.Month, err = h.Months.Read(ctx, tx, k); err != nil {
			return err
		}
		for _, by := range []closing.By{closing.ByVendor, closing.ByProduct, closing.ByCustomer} {
			rows, err := h.Months.Margins(ctx, tx, k, by, printed)
			if err != nil {
				return err
			}
			s.margins = append(s.margins, marginTable(by, rows))
		}
		found, err = h.Months.Differences(ctx, tx, k, printed)
		return err
	})
	if err != nil {
		return err
	}
	v := s.view()
	m := view.Print{Month: v, Differences: s.differences(found), Signature: s.signature()}
	m.Page = session.Page(c, s.Called(), nav)
	m.Page.Kicker, m.Page.Crumbs = "Supplier month", append(crumbs[:len(crumbs):len(crumbs)],
		layout.Crumb{Label: s.Called(), Href: pathOf(k)})
	m.Page.Lead = "As it stood on " + moment +
		". Print this page, or save it as a PDF from the browser's print window."
	m.Page.Badges = []ui.Badge{signedBadge(s.Signed.Holds(), s.Signed != nil)}
	return httpx.Render(c, http.StatusOK, m.Paper())
}

// differences lists each with what was decided about it.
func (s sheet) differences(found []closing.Difference) ui.Table {
	t := ui.Table{Caption: "Differences", Plain: true, Columns: []ui.Column{{Label: "Customer and product"},
		{Label: "Kind"}, {Label: "Money", Numeric: true}, {Label: "Decided"}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No difference"}}
	for _, d := range found {
		decided := ui.Cell{Text: "to do"}
		if d.State != string(difference.Todo) {
			decided.Text = difference.StateWords[difference.State(d.State)] + " by " + d.DecidedBy
			decided.Sub = strings.TrimSpace(d.Reference + " " + d.Reason)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: d.Customer, Sub: d.Product},
			ui.TextCell(difference.KindWords[difference.Kind(d.Kind)]), cash(d.Once, d.Currency), decided}})
	}
	if n := s.findingCount(); n > len(found) {
		t.Rows = append(t.Rows, ui.Row{Muted: true, Cells: []ui.Cell{ui.TextCell(
			words.Counted(n-len(found), "further difference") + " in the list"), {}, {}, {}}})
	}
	return t
}

func (s sheet) findingCount() (n int) {
	for _, f := range s.Findings {
		n += f.Open + f.Done
	}
	return n
}

// signature is who signed, or room for it.
func (s sheet) signature() view.Signature {
	if s.Signed.Holds() {
		return view.Signature{Name: s.Signed.Actor, On: httpx.MomentText(s.Signed.At, s.zone), Note: s.Signed.Note}
	}
	return view.Signature{}
}
