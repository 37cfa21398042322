// Package foureyes holds the pages of what needs a second person: the requests, one request with its answer, and the
// rules of when one is needed.
package foureyes

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// List are the requests.
type List struct {
	Page   layout.Page
	Remark *ui.Callout
	Table  ui.Table
}

// Request is one request.
type Request struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Remark  ui.Callout
	Facts   ui.DefinitionList
	Asked   ui.DefinitionList
	Answer  *Answer         // for who may grant it
	Do      *ui.ConfirmForm // for who asked, once it is granted
	Back    *ui.PostButton  // for who asked, while it is open
}

// Answer is the form of the second person.
type Answer struct {
	Grant, Refuse ui.ConfirmForm
	Note          ui.Field
	Why           ui.Field
}

func askedCard() ui.Card { return ui.Card{Title: "What was asked, exactly", ID: "asked"} }
