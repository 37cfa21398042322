package oracle

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// act is what one step of a campaign does.
type act string

const (
	setSeats    act = "seats"     // a number of seats from a day on
	fixSeats    act = "fix seats" // another number for the latest row
	dropSeats   act = "drop seats"
	setPrice    act = "price"
	fixPrice    act = "fix price"
	dropPrice   act = "drop price"
	bill        act = "bill" // a full cycle
	changeLog   act = "change log"
	issue       act = "issue" // a draft that was left open
	void        act = "void"
	creditAgain act = "credit again"
	goodwill    act = "goodwill"
	elsewhere   act = "elsewhere"
	move        act = "move"
	setRefunds  act = "refunds"
	endContract act = "end contract"
	endSub      act = "end"  // of a subscription, or no end any more
	swap        act = "swap" // another product under the same id
	deactivate  act = "deactivate"
	activate    act = "activate"
	cutOver     act = "cut over" // the next step of the cut-over to the distributor
	cutBack     act = "cut back" // its last step is taken back

	// What happens at the distributor, and comes here by a sync.
	farSeats   act = "far seats"
	farSuspend act = "far suspended"
	farResume  act = "far resumed"
	farCancel  act = "far cancelled"
	farGone    act = "far gone"
	farBack    act = "far back"
)

// op is one step. What it means depends on what stands when its turn comes; where it
// has no meaning it is left out, so that any part of a script is a script.
type op struct {
	Act    act    `json:"act"`
	Sub    int    `json:"sub,omitempty"`
	On     string `json:"on,omitempty"` // a day
	N      int    `json:"n,omitempty"`
	Yes    bool   `json:"yes,omitempty"`    // with refund; replace later prices; contract B
	Open   bool   `json:"open,omitempty"`   // leave the draft open
	Single bool   `json:"single,omitempty"` // credit one line; goodwill over all lines of the subscription
	Price  string `json:"price,omitempty"`
	Period string `json:"period,omitempty"`
}

// terms are those of one contract.
type terms struct {
	Currency string `json:"currency"`
	Months   int    `json:"months"`
	Arrears  bool   `json:"arrears,omitempty"`
	Day      int    `json:"day"`
	List     string `json:"list"`            // price per seat and month in its price list; empty: no list
	Other    string `json:"other,omitempty"` // the same of the product that it is swapped for; empty: not in the list
}

// script is one random history of one customer.
type script struct {
	Seed    uint64   `json:"seed"`
	A       terms    `json:"a"`
	B       terms    `json:"b"`
	Refunds bool     `json:"refunds"`
	Global  bool     `json:"global,omitempty"` // "no" by the global setting
	Seats   []int    `json:"seats"`            // of each subscription
	Starts  []string `json:"starts"`           // and its start
	Price   string   `json:"price"`            // by a person, where A has no list
	Far     bool     `json:"far,omitempty"`    // the subscriptions are a distributor's, and not entered by hand
	Once    bool     `json:"once,omitempty"`   // the first subscription is bought once
	// Cut: the subscriptions are entered by hand, and a cut-over moves them to the distributor, where so many seats
	// stand. With Parting the last one ends, and another of its product is new.
	Cut     bool  `json:"cut,omitempty"`
	Parting bool  `json:"parting,omitempty"`
	There   []int `json:"there,omitempty"`
	// what happens there: before the first and before the second half of each phase
	Waves  [][]op `json:"waves,omitempty"`
	Phases [][]op `json:"phases"` // by the clock's stops
}

// The clock's stops. The second is half an hour into a new month.
func stops() []string {
	return []string{"2027-03-20T09:00:00Z", "2027-05-01T00:30:00Z", "2027-08-16T12:00:00Z", "2028-02-02T08:00:00Z"}
}

func today(phase int) Day { return On(stops()[phase][:10]) }

