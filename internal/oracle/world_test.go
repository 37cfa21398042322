package oracle

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// violation is one thing that the product does otherwise than the rules say.
type violation struct {
	kind string // a campaign is shrunk as long as this stays
	text string
}

func (v *violation) Error() string { return v.kind + ": " + v.text }

func wrong(kind, format string, args ...any) error {
	return &violation{kind, fmt.Sprintf(format, args...)}
}

// world is one customer in the product, and the model of it.
type world struct {
	p      *product
	s      script
	name   string
	m      Model
	a, b   *Contract
	ids    map[*Contract]string
	subs   []*seat
	bills  []*billed
	phase  int
	did    []string       // what was done, for a person who reads a violation
	counts map[string]int // of what was done and compared, over all worlds of a batch
	dry    bool           // without a product: the model alone
	trace  []string       // what a dry world came to, step by step

	told     []map[string]string // rows of subscriptions.csv when the distributor's were first seen
	customer string              // its number there
	provider string              // by hand
	crm      string              // and of the customer here
	half     int                 // of the phase that is played
	over     crossing
}

// seat is a subscription in the product.
type seat struct {
	*Subscription
	id, external string
	off          bool // deactivated by a person
	wasOn        int  // seats before that
	offSince     Day
	credited     int // the place of its last credit
	end          Day // that a person typed; Never: it goes on

	far   bool // a distributor's
	told  int  // seats that the distributor tells
	away  bool // cancelled or gone there
	ended bool // cancelled, so it does not come back
	rows  map[string]*Row

	lost    bool            // its account is not mapped yet
	held    bool            // a new one that a cut-over has not released
	frozen  bool            // an old one that a cut-over has confirmed
	twin    *seat           // of an old one: what it goes on as
	written map[string]bool // rows that reassigning wrote, which the model knows
}

// billed is an invoice in the product.
type billed struct {
	*Invoice
	id    string
	lines map[*seat][]line
	place int // in the order of recording
	draft bool
}

// line is a row of invoice-lines.csv.
type line struct {
	id, kind string
	position int
	from, to Day
	seats    int
	perMonth *big.Rat
	amount   *big.Rat
	credits  string // the line that it takes back
}

func (w *world) today() Day { return today(w.phase) }

func (w *world) count(what string) { w.counts[what]++ }

func (w *world) note(format string, args ...any) {
	w.did = append(w.did, w.today().String()+" "+fmt.Sprintf(format, args...))
}

// setUp makes customer, contracts, price lists, account and subscriptions.
func (w *world) setUp(provider string) error {
	w.ids = map[*Contract]string{}
	if w.dry {
		return w.makeUp()
	}
	if w.s.Far {
		return w.setUpFar()
	}
	if w.s.Cut {
		if err := w.readThere(); err != nil {
			return err
		}
	}
	a, err := w.send("setup", "/crm-accounts", url.Values{"name": {w.name}, "external_id": {w.name}})
	if err != nil {
		return err
	}
	customer := a.id()
	if _, err = w.send("setup", "/providers/"+provider+"/accounts",
		url.Values{"external_id": {w.name}, "name": {w.name}, "domain": {w.name + ".example"}}); err != nil {
		return err
	}
	accounts, err := w.p.records("/accounts.csv?provider=" + provider + "&q=" + w.name)
	if err != nil {
		return err
	}
	if len(accounts) != 1 {
		return wrong("setup", "%d accounts are called %s", len(accounts), w.name)
	}
	if _, err = w.send("setup", "/accounts/"+accounts[0]["id"]+"/map",
		url.Values{"crm_account_id": {customer}}); err != nil {
		return err
	}
	if w.a, err = w.contract(customer, "A", w.s.A); err != nil {
		return err
	}
	if w.b, err = w.contract(customer, "B", w.s.B); err != nil {
		return err
	}
	for i := range w.s.Seats {
		if err := w.enter(provider, i); err != nil {
			return err
		}
	}
	if w.s.Cut {
		for i, r := range w.told {
			if err := w.pullOne(w.stands(r, w.s.There[i])); err != nil {
				return err
			}
		}
	}
	return nil
}

