package nights

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/distributor/sandbox"
)

var (
	howMany   = flag.Int("nights.n", 0, "so many histories; 0: as many as fit into -nights.for")
	firstSeed = flag.Uint64("nights.seed", 10, "the first seed; 0: another one each time")
	howLong   = flag.Duration("nights.for", 30*time.Second, "histories end after so long")
	hands     = flag.Int("nights.hands", 3, "histories at a time")
	shrinkFor = flag.Duration("nights.shrink", 90*time.Second, "how long a failing history is made smaller")
)

// violation is what a history came to that must not be.
type violation struct{ kind, text string }

func (v violation) Error() string { return v.kind + ": " + v.text }

// life is a history that is played: the world, and the simple model beside it. The
// model is the distributor's own data, what people decided, and what each
// subscription may have been since it was last looked at.
type life struct {
	*world
	s       script
	did     []string
	off     map[string]bool            // deactivated by a person
	seats   map[string]map[int]bool    // every number of seats that it really had since the last look
	absent  map[string]bool            // was really not listed, or really ended, at some moment since the last look
	alive   map[string]bool            // really lived at some moment since the last look
	costs   map[string]map[string]bool // every cost that it really had
	homes   map[string]map[string]bool // every customer with whom it really was
	away    map[string]bool            // customers that were not listed at some moment since the last look
	before  map[string]stored
	gone    map[string]bool // accounts that counted as gone at the last look
	emptied map[string]bool // lists that said in an earlier night that they have nothing, and nothing else since
	trouble []violation

	planted []planted          // what was set to happen this night
	lasting []placedFault      // what goes on happening until all is quiet
	mu      sync.Mutex         // of what follows
	met     map[situation]bool // what really came to pass
}

// play plays a script and gives what must not be, what was done and which situations it met.
func play(t testing.TB, s script) (bad []violation, did []string, met map[situation]bool) {
	o := withPower(options{data: sandbox.DataOptions{Customers: s.Customers, Subscriptions: s.Subs, Seed: s.Seed},
		pageSize: s.PageSize, hands: s.Hands, patience: time.Second})
	w := newWorld(t, o)
	l := &life{world: w, s: s, off: map[string]bool{}, met: map[situation]bool{}}
	if wrong := w.unlike(); len(wrong) > 0 {
		return []violation{{"first reading", strings.Join(wrong, "; ")}}, nil, nil
	}
	w.begin()
	w.idle = 20 * time.Minute
	l.look()
	for night := range s.Nights {
		l.clock.advance(time.Hour)
		for _, o := range s.Ops {
			if o.Night == night {
				l.do(o.op)
			}
		}
		l.tell()
		l.Far.ClearJournal()
		l.night()
		l.tell()
		l.meet()
		l.sawElsewhere()
		l.emptyAgain()
		l.morningOf(night)
		l.check(fmt.Sprintf("after night %d", night+1))
		l.heal()
		l.goOn()
	}
	l.quiet()
	return l.trouble, l.did, l.met
}

func (l *life) wrong(kind, format string, args ...any) {
	l.trouble = append(l.trouble, violation{kind, fmt.Sprintf(format, args...)})
}

func (l *life) note(format string, args ...any) {
	l.did = append(l.did, l.clock.Now().Format("01-02 15:04 ")+fmt.Sprintf(format, args...))
}

// look begins a stretch: what is so now may be so.
func (l *life) look() {
	l.seats, l.absent, l.alive = map[string]map[int]bool{}, map[string]bool{}, map[string]bool{}
	l.costs, l.homes, l.away = map[string]map[string]bool{}, map[string]map[string]bool{}, map[string]bool{}
	l.before, l.gone = l.stored(), l.goneAccounts()
	for id, h := range l.before {
		may(l.seats, id, h.quantity)
		may(l.costs, id, h.cost)
		may(l.homes, id, h.account)
	}
	l.tell()
}

// accept takes what stands here for what may be so: a person has agreed to it.
func (l *life) accept() {
	l.before, l.gone = l.stored(), l.goneAccounts()
	for id, h := range l.before {
		may(l.seats, id, h.quantity)
		may(l.costs, id, h.cost)
		may(l.homes, id, h.account)
	}
}

// may notes that something was really so.
func may[T comparable](all map[string]map[T]bool, id string, v T) {
	if all[id] == nil {
		all[id] = map[T]bool{}
	}
	all[id][v] = true
}

