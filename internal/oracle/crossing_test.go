package oracle

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// crossing is how far a cut-over has moved a world's customer.
type crossing struct {
	run     string  // its address
	to      string  // the new provider
	step    string  // what stands: arrived, confirmed, reassigned, retired; empty: nothing
	day     Day     // the switch day
	fresh   []*seat // subscriptions of the new provider
	decided bool
}

// readThere reads what the new provider has of the customer, whose account is not mapped yet.
func (w *world) readThere() error {
	rows, err := w.p.records("/subscriptions.csv?q=" + w.name)
	if err != nil {
		return err
	}
	slices.SortFunc(rows, func(a, b map[string]string) int {
		return slices.Index(parts(), a["part_number"]) - slices.Index(parts(), b["part_number"])
	})
	if w.told = rows; len(rows) != len(w.s.There) {
		return wrong("setup", "the new provider has %d subscriptions of %s", len(rows), w.name)
	}
	return nil
}

// stands takes a subscription of the new provider into the model, held back.
func (w *world) stands(r map[string]string, seats int) *seat {
	x := &seat{id: r["id"], external: r["external_id"], far: true, lost: true, held: true, end: Never, told: seats,
		rows: map[string]*Row{}, written: map[string]bool{}}
	x.Subscription = w.m.Subscribe(x.external, seats, On(farBegin), w.a)
	if !w.dry {
		x.Subscription.Rows = nil
	}
	w.over.fresh = append(w.over.fresh, x)
	return x
}

// old are the subscriptions that leave.
func (w *world) old() []*seat { return w.subs[:len(w.s.Seats)] }

// meant is the subscription that a step is about: from a confirmation on, prices from the
// switch day and moves are the new one's, and nothing else is done to an old one by hand.
func (w *world) meant(o op) *seat {
	x := w.subs[o.Sub]
	if !x.frozen {
		return x
	}
	switch o.Act {
	case setPrice:
		if On(o.On) < w.over.day && !x.off {
			return x
		}
		return x.twin
	case fixPrice, dropPrice:
		if o.N%2 == 0 && !x.off {
			return x
		}
		return x.twin
	case move:
		if x.twin != nil && !x.twin.held {
			return x.twin
		}
		return nil
	case setSeats, fixSeats, dropSeats, elsewhere, deactivate, activate, endSub, swap, endContract:
		return nil
	}
	return x
}

// ready tells whether a cut-over has a meaning for the customer as it stands.
func (w *world) ready() bool {
	return w.a.End == Never && w.b.End == Never && !slices.ContainsFunc(w.old(), func(x *seat) bool {
		return x.off || x.end != Never || len(x.is) > 0
	})
}

// cutOver takes the next step.
func (w *world) cutOver(o op) error {
	if !w.s.Cut {
		return nil
	}
	switch w.over.step {
	case "":
		if w.ready() {
			return w.arriveThere()
		}
	case "arrived":
		if w.ready() {
			return w.confirm(o)
		}
	case "confirmed":
		return w.reassign()
	case "reassigned":
		return w.retire(o)
	case "retired":
		return w.acknowledge()
	}
	return nil
}

// arriveThere maps the customer's account of the new provider.
func (w *world) arriveThere() error {
	w.note("the account of the new provider is mapped")
	if !w.dry {
		accounts, err := w.p.records("/accounts.csv?provider=" + w.over.to + "&q=" + w.name)
		if err != nil {
			return err
		}
		if len(accounts) != 1 {
			return wrong("setup", "%d accounts are called %s", len(accounts), w.name)
		}
		if _, err = w.send("mapping", "/accounts/"+accounts[0]["id"]+"/map",
			url.Values{"crm_account_id": {w.crm}}); err != nil {
			return err
		}
	}
	for _, x := range w.over.fresh {
		x.lost = false
		if w.s.A.List != "" {
			w.m.Land(x.Subscription, Amount(w.s.A.List), x.Start)
		}
		w.subs = append(w.subs, x)
		if w.dry {
			continue
		}
		r, err := w.row(x)
		if err != nil {
			return err
		}
		if r["state"] != "held" || r["contract_id"] != w.ids[w.a] {
			return wrong("cut-over", "%s is %s (%s) in contract %q; it should wait in A", x.external, r["state"],
				r["hold_reason"], r["contract"])
		}
	}
	w.over.step = "arrived"
	return nil
}

