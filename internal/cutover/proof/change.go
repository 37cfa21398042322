package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"seatledger/internal/clock"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
)

// What changes over the switch.
type What string

// The changes. The words are those of cutover_acknowledgements.
const (
	QuantityChanged What = "quantity"
	PriceChanged    What = "price"
	SeatsEnded      What = "ended"
	SeatsNew        What = "new"
	// days on both sides whose seats a person says are there twice; never among all changes
	BothReal What = "double"
)

// Change is a real change of seats or price over the switch. Somebody acknowledges it by name.
type Change struct {
	What        What
	Day         clock.Date // the first day of the new figures
	Shown       clock.Date // the same, or the first day that the proof looks at
	Before      string     // the figure of the day before
	After       string
	Fingerprint string // of the figures: others need another acknowledgement
	By          *Acknowledgement
	Twins       []uuid.UUID // of a price: the confirmed new ones whose price it is
}

// Verdict of the day of the change, as far as the change alone is concerned.
func (c Change) Verdict() Verdict {
	if c.By != nil {
		return Acknowledged
	}
	return Changed
}

// Says is the change in a sentence.
func (c Change) Says() string {
	said := map[What]string{QuantityChanged: "Seats change", PriceChanged: "The price changes",
		SeatsEnded: "The seats end", SeatsNew: "Seats are new"}[c.What]
	return fmt.Sprintf("%s from %s to %s on %s.", said, c.Before, c.After, c.Day)
}

// changes are those over the switch days of the product, in order. Without a switch day there are none yet.
func (l productDays) changes(from clock.Date) []Change {
	var out []Change
	for _, day := range l.switchDays() {
		was, is := l.intended(day.AddDays(-1)), l.intended(day)
		switch {
		case was == is:
		case was == 0:
			out = append(out, l.change(SeatsNew, day, strconv.Itoa(was), strconv.Itoa(is)))
		case is == 0:
			out = append(out, l.change(SeatsEnded, day, strconv.Itoa(was), strconv.Itoa(is)))
		default:
			out = append(out, l.change(QuantityChanged, day, strconv.Itoa(was), strconv.Itoa(is)))
		}
	}
	out = append(out, l.priceChanges()...)
	for i := range out {
		out[i].Shown = later(out[i].Day, from)
	}
	slices.SortStableFunc(out, func(a, b Change) int { return byDay(a.Day, b.Day) })
	return out
}

func (l productDays) intended(day clock.Date) int {
	n := 0
	for _, p := range l.Pairs {
		n += p.intended(day)
	}
	return n
}

// switchDays are the days on which the cut-over itself may change the seats; what the
// ledgers change on other days is everyday business.
func (l productDays) switchDays() []clock.Date {
	var out []clock.Date
	for _, p := range l.Pairs {
		out = append(out, p.switchDays()...)
	}
	slices.SortFunc(out, byDay)
	return slices.Compact(out)
}

func (p pairDays) switchDays() []clock.Date {
	switch {
	case p.Kind == "" || !p.Switch.Fixed || p.broken() != "":
		return nil
	case p.Kind == pairing.New:
		if first, ok := p.New.first(); ok {
			return []clock.Date{later(first, p.New.From)}
		}
		return nil
	case p.Kind == pairing.Ended && p.Old.Over:
		days := p.Old.days()
		return days[max(len(days)-1, 0):]
	case p.Kind == pairing.Ended:
		return []clock.Date{p.Switch.Day}
	}
	out := []clock.Date{p.Switch.Day}
	for _, day := range p.New.Adjusted {
		if day.After(p.Switch.Day) {
			out = append(out, day)
		}
	}
	return out
}

func (l productDays) change(what What, day clock.Date, before, after string) Change {
	c := Change{What: what, Day: day, Before: before, After: after,
		Fingerprint: fingerprint(string(what), day.String(), before, after)}
	c.By = l.acknowledged(what, c.Fingerprint)
	return c
}

func fingerprint(figures ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(figures, "|")))
	return hex.EncodeToString(sum[:12])
}

// acknowledged is a person's word about these very figures; nil: nobody's.
func (l productDays) acknowledged(what What, fingerprint string) *Acknowledgement {
	i := slices.IndexFunc(l.Acknowledged,
		func(a Acknowledgement) bool { return a.What == what && a.Fingerprint == fingerprint })
	if i < 0 {
		return nil
	}
	return &l.Acknowledged[i]
}

// priceChanges compares the price of each twin on its last old and first new day. One that
// was never known here says nothing; one that is known no more does, once confirming
// has carried over what there was.
func (l productDays) priceChanges() []Change {
	var out []Change
	for _, p := range l.Pairs {
		if p.Kind != pairing.Twin || !p.Switch.Fixed || p.broken() != "" {
			continue
		}
		was, is := p.Old.price(p.Switch.Day.AddDays(-1)), p.New.price(p.Switch.Day)
		if !was.Value.Valid || !is.Value.Valid && !p.Confirmed || samePerMonth(was, is) {
			continue
		}
		c := l.change(PriceChanged, p.Switch.Day, priceText(was), priceText(is))
		i := slices.IndexFunc(out, func(o Change) bool { return o.Fingerprint == c.Fingerprint })
		if i < 0 {
			i, out = len(out), append(out, c)
		}
		if p.Confirmed {
			out[i].Twins = append(out[i].Twins, p.New.ID)
		}
	}
	return out
}

// samePerMonth compares prices as RULES 5 wants: per month, in one currency.
func samePerMonth(a, b ledger.Amount) bool {
	if !a.Value.Valid || !b.Value.Valid || a.Currency != b.Currency {
		return false
	}
	x, ok := money.PerMonth(a.Value.Decimal, a.Period)
	y, also := money.PerMonth(b.Value.Decimal, b.Period)
	if !ok || !also {
		return a.Equal(b)
	}
	return x.Equal(y)
}

func priceText(a ledger.Amount) string {
	if !a.Value.Valid {
		return "no price"
	}
	return strings.TrimSpace(a.Value.Decimal.String() + " " + a.Currency + perWords[a.Period])
}

var perWords = map[money.Period]string{money.Month: " per month", money.Quarter: " per quarter",
	money.Year: " per year", money.ThreeYears: " per three years", money.Once: " once"}
