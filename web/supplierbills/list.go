package supplierbills

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/difference"
	"seatledger/internal/money"
	"seatledger/internal/supplier"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/supplierbills"
)

// List is the list of bills, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	db := h.Bills.DB.Read(c.Request().Context())
	q, err := httpx.AskList(c, db, supplier.All)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.Bills.DB, supplier.All, q)
	}
	found, err := httpx.FindList(c, db, supplier.All, q)
	if err != nil {
		return err
	}
	t := httpx.ListTable(supplier.All, q, found.Rows, h.cells(), func(r supplier.ListRow, row *ui.Row) {
		row.ID, row.Label, row.Muted = r.ID.String(), r.Called, r.State == supplier.Aside
	})
	t.Empty = emptyList(q, mayWrite(c))
	m := layout.List{Page: session.Page(c, nav, nav), Filters: q.FilterBar(""), Table: t,
		Pager: q.Pager(found.Next, found.Prev, found.Said())}
	m.Page.Lead = "What the distributor charged, line by line, as it came."
	if mayWrite(c) {
		m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "Bring in a bill", Href: newPath, Icon: "upload",
			Weight: ui.Primary})
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func (h Handlers) cells() httpx.Cells[supplier.ListRow] {
	return httpx.Cells[supplier.ListRow]{
		"number": func(r supplier.ListRow) ui.Cell { return ui.LinkCell(r.Called, at.SupplierBill(r.ID)) },
		"month":  func(r supplier.ListRow) ui.Cell { return ui.TextCell(r.Month.String()[:7]) },
		"provider": func(r supplier.ListRow) ui.Cell {
			if !r.ProviderID.Valid {
				return ui.Cell{}
			}
			return ui.LinkCell(r.Provider, at.Provider(r.ProviderID.UUID))
		},
		"state": func(r supplier.ListRow) ui.Cell {
			return ui.Cell{Badges: []ui.Badge{stateBadge(r.State, r.Preliminary)}}
		},
		"layout":      func(r supplier.ListRow) ui.Cell { return ui.TextCell(r.Layout.Words()) },
		"amounts":     func(r supplier.ListRow) ui.Cell { return ui.TextCell(grouped(r.Amounts)) },
		"received_at": func(r supplier.ListRow) ui.Cell { return ui.Of(httpx.Moment(r.At, h.Zone)) },
	}
}

// grouped writes amounts of several currencies as people read them.
func grouped(amounts string) string {
	var out []string
	for _, a := range strings.Split(amounts, ", ") {
		value, currency, ok := strings.Cut(a, " ")
		d, err := decimal.NewFromString(value)
		if !ok || err != nil {
			return amounts
		}
		out = append(out, money.Grouped(d, currency)+" "+currency)
	}
	return strings.Join(out, ", ")
}

func stateBadge(s supplier.State, preliminary bool) ui.Badge {
	switch {
	case s == supplier.Aside:
		return ui.Badge{Text: "set aside", Tone: ui.Neutral}
	case preliminary:
		return ui.Badge{Text: "preliminary", Tone: ui.Warn}
	}
	return ui.Badge{Text: "standing", Tone: ui.Good}
}

func emptyList(q httpx.ListQuery, mayWrite bool) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No bill matches", Text: "Change the filters.",
			Action: &ui.LinkButton{Text: "Clear the filters", Href: q.ClearHref()}}
	}
	e := &ui.EmptyState{Kind: ui.NothingYet, Title: "No bill yet",
		Text: "Upload what the distributor charged, as CSV or Excel file: each line is then compared with your ledger."}
	if mayWrite {
		e.Action = &ui.LinkButton{Text: "Bring in a bill", Href: newPath}
	}
	return e
}

// firstLines is how many lines the page of a bill shows.
const firstLines = 50

