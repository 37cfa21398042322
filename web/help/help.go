// Package help shows the handbook that the program carries. It knows no record.
package help

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/docs/handbook"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/help"
	"seatledger/views/layout"
)

// Show shows a page; without a name, the first.
func Show(c echo.Context) error {
	pages := handbook.Pages()
	name := c.Param("page")
	if name == "" {
		name = pages[0].Name
	}
	m := view.Show{}
	found := false
	for _, p := range pages {
		here := p.Name == name
		m.Pages = append(m.Pages, view.Link{Text: p.Title, Href: at.Help + "/" + p.Name, Here: here})
		if here {
			found = true
			m.Page, m.Blocks = session.Page(c, p.Title, ""), blocks(p.Blocks)
		}
	}
	if !found {
		return echo.ErrNotFound
	}
	m.Crumbs = []layout.Crumb{{Label: "Handbook", Href: at.Help}}
	return httpx.Render(c, http.StatusOK, m.View())
}

func blocks(from []handbook.Block) []view.Block {
	var out []view.Block
	for i, b := range from {
		switch b.Kind {
		case handbook.Heading:
			text := ""
			for _, s := range b.Text {
				text += s.Text
			}
			out = append(out, view.Block{Heading: &view.Heading{ID: b.Anchor, Text: text}})
		case handbook.Item, handbook.Numbered:
			item := spans(b.Text)
			if i > 0 && from[i-1].Kind == b.Kind {
				last := &out[len(out)-1]
				last.List = append(last.List, item)
				continue
			}
			out = append(out, view.Block{List: [][]view.Span{item}, Ordered: b.Kind == handbook.Numbered})
		case handbook.Code:
			out = append(out, view.Block{Code: b.Code})
		case handbook.Table:
			out = append(out, table(b))
		case handbook.Paragraph:
			out = append(out, view.Block{Text: spans(b.Text)})
		}
	}
	return out
}

// table is shown as words and what they mean: it fits any width. Its head is for readers of the file.
func table(b handbook.Block) view.Block {
	var rows [][][]view.Span
	for _, r := range b.Rows[1:] {
		var row [][]view.Span
		for _, cell := range r {
			row = append(row, spans(cell))
		}
		rows = append(rows, row)
	}
	return view.Block{Rows: rows}
}

func spans(from []handbook.Span) []view.Span {
	var out []view.Span
	for _, s := range from {
		out = append(out, view.Span{Text: s.Text, Code: s.Code, Bold: s.Bold, Href: s.Link})
	}
	return out
}
