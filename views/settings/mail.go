package settings

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Mail is the page of the mail server, and of what goes out by itself.
type Mail struct {
	Frame     layout.Page
	Tabs      ui.Tabs
	Summary   ui.ErrorSummary
	Stale     *Stale
	Remark    *ui.Callout // nil: all is well
	Server    Edit
	Test      *Edit // nil: there is no server to try
	Rules     Edit
	Templates ui.Table
}

// Template is the page of one template, with what it makes of a real document.
type Template struct {
	Frame   layout.Page
	Tabs    ui.Tabs
	Summary ui.ErrorSummary
	Stale   *Stale
	Form    ui.Form
	Fields  []ui.Field
	Preview ui.Button
	Known   ui.DefinitionList
	Letter  Letter // without a title: not shown
}

// Letter is a mail as its reader would see it.
type Letter struct{ Lang, Title, Subject, Body, With string }

var (
	serverCard    = ui.Card{Title: "Mail server"}
	testCard      = ui.Card{Title: "Test mail"}
	rulesCard     = ui.Card{Title: "What goes out"}
	templatesCard = ui.Card{Title: "Templates", Text: "The words around a document, in the language of its contract.", Flush: true}
	knownCard     = ui.Card{Title: "Fields"}
)
