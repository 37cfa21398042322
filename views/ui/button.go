package ui

import (
	"context"
	"io"
)

// Weight is how loud a button is. A page has one Primary at most.
type Weight string

// The weights. The zero Weight is an ordinary, outlined button.
const (
	Secondary   Weight = ""
	Primary     Weight = "primary"
	Destructive Weight = "danger"
	Quiet       Weight = "quiet"
)

// Button submits the form it stands in, or the one FormID names. The text is a verb and a noun.
type Button struct {
	Text     string
	Weight   Weight
	Icon     string
	Name     string
	Value    string
	FormID   string
	Action   string // posts somewhere else than the form says (formaction)
	Confirm  string // asked by a dialog where JavaScript runs; the server must not rely on it
	Disabled bool
	Why      string // why it is disabled; also a tooltip
	Compact  bool
	Key      string // presses it
}

// LinkButton is a link that looks like a button; it never changes anything.
type LinkButton struct {
	Text     string
	Href     string
	Weight   Weight
	Icon     string
	Download bool
	Compact  bool
	Key      string // presses it
}

// PostButton is a form of its own with one button, for one command.
type PostButton struct {
	Button
	Hidden []Pair
}

// Pair is a hidden form value.
type Pair struct{ Name, Value string }

// Render makes a Button a templ component.
func (b Button) Render(ctx context.Context, w io.Writer) error { return button(b).Render(ctx, w) }

// Render makes a LinkButton a templ component.
func (l LinkButton) Render(ctx context.Context, w io.Writer) error {
	return linkButton(l).Render(ctx, w)
}

// Render makes a PostButton a templ component.
func (p PostButton) Render(ctx context.Context, w io.Writer) error {
	return postButton(p).Render(ctx, w)
}

func buttonClass(w Weight, compact bool) string {
	c := "btn"
	if w != Secondary {
		c += " btn--" + string(w)
	}
	if compact {
		c += " btn--compact"
	}
	return c
}

// withoutAction is the button alone: its form carries the address.
func (p PostButton) withoutAction() Button {
	b := p.Button
	b.Action = ""
	return b
}