// goneAccounts are the customers that the product holds for gone.
func (l *life) goneAccounts() map[string]bool {
	l.t.Helper()
	all := map[string]bool{}
	for _, id := range strings.Fields(l.text(`SELECT string_agg(external_id, ' ') FROM provider_accounts
		WHERE provider_status = 'gone'`)) {
		all[id] = true
	}
	return all
}

// tell adds to the model what the distributor is like at the moment.
func (l *life) tell() {
	away := map[string]bool{}
	for _, c := range l.Far.Customers() {
		away[c.CustomerNo] = c.Gone
		l.away[c.CustomerNo] = l.away[c.CustomerNo] || c.Gone
	}
	for _, s := range l.Far.Subscriptions() {
		may(l.seats, s.ID, s.Quantity)
		may(l.costs, s.ID, s.UnitPrice.String())
		may(l.homes, s.ID, s.CustomerNo)
		if s.Gone || away[s.CustomerNo] || ends(s.Status) {
			l.absent[s.ID] = true
		} else {
			l.alive[s.ID] = true
		}
	}
}

// check holds what stands here against all that was ever true since the last look.
func (l *life) check(when string) {
	for id, h := range l.stored() {
		b, known := l.before[id]
		switch {
		case h.sum != h.billable || h.ledger != h.sum:
			l.wrong("ledger", "%s: %s has counted rows of %d, a ledger of %d, billable are %d", when, id, h.sum,
				h.ledger,
				h.billable)
		case !l.seats[id][h.quantity]:
			l.wrong("seats", "%s: %s has %d seats, which it never had", when, id, h.quantity)
		case known && h.closed > b.closed && !l.absent[id] && !l.off[id]:
			l.wrong("closed", "%s: %s lives and was closed (%s)", when, id, l.closedBy(id))
		case known && h.opened > b.opened && !l.alive[id]:
			l.wrong("revived", "%s: %s has ended and came back", when, id)
		case known && h.cost != b.cost && !l.costs[id][h.cost]:
			l.wrong("cost", "%s: %s costs %q, which it never did", when, id, h.cost)
		case known && b.ends != "" && h.ends == "":
			l.wrong("end", "%s: %s has lost its end date", when, id)
		case known && b.rhythm != h.rhythm:
			l.wrong("frequency", "%s: %s was %s and is %s", when, id, b.rhythm, h.rhythm)
		case known && !l.homes[id][h.account]:
			l.wrong("moved", "%s: %s is with %s, where it never was", when, id, h.account)
		case known && b.contract != "" && h.contract == "" && h.account == b.account && !l.touched[h.account]:
			l.wrong("contract", "%s: %s lost its contract and has not moved", when, id)
		}
	}
	for no := range l.goneAccounts() {
		if !l.gone[no] && !l.away[no] {
			l.wrong("account", "%s: customer %s is there and counts as gone", when, no)
		}
	}
	for _, r := range l.runs() {
		if r.State == "running" {
			l.wrong("unfinished", "%s: a run is still running", when)
		}
	}
	l.look()
}

// closedBy tells of a closing which run it was and what its plan said, for a person who reads a failure.
func (l *life) closedBy(id string) string {
	return l.text(`SELECT string_agg(concat_ws(' ', c.reason, c.effective_at, c.recorded_at, r.trigger, r.kind,
			p.account_external_id, p.words, p.state), '; ' ORDER BY c.seq)
		FROM license_changes c JOIN subscriptions s ON s.id = c.subscription_id
		LEFT JOIN sync_runs r ON r.id = c.sync_run_id
		LEFT JOIN sync_plan_rows p ON p.run_id = r.id AND p.external_id = s.external_id
		WHERE s.external_id = $1 AND c.event = 'deactivate'`, id)
}

// quiet is when nothing happens any more: some nights, and a person agrees to what
// was stopped. Then all is equal to the distributor, and a further run writes nothing.
func (l *life) quiet() {
	l.heal()
	l.quietButFor()
	for range 3 {
		l.night()
		l.agree()
	}
	l.night()
	l.tell()
	for _, wrong := range l.unlikeBut(l.off) {
		l.wrong("unlike", "%s", wrong)
	}
	if id, found := l.unfinished(); found {
		l.wrong("unfinished", "run %s is %s", id, l.state(id))
	}
	still := l.untouched()
	l.press("/sync-accounts")
	last := l.press("/sync-subscriptions")
	for table, digest := range l.untouched() {
		if still[table] != digest {
			l.wrong("second run", "it wrote %s, and ended %s %s", table, last.State, last.Message)
		}
	}
	if last.State != "succeeded" {
		l.wrong("last run", "it ended %s: %s", last.State, last.Message)
	}
}