// Record is the page of a bill.
func (h Handlers) Record(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	var (
		b        supplier.Bill
		sums     []supplier.Sum
		lines    []supplier.LineRow
		after    supplier.Bill
		compared difference.Comparison
		replaced bool
	)
	err = h.Bills.DB.Snapshot(ctx, func(tx *gorm.DB) (err error) {
		if b, err = supplier.Get(ctx, tx, id); err != nil {
			return err
		}
		if sums, err = supplier.Sums(ctx, tx, id); err != nil {
			return err
		}
		if after, replaced, err = supplier.ReplacedBy(ctx, tx, id); err != nil {
			return err
		}
		if compared, err = difference.ComparisonOf(ctx, tx, id); err != nil {
			return err
		}
		lines, err = supplier.Lines.Some(ctx, tx, "l.bill_id = ? AND l.place <= ?", "l.place", id, firstPlaces)
		lines = lines[:min(len(lines), firstLines)]
		return err
	})
	if err != nil {
		return err
	}
	m := view.Record{Page: session.Page(c, b.Called(), nav), Facts: h.facts(b, compared, mayWrite(c)),
		Sums:  sumsTable(sums),
		Lines: linesTable(lines), Remarks: remarks(b, sums)}
	m.Page.Kicker, m.Page.Crumbs = "Supplier bill", crumbs
	m.Page.Badges = []ui.Badge{stateBadge(b.State(), b.Preliminary)}
	if replaced {
		m.Page.Meta = append(m.Page.Meta, layout.Meta{Label: "Replaced by", Text: after.Called(),
			Href: at.SupplierBill(after.ID)})
	}
	if b.ReplacesID.Valid {
		m.Page.Meta = append(m.Page.Meta, layout.Meta{Label: "Replaces", Text: "the bill before it",
			Href: at.SupplierBill(b.ReplacesID.UUID)})
	}
	m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "All lines", Href: linesPath(b), Icon: "lines"},
		ui.LinkButton{Text: "Lines as CSV", Href: linesPath(b) + ".csv", Icon: "download"})
	if mayWrite(c) && b.AsideAt == nil {
		m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "Take back", Href: at.SupplierBill(b.ID) +
			"/take-back"})
	}
	if b.Lines > len(lines) {
		m.More = "The first " + words.Count(len(lines)) + " of " + words.Counted(b.Lines, "line") + "."
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

// firstPlaces bounds where the first lines are looked for: places are lines of the file, of which some may have been
// refused.
const firstPlaces = 10_000

func linesPath(b supplier.Bill) string { return at.SupplierBill(b.ID) + "/lines" }

func remarks(b supplier.Bill, sums []supplier.Sum) []ui.Callout {
	var out []ui.Callout
	if b.AsideAt != nil {
		out = append(out, ui.Callout{Tone: ui.Warn, Title: "This bill does not count",
			Text: words.Capital(b.AsideWhy) + ", by " + b.AsideBy + ". It is kept as it came."})
	}
	if check, ok := supplier.Checked(b.DocumentTotal, b.DocumentCurrency, sums); ok {
		r := ui.Callout{Tone: ui.Good, Title: "The total is right", Text: check.Says()}
		if !check.Comparable || !check.Off().IsZero() {
			r.Tone, r.Title = ui.Warn, "The total is not what the lines come to"
		}
		out = append(out, r)
	}
	if b.Preliminary && b.AsideAt == nil {
		out = append(out, ui.Callout{Tone: ui.Info, Title: "Preliminary",
			Text: "The distributor has not closed it: lines may still come. Bring the closed bill in when it is there; it " +
				"replaces this one."})
	}
	return out
}

func (h Handlers) facts(b supplier.Bill, c difference.Comparison, may bool) ui.DefinitionList {
	items := []ui.Definition{ui.Fact("Month", b.Month.String()[:7])}
	if b.ProviderID.Valid {
		items = append(items, ui.Definition{Term: "Provider", Value: ui.LinkCell(b.Provider,
			at.Provider(b.ProviderID.UUID))})
	} else {
		items = append(items, ui.Fact("Provider", "Of nobody connected here"))
	}
	items = append(items, ui.Fact("Number", b.Number), ui.Fact("Came as", b.Layout.Words()))
	if b.ImportID.Valid {
		file := ui.TextCell(b.Name)
		if may {
			file.Href = newPath + "/" + b.ImportID.UUID.String()
		}
		items = append(items, ui.Definition{Term: "File", Value: file})
	}
	if !b.FromOn.IsZero() {
		days := b.FromOn.String()
		if !b.ToOn.IsZero() {
			days += " to " + b.ToOn.AddDays(-1).String()
		}
		items = append(items, ui.Definition{Term: "Days", Value: ui.TextCell(days),
			Note: "first and last that a line is about"})
	}
	items = append(items, ui.Fact("Lines", words.Count(b.Lines)), ui.Definition{Term: "Received",
		Value: ui.Of(httpx.Moment(b.At, h.Zone)), Note: "by " + b.Actor})
	if b.AsideAt == nil {
		items = append(items, comparedFacts(b, c)...)
	}
	return ui.DefinitionList{Columns: 2, Items: items}
}

// comparedFacts say how much of a bill could be compared: a result without that says nothing.
func comparedFacts(b supplier.Bill, c difference.Comparison) []ui.Definition {
	compared := ui.Definition{Term: "Compared", Value: ui.TextCell(words.Count(c.Compared) + " of " +
		words.Counted(c.Lines, "line") + " beside our invoices"), Note: words.Count(c.Equal) +
		" equal to the ledger, " +
		words.Count(c.Differ) + " different, " + words.Count(c.Incomparable) + " not comparable"}
	switch {
	case c.Trouble != "":
		compared.Value, compared.Note = ui.BadgeCell("not compared", ui.Bad), c.Trouble
	case c.Waiting:
		compared.Note = "being compared; reload the page for what it finds"
	}
	return []ui.Definition{compared,
		{Term: "Lines matched", Value: ui.TextCell(words.Count(c.Matched) + " of " + words.Count(c.Lines))},
		{Term: "Differences to do", Value: ui.LinkCell(words.Count(c.Todo), at.Differences+"?bill="+b.ID.String()+
			"&state=todo")}}
}

func sumsTable(sums []supplier.Sum) ui.Table {
	t := ui.Table{Caption: "Sums by currency", Plain: true, Columns: []ui.Column{{Label: "Currency"},
		{Label: "Lines", Numeric: true}, {Label: "Without tax", Numeric: true}, {Label: "Tax", Numeric: true},
		{Label: "With tax", Numeric: true}, {Label: "Usage", Numeric: true}, {Label: "Charged once", Numeric: true}}}
	for _, s := range sums {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.TextCell(s.Currency), ui.TextCell(words.Count(s.Lines)),
			sum(s.Amount, s.Currency), sum(s.Tax, s.Currency), sum(s.Total(), s.Currency), sum(s.Usage, s.Currency),
			sum(s.Once, s.Currency)}})
	}
	return t
}

