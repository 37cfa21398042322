// Package dialects holds the pages of a provider's dialect, of one version with its dry
// run, and of what the last runs saw of the wire.
package dialects

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Dialect is the form over the version in force, with all versions.
type Dialect struct {
	Page     layout.Page
	Summary  ui.ErrorSummary
	Notes    []ui.Callout
	Versions Part
	Form     ui.Form
	Fields   []ui.Field
	Folds    []Fold
}

// Fold is a closed part of the form.
type Fold struct {
	Fold   ui.Fold
	Fields []ui.Field
}

// Part is a card with a table.
type Part struct {
	Card  ui.Card
	Table ui.Table
}

// Version is one version beside the one in force, and its dry run.
type Version struct {
	Page    layout.Page
	Notes   []ui.Callout
	Diff    ui.DiffTable
	Card    ui.Card
	Verdict ui.Callout
	Facts   ui.DefinitionList
	Rows    *Part
	Buttons []ui.PostButton
	Links   []ui.LinkButton
}

// Wire is what the last runs saw.
type Wire struct {
	Page  layout.Page
	Notes []ui.Callout
	Stats ui.Stats
	Parts []Part
}
