package reassign

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/subscription"
)

// Refusal is why a move cannot be done, and what to do about it.
type Refusal struct {
	Code string // one of the codes below
	Says string // reason and remedy
}

// The codes.
const (
	Same         = "same"
	SourceMoved  = "source_moved" // its history has gone over already
	TargetMoved  = "target_moved" // another history came to it, or its own has gone on
	TargetEnded  = "target_ended" // inactive, or frozen as an old twin
	Empty        = "empty"        // the source has no history
	Customer     = "customer"     // another one, or none
	Currency     = "currency"     // another one
	KindDiffers  = "kind"         // a purchase and something that goes on
	OtherInvoice = "invoice"      // days on an invoice of another customer
	NoContract   = "contract"     // paid days would go to one that stands in no contract
	Late         = "late"         // rows after the switch day
)

// refusals are all the reasons, the plainest first.
func (p plan) refusals() []Refusal {
	if p.source.ID == p.target.ID {
		return []Refusal{{Same, "Source and target are the same subscription; choose another target."}}
	}
	if all := p.alreadyMoved(); len(all) > 0 {
		return all
	}
	var all []Refusal
	for _, look := range []func() (string, string){
		p.sides, p.customers, p.currencies, p.kinds, p.otherInvoices, p.contracts, p.lateRows,
	} {
		if code, says := look(); code != "" {
			all = append(all, Refusal{code, says})
		}
	}
	return all
}

func (p plan) alreadyMoved() []Refusal {
	var all []Refusal
	for _, m := range p.source.moves {
		if m.SourceID == p.source.ID {
			all = append(all, Refusal{SourceMoved, fmt.Sprintf(
				"%s has reassigned the history of %s to %s already, on %s; undo that first, or go on with %s.",
				m.MadeBy, m.SourceExt, m.TargetExt, m.MadeAt.Format(time.DateOnly), m.TargetExt)})
		}
	}
	for _, m := range p.target.moves {
		switch {
		case m.SourceID == p.source.ID:
		case m.TargetID == p.target.ID:
			all = append(all, Refusal{TargetMoved, fmt.Sprintf(
				"%s has the history of %s already; undo that first, or choose another target.", m.TargetExt,
				m.SourceExt)})
		default:
			all = append(all, Refusal{TargetMoved, fmt.Sprintf(
				"The history of %s has gone over to %s; choose that one as the target, or undo that first.",
				m.SourceExt, m.TargetExt)})
		}
	}
	return all
}

func (p plan) sides() (string, string) {
	switch {
	case p.target.State == subscription.Inactive:
		return TargetEnded, fmt.Sprintf("%s is inactive, so history would end there; "+
			"activate it first, or choose another target.",
			name(p.target))
	case !p.target.FrozenFrom.IsZero():
		return TargetEnded, fmt.Sprintf("%s is frozen as the old one of a cut-over; choose its successor as the target.",
			name(p.target))
	case len(p.carried) == 0:
		return Empty, fmt.Sprintf("%s has no counted ledger rows, so there is no history to move; "+
			"choose another source.",
			name(p.source))
	}
	return "", ""
}

func (p plan) customers() (string, string) {
	a, b := p.source.CRMAccountID, p.target.CRMAccountID
	switch {
	case !a.Valid:
		return Customer, fmt.Sprintf("%s belongs to no customer yet; map its account first.", name(p.source))
	case !b.Valid:
		return Customer, fmt.Sprintf("%s belongs to no customer yet; map its account first.", name(p.target))
	case a != b:
		return Customer, "The two belong to different customers, and history stays with its customer; " +
			"choose a target of the same customer, or correct the mapping first."
	}
	return "", ""
}

func (p plan) currencies() (string, string) {
	a, b := p.source.currency(p.move.On), p.target.currency(p.move.On)
	if a == "" || b == "" || a == b {
		return "", ""
	}
	return Currency, fmt.Sprintf("%s is sold in %s and %s in %s, so their rows cannot stand in one ledger; "+
		"put both under contracts of one currency first, or keep them apart.", name(p.source), a, name(p.target), b)
}

