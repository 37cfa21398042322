// Package supplierbills holds the pages of the distributor's bills: bringing one in, and one bill with its lines.
package supplierbills

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// New is where a bill is brought in.
type New struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	ByHand  *ui.LinkButton // a refused file was kept, and its columns can be chosen
	Form    ui.Form
	Fields  []ui.Field
	Read    []Reading // providers that can be asked for bills
	Columns ui.Table  // of the neutral layout
}

// Reading asks one provider for a bill.
type Reading struct {
	Form   ui.Form
	Fields []ui.Field
}

// Record is one bill.
type Record struct {
	Page    layout.Page
	Remarks []ui.Callout
	Facts   ui.DefinitionList
	Sums    ui.Table
	Lines   ui.Table
	More    string // what is said below the lines
}

// Lines is the list of a bill's lines.
type Lines = layout.List

// Hand is the form of a bill that is typed.
type Hand struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Form    ui.Form
	Fields  []ui.Field
	Lines   []HandLine
}

// HandLine is the fields of one typed line.
type HandLine struct {
	Group  ui.Group
	Fields []ui.Field
}

// TakeBack is the question before a bill is set aside.
type TakeBack struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Remark  ui.Callout
	Form    ui.Form
	Why     ui.Field
}

var (
	kept = ui.Callout{Tone: ui.Info, Title: "Are these the right columns under other names?",
		Text: "The file was kept. Say which column is which, and the choice is remembered for the next file of this kind."}
	readCard = ui.Card{Title: "Read it from the provider",
		Text: "By what is known of the API: not everything about these calls is public, so look at the preview as you would " +
			"at a file."}
	columnsCard = ui.Card{Title: "Columns of the neutral layout", Flush: true,
		Text: "For bills that you write yourself, as from a PDF. In any order; only amount and what the line is about are " +
			"needed. Microsoft's own files are known as they are, and other columns can be chosen once."}
	sumsCard  = ui.Card{Title: "What it comes to", Flush: true}
	linesCard = ui.Card{Title: "Lines", Flush: true}
)
