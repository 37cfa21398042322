package nights

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// act is one thing that happens in a history.
type act string

const (
	// true changes at the distributor
	doSeats  act = "seats"
	doBuy    act = "buy"
	doEnd    act = "end"    // the record is listed no more
	doCancel act = "cancel" // its status says so
	doRevive act = "revive" // it is listed again
	doMove   act = "move"
	doFresh  act = "fresh" // a new customer, and a subscription that moves to it
	doLeave  act = "leave"
	doReturn act = "return"
	doRename act = "rename"
	doDates  act = "dates"
	doPrice  act = "price"

	// what a list does while it is read
	doSwap      act = "swap between pages"
	doLeaveJoin act = "leave and join between pages"
	doMoveWhile act = "move while read"
	doMoveFresh act = "move to a new customer while read"
	doSeatsAmid act = "seats while read"

	// lies and failures, until the morning
	doEmptyOnce act = "empty once"
	doEmpty     act = "empty all night"
	doNoTotal   act = "empty without total"
	doOmit      act = "omit"
	doLowTotal  act = "low total"
	doBothList  act = "listed twice"
	doNotFound  act = "404"
	doForbidden act = "403"
	doRedirect  act = "redirect"
	doNoSeats   act = "no quantity"
	doPartial   act = "partially cancelled"
	doShift     act = "page shift"
	doSchedule  act = "schedule"
	doDeadToken act = "dead token"
	doOnce503   act = "503 once"
	doPause     act = "pause"
	doSomeEmpty act = "some accounts empty"
	doDropped   act = "connection dropped once"

	// failures that last until nobody does anything any more
	doNeverFound act = "404 for ever"
	doNeverSeats act = "no quantity for ever"

	// all at once, until the morning
	doAllCancelled act = "all cancelled"
	doNoStatus     act = "no status"
	doAllOne       act = "all one"
	doTenfold      act = "all tenfold"
	doNoPrice      act = "no price"
	doNoEnd        act = "no end date"
	doEndNamed     act = "end date renamed"
	doRhythmNamed  act = "frequency renamed"

	// people
	doMap     act = "map"
	doUnmap   act = "unmap"
	doExclude act = "exclude"
	doInclude act = "include"
	doOff     act = "deactivate"
	doOn      act = "activate"
	doSync    act = "sync by hand"
	doAgree   act = "agree"

	// the machine
	doKill  act = "kill"
	doStop  act = "stop"
	doStops act = "three stops"
	doBack  act = "backend killed"
)

// weights say how often each act is drawn.
func weights() map[act]int {
	return map[act]int{
		doSeats: 6, doBuy: 3, doEnd: 3, doCancel: 2, doRevive: 1, doMove: 2, doFresh: 1, doLeave: 1, doReturn: 2,
		doRename: 1,
		doDates:  1, doPrice: 2,
		doSwap: 2, doLeaveJoin: 1, doMoveWhile: 2, doMoveFresh: 2, doSeatsAmid: 1,
		doEmptyOnce: 2, doEmpty: 2, doNoTotal: 1, doOmit: 2, doLowTotal: 2, doBothList: 2, doNotFound: 1,
		doForbidden: 1,
		doRedirect:  1, doNoSeats: 1, doPartial: 1, doShift: 1, doSchedule: 1, doDeadToken: 1, doOnce503: 1, doPause: 1,
		doSomeEmpty: 1, doDropped: 1, doNeverFound: 1, doNeverSeats: 1,
		doAllCancelled: 1, doNoStatus: 1, doAllOne: 1, doTenfold: 1, doNoPrice: 1, doNoEnd: 1,
		doEndNamed: 1, doRhythmNamed: 1,
		doMap: 2, doUnmap: 1, doExclude: 1, doInclude: 1, doOff: 1, doOn: 1, doSync: 2, doAgree: 1,
		doKill: 2, doStop: 1, doStops: 1, doBack: 1,
	}
}

// op is an act on the i-th of what there is then.
type op struct {
	Act     act
	I, J, N int
}

// script is a history: some nights, and what happens on the day before each or while it reads.
type script struct {
	Seed                    uint64
	Customers, Subs         int
	PageSize, Hands, Nights int
	Ops                     []placed
}

type placed struct {
	Night int
	op
}

// generate draws a script.
func generate(seed uint64) script {
	rng := rand.New(rand.NewPCG(seed, 11))
	s := script{Seed: seed, Customers: 5 + rng.IntN(5), PageSize: []int{2, 3, 5, 100}[rng.IntN(4)],
		Hands: 1 + rng.IntN(4), Nights: 2 + rng.IntN(3)}
	s.Subs = s.Customers*2 + rng.IntN(12)
	var bag []act
	for a, n := range weights() {
		bag = append(bag, slices.Repeat([]act{a}, n)...)
	}
	slices.Sort(bag)
	for night := range s.Nights {
		for range rng.IntN(5) {
			s.Ops = append(s.Ops, placed{night, op{bag[rng.IntN(len(bag))], rng.IntN(1000), rng.IntN(1000),
				1 + rng.IntN(30)}})
		}
	}
	return s
}

// has counts how often an act happens.
func (s script) has(a act) (n int) {
	for _, o := range s.Ops {
		if o.Act == a {
			n++
		}
	}
	return n
}

func (s script) without(from, to int) script {
	s.Ops = slices.Concat(s.Ops[:from], s.Ops[min(to, len(s.Ops)):])
	return s
}

func (s script) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d customers, %d subscriptions, pages of %d, %d hands, %d nights\n", s.Customers, s.Subs,
		s.PageSize, s.Hands,
		s.Nights)
	for _, o := range s.Ops {
		fmt.Fprintf(&b, "  night %d: %s (%d %d %d)\n", o.Night+1, o.Act, o.I, o.J, o.N)
	}
	return b.String()
}