func (s script) String() string {
	var b strings.Builder
	line := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			return err.Error()
		}
		return string(text)
	}
	head := s
	head.Phases, head.Waves = nil, nil
	fmt.Fprintf(&b, "  %s\n", line(head))
	for i, ops := range s.Phases {
		if len(s.Waves) > 0 {
			fmt.Fprintf(&b, "  %s  at the distributor %s, half-way %s\n", stops()[i][:10], line(s.Waves[2*i]),
				line(s.Waves[2*i+1]))
		}
		for _, o := range ops {
			fmt.Fprintf(&b, "  %s  %s\n", stops()[i][:10], line(o))
		}
	}
	return b.String()
}

// size is how much there is to read.
func (s script) size() int {
	n := 0
	for _, ops := range slices.Concat(s.Waves, s.Phases) {
		n += len(ops)
	}
	return n
}

// without is the script without some of its steps, counted over all phases.
func (s script) without(from, to int) script {
	out := s
	i := 0
	drop := func(all [][]op) [][]op {
		var left [][]op
		for _, ops := range all {
			var kept []op
			for _, o := range ops {
				if i < from || i >= to {
					kept = append(kept, o)
				}
				i++
			}
			left = append(left, kept)
		}
		return left
	}
	out.Waves, out.Phases = drop(s.Waves), drop(s.Phases)
	return out
}

type money struct {
	currency string
	places   int
}

func currencies() []money { return []money{{"USD", 2}, {"EUR", 2}, {"JPY", 0}, {"KWD", 3}} }

