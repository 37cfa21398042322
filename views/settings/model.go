// Package settings holds the settings pages: what runs here, the choices of an
// administrator, users, and a person's own profile.
package settings

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Overview is what runs here: cards of facts, nothing to edit.
type Overview struct {
	Frame layout.Page
	Tabs  ui.Tabs
	Cards []Facts
}

// Facts is a card of facts.
type Facts struct {
	Card  ui.Card
	Facts ui.DefinitionList
}

// Edit is a page with one form.
type Edit struct {
	Frame   layout.Page
	Tabs    ui.Tabs
	Summary ui.ErrorSummary
	Stale   *Stale // somebody else was faster
	Form    ui.Form
	Fields  []ui.Field
	Facts   *ui.DefinitionList // over the form
}

// Stale sets what was typed beside what stands now.
type Stale struct {
	Note ui.Callout
	Diff ui.DiffTable
}

// Users is the list of users.
type Users struct {
	Frame layout.Page
	Tabs  ui.Tabs
	Table ui.Table
}

// Profile is a person's own page.
type Profile struct {
	Frame     layout.Page
	Tabs      ui.Tabs
	Summary   ui.ErrorSummary
	Who       Facts
	Password  ui.Form
	Fields    []ui.Field
	Sessions  ui.Table
	EndOthers *ui.PostButton // nil when there are no others
}

func passwordCard() ui.Card {
	return ui.Card{Title: "Password", ID: "password", Text: "Your other sessions end when you change it."}
}

func sessionsCard() ui.Card {
	return ui.Card{Title: "Where you are signed in", ID: "sessions", Flush: true}
}
