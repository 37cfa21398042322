package ui

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// Kind is the sort of control a Field shows.
type Kind string

// The kinds. The zero Kind is a line of text.
const (
	TextInput     Kind = "text"
	EmailInput    Kind = "email"
	URLInput      Kind = "url"
	NumberInput   Kind = "number" // text with a numeric keypad: browsers' number inputs lose digits
	DateInput     Kind = "date"
	PasswordInput Kind = "password" // a password being typed to sign in or to be chosen
	SecretInput   Kind = "secret"   // write-only: what is stored is never shown
	TextArea      Kind = "textarea"
	SelectBox     Kind = "select"
	RadioGroup    Kind = "radio"
	Checkbox      Kind = "checkbox"
	Toggle        Kind = "toggle" // a checkbox that reads as a switch
	FileInput     Kind = "upload"
)

// Field is one labelled control of a form. Hint and Error are tied to the
// control for screen readers. The control's id is "f-" + Name, with the Scope
// between them where there is one; an ErrorSummary links to it.
type Field struct {
	Kind     Kind
	Name     string
	Label    string
	Value    string // never set for PasswordInput, SecretInput and FileInput: they are not echoed
	Hint     string // one sentence: where the value is found, what it does
	Error    string // the message when it was refused
	Required bool   // marks the label; the server decides
	ReadOnly bool   // shown, not editable and not posted as changed; say why in Hint
	Checked  bool   // Checkbox, Toggle
	Options  []Option
	Prefix   string // shown before the control, as "https://" or a currency
	Suffix   string // shown behind it, as "per month"
	Size     Size
	Rows     int // TextArea; 4 when 0

	Placeholder  string
	Autocomplete string // "off" when empty
	InputMode    string
	Accept       string // FileInput: as ".csv,text/csv"
	Autofocus    bool

	SetText   string // SecretInput: "Set on 3 Nov 2026 by Ada Example", empty when nothing is stored
	ClearName string // SecretInput: name of the checkbox that removes what is stored; Name + "_clear" when empty
	Cleared   bool   // SecretInput: that checkbox was ticked
	FormID    string // the form's id, when the control stands outside of it
	Scope     string // sets its id apart from a field of the same name in another form of the page
}

// Option is one choice of a SelectBox or RadioGroup. The chosen one is the one whose Value equals the field's.
type Option struct {
	Value    string
	Label    string
	Hint     string // RadioGroup only
	Disabled bool
}

// Size is the width of a control, so that it hints at the length of the answer.
type Size string

// The sizes. The zero Size fills the column.
const (
	Full   Size = ""
	Short  Size = "short"  // a date, a number, a currency
	Medium Size = "medium" // a name
)

// Render makes a Field a templ component.
func (f Field) Render(ctx context.Context, w io.Writer) error { return field(f).Render(ctx, w) }

// ID is the id of the control, for links to it.
func (f Field) ID() string {
	if f.Scope != "" {
		return "f-" + f.Scope + "-" + f.Name
	}
	return "f-" + f.Name
}

// Text is the value as a person reads it: the label of a choice, Yes or No of a checkbox.
func (f Field) Text() string {
	switch {
	case (f.Kind == Checkbox || f.Kind == Toggle) && f.Checked:
		return "Yes"
	case f.Kind == Checkbox || f.Kind == Toggle:
		return "No"
	}
	for _, o := range f.Options {
		if o.Value == f.Value {
			return o.Label
		}
	}
	return f.Value
}

func (f Field) hintID() string  { return f.ID() + "-hint" }
func (f Field) errorID() string { return f.ID() + "-error" }
func (f Field) setID() string   { return f.ID() + "-set" }

func (f Field) clearName() string {
	if f.ClearName != "" {
		return f.ClearName
	}
	return f.Name + "_clear"
}

func (f Field) describedBy() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.hintID())
	}
	if f.Kind == SecretInput && f.SetText != "" {
		ids = append(ids, f.setID())
	}
	if f.Error != "" {
		ids = append(ids, f.errorID())
	}
	return strings.Join(ids, " ")
}

func (f Field) inputType() string {
	switch f.Kind {
	case EmailInput, URLInput, DateInput, PasswordInput:
		return string(f.Kind)
	case SecretInput:
		return "password"
	case FileInput:
		return "file"
	}
	return "text"
}

func (f Field) inputMode() string {
	if f.InputMode == "" && f.Kind == NumberInput {
		return "decimal"
	}
	return f.InputMode
}

func (f Field) autocomplete() string {
	if f.Autocomplete != "" {
		return f.Autocomplete
	}
	if f.Kind == SecretInput {
		return "new-password"
	}
	return "off"
}

func (f Field) rows() int {
	if f.Rows == 0 {
		return 4
	}
	return f.Rows
}

func (f Field) class() string {
	c := "field"
	if f.Error != "" {
		c += " field--error"
	}
	if f.Size != Full {
		c += " field--" + string(f.Size)
	}
	return c
}

func (f Field) optionID(i int) string {
	if i == 0 {
		return f.ID()
	}
	return f.ID() + "-" + f.Options[i].Value
}

func (f Field) boxValue() string {
	if f.Value != "" {
		return f.Value
	}
	return "on"
}

// attributes are what the controls have in common, apart from their type and value.
func (f Field) attributes() templ.Attributes {
	a := templ.Attributes{"id": f.ID(), "name": f.Name, "autocomplete": f.autocomplete()}
	set := func(name, value string) {
		if value != "" {
			a[name] = value
		}
	}
	set("aria-describedby", f.describedBy())
	set("placeholder", f.Placeholder)
	set("inputmode", f.inputMode())
	set("accept", f.Accept)
	set("form", f.FormID)
	a["readonly"] = f.ReadOnly
	a["autofocus"] = f.Autofocus
	if f.Required {
		a["aria-required"] = "true"
	}
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	return a
}

func (f Field) boxAttributes() templ.Attributes {
	a := f.attributes()
	for _, name := range []string{"autocomplete", "placeholder", "inputmode", "accept", "readonly"} {
		delete(a, name)
	}
	return a
}
