package cutovers

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/cutover"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/cutovers"
)

// lastReport is the report of the last step of this session, per run.
const lastReport = "cutover-report."

// kept is a report as a session keeps it.
type kept struct {
	Title, Done string
	Count       int
	Already     []cutover.Refusal
	Refused     []cutover.Refusal
}

// answer leads on: one notice where all went well, the report where something did
// not; and 409 with the report when nothing was done at all.
func (h Handlers) answer(c echo.Context, run cutover.Run, a act, r cutover.Report) error {
	k := kept{Title: a.title, Done: a.done, Count: len(r.Done), Already: r.Already, Refused: r.Refused}
	if len(r.Refused) == 0 {
		return httpx.Done(c, backFrom(run, r), k.sentence())
	}
	if len(r.Done) == 0 && len(r.Already) == 0 {
		return h.report(c, run, k, http.StatusConflict)
	}
	b, err := json.Marshal(k)
	if err != nil {
		return err
	}
	session.Keep(c, lastReport+run.ID.String(), string(b))
	return httpx.SeeOther(c, path(run.ID)+"/report")
}

// backFrom is the customer's own page after a step of one.
func backFrom(run cutover.Run, r cutover.Report) string {
	switch {
	case len(r.Done) == 1 && len(r.Already) == 0:
		return customerPath(run.ID, r.Done[0])
	case len(r.Done) == 0 && len(r.Already) == 1:
		return customerPath(run.ID, r.Already[0].CRMAccountID)
	}
	return path(run.ID)
}

func (k kept) sentence() string {
	text := words.Counted(k.Count, "customer", "customers") + " " + k.Done + "."
	if k.Count == 0 {
		text = "Nothing was changed."
	}
	if n := len(k.Already); n == 1 {
		text += " " + k.Already[0].CRMAccount + ": " + k.Already[0].Why
	} else if n > 1 {
		text += fmt.Sprintf(" %d were done before, the first: %s: %s", n, k.Already[0].CRMAccount, k.Already[0].Why)
	}
	return text
}

// Report shows again what the last step of this session came to.
func (h Handlers) Report(c echo.Context) error {
	run, err := h.run(c)
	if err != nil {
		return err
	}
	var k kept
	text := session.Kept(c, lastReport+run.ID.String())
	if text == "" || json.Unmarshal([]byte(text), &k) != nil {
		return httpx.SeeOther(c, path(run.ID))
	}
	return h.report(c, run, k, http.StatusOK)
}

func (h Handlers) report(c echo.Context, run cutover.Run, k kept, status int) error {
	m := view.Report{Page: session.Page(c, "What came of it", nav), Stats: ui.Stats{
		{Label: "Done", Value: itoa(k.Count), Note: k.Done, Tone: ui.Good.If(k.Count > 0)},
		{Label: "Done before", Value: itoa(len(k.Already))},
		{Label: "Refused", Value: itoa(len(k.Refused)), Note: "nothing of theirs was changed",
			Tone: ui.Warn.If(len(k.Refused) > 0)}},
		Actions: []templ.Component{ui.LinkButton{Text: "Back to the cut-over", Href: path(run.ID) + "#customers",
			Weight: ui.Primary}}}
	m.Page.Lead, m.Page.Crumbs = k.Title+" "+words.Counted(k.Count+len(k.Already)+len(k.Refused), "customer",
		"customers")+".", crumbs(run)
	for _, part := range []struct {
		title string
		rows  []cutover.Refusal
	}{{"Refused", k.Refused}, {"Done before", k.Already}} {
		if len(part.rows) > 0 {
			m.Tables = append(m.Tables, view.ReportTable{Card: ui.Card{Title: part.title, Flush: true},
				Table: reasons(run, part.title, part.rows)})
		}
	}
	return httpx.Render(c, status, m.Show())
}

func reasons(run cutover.Run, caption string, rows []cutover.Refusal) ui.Table {
	t := ui.Table{Caption: caption, Plain: true, Columns: []ui.Column{{Label: "Customer"}, {Label: "Why"}}}
	for _, r := range rows {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.LinkCell(r.CRMAccount, customerPath(run.ID, r.CRMAccountID)),
			whyCell(run, r)}})
	}
	return t
}

// whyCell is what is missing, each with the way to its work.
func whyCell(run cutover.Run, r cutover.Refusal) ui.Cell {
	if len(r.Missing) == 0 {
		return ui.TextCell(r.Why)
	}
	var list view.WorkList
	for _, m := range r.Missing {
		href := address(run, m.Link)
		if href == "" {
			href = customerPath(run.ID, r.CRMAccountID)
		}
		list.Items = append(list.Items, view.WorkItem{Says: m.Says, Href: href, Link: linkWord(m.Link)})
	}
	return ui.Of(list)
}

func linkWord(l cutover.Link) string {
	if word := linkWords[l.Kind]; word != "" {
		return word
	}
	return "Open the customer"
}
