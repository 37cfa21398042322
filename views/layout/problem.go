package layout

import (
	"github.com/a-h/templ"

	"seatledger/views/ui"
)

// Problem is the content of an error page.
type Problem struct {
	Status    int
	Text      string   // what happened, what was kept, what to do next
	Details   []string // messages of single fields
	RequestID string
	Back      string
	Offer     *ui.LinkButton // another way to what was wanted; nil: none
	Ours      bool           // the fault is on our side
}

// In shows the problem within the frame of a signed-in page.
func (p Problem) In(page Page) templ.Component { return problemPage(page, p) }

// Alone shows the problem on a page without navigation.
func (p Problem) Alone(b Bare) templ.Component { return problemBare(b, p) }