// agree presses the button of the last run that was stopped, as a person does who looked at it.
func (l *life) agree() {
	l.t.Helper()
	before := l.stored()
	for _, kind := range []string{"accounts", "subscriptions"} {
		id := l.text(`SELECT id::text FROM sync_runs WHERE kind = $1 ORDER BY requested_at DESC, id DESC LIMIT 1`, kind)
		if state := l.text(`SELECT state FROM sync_runs WHERE id = $1::uuid`, id); state != "stopped" &&
			state != "planned" {
			continue
		}
		p := l.admin.Get("/sync-runs/" + id)
		for _, end := range []string{"/apply", "/retry"} {
			if action, ok := p.Doc().Find(`form[action$="` + end + `"]`).First().Attr("action"); ok {
				l.note("agree: %s", action)
				p.FormTo(action).Submit()
				l.workAll()
				break
			}
		}
	}
	l.endedForGood(before)
}

// endedForGood notes what the person has agreed to end although its status is blank: blank revives nothing (RULES 3).
func (l *life) endedForGood(before map[string]stored) {
	after := l.stored()
	for id, s := range l.listed() {
		if blank := s.Status == nil || *s.Status == ""; blank && after[id].closed > before[id].closed {
			l.off[id] = true
		}
	}
}

func pick[T any](all []T, i int) (T, bool) {
	if len(all) == 0 {
		var none T
		return none, false
	}
	return all[i%len(all)], true
}

// customersThere are those that are listed.
func (l *life) customersThere() []sandbox.Customer {
	return slices.DeleteFunc(l.Far.Customers(), func(c sandbox.Customer) bool { return c.Gone })
}

func (l *life) subsThere() []sandbox.Subscription {
	there := l.listed()
	return slices.DeleteFunc(l.Far.Subscriptions(), func(s sandbox.Subscription) bool {
		_, ok := there[s.ID]
		return !ok || ends(s.Status)
	})
}

// do does one act, if there is anything to do it to.
func (l *life) do(o op) {
	l.t.Helper()
	l.tell()
	defer l.tell()
	c, someone := pick(l.customersThere(), o.I)
	s, something := pick(l.subsThere(), o.I)
	if !someone || !something {
		return
	}
	l.note("%s: customer %s, subscription %s of %s (%d seats)", o.Act, c.CustomerNo, s.ID, s.CustomerNo, s.Quantity)
	switch o.Act {
	case doSync:
		l.lacked()
		l.sawTwice()
		l.press("/sync-accounts")
		l.press("/sync-subscriptions")
	case doAgree:
		l.agree()
		l.accept()
	case doKill:
		l.gate.at("/", o.N, l.power.pull)
	case doStop:
		l.stopAt, l.stops = o.N, 1
	case doStops:
		l.stopAt, l.stops = 1+o.N%3, enoughStops
	case doBack:
		l.gate.at("/", o.N, func() { l.killBackends(1); l.meets(backendKilled) })
	default:
		if !l.truth(o, c, s) && !l.amid(o, c, s) && !l.lie(o, c, s) && !l.atOnce(o) {
			l.person(o, s)
		}
	}
}

// lacked notes what a reading by day lacks: where the night lacks it too, six hours later and more, it may be closed.
func (l *life) lacked() {
	for _, f := range l.Far.Faults() {
		for _, s := range l.Far.Subscriptions() {
			if f.Kind == "empty_list" && f.Times == 0 && f.Path == listOf(s.CustomerNo) {
				l.absent[s.ID] = true
			}
		}
	}
}