func (p plan) kinds() (string, string) {
	if (p.source.Kind == distributor.OneTime) == (p.target.Kind == distributor.OneTime) {
		return "", ""
	}
	return KindDiffers, "One is a purchase made once and the other goes on, so they are billed in different ways; " +
		"choose a target of the same kind."
}

func (p plan) otherInvoices() (string, string) {
	if len(p.foreign) == 0 || p.source.CRMAccountID != p.target.CRMAccountID {
		return "", ""
	}
	var names []string
	for _, i := range p.foreign {
		names = append(names, i.called())
	}
	return OtherInvoice, fmt.Sprintf(
		"Days of %s are on %s of another customer; void it, or credit it to be billed again, first, "+
			"or leave this history where it is.", name(p.source), strings.Join(names, ", "))
}

// contracts refuses where paid days would belong to no contract: the next run would give them back.
func (p plan) contracts() (string, string) {
	if len(p.foreign) > 0 || p.source.CRMAccountID != p.target.CRMAccountID {
		return "", ""
	}
	own := p.target.history.Lines
	for _, l := range p.after.target.Lines {
		is := func(o history.Line) bool { return o.ID == l.ID }
		if p.after.target.ContractOn(l.Period.From) == uuid.Nil && l.Standing && !slices.ContainsFunc(own, is) {
			return NoContract, fmt.Sprintf(
				"%s stands in no contract on %s, and days of %s are paid from then on; put it into a contract first.",
				name(p.target), l.Period.From, name(p.source))
		}
	}
	return "", ""
}

func (p plan) lateRows() (string, string) {
	var last clock.Date
	n := 0
	for _, e := range p.carried {
		if e.EffectiveAt.After(p.move.On) {
			n, last = n+1, clock.Later(last, e.EffectiveAt)
		}
	}
	switch {
	case n == 0:
		return "", ""
	case p.source.State == subscription.Inactive:
		return Late, fmt.Sprintf("%s of %s are dated after %s, when it ended; "+
			"activate it and end it again on %s or later first.",
			rows(n), name(p.source), p.move.On, last)
	}
	return Late, fmt.Sprintf("%s of %s are dated after the switch day %s, and those days belong to the target; "+
		"choose a switch day from %s on, or set these rows right first.", rows(n), name(p.source), p.move.On, last)
}

func rows(n int) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

func name(s side) string {
	if s.ProductName == "" {
		return s.ExternalID
	}
	return fmt.Sprintf("%s (%s)", s.ProductName, s.ExternalID)
}

// refused is the conflict that all reasons together make.
func refused(all []Refusal) error {
	if len(all) == 0 {
		return nil
	}
	var says []string
	for _, r := range all {
		says = append(says, r.Says)
	}
	return errs.New(errs.Conflict, strings.Join(says, " ")+" Nothing was moved.")
}

type foreignInvoice struct {
	Number *int64
}

func (i foreignInvoice) called() string {
	if i.Number == nil {
		return "a draft invoice"
	}
	return fmt.Sprintf("invoice %d", *i.Number)
}

// foreignInvoices are those of other customers on which the source's days stand.
func foreignInvoices(ctx context.Context, db *gorm.DB, p plan) ([]foreignInvoice, error) {
	if !p.target.CRMAccountID.Valid {
		return nil, nil
	}
	var found []foreignInvoice
	err := db.WithContext(ctx).Raw(`
		SELECT number FROM invoices WHERE crm_account_id <> ? AND state <> 'void' AND id IN
			(SELECT invoice_id FROM invoice_lines WHERE subscription_id = ? AND standing AND kind <> 'credit')
		ORDER BY seq`, p.target.CRMAccountID, p.source.ID).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("invoices of the history: %w", err)
	}
	return found, nil
}
