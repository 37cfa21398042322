package crmaccounts

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/company"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/paper"
	"seatledger/internal/statement"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/crmaccounts"
)

// Statement is the account of a customer over some days, as a page and, where the address ends in .pdf, on paper.
func (h Handlers) Statement(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	asked, err := h.asked(c)
	if err != nil {
		return err
	}
	var st statement.Statement
	var logo company.Logo
	ctx := c.Request().Context()
	err = h.Accounts.DB.Snapshot(ctx, func(tx *gorm.DB) (err error) {
		st, err = statement.Of(ctx, tx, id, asked.from, asked.until.AddDays(1), clock.Today(h.Accounts.Clock,
			h.Zone), h.Zone,
			asked.language)
		if err == nil && st.Logo != "" {
			logo, err = company.LogoOf(ctx, tx, st.Logo)
		}
		return err
	})
	if err != nil {
		return err
	}
	if !strings.HasSuffix(c.Request().URL.Path, ".pdf") {
		return httpx.Render(c, http.StatusOK, h.statementPage(c, id, asked, st).View())
	}
	file, err := paper.DrawStatement(st, logo)
	if err != nil {
		return err
	}
	return httpx.Give(c, httpx.Shown, st.FileName(), "application/pdf", file)
}

// span is what the address of a statement asks for.
type span struct {
	from, until clock.Date // the last day
	language    string
}

func (h Handlers) asked(c echo.Context) (span, error) {
	today := clock.Today(h.Accounts.Clock, h.Zone)
	s := span{from: clock.NewDate(today.Year(), 1, 1), until: today, language: c.QueryParam("language")}
	problems := errs.Fields{}
	for name, day := range map[string]*clock.Date{"from": &s.from, "to": &s.until} {
		if text := c.QueryParam(name); text != "" {
			d, err := clock.ParseDate(text)
			if err != nil {
				problems.Add(name, "This is no day. Write it as 2026-03-31.")
				continue
			}
			*day = d
		}
	}
	if problems.Err() == nil && s.until.Before(s.from) {
		problems.Add("to", "The last day lies before the first.")
	}
	if s.language != "" && s.language != "en" && s.language != "fr" {
		problems.Add("language", "A statement is written in English (en) or French (fr).")
	}
	return s, problems.Err()
}

func (h Handlers) statementPage(c echo.Context, id uuid.UUID, asked span, st statement.Statement) view.Statement {
	m := view.Statement{Page: session.Page(c, "Statement of account", nav), Action: recordPath(id) + "/statement",
		Fields: []ui.Field{
			{Kind: ui.DateInput, Name: "from", Label: "From", Value: asked.from.String(), Size: ui.Short},
			{Kind: ui.DateInput, Name: "to", Label: "To, last day", Value: asked.until.String(), Size: ui.Short},
			{Kind: ui.SelectBox, Name: "language", Label: "Language of the PDF", Value: st.Language, Size: ui.Medium,
				Options: []ui.Option{{Value: "en", Label: "English"}, {Value: "fr", Label: "French"}}}}}
	m.Page.Kicker = st.Customer.Name
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: path}, {Label: st.Customer.Name, Href: recordPath(id)}}
	m.Page.Lead = "What was open, invoices and credits with tax, payments noted here, and what is open, " +
		"each currency by itself."
	v := url.Values{"from": {asked.from.String()}, "to": {asked.until.String()}, "language": {st.Language}}
	m.Page.Actions = []templ.Component{ui.LinkButton{Text: "PDF", Icon: "download",
		Href: recordPath(id) + "/statement.pdf?" + v.Encode(), Weight: ui.Primary}}
	for _, a := range st.Accounts {
		m.Accounts = append(m.Accounts, accountPart(asked, a))
	}
	if len(m.Accounts) == 0 {
		m.Empty = &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing in these days",
			Text: "Nothing was billed, credited or paid, and nothing was open before."}
	}
	return m
}

var entryWords = map[statement.Kind]string{statement.Invoice: "Invoice", statement.Credit: "Credit note",
	statement.Payment: "Payment of"}

func accountPart(asked span, a statement.Account) view.Part {
	t := ui.Table{Caption: "Account in " + a.Currency, Plain: true, Columns: []ui.Column{{Label: "Date", Nowrap: true},
		{Label: "Entry"}, {Label: "Due", Nowrap: true}, {Label: "Amount", Numeric: true}, {Label: "Balance",
			Numeric: true}}}
	t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.TextCell(asked.from.String()), ui.TextCell("Open before"), {},
		{},
		ui.TextCell(money.Grouped(a.Opening, a.Currency))}})
	for _, e := range a.Entries {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.TextCell(e.On.String()),
			ui.LinkCell(entryWords[e.Kind]+" "+e.Number, at.Invoice(e.ID)), ui.TextCell(e.DueOn.String()),
			ui.TextCell(money.Grouped(e.Amount, a.Currency)), ui.TextCell(money.Grouped(e.Balance, a.Currency))}})
	}
	t.Sums = []ui.Cell{{Text: "Open after " + asked.until.String(), Span: 4},
		ui.TextCell(money.Grouped(a.Closing, a.Currency) + " " + a.Currency)}
	return view.Part{Card: ui.Card{Title: a.Currency, Flush: true}, Table: t}
}
