package plan

import (
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
)

// term is a new term: when it started, and whether that is an estimate.
type term struct {
	start     clock.Date
	estimated bool
}

// renewal tells whether the facts show a new term (RULES 1 and 2): a later start; or
// an end moved on once it was reached; or another length of term; or a trial that
// became a licence. An end moved on while it still lies ahead only aligns terms.
//
// Guess: which of start and end a renewal moves is not documented, so either counts.
func renewal(before Subscription, now Facts, e EndDate, today clock.Date) (term, bool) {
	if !before.TermStart.IsZero() && now.Start.After(before.TermStart) {
		return term{start: now.Start}, true
	}
	reached, _ := before.FirstDayWithout(e)
	if !before.End.IsZero() && now.End.After(before.End) && !reached.After(today.AddDays(1)) {
		return term{start: latest(reached, now.Start)}, true
	}
	if lengthChanged(before.Term, now.Term) || before.Kind == distributor.Trial && now.Kind != distributor.Trial {
		return term{start: today, estimated: true}, true
	}
	return term{}, false
}

func lengthChanged(a, b distributor.Term) bool {
	known := a != distributor.FreqUnknown && b != distributor.FreqUnknown
	return known && a != b
}

// renew makes the row of a new term. The list's price then in force is offered to a
// person, or where the contract says so taken from the term's start; a person's own
// price stays either way (RULES 5).
func (d *Draft) renew(in Input, before Subscription, t term, seats int) ledger.Change {
	d.Row.TermStart = t.start
	same := !differs(productOf(before.Facts), productOf(d.Row.Facts))
	switch {
	case !in.Proposal.Valid || in.Proposal == before.PriceItemID:
	case same && in.TakeList && in.Fill != nil && !before.PriceByPerson:
		fill := *in.Fill
		fill.On, fill.Note, fill.Yields = t.start, "from the list, for the new term", true
		d.Fills = append(d.Fills, fill)
	default:
		d.Row.ProposedItemID = in.Proposal
	}
	return ledger.Change{
		Event: ledger.Renew, EffectiveAt: t.start, Delta: seats, Estimated: t.estimated,
		Details: ledger.Details{
			"term": ledger.Was{Before: termWords(before.Facts), After: termWords(d.Row.Facts)},
			"cost": ledger.Was{Before: before.Cost().Words(), After: d.Row.Cost().Words()},
		},
	}
}

func termWords(f Facts) map[string]string {
	return map[string]string{"term": string(f.Term), "start": f.Start.String(), "end": f.End.String()}
}