// sawTwice lets what another customer's list has, while its own cannot be read or is gone, be there after a reading by
// day and the night's: it waits one run, and no longer (RULES 3).
func (l *life) sawTwice() {
	unread := map[string]bool{}
	for _, c := range l.Far.Customers() {
		unread[listOf(c.CustomerNo)] = c.Gone
	}
	for _, f := range l.Far.Faults() {
		unread[f.Path] = unread[f.Path] || f.Times == 0 && (f.Kind == "status" || f.Kind == "redirect")
	}
	for _, f := range l.Far.Faults() {
		for _, s := range l.Far.Subscriptions() {
			if f.Kind == "also_lists" && f.Record == s.ID && unread[listOf(s.CustomerNo)] {
				may(l.homes, s.ID, strings.Split(f.Path, "/")[4])
			}
		}
	}
}

// sawElsewhere lets what another customer's list has as well be there where its own list said that it has nothing: so
// it is with a customer whose last subscription moves.
func (l *life) sawElsewhere() {
	empty := map[string]bool{}
	for _, f := range l.Far.Faults() {
		empty[f.Path] = empty[f.Path] || f.Kind == "empty_list" && f.Hits > 0
	}
	for _, f := range l.Far.Faults() {
		for _, s := range l.Far.Subscriptions() {
			if f.Kind == "also_lists" && f.Record == s.ID && empty[listOf(s.CustomerNo)] {
				may(l.homes, s.ID, strings.Split(f.Path, "/")[4])
			}
		}
	}
}

// emptyAgain lets what is on lists that lack everything in a second night be closed: six hours later they are believed.
func (l *life) emptyAgain() {
	spoilt, empty := map[string]bool{}, map[string]bool{}
	for _, f := range l.Far.Faults() {
		spoilt[f.Path] = true
		empty[f.Path] = empty[f.Path] || f.Kind == "empty_list" && f.Times == 0
	}
	for _, s := range l.Far.Subscriptions() {
		if list := listOf(s.CustomerNo); empty[list] && l.emptied[list] {
			l.absent[s.ID] = true
		}
	}
	for list := range l.emptied {
		empty[list] = empty[list] || spoilt[list]
	}
	maps.DeleteFunc(empty, func(_ string, is bool) bool { return !is })
	l.emptied = empty
}

// truth changes the distributor's data.
func (l *life) truth(o op, c sandbox.Customer, s sandbox.Subscription) bool {
	switch o.Act {
	case doSeats:
		l.must(l.Far.SetSeats(s.ID, o.N))
	case doBuy:
		_, err := l.Far.AddSubscription(sandbox.NewSubscription{CustomerNo: c.CustomerNo, SKU: s.SKU, Quantity: o.N})
		l.must(err)
	case doEnd:
		l.must(l.Far.SetSubscriptionGone(s.ID, true))
	case doCancel:
		word := "Cancelled"
		l.must(l.Far.ChangeSubscription(s.ID, sandbox.SubscriptionChange{Status: &word}))
	case doRevive:
		for _, x := range l.Far.Subscriptions() {
			if x.Gone {
				l.must(l.Far.SetSubscriptionGone(x.ID, false))
				break
			}
		}
	case doMove:
		l.must(l.Far.MoveSubscription(s.ID, c.CustomerNo))
	case doFresh:
		l.must(l.Far.MoveSubscription(s.ID, l.fresh(false)))
	case doLeave:
		l.must(l.Far.SetCustomerGone(c.CustomerNo, true))
	case doReturn:
		for _, x := range l.Far.Customers() {
			if x.Gone {
				l.must(l.Far.SetCustomerGone(x.CustomerNo, false))
				break
			}
		}
	case doRename:
		name := fmt.Sprintf("Renamed %d Ltd", o.N)
		l.must(l.Far.ChangeCustomer(c.CustomerNo, sandbox.CustomerChange{Name: &name}))
	case doDates:
		end := clock.DateOf(l.clock.Now(), time.UTC).AddDays(100 + o.N)
		l.must(l.Far.ChangeSubscription(s.ID, sandbox.SubscriptionChange{End: &end}))
	case doPrice:
		p := s.UnitPrice.Add(s.UnitPrice)
		l.must(l.Far.ChangeSubscription(s.ID, sandbox.SubscriptionChange{UnitPrice: &p}))
	default:
		return false
	}
	return true
}

// fresh is a customer that nobody has seen yet; hidden ones join while a list is read.
func (l *life) fresh(hidden bool) string {
	n := len(l.Far.Customers())
	c, err := l.Far.AddCustomer(sandbox.NewCustomer{Company: sandbox.Company{Name: fmt.Sprintf("Fresh %d Ltd", n),
		Domain: fmt.Sprintf("fresh%d.example", n)}})
	l.must(err)
	l.must(l.Far.SetCustomerGone(c.CustomerNo, hidden))
	return c.CustomerNo
}

