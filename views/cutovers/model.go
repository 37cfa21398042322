// Package cutovers holds the pages of the cut-over: the run with its gates and
// customers, the pairing of one customer, the questions before a step and what came
// of it, the dry run, and the proof with its drawn timelines.
package cutovers

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Run is the page of one cut-over.
type Run struct {
	Page     layout.Page
	Remarks  []ui.Callout
	Progress []ui.Progress
	Gates    ui.Steps
	Filters  ui.FilterBar
	Bulk     *ui.BulkBar // nil: who looks may not act, or the run has ended
	Fields   []ui.Field  // within the bulk bar
	Table    ui.Table
	Pager    ui.Pager
}

// Ask is the page before a step of many customers.
type Ask struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Remarks []ui.Callout
	Form    ui.ConfirmForm
	Fields  []ui.Field
	Table   *ui.Table
}

// Report is what a step came to, or a dry run would.
type Report struct {
	Page    layout.Page
	Remarks []ui.Callout
	Stats   ui.Stats
	Tables  []ReportTable
	Actions []templ.Component
}

// ReportTable is a card with a table.
type ReportTable struct {
	Card  ui.Card
	Table ui.Table
}

// WorkList is what is missing, each with the way to its work.
type WorkList struct {
	Lead  string
	Items []WorkItem
}

// WorkItem is one thing that is missing.
type WorkItem struct{ Says, Href, Link string }

// Render makes a WorkList a templ component.
func (l WorkList) Render(ctx context.Context, w io.Writer) error { return workList(l).Render(ctx, w) }

// Customer is the pairing of one customer.
type Customer struct {
	Page      layout.Page
	Remarks   []ui.Callout
	Stats     ui.Stats
	Steps     ui.Steps // what the next step still needs
	Next      templ.Component
	Prices    *WorkList      // changed by the cut-over, to acknowledge; nil: none
	Exact     *ui.Table      // pairs that agree to the letter
	Accept    *ui.PostButton // over them: a step of its own
	Proposals *ui.Table      // the others
	Keep      *ui.BulkBar    // over the proposals
	Pairs     *ui.Table
	Choices   []Choice // of old subscriptions without a decision
	Fresh     *ui.Table
	Old, New  Column
	SwitchDay *ui.Form
	Day       ui.Field
	Carries   *ui.Table
	History   ui.Timeline
	Audit     ui.LinkButton
}

// Choice is the form that says what becomes of an old subscription.
type Choice struct {
	Name, Sub string
	Form      ui.Form
	Field     ui.Field
}

// Column is one side of the customer.
type Column struct {
	Card  ui.Card
	Items []Side
	None  string // instead of items
}

// Side is one subscription.
type Side struct {
	Name   string
	Href   string
	Badges []ui.Badge
	Facts  ui.DefinitionList
}

// Carry is the page of mappings that are carried over.
type Carry struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Remarks []ui.Callout
	Bulk    *ui.BulkBar
	All     *ui.PostButton
	Table   ui.Table
}

// Proof is the final report.
type Proof struct {
	Page      layout.Page
	Remarks   []ui.Callout
	Stats     ui.Stats
	Filters   ui.FilterBar
	Totals    ui.Table
	Faults    *ui.Table // gaps, doubles, what is undecided or waits; nil: none
	Changes   *ui.Table // to acknowledge; nil: none
	Ack       *ui.BulkBar
	Note      ui.Field
	Customers []ProvedCustomer
	Pager     ui.Pager
	Legend    []LegendEntry
}

// LegendEntry explains a colour of the drawings.
type LegendEntry struct{ Class, Text string }

// ProvedCustomer is the drawings and tables of one customer.
type ProvedCustomer struct {
	Card     ui.Card
	Facts    ui.DefinitionList
	Products []ProvedProduct
}

// ProvedProduct is one timeline, drawn and as a table.
type ProvedProduct struct {
	Name     string
	Part     string
	Badges   []ui.Badge
	Drawing  Drawing
	Segments ui.Table
}

// Drawing is a step timeline in units of days across and seats upwards.
type Drawing struct {
	ID    string // unique on the page
	Title string
	Desc  string
	Days  int // width
	Top   int // seats at the upper edge
	Bars  []Bar
	Turn  int // day of the switch; -1: outside
	From  string
	To    string
	Most  string // seats at the upper edge, in words
}

// Bar is a row of days with seats of one side, or with a verdict.
type Bar struct {
	Class       string
	X, Width    int
	Y, Height   int
	Description string
}
