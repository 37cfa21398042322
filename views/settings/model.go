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

// Tokens are the tokens of programs, with the form for another one.
type Tokens struct {
	Frame   layout.Page
	Tabs    ui.Tabs
	Summary ui.ErrorSummary
	Made    *Made  // a new one, this once
	Title   string // of the form's card; empty: as of tokens
	Table   ui.Table
	Make    Edit
}

// Made is something new that is shown only once.
type Made struct {
	Note  ui.Callout
	Facts ui.DefinitionList
}

func (t Tokens) card() ui.Card {
	title := t.Title
	if title == "" {
		title = "New token"
	}
	return ui.Card{Title: title, ID: "new"}
}

// Profile is a person's own page.
type Profile struct {
	Frame     layout.Page
	Tabs      ui.Tabs
	Summary   ui.ErrorSummary
	Who       Facts
	Password  ui.Form
	Fields    []ui.Field
	Factors   Factors
	Sessions  ui.Table
	EndOthers *ui.PostButton // nil when there are no others
}

func passwordCard() ui.Card {
	return ui.Card{Title: "Password", ID: "password", Text: "Your other sessions end when you change it."}
}

func sessionsCard() ui.Card {
	return ui.Card{Title: "Where you are signed in", ID: "sessions", Flush: true}
}

// Grouped is a page with one long form.
type Grouped struct {
	Frame   layout.Page
	Tabs    ui.Tabs
	Summary ui.ErrorSummary
	Stale   *Stale
	Picture string // address of a picture over the form; empty: none
	Form    ui.Form
	Groups  []layout.FieldGroup
}

// Tax is the page of taxes: who adds them, codes, and products taxed otherwise.
type Tax struct {
	Frame      layout.Page
	Tabs       ui.Tabs
	Summary    ui.ErrorSummary
	Choice     Edit
	Rates      ui.Table
	AddRate    Edit
	Codes      bool // there are some, so that products can have one
	Products   ui.Table
	AddProduct Edit
}

var (
	ratesCard    = ui.Card{Title: "Codes and rates", Flush: true}
	addRateCard  = ui.Card{Title: "Add a rate"}
	productsCard = ui.Card{Title: "Products taxed otherwise than their contract says", Flush: true}
	addProdCard  = ui.Card{Title: "Add a product"}
	choiceCard   = ui.Card{Title: "Who adds the tax"}
)

// Onward is a page that leads out of this site, since no form may.
type Onward struct {
	Frame layout.Page
	Text  string
	Link  ui.LinkButton
}

// Hook is a webhook, or one delivery of it: what is known, and what went out.
type Hook struct {
	Frame  layout.Page
	Tabs   ui.Tabs
	Made   *Made // a signing secret, this once
	Remark *ui.Callout
	Facts  ui.DefinitionList
	States *ui.Tabs // of the log
	Log    ui.Table
	Title  string
}

func (h Hook) card() ui.Card { return ui.Card{Title: h.Title, ID: "log", Flush: true} }
