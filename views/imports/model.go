// Package imports holds the pages of CSV imports: the upload, and the preview that
// becomes the result.
package imports

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Upload is the page with the file field.
type Upload struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Form    ui.Form
	File    ui.Field
	ByHand  *ui.LinkButton // a refused file was kept, and its columns can be chosen
	Columns ui.Table       // the columns a file may have
}

// Preview is what a file would do, or what it did.
type Preview struct {
	Page    layout.Page
	Remark  *ui.Callout // what needs to be read first
	Stats   ui.Stats
	Notes   []string
	Apply   *ui.Form // the one form; nil once the file is applied
	Columns *Columns // within the form
	Tabs    ui.Tabs
	Table   ui.Table
	Pager   *ui.Pager
}

// Change is one field that a line changes.
type Change struct{ Field, Before, After string }

// Changes is the cell with the changes of a line.
type Changes struct {
	Items  []Change
	Note   string
	Inline bool // of a new record: its values in a row instead of before and after
}

// Columns is the choice of which column of the file is which.
type Columns struct {
	Summary ui.ErrorSummary
	Fold    ui.Fold
	Hidden  []ui.Pair
	Whole   []ui.Field // what holds for the whole file: its sheet, its decimal sign
	Fields  []ui.Field
	Again   ui.Button
}

// Undo is the question before an import is taken back.
type Undo struct {
	Page    layout.Page
	Confirm ui.ConfirmForm
	Table   ui.Table
}
