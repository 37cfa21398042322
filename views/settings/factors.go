package settings

import (
	"encoding/base64"

	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Factors is what a person signs in with beside their password.
type Factors struct {
	Note     *ui.Callout // what must be done; nil: nothing
	App      ui.DefinitionList
	Buttons  []ui.PostButton // of the app
	Passkeys ui.Table
	Add      *ui.PasskeyForm // nil where browsers let no passkey be used
	Nowhere  string          // why, then
	Recovery ui.DefinitionList
	Renew    *ui.PostButton
}

// Person is the page of one user: the form, where they are signed in, and with what.
type Person struct {
	Edit
	Made     *Made // the link of an invitation, this once
	Sessions ui.Table
	Factors  ui.Table
}

// AppSetup is the page on which an authenticator app is set up.
type AppSetup struct {
	Frame   layout.Page
	Tabs    ui.Tabs
	Summary ui.ErrorSummary
	Picture []byte // PNG
	Facts   ui.DefinitionList
	Form    ui.Form
	Fields  []ui.Field
}

// Codes is the page that shows recovery codes, once.
type Codes struct {
	Frame layout.Page
	Tabs  ui.Tabs
	Note  ui.Callout
	Codes []string
	Done  ui.LinkButton
}

func (a AppSetup) picture() string {
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(a.Picture)
}

var (
	appCard      = ui.Card{Title: "Authenticator app", ID: "app"}
	keysCard     = ui.Card{Title: "Passkeys", ID: "passkeys", Flush: true}
	addKeyCard   = ui.Card{Title: "Register a passkey", ID: "new-passkey"}
	recoveryCard = ui.Card{Title: "Recovery codes", ID: "recovery"}
	theirsCard   = ui.Card{Title: "Where they are signed in", ID: "sessions", Flush: true}
	factorsCard  = ui.Card{Title: "Second factors", ID: "factors", Flush: true}
)