func sum(d decimal.Decimal, currency string) ui.Cell { return ui.TextCell(money.Grouped(d, currency)) }

func linesTable(lines []supplier.LineRow) ui.Table {
	t := ui.Table{Caption: "First lines", Columns: []ui.Column{{Label: "Line"}, {Label: "Customer"},
		{Label: "Product"},
		{Label: "Charge"}, {Label: "Days", Nowrap: true}, {Label: "Quantity", Numeric: true},
		{Label: "Unit price", Numeric: true}, {Label: "Amount", Numeric: true}, {Label: "Matched"},
		{Label: "Difference"}}}
	cells := lineCells()
	for _, l := range lines {
		row := ui.Row{ID: l.ID.String()}
		for _, key := range []string{"line", "customer", "product", "charge", "from", "quantity", "unit_price",
			"amount", "matched", "kind"} {
			row.Cells = append(row.Cells, cells[key](l))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// Lines is the list of a bill's lines, and with .csv its file.
func (h Handlers) Lines(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	db := h.Bills.DB.Read(ctx)
	b, err := supplier.Get(ctx, db, id)
	if err != nil {
		return err
	}
	q, err := httpx.AskList(c, db, supplier.Lines)
	if err != nil {
		return err
	}
	q.Query = q.Of(b.ID)
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.Bills.DB, supplier.Lines, q)
	}
	found, err := httpx.FindList(c, db, supplier.Lines, q)
	if err != nil {
		return err
	}
	t := httpx.ListTable(supplier.Lines, q, found.Rows, lineCells(), func(r supplier.LineRow, row *ui.Row) {
		row.ID = r.ID.String()
	})
	t.Empty = &ui.EmptyState{Kind: ui.NoMatch, Title: "No line matches", Text: "Change the filters.",
		Action: &ui.LinkButton{Text: "Clear the filters", Href: q.ClearHref()}}
	m := layout.List{Page: session.Page(c, "Lines", nav), Filters: q.FilterBar(""), Table: t,
		Pager: q.Pager(found.Next, found.Prev, found.Said())}
	m.Page.Kicker, m.Page.Crumbs = b.Called(), billCrumbs(b)
	m.Page.Lead = "As they came, in the order of the file."
	return httpx.Render(c, http.StatusOK, m.Show())
}

func lineCells() httpx.Cells[supplier.LineRow] {
	return httpx.Cells[supplier.LineRow]{
		"line": func(r supplier.LineRow) ui.Cell { return ui.TextCell(r.Line.Line) },
		"customer": func(r supplier.LineRow) ui.Cell {
			return ui.TextCell(first(r.Customer, r.CustomerExternalID, r.TenantID))
		},
		"product": func(r supplier.LineRow) ui.Cell {
			return ui.Cell{Text: first(r.Product, r.PartNumber), Sub: first(r.SubscriptionExternalID,
				r.VendorSubscriptionID,
				r.OrderID)}
		},
		"charge": func(r supplier.LineRow) ui.Cell {
			cell := ui.TextCell(r.Charge)
			if r.Usage {
				cell.Badges = []ui.Badge{{Text: "usage"}}
			}
			return cell
		},
		"from":     func(r supplier.LineRow) ui.Cell { return ui.TextCell(r.Days()) },
		"quantity": func(r supplier.LineRow) ui.Cell { return ui.TextCell(number(r.Quantity)) },
		"unit_price": func(r supplier.LineRow) ui.Cell {
			cell := ui.TextCell(number(r.UnitPrice))
			if r.PriceCurrency != "" && r.PriceCurrency != r.Currency {
				cell.Sub = r.PriceCurrency + " x " + number(r.ExchangeRate)
			}
			return cell
		},
		"amount": func(r supplier.LineRow) ui.Cell {
			return ui.TextCell(money.Grouped(r.Amount, r.Currency) + " " + r.Currency)
		},
		"matched": func(r supplier.LineRow) ui.Cell {
			if r.Matched == "" {
				return ui.Cell{Text: "no", Muted: true}
			}
			return ui.LinkCell("yes", at.Subscriptions+"/"+r.Matched)
		},
		"kind": func(r supplier.LineRow) ui.Cell {
			if r.Difference == "" {
				return ui.Cell{}
			}
			return ui.Cell{Text: difference.KindWords[difference.Kind(r.Kind)], Href: at.Differences + "/" +
				r.Difference,
				Sub: difference.StateWords[difference.State(r.State)]}
		},
	}
}

func number(d decimal.NullDecimal) string {
	if !d.Valid {
		return ""
	}
	return d.Decimal.String()
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
