package subscription

import (
	"slices"
	"time"

	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
)

// logWindow is how far before the last reading an entry may be dated and still
// explain a change seen now: an order may be entered days after it took effect.
const logWindow = 31 * 24 * time.Hour

// logged dates a change of seats by the change log: one row for each entry since
// the facts were last stored, if they add up exactly to the difference. Failing
// that, the newest entries that do add up and that no row stands on yet, if they
// are not older than logWindow. Otherwise the log explains nothing and false is
// given (RULES 2).
func logged(log []distributor.Change, before Subscription, seats int) ([]ledger.Change, bool) {
	if seats == 0 {
		return nil, false
	}
	own := seatEntries(log, before.ExternalID)
	for _, since := range []func(distributor.Change) bool{after(before.FactsAt), onOrAfter(before.FactsAt)} {
		if rows, ok := addUp(own, since, seats); ok {
			return rows, true
		}
	}
	return newest(own, before, seats)
}

// newest takes entries from the end of the log until they add up.
func newest(own []distributor.Change, before Subscription, seats int) ([]ledger.Change, bool) {
	for i := len(own) - 1; i >= 0; i-- {
		e := own[i]
		if e.At.Before(before.FactsAt.Add(-logWindow)) || !e.At.After(before.LoggedThrough) || e.On.Before(before.TermStart) {
			return nil, false
		}
		if rows, ok := addUp(own[i:], func(distributor.Change) bool { return true }, seats); ok {
			return rows, true
		}
	}
	return nil, false
}

func seatEntries(log []distributor.Change, externalID string) []distributor.Change {
	var own []distributor.Change
	for _, c := range log {
		if c.SubscriptionExternalID == externalID && c.Delta != 0 && !c.On.IsZero() {
			own = append(own, c)
		}
	}
	slices.SortStableFunc(own, func(a, b distributor.Change) int { return a.At.Compare(b.At) })
	return own
}

func addUp(entries []distributor.Change, since func(distributor.Change) bool, seats int) ([]ledger.Change, bool) {
	var rows []ledger.Change
	for _, e := range entries {
		if !since(e) {
			continue
		}
		seats -= e.Delta
		rows = append(rows, ledger.Change{
			Event: ledger.Update, EffectiveAt: e.On, Delta: e.Delta,
			Details: ledger.Details{"log": e.Text, "by": e.By, "at": e.At.Format(time.RFC3339Nano)},
		})
	}
	return rows, seats == 0 && len(rows) > 0
}

// loggedThrough is the newest entry that rows stand on.
func loggedThrough(rows []ledger.Change, so time.Time) time.Time {
	for _, c := range rows {
		text, _ := c.Details["at"].(string)
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil && at.After(so) {
			so = at
		}
	}
	return so
}

func after(t time.Time) func(distributor.Change) bool {
	return func(c distributor.Change) bool { return c.At.After(t) }
}

// onOrAfter also takes entries of the day of the last reading that carry no time of
// day: they may have come after it.
func onOrAfter(t time.Time) func(distributor.Change) bool {
	return func(c distributor.Change) bool {
		h, m, s := c.At.Clock()
		dateOnly := c.At.IsZero() || h == 0 && m == 0 && s == 0
		return c.At.After(t) || dateOnly && !c.On.Start(c.At.Location()).AddDate(0, 0, 1).Before(t)
	}
}
