// Package mails holds the page of one mail: its words, who got it, and its tries.
package mails

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Record is one mail.
type Record struct {
	Page       layout.Page
	Remark     *ui.Callout // nil: nothing to do
	Facts      ui.DefinitionList
	Recipients ui.Table
	Letter     Letter
	Attempts   *ui.Table // nil: not tried yet
}

// Letter is a mail as its reader sees it.
type Letter struct {
	Lang    string
	Subject string
	Body    string
	Files   string // names of what is attached
}

var (
	letterCard     = ui.Card{Title: "What it says"}
	recipientsCard = ui.Card{Title: "Recipients", Flush: true}
	attemptsCard   = ui.Card{Title: "Tries", Flush: true}
)
