// Package dashboard is the first page: the way in on an empty installation, and
// figures that each open the rows they count.
package dashboard

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Show is the page.
type Show struct {
	Page   layout.Page
	Start  *Start      // nil once everything was done once
	Night  *Night      // nil: there is nothing to sync at night
	Backup *ui.Callout // nil: no backup is made by the clock
	Groups []Group
}

// Night is what came of the last night.
type Night struct {
	Line   ui.Callout // in one sentence
	Runs   []Link
	Causes []Cause
}

// Cause is why something failed in the night, and the next step.
type Cause struct{ What, Cause, Next string }

// Link is one run with what it came to.
type Link struct{ Text, Href, Rest string }

// Start is the way from nothing to the first reviewed subscription.
type Start struct {
	Card  ui.Card
	Steps ui.Steps
}

// Group is a card with figures about one matter.
type Group struct {
	Card     ui.Card
	Progress *ui.Progress
	Stats    ui.Stats
	Table    *ui.Table
	Note     string
}

// Money is the page of what was billed month by month.
type Money struct {
	Page      layout.Page
	Parts     []MoneyPart
	Losses    ui.Card
	LossTable ui.Table
}

// MoneyPart is one chart.
type MoneyPart struct {
	Card  ui.Card
	Chart ui.Chart
}
