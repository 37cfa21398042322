package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
)

// LogWindow is how far before a reading the log is read: an order may be entered
// days after it took effect.
const LogWindow = 31 * 24 * time.Hour

// logged dates a change of seats by the change log: one row for each entry since
// the last reading, if they add up exactly to the difference. Otherwise the log
// explains nothing and false is given (RULES 2). Which entries are new is told by
// those that were there at the last reading, and where that is not known by their time.
func logged(log []distributor.Change, before Subscription, seats int) ([]ledger.Change, bool) {
	if seats == 0 {
		return nil, false
	}
	fresh := before.unseen(seatEntries(log, before.ExternalID))
	if rows, ok := addUp(fresh, func(distributor.Change) bool { return true }, seats); ok && before.LogKnown {
		return rows, true
	}
	for _, since := range []func(distributor.Change) bool{after(before.FactsAt), onOrAfter(before.FactsAt)} {
		if rows, ok := addUp(fresh, since, seats); ok {
			return rows, true
		}
	}
	return nil, false
}

// unseen are the entries that the log did not hold when it was last read.
func (s Subscription) unseen(entries []distributor.Change) []distributor.Change {
	seen := strings.Fields(s.LogSeen)
	return slices.DeleteFunc(slices.Clone(entries),
		func(c distributor.Change) bool { return slices.Contains(seen, entryName(c)) })
}

// remember keeps which entries the log holds, for the next reading.
func (s *Subscription) remember(log []distributor.Change) {
	names := strings.Fields(s.LogSeen)
	for _, c := range seatEntries(log, s.ExternalID) {
		if n := entryName(c); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	s.LogKnown, s.LogSeen = true, strings.Join(names, " ")
}

// entryName is short for an entry, which has no id of its own: its time and its text.
func entryName(c distributor.Change) string {
	sum := sha256.Sum256([]byte(c.At.UTC().Format(time.RFC3339Nano) + " " + c.On.String() + " " + c.Text))
	return hex.EncodeToString(sum[:6])
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
