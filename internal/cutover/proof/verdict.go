package proof

import (
	"slices"

	"seatledger/internal/clock"
)

// Verdict says how the days of a customer's product are covered.
type Verdict string

// The verdicts, from the best to the worst. The last five keep a run from being finished.
const (
	OK           Verdict = "ok"           // exactly one side has the day
	Acknowledged Verdict = "acknowledged" // seats or price change over the switch, and somebody has said so by name
	Waiting      Verdict = "waiting"      // the day belongs to the new one, which is held back until the old is retired
	Changed      Verdict = "changed"      // seats or price change over the switch, and nobody has acknowledged it
	Undecided    Verdict = "undecided"    // nobody has said yet what becomes of the subscription
	Gap          Verdict = "gap"          // seats were held, and nobody has the day
	Double       Verdict = "double"       // both sides have the day
)

// Verdicts are all of them, the worst first.
func Verdicts() []Verdict {
	return []Verdict{Double, Gap, Undecided, Changed, Waiting, Acknowledged, OK}
}

// Blocks tells whether a run with such a day cannot be finished.
func (v Verdict) Blocks() bool { return v != OK && v != Acknowledged }

func (v Verdict) worse(than Verdict) bool { return v.rank() < than.rank() }

// rank is 0 for the worst.
func (v Verdict) rank() int { return slices.Index(Verdicts(), v) }

// Both are seats of a day on both sides, over all subscriptions of the product.
type Both struct{ Before, After int }

func (b Both) plus(o Both) Both { return Both{b.Before + o.Before, b.After + o.After} }

// twice tells whether both sides have seats.
func (b Both) twice() bool { return b.Before > 0 && b.After > 0 }

// Segment is a row of days that are all alike: [From, To).
type Segment struct {
	From, To clock.Date
	Before   int // seats that the old subscriptions are billable for on each day
	After    int // seats that the new ones are billable for
	Counted  Both
	Billed   Both
	Verdict  Verdict
	Why      string // in a sentence; empty when all is well

	Double string // of days on both sides: the fingerprint by which a person says that both are real

	Forfeited int    // seats of each day that were billed, that nobody held, and that were not given back
	says      string // why it is double, whatever a person said of it
	late      int    // of them, those of days from the switch on
}

// Days counts them.
func (s Segment) Days() int { return s.From.DaysUntil(s.To) }