// makeUp is setUp without a product.
func (w *world) makeUp() error {
	var err error
	if w.a, err = w.contract("", "A", w.s.A); err != nil {
		return err
	}
	if w.b, err = w.contract("", "B", w.s.B); err != nil {
		return err
	}
	for i := range w.s.Seats {
		if err := w.enter("", i); err != nil {
			return err
		}
	}
	for i, seats := range w.s.There {
		w.stands(map[string]string{"external_id": fmt.Sprintf("there-%d", i)}, seats)
	}
	return nil
}

func (w *world) contract(customer, name string, t terms) (*Contract, error) {
	c := &Contract{Name: name, Currency: t.Currency, Places: placesOf(t.Currency), Months: t.Months, Arrears: t.Arrears,
		BillingDay: t.Day,
		Start:      begin(t), BillFrom: begin(t), Refunds: w.s.Refunds, End: Never}
	list := ""
	if t.List != "" {
		a, err := w.send("setup", "/price-lists", url.Values{"name": {w.name + " " + name}, "currency": {t.Currency}})
		if err != nil {
			return nil, err
		}
		list = a.id()
		for i := range max(len(w.s.Seats), len(w.told)) {
			_, err := w.send("setup", "/price-lists/"+list+"/items",
				url.Values{"part_number": {w.part(i)}, "product_name": {w.part(i)}, "unit": {w.unit(i)},
					"term": {w.term(i)}, "billing_frequency": {w.frequency(i)}, "unit_price": {t.List},
					"effective_from": {"2020-01-01"}})
			if err != nil {
				return nil, err
			}
			if t.Other == "" {
				continue
			}
			if _, err := w.send("setup", "/price-lists/"+list+"/items",
				url.Values{"part_number": {w.other(i)}, "product_name": {w.other(i)}, "unit": {w.unit(i)},
					"term": {w.term(i)}, "billing_frequency": {w.frequency(i)}, "unit_price": {t.Other},
					"effective_from": {"2020-01-01"}}); err != nil {
				return nil, err
			}
		}
	}
	f := w.terms(c, t)
	f.Set("crm_account_id", customer)
	w.crm = customer
	f.Set("price_list_id", list)
	if name == "A" {
		f.Set("is_default", "on")
	}
	a, err := w.send("setup", "/contracts", f)
	w.ids[c] = a.id()
	return c, err
}

// terms is the form of a contract.
func (w *world) terms(c *Contract, t terms) url.Values {
	day := strconv.Itoa(t.Day)
	if t.Day == Last {
		day = "last"
	}
	frequency := map[int]string{1: "monthly", 3: "quarterly", 12: "annual"}[t.Months]
	timing := "advance"
	if t.Arrears {
		timing = "arrears"
	}
	refunds := "no"
	if c.Refunds {
		refunds = "yes"
	} else if w.s.Global {
		refunds = "global"
	}
	return url.Values{"name": {w.name + " " + c.Name}, "currency": {t.Currency}, "billing_frequency": {frequency},
		"timing": {timing}, "billing_day": {day},
		"start_date": {c.Start.String()}, "bill_from": {c.BillFrom.String()}, "end_date": {c.End.String()},
		"refunds": {refunds}, "payment_terms": {"30"}, "tax_code": {""}}
}

func (w *world) term(i int) string {
	if len(w.told) > 0 {
		return w.told[i]["term"]
	}
	if w.s.Once && i == 0 {
		return "one_time"
	}
	return "triennial" // so that a price for three years fits, as the review asks
}

func (w *world) frequency(i int) string {
	if len(w.told) > 0 {
		return w.told[i]["billing_frequency"]
	}
	if w.s.Once && i == 0 {
		return "one_time"
	}
	return "monthly"
}

func (w *world) unit(i int) string {
	if w.s.Once && i == 0 {
		return "once"
	}
	return "month"
}

func (w *world) part(i int) string {
	if len(w.told) > 0 {
		return w.told[i]["part_number"]
	}
	return fmt.Sprintf("PN-%s-%d", strings.ToUpper(w.name), i)
}

// other is the product that a subscription is swapped for.
func (w *world) other(i int) string { return w.part(i) + "-OTHER" }

