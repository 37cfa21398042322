// Package syncruns holds the pages of sync runs: the list, and one run with its
// progress and outcomes.
package syncruns

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Record is the page of one run.
type Record struct {
	Page     layout.Page
	Live     *ui.LiveProgress // nil once the run has ended
	Result   *ui.Callout      // how it ended, or why it waits
	Settled  *ui.Callout      // what became of its plan
	Agree    *ui.ConfirmForm  // asked after the guard stopped it, or of a plan that waits
	Stale    *Causes          // what was shown beside what would change now
	Changes  *Causes          // what went, came back, moved or is in doubt; of a plan that waits: all of it
	Counts   ui.Card
	Figures  ui.DefinitionList
	Facts    ui.DefinitionList
	Compared *Causes // with the run before; nil while it works
	Causes   *Causes
	Unread   *Causes // dates that wait for a person; nil: none
	Outcomes *Outcomes
}

// Causes are the reasons of the failures, counted.
type Causes struct {
	Card  ui.Card
	Table ui.Table
}

// Outcomes are the accounts that changed, failed or were held.
type Outcomes struct {
	Card  ui.Card
	Tabs  ui.Tabs
	Table ui.Table
	All   ui.LinkButton // the list of them
}

// FactsCard frames the facts of a run.
func (Record) FactsCard() ui.Card { return ui.Card{Title: "Run"} }
