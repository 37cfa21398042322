package invoices

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Posted is what became of an invoice by mail, and what comes next.
type Posted struct {
	Table   *ui.Table // nil: nothing went out yet
	To      string    // whom the contract names
	Send    *ui.PostButton
	Look    *ui.LinkButton
	Overdue *ui.DefinitionList // nil: it asks for no payment
	Dispute *ui.LinkButton
	Settle  *ui.PostButton
}

// Send is the page before an invoice is sent.
type Send struct {
	Page                       layout.Page
	Summary                    ui.ErrorSummary
	Before                     *ui.Callout // it has a mail already; nil: none
	Remarks                    []ui.Callout
	Form                       ui.Form
	Fields                     []ui.Field
	Lang, Subject, Body, Files string
}

var (
	mailCard = ui.Card{Title: "Mail", ID: "mail"}
	sentCard = ui.Card{Title: "What it says"}
)
