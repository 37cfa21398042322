package ui

import (
	"context"
	"io"
)

// ConfirmForm is the page part before something that is hard to undo: what will
// change, with figures, and one button. Phrase asks the person to type it first;
// the server compares it (field "confirm"). Its children stand over the button.
type ConfirmForm struct {
	Action  string
	Title   string
	Text    string
	Effects []Definition // what will change, with counts and money
	Phrase  string
	Error   string // the message when what was typed did not match
	Hidden  []Pair
	Button  string // verb and noun
	Cancel  string // where "Cancel" leads
	Gentle  bool   // the step can be undone: an ordinary button instead of a red one
}

// Render makes a ConfirmForm a templ component.
func (c ConfirmForm) Render(ctx context.Context, w io.Writer) error {
	return confirmForm(c).Render(ctx, w)
}

func (c ConfirmForm) phraseField() Field {
	return Field{
		Name: "confirm", Label: "Type " + c.Phrase + " to confirm", Error: c.Error,
		Required: true, Size: Medium,
	}
}

func (c ConfirmForm) weight() Weight {
	if c.Gentle {
		return Primary
	}
	return Destructive
}