func (w *world) enter(provider string, i int) error {
	x := &seat{end: Never, external: fmt.Sprintf("%s-s%d", w.name, i)}
	start := On(w.s.Starts[i])
	w.provider = provider
	a, err := w.send("setup", "/providers/"+provider+"/subscriptions",
		url.Values{"account_external_id": {w.name}, "external_id": {x.external}, "part_number": {w.part(i)},
			"product": {w.part(i)}, "quantity": {strconv.Itoa(w.s.Seats[i])}, "unit_cost": {"0.01"},
			"cost_period": {w.unit(i)}, "currency": {w.a.Currency}, "term": {w.term(i)},
			"billing_frequency": {w.frequency(i)}, "start_date": {start.String()}})
	if err != nil {
		return err
	}
	x.id = a.id()
	x.Subscription = w.m.Subscribe(x.external, w.s.Seats[i], start, w.a)
	x.Once = w.s.Once && i == 0
	w.subs = append(w.subs, x)
	if w.s.A.List != "" {
		w.m.Land(x.Subscription, Amount(w.s.A.List), start)
	} else {
		on := x.FirstDay()
		if _, err := w.send("setup", "/subscriptions/"+x.id+"/price",
			url.Values{"unit_price": {w.s.Price}, "price_period": {w.unit(i)},
				"effective_on": {on.String()}}); err != nil {
			return err
		}
		w.m.Price(x.Subscription, Amount(w.s.Price), on, false)
	}
	if err := w.sign(x); err != nil {
		return err
	}
	return w.look(x)
}

func (w *world) sign(x *seat) error {
	if w.dry {
		return nil
	}
	if _, err := w.send("sign-off", "/subscriptions/sign-off", url.Values{"id": {x.id}}); err != nil {
		return err
	}
	r, err := w.row(x)
	// The page answers when a worker has taken the deed up, which may be before it is done.
	for until := time.Now().Add(signedWithin); err == nil && r["review"] != "signed" && time.Now().Before(until); {
		time.Sleep(50 * time.Millisecond)
		r, err = w.row(x)
	}
	if err == nil && r["review"] != "signed" {
		err = wrong("sign-off", "%s is not signed but %q: %s", x.external, r["review"], r["checks"])
	}
	return err
}

const signedWithin = 3 * time.Minute

func (w *world) row(x *seat) (map[string]string, error) {
	rows, err := w.p.records("/subscriptions.csv?q=" + url.QueryEscape(x.external))
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if r["id"] == x.id {
			return r, nil
		}
	}
	return nil, wrong("list", "%s is in no row of subscriptions.csv", x.external)
}

// look compares what pages show of a subscription today with the model: its price is
// that of today, before the first billable day that of that day (RULES 5).
func (w *world) look(x *seat) error {
	if w.dry {
		w.trace = append(w.trace, "price "+show(x.PriceOn(max(w.today(), x.FirstDay()))))
		return nil
	}
	r, err := w.row(x)
	if err != nil {
		return err
	}
	day := max(w.today(), x.FirstDay())
	want := x.PriceOn(day)
	got := r["unit_price"]
	if (want == nil) != (got == "") || want != nil && PerMonth(Amount(got), r["price_period"]).Cmp(want) != 0 {
		return wrong("page price", "%s shows %q per %q; on %s its price per month is %s", x.external, got,
			r["price_period"], day, show(want))
	}
	seats := x.SeatsOn(Never - 1)
	if x.off {
		seats = x.wasOn
	}
	if x.far {
		seats = x.told
	}
	if r["quantity"] != strconv.Itoa(seats) {
		return wrong("seats", "%s shows %s seats, it has %d", x.external, r["quantity"], seats)
	}
	w.count("page prices compared")
	return nil
}

func show(r *big.Rat) string {
	if r == nil {
		return "none"
	}
	if r.IsInt() {
		return r.RatString()
	}
	return r.FloatString(6)
}

// send posts a form that must be taken.
func (w *world) send(kind, path string, f url.Values) (answer, error) {
	if w.dry {
		return answer{status: http.StatusSeeOther, location: "/x/dry"}, nil
	}
	a, err := w.p.post(path, f)
	if err == nil && a.status != http.StatusSeeOther {
		err = wrong(kind, "POST %s %s answers %d: %s", path, f.Encode(), a.status, a.gist())
	}
	return a, err
}

