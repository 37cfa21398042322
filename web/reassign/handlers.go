// Package reassign is the screens that let history go over to another subscription:
// pick the target, see both ledgers and the result, do it, take it back.
package reassign

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/reassign"
	"seatledger/internal/subscription"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/web/httpx"
)

// Handlers answers the routes of reassigning history.
type Handlers struct {
	Reassign reassign.Service
	Zone     *time.Location
}

const (
	path = "/subscriptions"
	nav  = "Subscriptions"
	// Said wherever history goes over.
	nothingIsSent = "Nothing is sent to the distributor, and nothing is deleted: " +
		"rows that no longer count stay in the ledger, set aside."
)

func recordPath(id uuid.UUID) string { return path + "/" + id.String() }

func crumbsTo(s subscription.Subscription) []layout.Crumb {
	return []layout.Crumb{{Label: nav, Href: path}, {Label: s.Called(), Href: recordPath(s.ID)}}
}

// asked is what the address or the form says of a move.
type asked struct {
	target, on, note, seen string
}

func askedOf(get func(string) string) asked {
	return asked{target: get("target_id"), on: get("switch_on"), note: get("note"), seen: get("seen")}
}

func (a asked) move(source uuid.UUID) (reassign.Move, error) {
	m := reassign.Move{Source: source, Note: a.note, Seen: a.seen}
	problems := errs.Fields{}
	var err error
	if m.Target, err = uuid.Parse(a.target); err != nil {
		problems.Add("target_id", "Choose the subscription that the history goes to.")
	}
	if m.On, err = clock.ParseDate(a.on); err != nil {
		problems.Add("switch_on", "Enter a date as 2026-03-31.")
	}
	return m, problems.Err()
}

// wrong gives the messages of a refused form.
func wrong(err error) (map[string]string, bool) { return httpx.Refused(err) }

func seats(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprintf("%+d %s", n, words.Noun(n, "seat"))
}