// switchDay is the first day from one on that no row of an old one lies behind.
func (w *world) switchDay(from Day) Day {
	day := max(from, w.over.day)
	for _, x := range w.old() {
		day = max(day, x.FirstDay()+1, x.since()+1)
		for _, r := range x.Standing() {
			day = max(day, r.On)
		}
		for _, p := range x.Prices {
			if !p.Aside {
				day = max(day, p.On)
			}
		}
	}
	return day
}

func (w *world) confirm(o op) error {
	day := w.switchDay(On(o.On))
	if day > w.today()+40 {
		return nil
	}
	w.note("the old ones go over on %s", day)
	if day != w.over.day {
		if _, err := w.step1("switch-day", url.Values{"switch_day": {day.String()}}); err != nil {
			return err
		}
	}
	w.over.day = day
	if err := w.decide(); err != nil {
		return err
	}
	if _, err := w.step1("confirm", url.Values{}); err != nil {
		return err
	}
	for i, x := range w.over.fresh {
		if i >= len(w.old()) || w.parts(i) {
			w.m.Joins(x.Subscription, day)
		}
	}
	for i, x := range w.old() {
		x.frozen = true
		if w.parts(i) {
			w.m.Leaves(x.Subscription, day)
			continue
		}
		x.twin = w.over.fresh[i]
		w.m.Twin(x.Subscription, x.twin.Subscription, day)
	}
	w.over.step = "confirmed"
	return nil
}

// parts tells whether an old one ends, and the new one of its product is new.
func (w *world) parts(i int) bool { return w.s.Parting && i == len(w.old())-1 }

// decide says what becomes of whom. A new one goes into the contract that its old one is in.
func (w *world) decide() error {
	for i, x := range w.over.fresh {
		f := url.Values{"kind": {"new"}, "new_subscription_id": {x.id}}
		if i < len(w.old()) && !w.parts(i) {
			old := w.old()[i]
			f = url.Values{"kind": {"twin"}, "new_subscription_id": {x.id}, "old_subscription_id": {old.id}}
			if err := w.follow(x, old); err != nil {
				return err
			}
		} else if i < len(w.old()) {
			if err := w.say(url.Values{"kind": {"ended"}, "old_subscription_id": {w.old()[i].id}}); err != nil {
				return err
			}
		}
		if err := w.say(f); err != nil {
			return err
		}
	}
	w.over.decided = true
	return nil
}

// say keeps one decision, and types the customer's name where that is asked.
func (w *world) say(f url.Values) error {
	if w.dry || w.over.decided {
		return nil
	}
	f.Set("crm_account_id", w.crm)
	a, err := w.p.post(w.over.run+"/pairs", f)
	if err != nil || a.status == http.StatusSeeOther {
		return err
	}
	again, asked := a.formTo(w.over.run + "/pairs")
	if !asked {
		return wrong("cut-over", "the decision %s answers %d: %s", f.Encode(), a.status, a.gist())
	}
	again.Set("confirm", w.name)
	_, err = w.send("cut-over", w.over.run+"/pairs", again)
	return err
}

func (w *world) follow(x, old *seat) error {
	to := old.Now()
	if x.Now() == to {
		return nil
	}
	on := max(w.over.day, x.since()+1)
	w.note("%s: into %s from %s, as its old one", x.external, to.Name, on)
	if _, err := w.send("move refused", "/subscriptions/"+x.id+"/contract",
		url.Values{"contract_id": {w.ids[to]}, "effective_on": {on.String()}}); err != nil {
		return err
	}
	w.m.Move(x.Subscription, to, on)
	if list := w.listed(to, ""); list != "" && !x.byPerson(on) {
		w.m.Land(x.Subscription, Amount(list), on)
	}
	return nil
}