// amid changes lists while they are read.
func (l *life) amid(o op, c sandbox.Customer, s sandbox.Subscription) bool {
	other, _ := pick(l.customersThere(), o.J)
	list := listOf(s.CustomerNo)
	switch o.Act {
	case doSwap:
		l.plant(changedPlaces, l.apart(c, other), steps(customers, "2", false, sandbox.Step{Op: "swap",
			ID: c.CustomerNo, To: other.CustomerNo}))
	case doLeaveJoin:
		l.away[c.CustomerNo] = true
		l.fault(steps(customers, "2", false, sandbox.Step{Op: "leave", ID: c.CustomerNo},
			sandbox.Step{Op: "join", ID: l.fresh(true)}))
		for _, x := range l.Far.Subscriptions() {
			if x.CustomerNo == c.CustomerNo {
				l.absent[x.ID] = true
			}
		}
	case doMoveWhile:
		may(l.homes, s.ID, other.CustomerNo)
		l.plant(movedMeanwhile, l.movedBack(s.CustomerNo, other.CustomerNo, o.N%2 != 0), steps(list, "", o.N%2 == 0,
			sandbox.Step{Op: "move", ID: s.ID, To: other.CustomerNo}))
	case doMoveFresh:
		to := l.fresh(true)
		may(l.homes, s.ID, to)
		l.plant(movedToNew, func() bool { return o.N%2 != 0 }, steps(list, "", o.N%2 == 0, sandbox.Step{Op: "join",
			ID: to}, sandbox.Step{Op: "move", ID: s.ID, To: to}))
	case doSeatsAmid:
		may(l.seats, s.ID, o.N)
		l.fault(steps(list, "", o.N%2 == 0, sandbox.Step{Op: "seats", ID: s.ID, Seats: o.N}))
	default:
		return false
	}
	return true
}

// lie spoils answers until the morning.
func (l *life) lie(o op, c sandbox.Customer, s sandbox.Subscription) bool {
	f := sandbox.Fault{Path: listOf(s.CustomerNo)}
	var is situation
	var really func() bool
	switch o.Act {
	case doEmptyOnce:
		f.Kind, f.Times, is = "empty_list", 1, emptyOnce
	case doEmpty:
		f.Kind = "empty_list"
	case doNoTotal:
		f.Kind, f.Variant = "empty_list", "no_total"
	case doOmit:
		f, is = sandbox.Fault{Kind: "omit", Path: customers, Record: c.CustomerNo}, notListed
		really = func() bool { return l.hasAnswered(c.CustomerNo) }
		l.away[c.CustomerNo] = true
	case doLowTotal:
		f.Kind, is = "low_total", totalTooLow
		really = func() bool { return l.living(s.CustomerNo) > l.s.PageSize }
		if o.N%2 == 0 {
			f.Path, is = customers, ""
		}
	case doBothList:
		if c.CustomerNo == s.CustomerNo {
			return true
		}
		f = sandbox.Fault{Kind: "also_lists", Path: listOf(c.CustomerNo), Record: s.ID}
		is, really = underTwo, func() bool { return l.hasAnswered(s.CustomerNo) }
	case doForbidden:
		f.Kind, f.Status = "status", 403
	case doNotFound:
		f.Kind, f.Status = "status", 404
	case doRedirect:
		f.Kind, is = "redirect", redirected
	case doNoSeats:
		f.Kind, f.Field, f.Row = "drop_field", "quantity", 1
	case doShift:
		f = sandbox.Fault{Kind: "page_shift", Path: customers, Count: 1 - 2*(o.N%2)}
	case doOnce503:
		f, is = sandbox.Fault{Kind: "status", Status: 503, Path: customers, Times: 1}, oneUnavailable
		really = l.firstAnswer(customers, "status")
	case doDropped:
		f, is = on(token, 1, sandbox.Fault{Kind: "reset"}), oneDropped
		really = l.firstAnswer(token, "reset")
	case doPause:
		f, is = sandbox.Fault{Kind: "status", Status: 429, RetryAfter: "90", Path: f.Path, Times: 1}, longPause
	default:
		return l.lieAtLength(o, s)
	}
	l.plant(is, really, f)
	return true
}

