// Package books holds the pages of accounting: what waits, the systems with their codes,
// the preview of an export, and what was exported.
package books

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Overview is what waits, the systems, and the last exports.
type Overview struct {
	Page    layout.Page
	Waiting ui.Table
	Systems ui.Table
	Exports ui.Table
}

// System is what is known of the form of one system, with its settings and codes.
type System struct {
	Page     layout.Page
	Summary  ui.ErrorSummary
	Form     ui.Callout // that it is written by the published form
	Notes    []Note
	Columns  []Columns
	Settings *Edit // nil: it has none, or this person may not
	Facts    *ui.DefinitionList
	Codes    *Codes
	Known    *ui.Table // for those who may not change them
}

// Typed are the fields of its forms.
func (m System) Typed() []ui.Field {
	var out []ui.Field
	if m.Settings != nil {
		out = append(out, m.Settings.Fields...)
	}
	if m.Codes != nil {
		for _, g := range m.Codes.Groups {
			out = append(out, g.Fields...)
		}
	}
	return out
}

// Note is what is known of a form, or not.
type Note struct {
	Text  string
	Badge *ui.Badge
}

// Columns are the names of the columns of one of its files.
type Columns struct {
	Fold  ui.Fold
	Names []string
}

// Edit is a form of fields.
type Edit struct {
	Form   ui.Form
	Fields []ui.Field
}

// Codes is the form of the codes: missing ones first.
type Codes struct {
	Form   ui.Form
	Lead   string
	Groups []layout.FieldGroup
}

// Preview is what an export would write.
type Preview struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Remarks []ui.Callout
	Choice  Edit // GET
	Stats   ui.Stats
	Files   ui.Table
	Missing *ui.Table
	Held    *ui.Table
	Export  *Edit // nil: there is nothing to export, or this person may not
}

// Export is one that was made.
type Export struct {
	Page      layout.Page
	Summary   ui.ErrorSummary
	Remarks   []ui.Callout
	Facts     ui.DefinitionList
	Files     ui.Table
	Back      *Edit // takes documents back; nil: there is nothing to take back, or this person may not
	Documents ui.Table
}

var (
	waitingCard  = ui.Card{Title: "Waits to be exported", ID: "waiting", Flush: true}
	systemsCard  = ui.Card{Title: "Accounting systems", Flush: true}
	exportsCard  = ui.Card{Title: "Last exports", Flush: true}
	formCard     = ui.Card{Title: "What is known of this form", ID: "form"}
	settingsCard = ui.Card{Title: "Settings", ID: "settings"}
	codesCard    = ui.Card{Title: "Codes", ID: "codes",
		Text: "What this system calls our customers, products and taxes. - leaves the column empty on purpose."}
	filesCard   = ui.Card{Title: "Files", Flush: true}
	missingCard = ui.Card{Title: "Codes that are missing", ID: "missing", Flush: true,
		Text: "A document waits whole until each of its codes is known."}
	heldCard = ui.Card{Title: "Held up", ID: "held", Flush: true,
		Text: "Documents that cannot go into these files as they stand."}
	backCard = ui.Card{Title: "Take back", ID: "take-back", Text: "Only what was never imported: it waits again, " +
		"and goes with the next export. What is in the accounting system already would be there twice."}
	documentsCard = ui.Card{Title: "Documents", Flush: true}
	exportCard    = ui.Card{Title: "Export", ID: "export"}
	showButton    = ui.Button{Text: "Show"}
)