// step1 takes one step for the one customer; it must be taken.
func (w *world) step1(name string, f url.Values) (answer, error) {
	f.Set("crm_account_id", w.crm)
	a, err := w.send("cut-over", w.over.run+"/"+name, f)
	if err == nil {
		w.count("cut-over: " + name)
	}
	return a, err
}

// try takes a step that may have to wait; false: it has.
func (w *world) try(name string, f url.Values) (bool, error) {
	if w.dry {
		return true, nil
	}
	f.Set("crm_account_id", w.crm)
	a, err := w.p.post(w.over.run+"/"+name, f)
	if err != nil {
		return false, err
	}
	switch a.status {
	case http.StatusSeeOther:
		w.count("cut-over: " + name)
		return true, nil
	case http.StatusConflict:
		w.count("cut-over: " + name + " has to wait")
		_, why, _ := strings.Cut(a.gist(), "Customer Why")
		w.note("%s has to wait: %s", name, why)
		return false, nil
	}
	return false, wrong("cut-over", "%s answers %d: %s", name, a.status, a.gist())
}

// closing bills up to the switch day what the old ones have, as far as it is due.
func (w *world) closing() error {
	for _, c := range []*Contract{w.a, w.b} {
		for end, due := w.end(c); due && end < w.over.day+ahead; end, due = w.following(c, end) {
			if err := w.run(op{Act: bill, Yes: c == w.b, On: end.String()}); err != nil {
				return err
			}
			if end >= w.over.day {
				break
			}
		}
		to := min(w.over.day, w.today())
		if err := w.run(op{Act: changeLog, Yes: c == w.b, On: to.String()}); err != nil {
			return err
		}
	}
	return nil
}

// following is the end of the cycle behind one, if that may be billed by now.
func (w *world) following(c *Contract, end Day) (Day, bool) {
	next := min(Later(end, c.Months, c.BillingDay), c.End)
	return next, next > end && (c.Arrears && next <= w.today() || !c.Arrears && end <= w.today()+ahead)
}

func (w *world) reassign() error {
	if err := w.closing(); err != nil {
		return err
	}
	done, err := w.try("reassign", url.Values{})
	if err != nil || !done {
		return err
	}
	w.note("history is reassigned")
	w.over.step = "reassigned"
	for _, x := range w.old() {
		if x.twin != nil {
			w.m.Reassign(x.twin.Subscription)
			if err := w.sameLedger(x.twin); err != nil {
				return err
			}
		}
	}
	return nil
}

