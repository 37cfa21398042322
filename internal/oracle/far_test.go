package oracle

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// distributor is the stand-in distributor beside a program, and the campaigns whose
// subscriptions are its own. Without any it is not started.
type distributor struct {
	p        *product
	worlds   []*outcome
	cmd      *exec.Cmd
	base     string
	provider string
	leaving  string // the provider by hand that customers leave for it
	move     string // and the cut-over that moves them
}

// parts are products of the stand-in, both sold for a term of a year.
func parts() []string { return []string{"CFQ7TTC0LH18:0001:P1Y:Y", "CFQ7TTC0LH18:0001:P1Y:M"} }

func newDistributor(p *product, all []outcome) (*distributor, error) {
	d := &distributor{p: p}
	for i := range all {
		if all[i].script.Far || all[i].script.Cut {
			d.worlds = append(d.worlds, &all[i])
		}
	}
	if len(d.worlds) == 0 {
		return d, nil
	}
	d.cmd = exec.Command(p.bin, "sandbox", "--addr", "127.0.0.1:0", "--customers", "1", "--subscriptions", "0",
		"--today", farBegin)
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := d.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the distributor does not start: %w", err)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	d.base = strings.TrimPrefix(strings.TrimSpace(first), "listening on ")
	p.allow = strings.Replace(strings.TrimPrefix(d.base, "http://"), ":", "/32:", 1)
	return d, nil
}

func (d *distributor) stop() {
	if d.cmd != nil {
		_ = d.cmd.Process.Signal(syscall.SIGTERM)
		_ = d.cmd.Wait()
	}
}

// admin asks the stand-in's admin face.
func (d *distributor) admin(method, path string, body map[string]any) (map[string]any, error) {
	var in io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		in = bytes.NewReader(text)
	}
	r, err := http.NewRequest(method, d.base+"/_sandbox/"+path, in)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		return nil, fmt.Errorf("the distributor's %s %s answers %d: %.200s (%w)", method, path, res.StatusCode,
			text, err)
	}
	out := map[string]any{}
	_ = json.Unmarshal(text, &out) // some answers are lists, which nobody reads here
	return out, nil
}

// wave lets happen at the distributor what scripts say, and has it synced.
func (d *distributor) wave(n int, moment time.Time) error {
	if len(d.worlds) == 0 {
		return nil
	}
	if n == 0 {
		if err := d.open(); err != nil {
			return err
		}
	}
	if _, err := d.admin("PUT", "clock",
		map[string]any{"now": moment.Add(time.Duration(n%2) * time.Minute).Format(time.RFC3339)}); err != nil {
		return err
	}
	for _, o := range d.worlds {
		if n == 0 || o.err != nil {
			continue
		}
		for _, what := range o.script.Waves[n] {
			if o.err = d.happen(o.world, what); o.err != nil {
				break
			}
		}
	}
	for range 2 { // what is gone is proved by a second look, and nothing else may change by it
		if err := d.sync("subscriptions"); err != nil {
			return err
		}
	}
	for _, o := range d.worlds {
		if n > 0 && o.err == nil {
			o.err = o.world.pull()
		}
	}
	return nil
}

// open makes the customers with their subscriptions, and connects the program to the distributor.
func (d *distributor) open() error {
	if _, err := d.admin("PUT", "clock", map[string]any{"now": farBegin + "T10:00:00Z"}); err != nil {
		return err
	}
	for _, o := range d.worlds {
		made, err := d.admin("POST", "customers",
			map[string]any{"name": o.world.name, "domain": o.world.name + ".example"})
		if err != nil {
			return err
		}
		o.world.customer, _ = made["customer_no"].(string)
		sold := o.script.Seats
		if o.script.Cut {
			sold = o.script.There
		}
		for i, seats := range sold {
			if _, err := d.admin("POST", "subscriptions", map[string]any{"customer_no": o.world.customer,
				"mfg_part_no": parts()[i], "quantity": seats, "unit_price": "0.01"}); err != nil {
				return err
			}
		}
	}
	a, err := d.p.post("/providers", url.Values{"connector": {"stellr"}, "name": {"Distributor"},
		"comprehensive_api": {"on"}, "user_name": {"integration@reseller.example"},
		"password": {"sandbox-password"}, "url": {d.base}, "token_url": {d.base + "/oauth2/v1/token"},
		"application_id": {"sandbox-app"}, "application_secret": {"sandbox-secret"},
		"reseller_number": {"100200"}, "currency": {"USD"}})
	if err != nil || a.status != http.StatusSeeOther {
		return fmt.Errorf("the provider: %d %s: %w", a.status, a.gist(), err)
	}
	d.provider = a.id()
	if _, err := d.p.post("/providers/"+d.provider+"/verify", url.Values{}); err != nil {
		return err
	}
	return d.sync("accounts")
}

