package ui

import (
	"context"
	"io"
)

// PasskeyForm asks the browser for a passkey, and sends its answer as the field passkey. It needs a script: without one
// Without stands in place of the button.
type PasskeyForm struct {
	Action  string
	Ask     string // address that gives the question
	Make    bool   // a new one is made; else one is used
	At      string // the only address at which browsers let this site's passkeys be used
	Hidden  []Pair
	Fields  []Field
	Button  string
	Without string
	Error   string
}

// Render makes a PasskeyForm a templ component.
func (p PasskeyForm) Render(ctx context.Context, w io.Writer) error { return passkeyForm(p).Render(ctx, w) }

func (p PasskeyForm) kind() string {
	if p.Make {
		return "create"
	}
	return "get"
}
