// Package session holds the pages in front of the door: sign-in with its second step, first admin, and
// the page that asks who is there once more.
package session

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Door is a page with one form, before anybody is signed in.
type Door struct {
	Frame   layout.Bare
	Summary ui.ErrorSummary
	Action  string
	Hidden  []ui.Pair
	Fields  []ui.Field
	Button  string          // empty: there is nothing to send
	Note    string          // under the form
	Passkey *ui.PasskeyForm // another way; nil: none
	Links   []ui.LinkButton // to other pages, under all
}