// beginMove begins the cut-over of the customers that leave a provider by hand.
func (d *distributor) beginMove() error {
	if !slices.ContainsFunc(d.worlds, func(o *outcome) bool { return o.script.Cut }) {
		return nil
	}
	a, err := d.p.post("/providers",
		url.Values{"connector": {"manual"}, "name": {"Leaving"}, "currency": {"USD"}})
	if err != nil || a.status != http.StatusSeeOther {
		return fmt.Errorf("the provider that is left: %d %s: %w", a.status, a.gist(), err)
	}
	d.leaving = a.id()
	a, err = d.p.post("/cutovers", url.Values{"name": {"Move"}, "old_provider_id": {d.leaving},
		"new_provider_id": {d.provider}})
	if err != nil || a.status != http.StatusSeeOther {
		return fmt.Errorf("the cut-over: %d %s: %w", a.status, a.gist(), err)
	}
	d.move = "/cutovers/" + a.id()
	return nil
}

// sync runs to its end. Where more goes at once than may by itself, a person agrees.
func (d *distributor) sync(what string) error {
	path := "/providers/" + d.provider + "/sync-" + what
	a, err := d.p.post(path, url.Values{"anyway": {"on"}})
	for tries := 0; err == nil; tries++ {
		if a.status != http.StatusSeeOther {
			return fmt.Errorf("POST %s answers %d: %s", a.path, a.status, a.gist())
		}
		id := a.id()
		var state, message string
		if state, message, err = d.ended(id); err != nil || state == "succeeded" {
			return err
		}
		if state != "stopped" || tries > 2 {
			return fmt.Errorf("the sync of %s ends %s: %s", what, state, message)
		}
		a, err = d.agree("/sync-runs/" + id)
	}
	return err
}

// agree applies what a stopped run has planned; where there is no plan to apply, what is missing is marked as gone.
func (d *distributor) agree(run string) (answer, error) {
	page, err := d.p.get(run)
	if err != nil {
		return page, err
	}
	if f, ok := page.formTo(run + "/apply"); ok {
		return d.p.post(run+"/apply", f)
	}
	return d.p.post(run+"/retry", url.Values{"allow_gone": {"on"}})
}

// ended waits for a run and tells how it ended.
func (d *distributor) ended(id string) (state, message string, err error) {
	for began := time.Now(); time.Since(began) < 5*time.Minute; time.Sleep(50 * time.Millisecond) {
		runs, err := d.p.records("/sync-runs.csv")
		if err != nil {
			return "", "", err
		}
		i := slices.IndexFunc(runs, func(r map[string]string) bool { return r["id"] == id })
		if i < 0 {
			return "", "", fmt.Errorf("sync run %s is in no row of sync-runs.csv", id)
		}
		if state := runs[i]["state"]; state != "queued" && state != "running" && state != "interrupted" {
			return state, runs[i]["message"], nil
		}
	}
	return "", "", fmt.Errorf("sync run %s does not end", id)
}

// happen does one thing at the distributor.
func (d *distributor) happen(w *world, o op) error {
	there := w.subs
	if w.s.Cut {
		there = w.over.fresh
	}
	if o.Sub >= len(there) {
		return nil
	}
	x := there[o.Sub]
	path := "subscriptions/" + x.external
	if x.away != (o.Act == farBack) {
		return nil
	}
	w.note("%s: %s %d", x.external, o.Act, o.N)
	w.count(string(o.Act))
	method, change := "PATCH", map[string]any{}
	switch o.Act {
	case farSeats:
		change["quantity"], x.told = o.N, o.N
	case farSuspend:
		change["status"] = "Suspended"
	case farResume:
		change["status"] = "Activated"
	case farCancel:
		change["status"], x.away, x.ended = "Cancelled", true, true
	case farGone:
		method, change, x.away = "DELETE", nil, true
	case farBack:
		if x.ended {
			return nil
		}
		method, path, change, x.away = "POST", path+"/restore", nil, false
	}
	_, err := d.admin(method, path, change)
	return err
}

