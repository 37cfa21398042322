package ui

import (
	"context"
	"io"
)

// CommandMenu is the drop-down of commands of a record. It is a details element,
// so it opens without JavaScript; every command that changes something is a form.
type CommandMenu struct {
	Label    string // "Commands" when empty
	Commands []Command
}

// Command is one entry: Action is posted to, Href is gone to.
type Command struct {
	Label       string
	Hint        string // a second line: what it does, or why it cannot be done now
	Action      string
	Href        string
	Hidden      []Pair
	Icon        string
	Destructive bool // stands apart, at the end
	Confirm     string
	Disabled    bool // Hint says why
}

// Render makes a CommandMenu a templ component.
func (m CommandMenu) Render(ctx context.Context, w io.Writer) error {
	return commandMenu(m).Render(ctx, w)
}

func (m CommandMenu) label() string {
	if m.Label == "" {
		return "Commands"
	}
	return m.Label
}

// ordered has the destructive commands last, apart from the others.
func (m CommandMenu) ordered() (ordinary, destructive []Command) {
	for _, c := range m.Commands {
		if c.Destructive {
			destructive = append(destructive, c)
		} else {
			ordinary = append(ordinary, c)
		}
	}
	return ordinary, destructive
}

func (c Command) class() string {
	if c.Destructive {
		return "menu__item menu__item--danger"
	}
	return "menu__item"
}
