package layout

import (
	"context"
	"io"
	"strconv"

	"github.com/a-h/templ"

	"seatledger/views/ui"
)

// Page is the frame of a signed-in screen. Its children are the content:
//
//	@m.Page {
//		@m.Filters
//		@m.Table
//	}
type Page struct {
	Title     string // the one h1, and the window's title
	Kicker    string // a quiet line over the title: what kind of thing this is
	Lead      string // one sentence under the title
	Badges    []ui.Badge
	Meta      []Meta            // short facts under the title
	Actions   []templ.Component // the command bar: buttons and one ui.CommandMenu
	HasErrors bool              // puts "Error: " in front of the window's title
	PageLabel string            // added to the window's title, as "page 2"

	Crumbs  []Crumb
	Around  *Around // the way through the list that one came by; nil: none
	Flash   []Notice
	Clock   string  // says that the clock is moved; empty where it is true
	Banner  *Notice // stands over everything until its cause is gone, as a refresh that still runs
	Nav     []Section
	Bell    *Bell // nil: no bell
	User    User
	Version string
	Theme   Theme
	Compact bool // denser rows of lists, as the person chose
	Narrow  bool // a form or text column instead of the full width
	Htmx    bool // the page uses hx- attributes, and works without them

	Help        string // where the handbook tells of this page; empty: nowhere
	Find        string // the search over everything; empty: none
	ThemeAction string // where the theme buttons post to; empty: no buttons
	SignOut     string // where signing out posts to; empty: no button
	Keys        string // the sheet of single keys; empty: none
	Here        string // path and query of this page, for forms that come back to it
}

// Bare is the frame of pages without navigation: sign-in, first set-up, errors.
type Bare struct {
	Title     string
	Lead      string
	HasErrors bool
	Flash     []Notice
	Theme     Theme
	Version   string
	Clock     string // says that the clock is moved; empty where it is true
}

// Section is a group of navigation entries. An empty title shows no heading.
type Section struct {
	Title string
	Items []Item
}

// Item is one navigation entry.
type Item struct {
	Label     string
	Href      string
	Icon      string
	Key       string // the letter that leads here after g
	Active    bool
	Under     bool   // stands under the entry before it
	Count     string // how many wait there; empty: no figure
	CountTone ui.Tone
}

// Bell leads to what somebody must hear of, with the count of what they have not read.
type Bell struct {
	Href   string
	Unread int
	More   bool // there are more than Unread
}

// count is the figure at the bell.
func (b Bell) count() string {
	if b.More {
		return strconv.Itoa(b.Unread) + "+"
	}
	return strconv.Itoa(b.Unread)
}

// User is who is signed in.
type User struct{ Name, Role string }

// Crumb is one step of the way to this page; the page itself is not among them.
type Crumb struct{ Label, Href string }

// Around leads from a record through a list. Todo is the next one that still wants something, under its name.
type Around struct{ List, Prev, Next, Todo, TodoText string }

// Meta is one short fact under the title.
type Meta struct {
	Label string
	Text  string
	Href  string
	Value templ.Component // instead of Text, as a ui.Time
}

// Notice is a sentence over the content: what has just happened, or still runs.
type Notice struct {
	Text  string
	Tone  ui.Tone
	Href  string // with LinkText: where to look
	Label string // text of the link

	Command *ui.PostButton // what can be done about it at once, as "Undo"
}

// Theme is the colour scheme a person chose; empty follows the system.
type Theme string

// The themes.
const (
	System Theme = ""
	Light  Theme = "light"
	Dark   Theme = "dark"
)

// Render makes a Page a templ component; its children are the content.
func (p Page) Render(ctx context.Context, w io.Writer) error { return page(p).Render(ctx, w) }

// Render makes a Bare a templ component; its children are the content.
func (b Bare) Render(ctx context.Context, w io.Writer) error { return bare(b).Render(ctx, w) }

func windowTitle(title, label string, hasErrors bool) string {
	if label != "" {
		title += " (" + label + ")"
	}
	if hasErrors {
		title = "Error: " + title
	}
	return title + " · Seatledger"
}

// role is the live-region role of a notice: only bad news interrupts.
func (n Notice) role() string {
	if n.Tone == ui.Bad {
		return "alert"
	}
	return "status"
}
