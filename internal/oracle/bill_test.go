package oracle

import (
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const ahead = 25 // days that a cycle in advance may lie ahead of the clock

// end is up to where a run may go: the next cycle, or the last one again.
func (w *world) end(c *Contract) (Day, bool) {
	last := Day(0)
	for _, i := range w.bills {
		if i.Contract == c && i.Full && !i.Void {
			last = max(last, i.End)
		}
	}
	from := max(last, c.BillFrom)
	next := min(Later(from, c.Months, c.BillingDay), c.End)
	if from, _ := ContractMonth(last, c.BillingDay); last != 0 && from != last && last != c.End {
		for next = c.BillFrom; next <= last; { // an end that was taken away: up to the end of its cycle
			next = Later(next, c.Months, c.BillingDay)
		}
		next = min(next, c.End)
	}
	due := !c.Arrears && from <= w.today()+ahead || c.Arrears && next <= w.today()
	if from < c.End && due && next > from {
		return next, true
	}
	return last, last != 0
}

func (w *world) run(o op) error {
	c := w.a
	if o.Yes {
		c = w.b
	}
	full := o.Act == bill
	end, ok := w.end(c)
	if full && o.On != "" {
		end = On(o.On)
	}
	if !full {
		_, before := w.end(c)
		end = On(o.On)
		ok = end > c.BillFrom && end <= w.today() && (c.Arrears || before || true)
	}
	if !ok {
		return nil
	}
	var subs []*Subscription
	for _, x := range w.subs {
		if slices.Contains(x.Contracts(), c) && !x.held && !x.Waits() {
			subs = append(subs, x.Subscription)
		}
	}
	if len(subs) == 0 {
		return nil
	}
	var before []*Invoice
	for _, b := range w.bills {
		before = append(before, b.Invoice)
	}
	kind := "change_log"
	if full {
		kind = "full_cycle"
	}
	inv := w.m.Draft(c, subs, before, full, end)
	w.note("%s of %s up to %s (asked %s): the model takes %s", kind, c.Name, inv.End, end, totals(inv))
	id := "dry"
	var err error
	if !w.dry {
		if id, err = w.draft(c, kind, end); err != nil {
			return err
		}
	} else if w.trace = append(w.trace, c.Name+" "+inv.End.String()+" "+totals(inv)); len(inv.Lines) == 0 {
		return nil
	}
	if id == "" {
		if len(inv.Lines) > 0 {
			return wrong("nothing billed", "the run of %s to %s bills nothing; due is %s", c.Name, inv.End, totals(inv))
		}
		w.count("runs with nothing due")
		return nil
	}
	b := &billed{Invoice: inv, id: id, place: w.m.place}
	if w.dry {
		b.lines = w.imagined(b)
	} else if b.lines, err = w.lines(id); err != nil {
		return err
	} else if err := w.compare(b); err != nil {
		return err
	}
	w.cut(b)
	inv.Take()
	w.bills = append(w.bills, b)
	if b.draft = o.Open; b.draft {
		return nil
	}
	return w.number(b)
}

// issue bills the oldest draft that was left open, whatever has changed since.
func (w *world) issue() error {
	for _, b := range w.bills {
		if b.draft && !b.Void {
			w.note("bill the draft of %s to %s", b.Contract.Name, b.End)
			b.draft = false
			return w.number(b)
		}
	}
	return nil
}

func (w *world) number(b *billed) error {
	id := b.id
	if _, err := w.send("bill refused", "/invoices/"+id+"/bill",
		w.agreed("/invoices/"+id, "/invoices/"+id+"/bill")); err != nil {
		return err
	}
	return nil
}

// agreed is a form of a page with every box ticked; an empty one where there is none.
func (w *world) agreed(page, action string) url.Values {
	if w.dry {
		return url.Values{}
	}
	a, err := w.p.get(page)
	if err != nil {
		return url.Values{}
	}
	f, ok := a.formTo(action)
	if !ok {
		return url.Values{}
	}
	return f
}

// draft makes the run that its preview shows, and agrees to all that is asked there.
// Without an id nothing was due.
func (w *world) draft(c *Contract, kind string, end Day) (string, error) {
	path := "/contracts/" + w.ids[c] + "/invoices"
	ask := path + "/new?" + url.Values{"kind": {kind}, "period_end": {end.String()}}.Encode()
	a, err := w.p.get(ask)
	if err != nil {
		return "", err
	}
	f, ok := a.formTo(path)
	if !ok {
		if a.status != http.StatusOK {
			return "", wrong("run refused", "GET %s answers %d: %s", ask, a.status, a.gist())
		}
		return "", nil
	}
	f.Set("kind", kind)
	f.Set("period_end", end.String())
	made, err := w.p.post(path, f)
	if err != nil {
		return "", err
	}
	if made.status == http.StatusUnprocessableEntity || made.status == http.StatusConflict {
		again, ok := made.formTo(path)
		if ok { // it asks for something that the first page did not
			again.Set("kind", kind)
			again.Set("period_end", end.String())
			if made, err = w.p.post(path, again); err != nil {
				return "", err
			}
		}
	}
	if made.status != http.StatusSeeOther {
		return "", wrong("run refused", "POST %s %s answers %d: %s", path, f.Encode(), made.status, made.gist())
	}
	return made.id(), nil
}

// imagined is one line for each subscription of a dry run.
func (w *world) imagined(b *billed) map[*seat][]line {
	out := map[*seat][]line{}
	for _, x := range w.subs {
		if amount, due := b.Lines[x.Subscription]; due {
			from, to := b.Days(x.Subscription)
			out[x] = []line{{id: fmt.Sprintf("%d-%s", len(w.bills), x.external), from: from, to: to, amount: amount}}
		}
	}
	return out
}

func totals(inv *Invoice) string {
	if len(inv.Lines) == 0 {
		return "nothing"
	}
	var out []string
	for s, a := range inv.Lines {
		out = append(out, s.Name+" "+a.FloatString(inv.Contract.Places))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// lines reads the lines of an invoice, by subscription, in their order.
func (w *world) lines(invoice string) (map[*seat][]line, error) {
	rows, err := w.p.records("/invoice-lines.csv?invoice=" + invoice)
	if err != nil {
		return nil, err
	}
	out := map[*seat][]line{}
	for _, r := range rows {
		i := slices.IndexFunc(w.subs, func(x *seat) bool { return x.id == r["subscription_id"] })
		if i < 0 {
			return nil, wrong("lines", "a line of invoice %s is of a subscription that is not this customer's", invoice)
		}
		id := r["line_id"]
		if id == "" {
			id = r["id"]
		}
		l := line{id: id, kind: r["kind"], from: On(r["from"]), to: On(r["to"]), amount: Amount(r["amount"]),
			credits: r["credits_line_id"]}
		l.position, _ = strconv.Atoi(r["position"])
		if l.seats, err = strconv.Atoi(r["seats"]); err != nil {
			return nil, wrong("lines", "a line has %q seats", r["seats"])
		}
		if r["unit_price"] != "" {
			l.perMonth = PerMonth(Amount(r["unit_price"]), r["price_period"])
		}
		if r["currency"] != "" && !slices.ContainsFunc([]*Contract{w.a, w.b},
			func(c *Contract) bool { return c.Currency == r["currency"] }) {
			return nil, wrong("lines", "a line is in %s", r["currency"])
		}
		out[w.subs[i]] = append(out[w.subs[i]], l)
	}
	for _, ls := range out {
		slices.SortStableFunc(ls, func(a, b line) int {
			if a.from != b.from {
				return int(a.from - b.from)
			}
			if a.to != b.to {
				return int(a.to - b.to)
			}
			return a.position - b.position
		})
	}
	return out, nil
}

// compare holds the lines of a run against the model: the money of each subscription,
// the seats of each day, and the rounding of each line.
func (w *world) compare(b *billed) error {
	for _, x := range w.subs {
		got := new(big.Rat)
		for _, l := range b.lines[x] {
			got.Add(got, l.amount)
		}
		want, due := b.Lines[x.Subscription]
		if !due {
			if len(b.lines[x]) > 0 {
				return wrong("amount", "%s: billed %s, nothing is due\n%s", x.external, show(got), written(b.lines[x]))
			}
			continue
		}
		if got.Cmp(want) != 0 {
			return wrong("amount", "%s: billed %s, due is %s\n%s%s", x.external, show(got), show(want),
				written(b.lines[x]), w.days(b, x))
		}
		w.count("amounts compared")
		if err := w.sameSeats(b, x); err != nil {
			return err
		}
		if err := w.sameRounding(b, x); err != nil {
			return err
		}
	}
	return nil
}

// movesNoSeats tells whether a line changes the price of seats that are paid already.
func (l line) movesNoSeats() bool { return strings.HasPrefix(l.kind, "price") }

func (w *world) sameSeats(b *billed, x *seat) error {
	got := map[Day]int{}
	from, to := b.Days(x.Subscription)
	for _, l := range b.lines[x] {
		from, to = min(from, l.from), max(to, l.to)
		for d := l.from; d < l.to && !l.movesNoSeats(); d++ {
			got[d] += l.seats
		}
	}
	for d := from; d < to; d++ {
		if want := b.Seats(x.Subscription, d); got[d] != want {
			st := x.On(d)
			return wrong("paid", "%s on %s: the lines take %d seats; counted %d + forfeited %d - outside %d - paid "+
				"%d leaves %d\n%s",
				x.external, d, got[d], st.Counted, st.Forfeited, st.Outside, st.Paid, want, written(b.lines[x]))
		}
		w.count("days compared")
	}
	return nil
}

func (w *world) sameRounding(b *billed, x *seat) error {
	var worths []*big.Rat
	for _, l := range b.lines[x] {
		if l.perMonth == nil {
			return nil
		}
		worths = append(worths, x.Worth(b.Contract, l.seats, l.perMonth, l.from, l.to))
	}
	want := b.Split(x.Subscription, worths)
	if want == nil { // a line that is worth something else than its seats and price: only the sum is compared
		w.count("subscriptions whose lines do not explain their amount")
		return nil
	}
	for i, l := range b.lines[x] {
		if l.amount.Cmp(want[i]) != 0 {
			return wrong("rounding", "%s: the line from %s to %s is %s, rounded in its place it is %s\n%s", x.external,
				l.from, l.to, show(l.amount), show(want[i]), written(b.lines[x]))
		}
		w.count("lines compared")
	}
	return nil
}

func written(ls []line) string {
	var b strings.Builder
	for _, l := range ls {
		fmt.Fprintf(&b, "    line %-9s %s to %s %4d seats at %s a month: %s\n", l.kind, l.from, l.to, l.seats,
			show(l.perMonth), show(l.amount))
	}
	return b.String()
}

// days is what the model says of the days that are due, in runs of like ones.
func (w *world) days(b *billed, x *seat) string {
	var out strings.Builder
	from, to := b.Days(x.Subscription)
	last, since := "", from
	for d := from; d <= to; d++ {
		now := ""
		if d < to {
			now = fmt.Sprintf("due %+d at %s a month (%+v)", b.Seats(x.Subscription, d), show(x.PriceOn(d)), x.On(d))
		}
		if now != last {
			if last != "" {
				fmt.Fprintf(&out, "    model %s to %s %s\n", since, d, last)
			}
			last, since = now, d
		}
	}
	return out.String()
}

// standing are the invoices of which lines stand.
func (w *world) standing() []*billed {
	var out []*billed
	for _, b := range w.bills {
		if !b.Void && !b.draft && slices.ContainsFunc(w.subs, func(x *seat) bool { return len(b.up(x)) > 0 }) {
			out = append(out, b)
		}
	}
	return out
}

// up are the lines of a subscription that stand, as parts of the model.
func (b *billed) up(x *seat) []int {
	var out []int
	for i := range b.Parts(x.Subscription) {
		if b.PartStands(x.Subscription, i) {
			out = append(out, i)
		}
	}
	return out
}

// linesOf are the lines that a part of the model stands for.
func (b *billed) linesOf(x *seat, part int) []line {
	if b.Parts(x.Subscription) == len(b.lines[x]) {
		return b.lines[x][part : part+1]
	}
	return b.lines[x]
}

// cut tells the model the lines of a run.
func (w *world) cut(b *billed) {
	for _, x := range w.subs {
		ls := b.lines[x]
		if len(ls) < 2 || slices.ContainsFunc(ls, func(l line) bool { return l.perMonth == nil }) {
			continue
		}
		parts := make([]Part, len(ls))
		for i, l := range ls {
			parts[i] = Part{From: l.from, To: l.to, Seats: l.seats, PerMonth: l.perMonth,
				MovesMoney: l.movesNoSeats(), Amount: l.amount}
		}
		if b.Cut(x.Subscription, parts) {
			w.count("subscriptions whose lines can be credited one by one")
		}
	}
}

func (w *world) void() error {
	if len(w.bills) == 0 {
		return nil
	}
	b := w.bills[len(w.bills)-1]
	if b.Void || b.id == "" {
		return nil
	}
	f := w.agreed("/invoices/"+b.id+"/void", "/invoices/"+b.id+"/void")
	f.Set("reason", "campaign")
	for x := range b.lines {
		if x.credited > b.place || x.twin != nil && x.twin.credited > b.place {
			return w.voidRefused(b, x, f)
		}
	}
	w.note("void the invoice of %s to %s", b.Contract.Name, b.End)
	if _, err := w.send("void refused", "/invoices/"+b.id+"/void", f); err != nil {
		return err
	}
	b.Cancel()
	return nil
}

// voidRefused asks to void an invoice of which a subscription has a later credit (RULES 8).
func (w *world) voidRefused(b *billed, x *seat, f url.Values) error {
	if w.dry {
		return nil
	}
	a, err := w.p.post("/invoices/"+b.id+"/void", f)
	if err == nil && a.status != http.StatusConflict {
		err = wrong("void", "the invoice of %s to %s is voided (%d), though %s has a later credit", b.Contract.Name,
			b.End, a.status, x.external)
	}
	w.count("voids refused")
	return err
}

// creditAgain credits all lines that stand on an invoice, those of one subscription, or one line.
func (w *world) creditAgain(o op) error {
	all := w.standing()
	if len(all) == 0 {
		return nil
	}
	b := all[o.N%len(all)]
	f := url.Values{"reason": {"campaign"}, "again": {"yes"}}
	want, parts := map[*seat]*big.Rat{}, map[*seat][]int{}
	for _, x := range w.subs {
		up := b.up(x)
		if len(up) == 0 || (o.Yes || o.Single) && x != w.subs[o.Sub] {
			continue
		}
		if o.Single {
			i := o.N % len(up)
			up = up[i : i+1]
			w.count("single lines credited to be billed again")
		}
		want[x], parts[x] = new(big.Rat), up
		for _, i := range up {
			want[x].Sub(want[x], b.Left(x.Subscription, i))
			for _, l := range b.linesOf(x, i) {
				f.Add("line", l.id)
			}
		}
	}
	if len(want) == 0 {
		return nil
	}
	w.note("credit the invoice of %s to %s, to be billed again (%d subscriptions, %d lines)", b.Contract.Name, b.End,
		len(want), len(f["line"]))
	credit, err := w.credit(b, f)
	if err != nil {
		return err
	}
	for _, x := range w.subs {
		if want[x] == nil {
			continue
		}
		if w.dry {
			credit[x] = []line{{amount: want[x]}}
		}
		if got := sum(credit[x]); got.Cmp(want[x]) != 0 {
			return wrong("credit", "%s: credited %s, its lines leave %s", x.external, show(got), show(want[x]))
		}
		for _, i := range parts[x] {
			b.CreditAgain(x.Subscription, i)
		}
		x.credited = w.m.next()
		w.count("credits compared")
	}
	return nil
}

func sum(ls []line) *big.Rat {
	out := new(big.Rat)
	for _, l := range ls {
		out.Add(out, l.amount)
	}
	return out
}

// credit makes a credit note and bills it.
func (w *world) credit(b *billed, f url.Values) (map[*seat][]line, error) {
	if w.dry {
		return map[*seat][]line{}, nil
	}
	path := "/invoices/" + b.id + "/credit"
	for name, v := range w.agreed(path, path) {
		if name == "version" || name == "digest" {
			f[name] = v
		}
	}
	a, err := w.send("credit refused", path, f)
	if err != nil {
		return nil, err
	}
	id := a.id()
	if _, err := w.send("bill refused", "/invoices/"+id+"/bill",
		w.agreed("/invoices/"+id, "/invoices/"+id+"/bill")); err != nil {
		return nil, err
	}
	return w.lines(id)
}

// goodwill gives back a third of one line, all that is left of it, or an amount over all lines of a subscription.
func (w *world) goodwill(o op) error {
	all := w.standing()
	x := w.subs[o.Sub]
	if len(all) == 0 {
		return nil
	}
	b := all[o.N%len(all)]
	up := slices.DeleteFunc(b.up(x), func(i int) bool {
		return b.Left(x.Subscription, i).Sign() <= 0 || len(b.linesOf(x, i)) > 1
	})
	if len(up) == 0 {
		return nil
	}
	if !o.Single {
		i := o.N % len(up)
		up = up[i : i+1]
	}
	left, f := new(big.Rat), url.Values{"reason": {"campaign"}, "again": {"no"}}
	for _, i := range up {
		left.Add(left, b.Left(x.Subscription, i))
		f.Add("line", b.linesOf(x, i)[0].id)
	}
	amount := Rounded(new(big.Rat).Mul(left, big.NewRat(int64(1+o.N%3), 3)), b.Contract.Places)
	if amount.Sign() == 0 {
		return nil
	}
	w.note("goodwill of %s on %d lines of %s that leave %s, on the invoice of %s to %s", show(amount), len(up),
		x.external, show(left), b.Contract.Name, b.End)
	if err := w.tooMuch(b, f, left); err != nil {
		return err
	}
	if amount.Cmp(left) != 0 || !o.Yes { // without an amount it is all that is left
		f.Set("amount", amount.FloatString(b.Contract.Places))
	}
	credit, err := w.credit(b, f)
	if err != nil {
		return err
	}
	if w.dry {
		credit[x] = []line{{amount: new(big.Rat).Neg(amount), credits: b.linesOf(x, up[0])[0].id}}
	}
	if got := sum(credit[x]); got.Cmp(new(big.Rat).Neg(amount)) != 0 {
		return wrong("credit", "goodwill of %s came to %s", show(amount), show(got))
	}
	for _, c := range credit[x] {
		i := slices.IndexFunc(up, func(i int) bool { return b.linesOf(x, i)[0].id == c.credits })
		gave := new(big.Rat).Neg(c.amount)
		if i < 0 || b.Left(x.Subscription, up[i]).Cmp(gave) < 0 {
			return wrong("credit", "goodwill of %s is on a line that it was not asked for, or over what that leaves",
				show(gave))
		}
		b.Goodwill(x.Subscription, up[i], gave)
	}
	x.credited = w.m.next()
	w.count("goodwill compared")
	return nil
}

// tooMuch asks for more than lines leave, which must be refused.
func (w *world) tooMuch(b *billed, f url.Values, left *big.Rat) error {
	if w.dry || len(w.did)%4 != 0 {
		return nil
	}
	f = maps.Clone(f)
	f.Set("amount", new(big.Rat).Add(left, big.NewRat(1, 1)).FloatString(b.Contract.Places))
	a, err := w.p.post("/invoices/"+b.id+"/credit", f)
	if err == nil && a.status != http.StatusUnprocessableEntity {
		err = wrong("credit", "goodwill of %s on lines that leave %s answers %d", f.Get("amount"), show(left), a.status)
	}
	w.count("goodwill over what lines leave refused")
	return err
}