// setUpFar is setUp for subscriptions of a distributor, which a first sync has brought.
func (w *world) setUpFar() error {
	rows, err := w.p.records("/subscriptions.csv?q=" + w.name)
	if err != nil {
		return err
	}
	accounts, err := w.p.records("/accounts.csv?q=" + w.name)
	if err != nil {
		return err
	}
	if len(accounts) != 1 || len(rows) != len(w.s.Seats) {
		return wrong("setup", "%d accounts and %d subscriptions of %s", len(accounts), len(rows), w.name)
	}
	a, err := w.send("setup", "/crm-accounts", url.Values{"name": {w.name}, "external_id": {w.name}})
	if err != nil {
		return err
	}
	customer := a.id()
	if _, err = w.send("setup", "/accounts/"+accounts[0]["id"]+"/map",
		url.Values{"crm_account_id": {customer}}); err != nil {
		return err
	}
	slices.SortFunc(rows, func(a, b map[string]string) int {
		return slices.Index(parts(), a["part_number"]) - slices.Index(parts(), b["part_number"])
	})
	w.told = rows
	if w.a, err = w.contract(customer, "A", w.s.A); err != nil {
		return err
	}
	if w.b, err = w.contract(customer, "B", w.s.B); err != nil {
		return err
	}
	for i, r := range rows {
		if err := w.arrive(i, r); err != nil {
			return err
		}
	}
	return nil
}

// arrive takes a subscription of the distributor into the model; it has landed in the
// one default contract of its customer.
func (w *world) arrive(i int, r map[string]string) error {
	x := &seat{id: r["id"], external: r["external_id"], far: true, end: Never, told: w.s.Seats[i],
		rows: map[string]*Row{}}
	if r["start_date"] != farBegin {
		return wrong("setup", "%s starts on %s", x.external, r["start_date"])
	}
	x.Subscription = w.m.Subscribe(x.external, w.s.Seats[i], On(farBegin), w.a)
	x.Subscription.Rows = nil
	w.subs = append(w.subs, x)
	now, err := w.row(x)
	if err != nil {
		return err
	}
	if now["contract_id"] != w.ids[w.a] {
		return wrong("setup", "%s has not landed in its customer's default contract", x.external)
	}
	if w.s.A.List != "" {
		w.m.Land(x.Subscription, Amount(w.s.A.List), x.Start)
	} else {
		on := x.FirstDay()
		if _, err := w.send("setup", "/subscriptions/"+x.id+"/price",
			url.Values{"unit_price": {w.s.Price}, "price_period": {"month"},
				"effective_on": {on.String()}}); err != nil {
			return err
		}
		w.m.Price(x.Subscription, Amount(w.s.Price), on, false)
	}
	if err := w.pullOne(x); err != nil {
		return err
	}
	return w.sign(x)
}

// pull takes the rows that a sync wrote: how a sync dates them is not this oracle's
// matter, what they cost is.
func (w *world) pull() error {
	there := w.subs
	if w.s.Cut {
		there = w.over.fresh
	}
	for _, x := range there {
		if err := w.pullOne(x); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) pullOne(x *seat) error {
	rows, err := w.p.records("/changes.csv?subscription=" + x.id)
	if err != nil {
		return err
	}
	slices.SortStableFunc(rows, func(a, b map[string]string) int {
		return strings.Compare(a["recorded_at"]+a["id"], b["recorded_at"]+b["id"])
	})
	for _, c := range rows {
		delta, err := strconv.Atoi(c["delta"])
		if err != nil || delta == 0 {
			continue // a row without seats
		}
		r := x.rows[c["id"]]
		if r == nil && x.written[c["id"]] {
			continue
		}
		if r == nil {
			r = &Row{Place: w.m.next(), On: On(c["effective_at"]), Delta: delta,
				Refund: delta < 0 && x.Now().Refunds && !x.lost}
			r.Reached, _ = strconv.Atoi(c["quantity_after"])
			x.rows[c["id"]] = r
			x.Subscription.Rows = append(x.Subscription.Rows, r)
			if told, said := c["refund"]; said && delta < 0 && told != "" &&
				(told == "true" || told == "yes") != r.Refund {
				return wrong("refund", "%s: the row of %+d on %s has refund %q, the contract says %s", x.external,
					delta, r.On, told, yesNo(r.Refund))
			}
		}
		r.Aside = c["counted"] == "false"
	}
	if got := x.SeatsOn(Never - 1); !x.away && got != x.told {
		return wrong("seats", "%s: the ledger sums to %d seats, the distributor tells %d", x.external, got, x.told)
	}
	return nil
}
