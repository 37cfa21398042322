package pairing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// Propose pairs the undecided subscriptions of one customer. A pair is exact (RULES 9)
// when product and quantity agree, nothing that both sides know differs, and it is the
// only such pair on both sides. What is left is offered as likely, the most alike
// first, each subscription once; a person decides.
func Propose(old, new []Side) []Proposal {
	var all []likeness
	for _, o := range old {
		for _, n := range new {
			if l := liken(o, n); l.score > 0 {
				all = append(all, l)
			}
		}
	}
	slices.SortFunc(all, func(a, b likeness) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.old.ExternalID, b.old.ExternalID),
			cmp.Compare(a.new.ExternalID, b.new.ExternalID))
	})
	agreeing := map[uuid.UUID]int{}
	for _, l := range all {
		if l.agrees() {
			agreeing[l.old.ID]++
			agreeing[l.new.ID]++
		}
	}
	only := func(l likeness) bool { return l.agrees() && agreeing[l.old.ID] == 1 && agreeing[l.new.ID] == 1 }
	var out []Proposal
	taken := map[uuid.UUID]bool{}
	for _, exact := range []bool{true, false} {
		for _, l := range all {
			if taken[l.old.ID] || taken[l.new.ID] || exact && !only(l) {
				continue
			}
			taken[l.old.ID], taken[l.new.ID] = true, true
			out = append(out, l.proposal(exact, agreeing))
		}
	}
	return out
}

// likeness is an old and a new subscription side by side.
type likeness struct {
	old, new Side
	product  bool // the same by id or SKU
	named    bool // called the same
	quantity bool
	differs  []string // what both sides know and what is not the same
	alike    []string // what both sides know and what is
	score    int
}

func liken(o, n Side) likeness {
	l := likeness{old: o, new: n, quantity: o.Quantity == n.Quantity}
	l.product, l.named = sameKey(o, n), sameName(o, n)
	if !l.product && !l.named {
		return l
	}
	l.compare("term", known(o.Term), known(n.Term))
	l.compare("billing frequency", known(o.Frequency), known(n.Frequency))
	if o.Start == n.Start { // another start is no evidence: the new one began when it was set up there
		l.compare("start date", o.Start.String(), n.Start.String())
	}
	l.compare("end date", o.End.String(), n.End.String())
	l.compare("kind", known(o.Kind), known(n.Kind))
	l.compare("part number", o.PartNumber, n.PartNumber)
	l.compare("currency", o.givenCurrency(), n.givenCurrency())
	l.score = 100 + len(l.alike) - 4*len(l.differs)
	if l.product {
		l.score += 100
	}
	if l.quantity {
		l.score += 40
	}
	if o.Over() {
		l.score -= 30
	}
	return l
}

func sameKey(o, n Side) bool {
	return o.ProductID.Valid && o.ProductID == n.ProductID || o.SKU != "" && o.SKU == n.SKU
}

func sameName(o, n Side) bool {
	return o.ProductName != "" && folded(o.ProductName) == folded(n.ProductName)
}

// SameProduct tells whether both are seats of one product, as far as anybody can see:
// by product, SKU or part number, or else by name.
func SameProduct(o, n Side) bool {
	return sameKey(o, n) || o.PartNumber != "" && o.PartNumber == n.PartNumber || sameName(o, n)
}

// compare notes a field that both sides know. A field that one side lacks is no evidence.
func (l *likeness) compare(field, o, n string) {
	switch {
	case o == "" || n == "":
	case o == n:
		l.alike = append(l.alike, field)
	default:
		l.differs = append(l.differs, fmt.Sprintf("%s %s and %s", field, o, n))
	}
}

// agrees tells whether the pair may be exact, if it is the only such one.
func (l likeness) agrees() bool {
	return l.product && l.quantity && len(l.differs) == 0 && !l.old.Over()
}

func (l likeness) proposal(exact bool, agreeing map[uuid.UUID]int) Proposal {
	p := Proposal{Old: l.old.ID, New: l.new.ID, Confidence: Likely}
	if exact {
		p.Confidence = Exact
	}
	p.Reason = l.reason(exact, agreeing)
	return p
}

func (l likeness) reason(exact bool, agreeing map[uuid.UUID]int) string {
	said := []string{"Same product"}
	if !l.product {
		said = []string{"Same product name, but no common SKU or product"}
	}
	if l.quantity {
		said = append(said, fmt.Sprintf("both %d seats", l.old.Quantity))
	} else {
		said = append(said, fmt.Sprintf("%d and %d seats", l.old.Quantity, l.new.Quantity))
	}
	if len(l.alike) > 0 {
		said = append(said, "same "+strings.Join(l.alike, ", "))
	}
	if len(l.differs) > 0 {
		said = append(said, "different: "+strings.Join(l.differs, ", "))
	}
	if l.old.Over() {
		said = append(said, fmt.Sprintf("the old one ended on %s", l.old.DeactivatedOn))
	}
	switch {
	case exact:
		said = append(said, "and the only such pair")
	case l.agrees() && max(agreeing[l.old.ID], agreeing[l.new.ID]) > 1:
		said = append(said, "but others are just as alike: a person must say which belong together")
	}
	return strings.Join(said, ", ") + "."
}

// known is a word of ours, or nothing where we know none.
func known(word string) string {
	if word == "unknown" {
		return ""
	}
	return word
}

// folded is a name without case and spacing.
func folded(name string) string { return strings.Join(strings.Fields(strings.ToLower(name)), " ") }

// givenCurrency is the cost's currency as the record gives it; an assumed one is no evidence.
func (s Side) givenCurrency() string {
	if s.CostAssumed {
		return ""
	}
	return s.CostCurrency
}