// play does the steps of a phase.
func (w *world) play(phase int) error {
	w.phase = phase
	for _, x := range w.subs { // the day has changed
		if err := w.look(x); err != nil {
			return err
		}
	}
	ops := w.s.Phases[phase]
	switch half := len(ops) / 2; {
	case w.dry:
	case w.half == 0:
		ops = ops[:half]
	default:
		ops = ops[half:]
	}
	for _, o := range ops {
		if err := w.step(o); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) step(o op) error {
	if o.Sub >= len(w.subs) {
		return nil
	}
	x := w.meant(o)
	if x == nil {
		return nil
	}
	switch o.Act {
	case setSeats, fixSeats, dropSeats, elsewhere, deactivate, activate, endSub, swap:
		if x.far {
			return nil // its seats are the distributor's
		}
	}
	if x.Once {
		switch o.Act {
		case elsewhere, deactivate, activate, endSub, swap, fixSeats, dropSeats:
			return nil
		case setSeats:
			// Whether a join that is written again as a reduction gives back, the rules do not say: what was
			// recorded of it was no refund. Seed 29 tells the two readings apart.
			if rows := x.Standing(); On(o.On) <= rows[len(rows)-1].On {
				return nil
			}
		}
	}
	if x.end <= w.today() { // it is closed, or about to be
		switch o.Act {
		case setSeats, fixSeats, dropSeats, setPrice, fixPrice, dropPrice, elsewhere, endSub, swap:
			return nil
		}
	}
	before := len(w.did)
	err := w.act(o, x)
	if len(w.did) > before {
		w.count(string(o.Act))
	}
	if err != nil || len(w.did) == before {
		return err
	}
	switch o.Act {
	case bill, changeLog, issue, void, creditAgain, goodwill, setRefunds, endContract:
		return nil
	case cutOver, cutBack:
		for _, x := range w.subs {
			if err := w.look(x); err != nil {
				return err
			}
		}
		return nil
	}
	return w.look(x)
}

func (w *world) act(o op, x *seat) error {
	switch o.Act {
	case setSeats:
		return w.setSeats(x, o)
	case fixSeats, dropSeats:
		return w.correctSeats(x, o)
	case setPrice:
		return w.setPrice(x, o)
	case fixPrice, dropPrice:
		return w.correctPrice(x, o)
	case bill, changeLog:
		return w.run(o)
	case issue:
		return w.issue()
	case void:
		return w.void()
	case creditAgain:
		return w.creditAgain(o)
	case goodwill:
		return w.goodwill(o)
	case elsewhere:
		return w.elsewhere(x, o)
	case move:
		return w.move(x, o)
	case setRefunds:
		return w.setRefunds(o)
	case endContract:
		return w.endContract(o)
	case endSub:
		return w.endSub(x, o)
	case swap:
		return w.swap(x)
	case deactivate, activate:
		return w.turn(x, o)
	case cutOver:
		return w.cutOver(o)
	case cutBack:
		return w.cutBack()
	}
	return fmt.Errorf("no such step: %s", o.Act)
}

func (w *world) setSeats(x *seat, o op) error {
	on := max(On(o.On), x.FirstDay())
	if on > w.today() || x.off || x.SeatsOn(on) == o.N || on >= x.end {
		return nil
	}
	for _, r := range x.Standing() {
		if r.On > on && r.IsOutside() {
			return nil // what a mark on a row written again comes to, the rules do not say
		}
	}
	refund := o.Yes && x.Now().Refunds
	w.note("%s: %d seats from %s, refund %v", x.external, o.N, on, refund)
	f := url.Values{"quantity": {strconv.Itoa(o.N)}, "effective_at": {on.String()}, "refund": {yesNo(refund)},
		"note": {"campaign"}}
	if _, err := w.send("seats refused", "/subscriptions/"+x.id+"/quantity", f); err != nil {
		return err
	}
	w.m.Seats(x.Subscription, o.N, on, refund)
	return nil
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// change finds a row of the model in changes.csv.
func (w *world) change(x *seat, r *Row) (string, error) {
	if w.dry {
		return "dry", nil
	}
	rows, err := w.p.records("/changes.csv?subscription=" + x.id)
	if err != nil {
		return "", err
	}
	for _, c := range rows {
		if c["counted"] == "true" && c["effective_at"] == r.On.String() && c["delta"] == strconv.Itoa(r.Delta) &&
			c["quantity_after"] == strconv.Itoa(r.Reached) {
			return c["id"], nil
		}
	}
	return "", wrong("ledger", "%s has no counted row of %+d to %d seats on %s", x.external, r.Delta, r.Reached, r.On)
}

// correctSeats puts another number in the place of a row, or sets it aside. Only rows
// that stand alone: what a chain of rewritten rows comes to then, the rules do not say.
func (w *world) correctSeats(x *seat, o op) error {
	rows := x.Standing()
	i := len(rows) - 1
	if o.Act == dropSeats && len(rows) > 2 && o.N%2 == 1 {
		i--
	}
	if i < 1 || x.off {
		return nil
	}
	r := rows[i]
	if r.Absorbs || r.Absorber != nil || r.IsOutside() || r.Delta == 0 || x.offSince >= r.On {
		return nil
	}
	f := url.Values{"note": {"campaign"}}
	if o.Act == fixSeats {
		if i != len(rows)-1 || (o.N-x.Before(r))*r.Delta <= 0 || o.N == r.Reached {
			return nil
		}
		f.Set("quantity", strconv.Itoa(o.N))
		f.Set("effective_at", r.On.String())
		f.Set("refund", yesNo(r.Refund))
	} else {
		f.Set("set_aside", "1")
		if i+1 < len(rows) {
			later := rows[i+1]
			if later.Absorbs || later.IsOutside() || (later.Delta+r.Delta)*later.Delta <= 0 || later.On == r.On {
				return nil
			}
		}
	}
	id, err := w.change(x, r)
	if err != nil {
		return err
	}
	w.note("%s: %s the row of %+d on %s (%d)", x.external, o.Act, r.Delta, r.On, o.N)
	if _, err := w.send("correction refused", "/subscriptions/"+x.id+"/changes/"+id+"/correct", f); err != nil {
		return err
	}
	if o.Act == fixSeats {
		w.m.Correct(x.Subscription, r, o.N)
	} else {
		w.m.SetAside(x.Subscription, r)
	}
	return nil
}

func (w *world) setPrice(x *seat, o op) error {
	on := max(On(o.On), x.FirstIn(x.Now()))
	if x.Once {
		o.Period = "once"
	} else if (x.far || w.s.Cut) && o.Period == "three_years" {
		o.Period = "year" // longer than its term it could not be signed
	}
	perMonth := PerMonth(Amount(o.Price), o.Period)
	if was := x.PriceOn(on); x.off || was != nil && was.Cmp(perMonth) == 0 {
		return nil
	}
	path := "/subscriptions/" + x.id + "/price"
	f := url.Values{"unit_price": {o.Price}, "price_period": {o.Period}, "effective_on": {on.String()},
		"note": {"campaign"}}
	w.note("%s: %s a %s from %s, later ones replaced %v", x.external, o.Price, o.Period, on, o.Yes)
	if x.LaterPrices(on) && !w.dry {
		a, err := w.p.post(path, f)
		if err != nil {
			return err
		}
		if a.status != http.StatusConflict {
			return wrong("later prices", "a price before later ones answers %d and not 409: %s", a.status, a.gist())
		}
		f.Set("later", "keep")
		if o.Yes {
			f.Set("later", "replace")
		}
	}
	if !w.dry && x.leavesUnpriced(on, false) { // a person is asked whether those days may stay without a price
		a, err := w.p.post(path, f)
		if err != nil {
			return err
		}
		if agreed, ok := a.formTo(path); ok && a.status == http.StatusConflict {
			for name, v := range agreed {
				if f.Get(name) == "" {
					f[name] = v
				}
			}
		} else if a.status == http.StatusSeeOther && x.leavesUnpriced(on, true) {
			return wrong("unpriced days", "a price from %s leaves days of %s without one, and nothing was asked", on,
				x.external)
		}
	}
	if _, err := w.send("price refused", path, f); err != nil {
		return err
	}
	w.m.Price(x.Subscription, perMonth, on, o.Yes)
	return nil
}

// leavesUnpriced tells whether billable days before one have no price; with seats, only those that have any.
func (s *Subscription) leavesUnpriced(on Day, seats bool) bool {
	for d := s.FirstDay(); d < on; d++ {
		if c := s.contractOn(d); d >= s.FirstIn(c) && d < min(c.End, s.endsOn()) && s.PriceOn(d) == nil &&
			(!seats || s.SeatsOn(d) > 0) {
			return true
		}
	}
	return false
}

// endsOn is the first day on which it is no more.
func (s *Subscription) endsOn() Day {
	if n := len(s.ends); n > 0 {
		return s.ends[n-1].end
	}
	return Never
}

// correctPrice puts another price in the place of a row, on its day, or sets it aside.
func (w *world) correctPrice(x *seat, o op) error {
	var rows []*PriceRow
	for _, p := range x.Prices {
		if !p.Aside && p.Currency == x.Now().Currency && p.On >= x.turn.from {
			rows = append(rows, p)
		}
	}
	if len(rows) == 0 || x.off {
		return nil
	}
	p := rows[o.N%len(rows)]
	var err error
	var found []map[string]string
	id, period := "", "month"
	if x.Once {
		period = "once"
	}
	if w.dry {
		id = "dry"
	} else if found, err = w.p.records("/subscriptions/" + x.id + "/prices.csv"); err != nil {
		return err
	}
	for _, c := range found {
		if c["set_aside"] != "true" && c["effective_on"] == p.On.String() && c["unit_price"] != "" &&
			PerMonth(Amount(c["unit_price"]), c["price_period"]).Cmp(p.PerMonth) == 0 {
			id, period = c["change_id"], c["price_period"]
		}
	}
	if id == "" {
		return wrong("price rows", "%s has no price row of %s a month from %s", x.external, show(p.PerMonth), p.On)
	}
	f := url.Values{"note": {"campaign"}}
	if o.Act == fixPrice {
		if PerMonth(Amount(o.Price), period).Cmp(p.PerMonth) == 0 {
			return nil
		}
		f.Set("unit_price", o.Price) // of the row's own period
		f.Set("effective_on", p.On.String())
	} else {
		f.Set("set_aside", "1")
	}
	w.note("%s: %s of %s (%s a month) %s", x.external, o.Act, p.On, show(p.PerMonth), o.Price)
	if _, err := w.send("correction refused", "/subscriptions/"+x.id+"/prices/"+id+"/correct", f); err != nil {
		return err
	}
	if o.Act == fixPrice {
		w.m.CorrectPrice(x.Subscription, p, PerMonth(Amount(o.Price), period), p.On)
	} else {
		w.m.SetPriceAside(p)
	}
	return nil
}

// elsewhere lets seats join on days that nothing has billed, and marks them as billed elsewhere.
func (w *world) elsewhere(x *seat, o op) error {
	on := max(On(o.On), x.FirstDay(), w.behind(x))
	rows := x.Standing()
	if on > w.today() || x.off || rows[len(rows)-1].On > on || x.Now() != w.a || x.end != Never {
		return nil
	}
	n := x.SeatsOn(on) + 3
	w.note("%s: %d seats from %s, 3 of them billed elsewhere to %s", x.external, n, on, on+20)
	f := url.Values{"quantity": {strconv.Itoa(n)}, "effective_at": {on.String()}}
	if _, err := w.send("seats refused", "/subscriptions/"+x.id+"/quantity", f); err != nil {
		return err
	}
	row := w.m.Seats(x.Subscription, n, on, false)
	id, err := w.change(x, row)
	if err != nil {
		return err
	}
	f = url.Values{"id": {id}, "reference": {"elsewhere-1"}, "through": {(on + 20).String()}, "subscription": {x.id}}
	if _, err := w.send("elsewhere refused", "/changes/billed-elsewhere", f); err != nil {
		return err
	}
	w.m.Elsewhere(row, on+20)
	return nil
}

// behind is the first day after all that standing lines have of a subscription.
func (w *world) behind(x *seat) Day {
	end := Day(0)
	for _, c := range x.Contracts() {
		last, _ := x.standingWorth(c)
		end = max(end, last)
	}
	return end
}

// move puts a subscription into the other contract, for the first time or back again.
func (w *world) move(x *seat, o op) error {
	to := w.b
	if x.Now() == w.b {
		to = w.a
	}
	on := max(On(o.On), w.behind(x), to.BillFrom, x.FirstDay()+1, x.since()+1)
	if x.off || x.away || on > w.today() || w.a.End != Never || x.end != Never {
		return nil
	}
	list := w.listed(to, x.ProductOn(w.today()))
	if list == "" && !x.pricedIn(to.Currency, w.today()) {
		return nil // without a price it could not be signed there
	}
	w.note("%s: moved to %s from %s", x.external, to.Name, on)
	f := url.Values{"contract_id": {w.ids[to]}, "effective_on": {on.String()}}
	if _, err := w.send("move refused", "/subscriptions/"+x.id+"/contract", f); err != nil {
		return err
	}
	if w.m.Move(x.Subscription, to, on); len(x.stays) > 2 {
		w.count("moves on or back")
	}
	if n := len(x.is); n > 0 {
		on = max(on, x.is[n-1].from) // the list's item is of what it is now
	}
	if list != "" && !x.byPerson(on) {
		w.m.Land(x.Subscription, Amount(list), on)
	}
	return w.sign(x)
}

// listed is the price of a product in the list of a contract; empty: it has none.
func (w *world) listed(c *Contract, product string) string {
	t := w.s.A
	if c == w.b {
		t = w.s.B
	}
	if product != "" {
		return t.Other
	}
	return t.List
}

// swap brings another product under the same id by a file, once for each subscription. It
// is dated when it is seen.
func (w *world) swap(x *seat) error {
	on, rows := w.today(), x.Standing()
	if x.off || len(x.is) > 0 || x.end != Never || on <= x.FirstDay() || on <= x.since() || rows[len(rows)-1].On > on {
		return nil
	}
	other := w.other(slices.Index(w.subs, x))
	w.note("%s: is another product from %s", x.external, on)
	if !w.dry {
		path := "/providers/" + w.provider + "/import"
		a, err := w.p.upload(path, "external_id,part_number,product\n"+x.external+","+other+","+other+"\n")
		if err != nil {
			return err
		}
		if _, err := w.send("swap refused", path+"/"+a.id()+"/apply",
			w.agreed(path+"/"+a.id(), path+"/"+a.id()+"/apply")); err != nil {
			return err
		}
	}
	w.m.Swap(x.Subscription, "other", on)
	list := w.listed(x.Now(), "other")
	if list == "" {
		return nil
	}
	w.m.Land(x.Subscription, Amount(list), on)
	return w.sign(x)
}

// since is the day from which it is in its contract.
func (s *Subscription) since() Day { return s.stays[len(s.stays)-1].from }

// pricedIn tells whether a price in a currency holds on a day.
func (s *Subscription) pricedIn(currency string, d Day) bool {
	return slices.ContainsFunc(s.Prices, func(p *PriceRow) bool {
		return !p.Aside && p.Currency == currency && p.On <= d && p.Product == s.ProductOn(d)
	})
}

// byPerson tells whether a person's price holds on a day: landing keeps it (RULES 5).
func (s *Subscription) byPerson(d Day) bool {
	price := s.PriceOn(d)
	return price != nil && slices.ContainsFunc(s.Prices,
		func(p *PriceRow) bool { return !p.Aside && p.Person && p.PerMonth == price })
}

func (w *world) setRefunds(o op) error {
	if w.a.Refunds == o.Yes {
		return nil
	}
	w.note("refunds %s", yesNo(o.Yes))
	w.a.Refunds, w.b.Refunds = o.Yes, o.Yes
	for c, t := range map[*Contract]terms{w.a: w.s.A, w.b: w.s.B} {
		if err := w.edit(c, t, url.Values{}); err != nil {
			return err
		}
	}
	return nil
}

// edit saves the form of a contract as the model has it.
func (w *world) edit(c *Contract, t terms, more url.Values) error {
	if w.dry {
		return nil
	}
	path := "/contracts/" + w.ids[c]
	a, err := w.p.get(path + "/edit")
	if err != nil {
		return err
	}
	f, ok := a.formTo(path)
	if !ok {
		return wrong("setup", "%s/edit has no form to %s", path, path)
	}
	stands := w.terms(c, t)
	for name, v := range stands {
		f[name] = v
	}
	if c.Name != "A" {
		f.Del("is_default")
	}
	f.Set("crm_account_id", w.crm)
	if list := selected(a, "price_list_id"); list != "" {
		f.Set("price_list_id", list)
	}
	for name, v := range more {
		f[name] = v
	}
	_, err = w.send("contract refused", path, f)
	return err
}

func (w *world) endContract(o op) error {
	for _, x := range w.subs {
		if x.Now() != w.a {
			return nil
		}
	}
	end := max(On(o.On), w.a.BillFrom+1)
	for _, x := range w.subs {
		end = max(end, x.FirstDay()+1)
	}
	if w.a.End != Never {
		end = Never
	}
	refund := o.Yes && w.a.Refunds
	w.note("contract A ends %q, refund %v", end, refund)
	w.m.EndContract(w.a, end, refund)
	return w.edit(w.a, w.s.A, url.Values{"refund": {yesNo(refund)}, "end_refund": {yesNo(refund)}})
}

// endSub types the end of a subscription, which ends or renews there, or takes it away.
func (w *world) endSub(x *seat, o op) error {
	rows := x.Standing()
	end := max(On(cmp.Or(o.On, "1970-01-01")), rows[len(rows)-1].On+1, x.FirstDay()+1, x.since()+1)
	if x.off || x.end == Never && o.On == "" {
		return nil
	}
	if x.end != Never {
		end = Never
	}
	refund := o.Yes && x.Now().Refunds
	f := url.Values{"end_date": {""}, "at_end": {""}, "refund": {yesNo(refund)}}
	if end != Never {
		f.Set("end_date", (end - 1).String()) // the last day
		f.Set("at_end", "ends")
	}
	if o.N == 1 && end != Never {
		f.Set("at_end", "renews")
	}
	w.note("%s: its first day no more is %q, then it %s, refund %v", x.external, end, f.Get("at_end"), refund)
	path := "/subscriptions/" + x.id + "/end"
	_, paid := x.standingWorth(x.Now())
	if !w.dry && f.Get("at_end") == "ends" && slices.ContainsFunc(slices.Collect(maps.Keys(paid)),
		func(d Day) bool { return d >= end }) {
		unsaid := maps.Clone(f)
		unsaid.Del("refund")
		a, err := w.p.post(path, unsaid)
		if err != nil {
			return err
		}
		if a.status != http.StatusUnprocessableEntity {
			return wrong("end", "%s: an end before paid days is taken (%d) without an answer about refund", x.external,
				a.status)
		}
		w.count("ends before paid days asked about")
	}
	if _, err := w.send("end refused", path, f); err != nil {
		return err
	}
	if f.Get("at_end") == "renews" {
		return nil
	}
	x.end = end
	w.m.End(x.Subscription, end, refund)
	return nil
}

func (w *world) turn(x *seat, o op) error {
	rows := x.Standing()
	on := max(On(o.On), rows[len(rows)-1].On, x.FirstDay())
	if on > w.today() || x.off == (o.Act == deactivate) || x.end != Never {
		return nil
	}
	refund := o.Yes && x.Now().Refunds
	w.note("%s: %s from %s, refund %v", x.external, o.Act, on, refund)
	f := url.Values{"effective_at": {on.String()}, "refund": {yesNo(refund)}, "note": {"campaign"}}
	if _, err := w.send(string(o.Act)+" refused", "/subscriptions/"+x.id+"/"+string(o.Act), f); err != nil {
		return err
	}
	x.offSince = on
	if x.off = o.Act == deactivate; x.off {
		x.wasOn = x.SeatsOn(on)
		w.m.Seats(x.Subscription, 0, on, refund)
	} else {
		w.m.Seats(x.Subscription, x.wasOn, on, false)
	}
	return nil
}