func placesOf(currency string) int {
	for _, m := range currencies() {
		if m.currency == currency {
			return m.places
		}
	}
	return 2
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func chance(r *rand.Rand, percent int) bool { return r.IntN(100) < percent }

// generate makes the script of a seed.
func generate(seed uint64) script {
	r := rand.New(rand.NewPCG(seed, 27))
	s := script{Seed: seed, Refunds: chance(r, 60)}
	s.Global = chance(r, 50)
	s.A = someTerms(r)
	s.B = someTerms(r)
	if chance(r, 50) {
		s.B.Currency, s.B.List = s.A.Currency, somePrice(r, placesOf(s.A.Currency))
	}
	if s.B.List == "" {
		s.B.List = somePrice(r, placesOf(s.B.Currency))
	}
	if chance(r, 60) {
		s.B.Other = somePrice(r, placesOf(s.B.Currency))
	}
	s.Price = somePrice(r, placesOf(s.A.Currency))
	if s.Far = seed%5 == 0; s.Far {
		s.Seats, s.Starts = []int{2 + r.IntN(12), 2 + r.IntN(12)}, []string{farBegin, farBegin}
		s.Waves = someWaves(r)
	}
	s.Once = !s.Far && seed%4 == 1
	for range pick(r, 1, 2) {
		if s.Far {
			break
		}
		s.Seats = append(s.Seats, 1+r.IntN(12))
		s.Starts = append(s.Starts, (begin(s.A) + Day(pick(r, 0, 0, -r.IntN(40), r.IntN(40)))).String())
	}
	for phase := range stops() {
		var ops []op
		n := 4 + r.IntN(6)
		if phase == 3 {
			n = 2 + r.IntN(4)
		}
		for range n {
			ops = append(ops, someStep(r, s, phase)...)
		}
		ops = append(ops, op{Act: bill}) // every phase ends with what is due
		s.Phases = append(s.Phases, ops)
	}
	if s.Cut = seed%5 == 2; s.Cut {
		someCutOver(r, &s)
	}
	return s
}

// someCutOver puts a cut-over in the middle.
func someCutOver(r *rand.Rand, s *script) {
	s.Once, s.Parting = false, len(s.Seats) == 2 && chance(r, 30)
	s.There = []int{2 + r.IntN(12), 2 + r.IntN(12)}
	for i := range s.There {
		if i < len(s.Seats) && chance(r, 40) {
			s.There[i] = s.Seats[i]
		}
	}
	s.Waves = make([][]op, 2*len(stops()))
	for i := 1; i < len(s.Waves); i++ {
		for sub := range s.There {
			if chance(r, 40) {
				s.Waves[i] = append(s.Waves[i], op{Act: farSeats, Sub: sub, N: 1 + r.IntN(15)})
			}
		}
	}
	for phase := pick(r, 0, 1, 1, 2); phase < len(s.Phases); phase++ {
		for range 3 + r.IntN(5) {
			step := op{Act: cutOver, On: (today(phase) + Day(r.IntN(50)) - 40).String(), Yes: chance(r, 60)}
			if chance(r, 15) {
				step.Act = cutBack
			}
			ops := s.Phases[phase]
			s.Phases[phase] = slices.Insert(ops, r.IntN(len(ops)), step)
		}
	}
}

// farBegin is the day on which the distributor sells its subscriptions.
const farBegin = "2027-01-04"

// someWaves are what happens at the distributor. Only the first subscription goes
// away: an account that is suddenly empty is another matter.
func someWaves(r *rand.Rand) [][]op {
	waves := make([][]op, 2*len(stops()))
	away := false
	for i := 1; i < len(waves); i++ {
		for sub := range 2 {
			switch n := r.IntN(10); {
			case n < 5 && !(sub == 0 && away):
				waves[i] = append(waves[i], op{Act: farSeats, Sub: sub, N: 1 + r.IntN(15)})
			case n < 6 && !away:
				waves[i] = append(waves[i], op{Act: pick(r, farSuspend, farResume), Sub: sub})
			case n == 8 && sub == 0 && !away:
				waves[i], away = append(waves[i], op{Act: farGone}), true
			case n > 5 && sub == 0 && away:
				waves[i], away = append(waves[i], op{Act: farBack}), false
			case n == 9 && sub == 1 && i > 4:
				waves[i] = append(waves[i], op{Act: farCancel, Sub: sub})
			}
		}
	}
	return waves
}

// begin is the first day that contracts of these terms bill: a billing day early in 2027.
func begin(t terms) Day {
	_, to := ContractMonth(On("2026-12-31"), t.Day)
	return to
}

func someTerms(r *rand.Rand) terms {
	t := terms{Currency: pick(r, "USD", "USD", "EUR", "JPY", "KWD"), Months: pick(r, 1, 1, 1, 1, 3, 12),
		Arrears: chance(r, 35), Day: pick(r, 1, 1, 15, 28, Last)}
	if chance(r, 50) {
		t.List = somePrice(r, placesOf(t.Currency))
		if chance(r, 60) {
			t.Other = somePrice(r, placesOf(t.Currency))
		}
	}
	return t
}

// somePrice is mostly a plain one; some end in a half of the smallest unit.
func somePrice(r *rand.Rand, places int) string {
	whole := 1 + r.IntN(40)
	if places == 0 {
		whole *= 100
	}
	switch r.IntN(6) {
	case 0:
		return fmt.Sprint(whole)
	case 1:
		return fmt.Sprintf("%d.5", whole)
	case 2:
		return fmt.Sprintf("%d.%02d", whole, 1+r.IntN(99))
	}
	return fmt.Sprintf("%d.%s5", whole,
		strings.Repeat("0", max(0, places-1))+strings.Repeat(fmt.Sprint(r.IntN(10)), min(1, places)))
}

// someStep is a step, or several that belong together.
func someStep(r *rand.Rand, s script, phase int) []op {
	now, first := today(phase), begin(s.A)
	sub := r.IntN(len(s.Seats))
	back := func(most int) string { return max(first, now-Day(r.IntN(most))).String() }
	seats := func() op {
		return op{Act: setSeats, Sub: sub, N: 1 + r.IntN(15), On: back(pick(r, 10, 70, 120)), Yes: chance(r, 50)}
	}
	price := func() op {
		on := back(120)
		if chance(r, 30) {
			on = (now + Day(r.IntN(150))).String() // ahead
		}
		return op{Act: setPrice, Sub: sub, On: on, Price: somePrice(r, placesOf(s.A.Currency)),
			Period: pick(r, "month", "month", "month", "quarter", "year", "three_years"), Yes: chance(r, 50)}
	}
	run := func() op {
		if chance(r, 35) {
			return op{Act: changeLog, Yes: chance(r, 30), On: back(20), Open: chance(r, 15)}
		}
		return op{Act: bill, Yes: chance(r, 30), Open: chance(r, 15)}
	}
	switch n := r.IntN(100); {
	case n < 18:
		return []op{seats()}
	case n < 22:
		end := op{Act: endSub, Sub: sub, On: (now + Day(r.IntN(60)) - 20).String(), Yes: chance(r, 50), N: r.IntN(6)}
		if chance(r, 40) { // and it goes on after all
			return []op{end, run(), {Act: endSub, Sub: sub}, run()}
		}
		return []op{end, run()}
	case n < 25: // one leaves before anything is billed, and another after it
		a := seats()
		a.N, a.Yes = 1+r.IntN(2), false
		b := op{Act: setSeats, Sub: sub, On: a.On, N: a.N + 2, Yes: false}
		c := op{Act: setSeats, Sub: sub, On: a.On, N: a.N, Yes: true}
		return []op{a, run(), b, run(), c, run()}
	case n < 32: // two reductions on one day, in either order, with an invoice after each or not
		a := op{Act: setSeats, Sub: sub, On: back(60), N: 4 + r.IntN(3), Yes: chance(r, 50)}
		b := op{Act: setSeats, Sub: sub, On: a.On, N: 1 + r.IntN(3), Yes: !a.Yes}
		if chance(r, 50) {
			return []op{a, run(), b, run()}
		}
		return []op{a, b, run()}
	case n < 37: // away and back
		a := op{Act: setSeats, Sub: sub, On: back(60), N: 1 + r.IntN(3), Yes: chance(r, 30)}
		b := seats()
		b.N += 4
		return []op{a, b}
	case n < 50:
		return []op{price()}
	case n < 54:
		return []op{{Act: fixPrice, Sub: sub, N: r.IntN(4), Price: somePrice(r, placesOf(s.A.Currency))}}
	case n < 56:
		return []op{{Act: dropPrice, Sub: sub, N: r.IntN(4)}}
	case n < 59:
		return []op{{Act: pick(r, fixSeats, dropSeats), Sub: sub, N: 1 + r.IntN(9)}}
	case n < 76:
		return []op{run()}
	case n < 78:
		return []op{{Act: void}}
	case n < 79:
		return []op{{Act: issue}}
	case n < 83:
		return []op{{Act: creditAgain, N: r.IntN(6), Sub: sub, Yes: chance(r, 50), Single: chance(r, 50)}}
	case n < 86:
		return []op{{Act: goodwill, N: r.IntN(6), Sub: sub, Yes: chance(r, 50), Single: chance(r, 50)}}
	case n < 89:
		join := seats()
		join.N, join.Act = 0, elsewhere
		return []op{join}
	case n < 93:
		there := op{Act: move, Sub: sub, On: (now - Day(r.IntN(40)) + Day(r.IntN(20))).String()}
		if chance(r, 40) { // and back again, or on
			return []op{there, {Act: bill, Yes: true}, price(), {Act: move, Sub: sub, On: back(10)}, {Act: bill}}
		}
		return []op{there}
	case n < 95:
		return []op{{Act: setRefunds, Yes: chance(r, 50)}, run()}
	case n < 97:
		return []op{{Act: endContract, On: (now + Day(r.IntN(40)) - 15).String(), Yes: chance(r, 50)}}
	case n < 98:
		return []op{{Act: swap, Sub: sub}, run(), price(), run()}
	case n < 99:
		return []op{{Act: deactivate, Sub: sub, On: back(20), Yes: chance(r, 50)}}
	}
	return []op{{Act: activate, Sub: sub, On: back(20)}}
}