// sameLedger compares the counted rows of a new one with the model's, and learns which
// rows reassigning wrote.
func (w *world) sameLedger(x *seat) error {
	if w.dry {
		return nil
	}
	all, err := w.p.records("/changes.csv?subscription=" + x.id)
	if err != nil {
		return err
	}
	var got, want []string
	for _, c := range all {
		if x.rows[c["id"]] == nil {
			x.written[c["id"]] = true
		}
		if c["counted"] == "true" && c["delta"] != "0" {
			got = append(got, c["effective_at"]+" "+c["delta"])
		}
	}
	for _, r := range x.Standing() {
		if r.Delta != 0 {
			want = append(want, r.On.String()+" "+strconv.Itoa(r.Delta))
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		return wrong("ledger", "%s has the rows %s; the model has %s", x.external, strings.Join(got, ", "),
			strings.Join(want, ", "))
	}
	w.count("reassigned ledgers compared")
	return nil
}

func (w *world) retire(o op) error {
	if err := w.closing(); err != nil {
		return err
	}
	for _, x := range w.old() {
		if x.twin == nil {
			continue
		}
		if err := w.signTwin(x.twin); err != nil {
			return err
		}
	}
	done, err := w.try("retire", url.Values{"confirm": {"retire 1"}})
	if err != nil || !done {
		return err
	}
	w.note("the old ones are retired")
	w.over.step = "retired"
	for _, x := range w.old() {
		if x.twin == nil {
			w.count("cut-over: retired without a twin")
		}
		x.off, x.wasOn = true, x.SeatsOn(Never-1)
		w.m.Close(x.Subscription)
	}
	for _, x := range w.over.fresh {
		x.held = false
		if err := w.signTwin(x); err != nil {
			return err
		}
	}
	if o.Yes {
		return w.acknowledge()
	}
	return nil
}

// signTwin types a price where there is none, and signs.
func (w *world) signTwin(x *seat) error {
	on := x.FirstIn(x.Now())
	if x.PriceOn(on) == nil {
		w.note("%s: %s a month from %s, as it has no price", x.external, w.s.Price, on)
		f := url.Values{"unit_price": {w.s.Price}, "price_period": {"month"}, "effective_on": {on.String()}}
		if x.LaterPrices(on) {
			f.Set("later", "keep")
		}
		if _, err := w.send("price refused", "/subscriptions/"+x.id+"/price", f); err != nil {
			return err
		}
		w.m.Price(x.Subscription, Amount(w.s.Price), on, false)
	}
	return w.sign(x)
}

// acknowledge says that prices and seats really changed over the switch.
func (w *world) acknowledge() error {
	waits := slices.ContainsFunc(w.over.fresh, func(x *seat) bool { return x.Waits() && x.PriceOn(x.turn.from) != nil })
	if !w.dry {
		a, err := w.p.post(w.over.run+"/acknowledge", url.Values{"crm_account_id": {w.crm}, "what": {"all"},
			"note": {"campaign"}})
		if err != nil {
			return err
		}
		if waits && a.status != http.StatusSeeOther {
			return wrong("cut-over", "prices changed over the switch, and acknowledging answers %d: %s", a.status,
				a.gist())
		}
	}
	if !waits {
		return nil
	}
	w.note("changed prices are acknowledged")
	w.count("cut-over: prices acknowledged")
	for _, x := range w.over.fresh {
		x.Acknowledge()
	}
	return nil
}

// billedAlready tells whether a live invoice has lines of a new one.
func (x *seat) billedAlready() bool {
	return slices.ContainsFunc(x.paid, func(r *record) bool { return !r.void })
}

// cutBack takes the last step back.
func (w *world) cutBack() error {
	if !w.s.Cut || w.over.step == "" || w.over.step == "arrived" {
		return nil
	}
	billed := slices.ContainsFunc(w.over.fresh, func(x *seat) bool {
		return x.turn.source != nil && x.billedAlready()
	})
	if slices.ContainsFunc(w.over.fresh, (*seat).billedAlready) && (w.over.step != "retired" || !billed) {
		return nil // one that is new was billed: it stays what it was declared to be
	}
	done, err := w.try("undo", url.Values{"step": {w.over.step}})
	if err != nil {
		return err
	}
	if w.dry {
		done = !billed
	}
	if done == billed {
		return wrong("cut-over", "taking back %s: done %v, a new one was billed: %v", w.over.step, done, billed)
	}
	if !done {
		return nil
	}
	w.note("%s is taken back", w.over.step)
	switch w.over.step {
	case "retired":
		w.over.step = "reassigned"
		for _, x := range w.old() {
			x.off = false
			w.m.Reopen(x.Subscription)
			if x.twin != nil {
				x.twin.held = true
			}
		}
	case "reassigned":
		w.over.step = "confirmed"
		for _, x := range w.old() {
			if x.twin != nil {
				w.m.Return(x.twin.Subscription)
				if err := w.sameLedger(x.twin); err != nil {
					return err
				}
			}
		}
	case "confirmed":
		w.over.step = "arrived"
		for _, x := range w.old() {
			x.frozen, x.twin = false, nil
			w.m.Undo(x.Subscription)
		}
		for _, x := range w.over.fresh {
			w.m.Undo(x.Subscription)
		}
	}
	return nil
}
