// Package search is the page of what was found over all lists.
package search

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Show is the page.
type Show struct {
	Page  layout.Page
	Term  string
	Found []Group
}

// Group is what was found of one kind.
type Group struct {
	Title string
	Hits  []Hit
	All   *ui.LinkButton // to the list with the same search; nil: all stand here
}

// Hit is one record, page or command.
type Hit struct {
	Text  string
	Sub   string
	Href  string
	Badge *ui.Badge
}
