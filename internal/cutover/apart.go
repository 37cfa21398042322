package cutover

import (
	"fmt"
	"strings"

	"seatledger/internal/cutover/pairing"
	"seatledger/internal/errs"
	"seatledger/internal/words"
)

// asks keeps a decision waiting that would bill a seat twice if it were a slip: an old
// one that ends beside a new one of the same product, and a new one that is billed from
// its start. Both are kept once a person has typed the customer's name (RULES 9).
func (m *lockedCustomer) asks(d Decision) error {
	says := m.apart(d)
	if d.FromStart {
		n, _, _ := m.find(d.New)
		says = append(says, fmt.Sprintf("%s is billed from its start%s, and not only from the switch day: "+
			"also for days that the old provider had.",
			named(n), since(n)))
	}
	name := m.customer.CRMAccount
	switch typed := strings.TrimSpace(d.Confirmed); {
	case len(says) == 0 || typed == name:
		return nil
	case typed != "":
		return Asked{Says: says, Name: name,
			error: errs.Fields{"confirm": "Type " + name + " exactly as it stands here. Nothing was changed."}.Err()}
	}
	return Asked{Says: says, Name: name, error: errs.Newf(errs.Conflict,
		"%s Type the customer's name, %s, to say so; nothing was changed.", strings.Join(says, " "), name)}
}

// Asked is the answer to a decision that a person must confirm by the customer's name.
type Asked struct {
	error
	Says []string // what it would come to, in sentences
	Name string   // to be typed
}

// Unwrap gives the conflict, or what is wrong with the name that was typed.
func (a Asked) Unwrap() error { return a.error }

// apart tells of each subscription that the decision sets beside one of the same
// product, so that neither goes on as the other.
func (m *lockedCustomer) apart(d Decision) []string {
	var says []string
	switch d.Kind {
	case pairing.New:
		n, _, _ := m.find(d.New)
		for _, o := range m.Old {
			if m.ends(o) && pairing.SameProduct(o.Side, n.Side) {
				says = append(says, besides(o, n))
			}
		}
	case pairing.Ended:
		o, _, _ := m.find(d.Old)
		for _, n := range m.New {
			if m.standsAlone(n) && pairing.SameProduct(o.Side, n.Side) {
				says = append(says, besides(o, n))
			}
		}
	}
	return says
}

// ends tells whether an old one ends without a twin, as was decided or as a person did by hand.
func (m *lockedCustomer) ends(o Side) bool {
	if p := m.pairOf(o.ID); p != nil {
		return p.Kind == pairing.Ended
	}
	return o.Over()
}

// standsAlone tells whether a new one goes on without a twin, as was said here or on its own page.
func (m *lockedCustomer) standsAlone(n Side) bool {
	if p := m.pairOf(n.ID); p != nil {
		return p.Kind == pairing.New
	}
	return !n.Over() && !n.Needs
}

func besides(o, n Side) string {
	return fmt.Sprintf("%s ends and %s is new, of the same product: if they are one subscription, pair them instead, "+
		"or its seats are billed on both sides.",
		named(o), named(n))
}

func named(s Side) string {
	return fmt.Sprintf("%s (%s, %s)", s.Called(), s.ExternalID, words.Counted(s.Quantity, "seat"))
}

func since(n Side) string {
	if n.Start.IsZero() {
		return ""
	}
	return ", " + n.Start.String()
}
