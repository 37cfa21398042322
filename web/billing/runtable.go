package billing

import (
	"strings"

	"seatledger/internal/billingrun"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"
)

var rowTones = map[billingrun.State]ui.Tone{billingrun.Waiting: ui.Info, billingrun.Drafted: ui.Info,
	billingrun.Billed: ui.Good, billingrun.Sent: ui.Good, billingrun.Refused: ui.Bad}

func (s sight) table() ui.Table {
	t := ui.Table{Caption: "Contracts of this run", Columns: []ui.Column{{Label: "Customer"},
		{Label: "State", Card: true}, {Label: "Invoice"}, {Label: "Lines", Numeric: true},
		{Label: "Since the last one"}, {Label: "Look at", Width: "wide"},
		{Label: "Total, net", Numeric: true, Card: true}}}
	if s.may && !s.Under() && s.counts.Drafted > 0 {
		t.Select = &ui.Selection{FormID: runForm, Name: "contract_id"}
	}
	for _, r := range s.rows {
		look := remarks(r.Remarks, r.Late)
		if r.Message != "" {
			look.Text, look.Tone = r.Message, ui.Warn.If(r.State == billingrun.Refused)
		}
		if why := mailWhy[r.Mail]; why != "" {
			look.Text, look.Tone = why, ui.Warn
		}
		if n := len(r.LeftOut); n > 0 {
			look.Sub = strings.TrimSpace(look.Sub + " Left out: " + count(n, "subscription", "subscriptions") + ".")
		}
		invoice := ui.Cell{}
		if r.InvoiceID.Valid {
			invoice = ui.LinkCell(called(r), at.Invoice(r.InvoiceID.UUID))
		}
		row := ui.Row{ID: r.ContractID.String(), Label: "Select " + r.CRMAccount + ", " + r.Contract,
			Unselectable: r.State != billingrun.Drafted,
			Muted:        r.State == billingrun.Skipped || r.State == billingrun.Thrown,
			Cells: []ui.Cell{{Text: r.CRMAccount, Href: contractPath(r.ContractID), Sub: r.Contract},
				{Badges: []ui.Badge{rowBadge(r)}}, invoice,
				ui.TextCell(words.Count(r.Lines)), changes(r.Changes), look, {}}}
		if r.Total.Valid {
			row.Cells[6] = ui.Of(sum(r.Total.Decimal, r.Currency))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

var stateWords = map[billingrun.State]string{billingrun.Waiting: "waits", billingrun.Drafted: "draft",
	billingrun.Billed: "billed", billingrun.Sent: "sent", billingrun.Refused: "refused",
	billingrun.Skipped: "skipped", billingrun.Thrown: "thrown away"}

// rowBadge says sent only of what the mail server has taken.
func rowBadge(r billingrun.Row) ui.Badge {
	if word, ok := mailWords[r.Mail]; ok {
		return word
	}
	return ui.Badge{Text: stateWords[r.State], Tone: rowTones[r.State]}
}

var mailWords = map[string]ui.Badge{"queued": {Text: "to be mailed", Tone: ui.Info},
	"sending": {Text: "being mailed", Tone: ui.Info}, "refused": {Text: "mail refused", Tone: ui.Bad},
	"unknown": {Text: "perhaps sent", Tone: ui.Warn}, "withdrawn": {Text: "mail withdrawn", Tone: ui.Warn}}

// mailWhy says what to do where a mail did not arrive for certain.
var mailWhy = map[string]string{
	"refused":   "The mail was refused. Open the invoice to read the server's words and to send it again.",
	"unknown":   "Nobody knows whether the mail arrived. Open the invoice and say so, or send it again.",
	"withdrawn": "Its mail was withdrawn. Open the invoice to send it.",
}

func called(r billingrun.Row) string {
	if r.Number == "" {
		return "Draft"
	}
	return r.Number
}