// lieAtLength are lies of more than one fault, or of more than one night.
func (l *life) lieAtLength(o op, s sandbox.Subscription) bool {
	list := listOf(s.CustomerNo)
	switch o.Act {
	case doPartial:
		first, lives := l.firstOf(s.CustomerNo)
		l.alive[first] = true // by that word it lives, whatever it was
		l.plant(partlyCancelled, func() bool { return lives }, sandbox.Fault{Kind: "set_field", Path: list,
			Field: "status", Row: 1, Value: raw("Partially Cancelled")})
	case doSomeEmpty:
		var all []sandbox.Fault
		for i, c := range l.customersWithSome() {
			if (i+o.J)%8 == 0 || i == o.I%8 { // about every eighth
				all = append(all, sandbox.Fault{Kind: "empty_list", Path: listOf(c)})
			}
		}
		l.plant(someEmpty, func() bool { return len(all) > 1 }, all...)
	case doSchedule:
		_, err := l.Far.AddSchedule(sandbox.Schedule{Seed: uint64(o.I), Calls: 40, Count: 1 + o.N%4})
		l.must(err)
	case doDeadToken:
		revoked := l.plant("", nil, steps(list, "", false, sandbox.Step{Op: "revoke"}))
		l.gate.at("/subscriptions", 1, func() {
			away := l.plant("", nil, on(token, 1+o.N%3, status(503)))
			l.plantAll(deadToken, nil, slices.Concat(revoked, away))
		})
	case doNeverFound:
		l.last(neverFound, s.CustomerNo, on(list, 0, status(404)))
	case doNeverSeats:
		l.last(neverSeats, s.CustomerNo, sandbox.Fault{Kind: "drop_field", Path: list, Field: "quantity", Row: 1})
	default:
		return false
	}
	return true
}

// atOnce changes a value of everything until the morning, where that is much: a
// small change of a small reseller is believed.
func (l *life) atOnce(o op) bool {
	f := sandbox.Fault{Kind: "set_field", Path: everyList}
	var is situation
	var really func() bool
	switch o.Act {
	case doAllCancelled:
		f.Field, f.Value, is = "status", raw("Cancelled"), allCancelled
	case doNoStatus:
		f.Kind, f.Field, is, really = "drop_field", "status", noStatus, l.someEnded
	case doAllOne:
		f.Field, f.Value, is = "quantity", raw(1), allOne
	case doTenfold:
		f.Kind, f.Field = "scale_field", "quantity"
	case doNoPrice:
		f.Kind, f.Field, is = "drop_field", "unitPrice", noPrice
	case doNoEnd:
		f.Kind, f.Field = "drop_field", "endDate"
	case doEndNamed:
		f.Kind, f.Field, f.To, is = "rename_field", "endDate", "ends_v2", endRenamed
	case doRhythmNamed:
		f.Kind, f.Field, f.To, is = "rename_field", "billingFrequency", "rhythm_v2", rhythmRenamed
	default:
		return false
	}
	of, subs := map[string]bool{}, 0
	for _, s := range l.subsThere() {
		if s.Quantity > 1 && s.Status != nil && *s.Status == "Activated" {
			subs, of[s.CustomerNo] = subs+1, true
		}
	}
	if subs >= 9 && len(of) >= 4 {
		l.plant(is, really, f)
	}
	return true
}

// person does what an operator may do meanwhile.
func (l *life) person(o op, s sandbox.Subscription) {
	l.t.Helper()
	l.admin = l.SignIn("admin")
	account, ok := pick(l.admin.Get("/accounts.csv?provider="+l.provider.String()+"&sort=external_id").Records(), o.I)
	sub := l.text(`SELECT id::text FROM subscriptions WHERE external_id = $1`, s.ID)
	if !ok || sub == "" {
		return
	}
	post := func(path string, v url.Values) bool { return l.admin.Post(path, v).Status == 303 }
	switch o.Act {
	case doMap:
		post("/accounts/"+account["id"]+"/create-crm-account", url.Values{})
	case doUnmap:
		l.touched[account["external_id"]] = true
		post("/accounts/"+account["id"]+"/unmap", url.Values{"version": {account["version"]}, "confirm": {"1"}})
	case doExclude:
		l.touched[account["external_id"]] = true
		post("/accounts/"+account["id"]+"/exclude", url.Values{"reason": {"a test"}})
	case doInclude:
		post("/accounts/"+account["id"]+"/include", url.Values{})
	case doOff:
		if post("/subscriptions/"+sub+"/deactivate", url.Values{"refund": {"no"},
			"effective_at": {l.clock.Now().Format(time.DateOnly)}}) {
			l.off[s.ID] = true
		}
	case doOn:
		for id := range l.off {
			if post("/subscriptions/"+l.text(`SELECT id::text FROM subscriptions WHERE external_id = $1`,
				id)+"/activate",
				url.Values{"effective_at": {l.clock.Now().Format(time.DateOnly)}}) {
				delete(l.off, id)
				l.alive[id], l.before[id] = true, l.stored()[id] // that it was closed was the person's
			}
			break
		}
	}
}

