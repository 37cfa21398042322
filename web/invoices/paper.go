package invoices

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/company"
	"seatledger/internal/document"
	"seatledger/internal/invoice"
	"seatledger/internal/paper"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"

	view "seatledger/views/invoices"
)

func (h Handlers) desk() document.Desk {
	return document.Desk{Clock: h.Invoices.Clock, Zone: h.Invoices.Zone}
}

// sheet fills the page with a document.
func sheet(o invoice.Overview, d document.Document) view.Paper {
	say := d.Words()
	p := view.Paper{Lang: d.Language, Seller: party(d.Seller, ""), ToLabel: d.Label("to"),
		To: party(d.Customer, d.Label("tax_id")), Title: d.Title(),
		Columns: []string{d.Label("description"), d.Label("seats"), d.Label("price")}, None: d.Label("none"),
		Remarks:  paper.Remarks(d),
		PayTitle: d.Label("payment"), Pay: paper.Payment(d), Footer: d.Footer}
	if d.Number == "" {
		p.Title += " (" + d.Label("draft") + ")"
	}
	if o.State == invoice.Void {
		p.Mark = "Void"
	}
	if d.For != "" {
		p.To = append(p.To, d.Label("for")+" "+d.For)
	}
	if d.Logo != "" {
		p.Logo = recordPath(o.ID) + "/logo"
	}
	if len(d.Taxes) > 0 {
		p.Columns = append(p.Columns, d.Label("rate"))
	}
	p.Columns = append(p.Columns, d.Label("amount"))
	for _, f := range paper.Facts(d) {
		p.Facts = append(p.Facts, ui.Pair{Name: f.Label, Value: f.Text})
	}
	for _, s := range paper.Sums(d) {
		p.Sums = append(p.Sums, ui.Pair{Name: s.Label, Value: say.Amount(s.Amount, d.Currency) + " " + d.Currency})
	}
	of := map[uuid.UUID]uuid.UUID{}
	for _, l := range o.Lines {
		of[l.ID] = l.SubscriptionID
	}
	for i, l := range d.Lines {
		line := view.PaperLine{Product: l.Product, Words: l.Words, Figures: paper.Cells(d, l)}
		if l.PartNumber != "" && l.PartNumber != l.Product {
			line.Words = append([]string{l.PartNumber}, l.Words...)
		}
		if id := of[l.ID]; id != uuid.Nil {
			line.Href = at.Subscription(id)
		}
		if part, first := paper.Section(d, i); first {
			line.Heading = paper.Heading(d, part)
		}
		p.Lines = append(p.Lines, line)
	}
	return p
}

func party(p document.Party, taxLabel string) []string {
	var out []string
	if p.Name != "" {
		out = append(out, p.Name)
	}
	out = append(out, p.Address...)
	for _, id := range p.TaxIDs {
		out = append(out, strings.TrimSpace(taxLabel+" "+id))
	}
	return out
}

// unprintable says which characters of a document no font draws, before it is billed.
func unprintable(d document.Document) ([]string, error) {
	missing, err := paper.Missing(paper.Texts(d))
	if err != nil || len(missing) == 0 {
		return nil, err
	}
	const most = 12
	var signs []string
	for _, r := range missing[:min(len(missing), most)] {
		signs = append(signs, fmt.Sprintf("%c (U+%04X)", r, r))
	}
	if len(missing) > most {
		signs = append(signs, fmt.Sprintf("and %d more", len(missing)-most))
	}
	return []string{"The PDF cannot show these characters as they are written: " + strings.Join(signs, ", ") +
			". They would stand as � or apart from each other. " +
			"Write the name in other letters, or send the page instead."},
		nil
}

// Logo is the picture of a document.
func (h Handlers) Logo(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	doc, _, err := h.desk().Look(ctx, h.Invoices.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	logo, err := company.LogoOf(ctx, h.Invoices.DB.Read(ctx), doc.Logo)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "image/png", logo.Image)
}

func (h Handlers) pdf(c echo.Context, o invoice.Overview, d document.Document) error {
	ctx := c.Request().Context()
	var logo company.Logo
	if d.Logo != "" {
		var err error
		if logo, err = company.LogoOf(ctx, h.Invoices.DB.Read(ctx), d.Logo); err != nil {
			return err
		}
	}
	file, err := paper.Draw(d, logo)
	if err != nil {
		return err
	}
	return httpx.Give(c, httpx.Shown, fileName(o, d, "pdf"), "application/pdf", file)
}

// fileName is as invoice-2026-0042.pdf; a void one says so, since the document itself stays as it was issued.
func fileName(o invoice.Overview, d document.Document, ending string) string {
	name := paper.FileName(d)
	if d.Number == "" {
		name = "draft-" + o.ID.String()
	}
	if o.State == invoice.Void {
		name += "-void"
	}
	return name + "." + ending
}

// documentFile is one document as rows: its lines, each tax on its base, and the total.
func (h Handlers) documentFile(c echo.Context, o invoice.Overview, d document.Document) error {
	return httpx.CSV(c, fileName(o, d, "csv"), paper.Header, func(write httpx.Row) error {
		for _, r := range paper.Rows(d) {
			cells := make([]httpx.Cell, len(r))
			for i, text := range r {
				cells[i] = httpx.Plain(text) // safe already
			}
			if err := write(cells...); err != nil {
				return err
			}
		}
		return nil
	})
}