// TestHistories plays random histories against the model. A slice belongs to the
// tests; ten thousand are played by
//
//	task nights -- -nights.n=10000
//
// and one again by -nights.seed=SEED -nights.n=1.
//
//nolint:paralleltest // it goes by the time that it has
func TestHistories(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes its time")
	}
	seed := *firstSeed
	if seed == 0 {
		seed = rand.Uint64N(1 << 40)
	}
	began, played, counts, met := time.Now(), 0, map[act]int{}, map[situation]int{}
	for *howMany > 0 && played < *howMany || *howMany == 0 && (played == 0 || time.Since(began) < *howLong) {
		var scripts []script
		for range *hands * 4 {
			if len(scripts)+played == *howMany && *howMany > 0 {
				break
			}
			scripts = append(scripts, generate(seed))
			seed++
		}
		worst, did, bad := playAll(t, scripts, began, met)
		played += len(scripts)
		for _, s := range scripts {
			for _, o := range s.Ops {
				counts[o.Act]++
			}
		}
		if bad != nil {
			small, why, did := shrink(t, worst, bad, did)
			t.Fatalf("seed %d: %v\nthe smallest found of it: %v\n%s\n%s", worst.Seed, bad, why, small,
				strings.Join(did, "\n"))
		}
	}
	t.Logf("%d histories in %s; acts %v; situations met %v", played, time.Since(began).Round(time.Second),
		counts, met)
}

// playAll plays some side by side and gives the smallest that goes wrong.
func playAll(t *testing.T, scripts []script, began time.Time, met map[situation]int) (worst script, did []string,
	bad []violation) {
	type ended struct {
		s   script
		did []string
		bad []violation
		met map[situation]bool
	}
	work, out := make(chan script), make(chan ended, len(scripts))
	for range *hands {
		go func() {
			for s := range work {
				e := ended{s: s}
				if *howMany > 0 || time.Since(began) < *howLong {
					e.bad, e.did, e.met = alone(t, s)
				}
				out <- e
			}
		}()
	}
	for _, s := range scripts {
		work <- s
	}
	close(work)
	for range scripts {
		e := <-out
		for is := range e.met {
			met[is]++
		}
		if e.bad != nil {
			t.Logf("seed %d goes wrong: %v", e.s.Seed, e.bad)
			if bad == nil || len(e.s.Ops) < len(worst.Ops) {
				worst, did, bad = e.s, e.did, e.bad
			}
		}
	}
	return worst, did, bad
}

// alone plays one history as a test of its own, whose world ends with it.
func alone(t *testing.T, s script) (bad []violation, did []string, met map[situation]bool) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		t.Run(fmt.Sprint("seed ", s.Seed), func(t *testing.T) { bad, did, met = play(t, s) })
	}()
	<-done
	return bad, did, met
}

// shrink takes acts away as long as the same still goes wrong.
func shrink(t *testing.T, s script, bad []violation, did []string) (script, []violation, []string) {
	until := time.Now().Add(*shrinkFor)
	for size := max(1, len(s.Ops)/2); size > 0; size /= 2 {
		for from := 0; from < len(s.Ops) && time.Now().Before(until); {
			less := s.without(from, from+size)
			b, d, _ := alone(t, less)
			if slices.ContainsFunc(b, func(v violation) bool { return v.kind == bad[0].kind }) {
				s, bad, did = less, b, d
				continue
			}
			from += size
		}
	}
	return s, bad, did
}
