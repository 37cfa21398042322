package nights

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"seatledger/internal/distributor/sandbox"
)

// row is one fault, and what must hold (reference: the rules of states and of absence).
type row struct {
	no    string // as the table of faults numbers it; "seen" where it was first met in the field
	fault string
	how   string // it is injected
	does  string // what the product does
	says  []string

	options options
	inject  func(w *world)
	act     func(w *world) // what happens instead of one night
	undo    func(w *world) // beyond taking faults away
	check   func(w *world) // before the fault is taken away

	ends    []string      // how the last subscriptions run of the night may have ended; nil: it does not matter
	retried bool          // the night asked again by itself
	rows    int           // ledger rows that the true changes are worth
	calls   int           // at most so many requests; 0: 75 a run
	signIns int           // at most so many; 0: two a run
	silence time.Duration // asked for by the distributor
	nights  int           // clean nights before all is equal, when one run by hand is not enough
	loose   bool          // the contract may be lost, as by a move
}

var (
	read    = []string{"succeeded"}
	partly  = []string{"partial"}
	halted  = []string{"stopped", "planned"}
	notRead = []string{"", "failed", "interrupted", "queued"}
)

// TestFaults plays each row: a world in step, the fault, a night, the true sentence;
// then the fault is taken away and one clean run must make all equal to the
// distributor, and a second one change nothing.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, r := range rows() {
		t.Run(r.no+" "+r.fault, func(t *testing.T) {
			t.Parallel()
			r.play(t)
		})
	}
}

func (r row) play(t *testing.T) {

	w := newWorld(t, r.options)
	if wrong := w.unlike(); len(wrong) > 0 {
		t.Fatalf("the world is not in step before the fault: %v", wrong)
	}
	before := w.stored()
	w.clock.advance(time.Hour)
	w.begin()
	w.watching = true
	r.inject(w)
	if r.act == nil {
		w.night()
	} else {
		r.act(w)
	}
	w.watching = false
	r.during(w, before)
	r.afterwards(w, before)
}

// during is what must hold while the fault is there.
func (r row) during(w *world, before map[string]stored) {
	w.t.Helper()
	runs := w.runs()
	last := ""
	for _, x := range runs {
		if x.Kind == "subscriptions" {
			last = x.State
		}
	}
	if r.ends != nil && !slices.Contains(r.ends, last) {
		w.t.Errorf("the night's subscriptions ended %q, want one of %q: %+v", last, r.ends, runs)
	}
	if r.retried && len(runs) < 2 {
		w.t.Errorf("the night was not tried again: %+v", runs)
	}
	if r.check != nil {
		r.check(w)
	}
	shown := w.shown()
	for _, words := range r.says {
		if !matches(shown, words) {
			w.t.Errorf("no page says %q: %.3000s", words, shown)
		}
	}
	if strings.Contains(shown, "initdb") || strings.Contains(shown, "SQLSTATE") || strings.Contains(shown,
		"sandbox-secret") {
		w.t.Errorf("a page shows what is nobody's business: %.3000s", shown)
	}
	w.noFalseEnds(before)
	r.manners(w)
}

// noFalseEnds: nothing that the distributor still has was closed, nothing that ended came back.
func (w *world) noFalseEnds(before map[string]stored) {
	w.t.Helper()
	far := w.listed()
	for id, h := range w.stored() {
		b, known := before[id]
		f, there := far[id]
		if !known {
			continue
		}
		if there && !ends(f.Status) && h.closed > b.closed {
			w.t.Errorf("%s lives at the distributor and was closed", id)
		}
		if h.opened > b.opened && (!there || ends(f.Status)) {
			w.t.Errorf("%s has ended and came back to life", id)
		}
		if h.sum != h.billable || h.ledger != h.sum {
			w.t.Errorf("%s: counted rows %d, ledger %d, billable %d", id, h.sum, h.ledger, h.billable)
		}
	}
}

// manners bound what the distributor is asked, and keep the silence it wished for.
func (r row) manners(w *world) {
	w.t.Helper()
	most, mostSignIns := r.calls, r.signIns
	runs := max(2, len(w.runs()))
	if most == 0 {
		most = 75 * runs
	}
	if mostSignIns == 0 {
		mostSignIns = 2 * runs
	}
	calls, signIns := 0, 0
	var quiet time.Time
	for _, e := range w.Far.Journal() {
		calls++
		if e.Path == "/oauth2/v1/token" {
			signIns++
		}
		if r.silence > 0 && e.At.Before(quiet) {
			w.t.Errorf("%s %s was asked %s before the pause ended", e.Method, e.Path,
				quiet.Sub(e.At).Round(time.Second))
		}
		if r.silence > 0 && e.Status == 429 {
			quiet = e.At.Add(r.silence - time.Second)
		}
	}
	if calls > most || signIns > mostSignIns {
		w.t.Errorf("%d calls and %d sign-ins, at most %d and %d are decent", calls, signIns, most, mostSignIns)
	}
}

// afterwards takes the fault away: one clean run by hand, or nights where the rules
// want time, must make all equal; the next one changes nothing.
func (r row) afterwards(w *world, before map[string]stored) {
	w.t.Helper()
	w.heal()
	if r.undo != nil {
		r.undo(w)
	}
	for range r.nights {
		w.night()
	}
	if r.nights == 0 {
		w.press("/sync-accounts")
		if last := w.press("/sync-subscriptions"); last.State != "succeeded" {
			w.t.Errorf("the clean run ended %s: %s", last.State, last.Message)
		}
	}
	for _, wrong := range w.unlike() {
		w.t.Error("after a clean run: " + wrong)
	}
	written := 0
	for id, h := range w.stored() {
		written += h.rows - before[id].rows
		if c := before[id].contract; c != "" && h.contract != c && !r.loose {
			w.t.Errorf("%s lost its contract", id)
		}
	}
	if r.rows >= 0 && written != r.rows {
		w.t.Errorf("%d ledger rows were written, the true changes are worth %d: %s", written, r.rows, w.newRows())
	}
	still := w.untouched()
	w.press("/sync-accounts")
	w.press("/sync-subscriptions")
	for table, digest := range w.untouched() {
		if still[table] != digest {
			w.t.Errorf("the second run wrote %s", table)
		}
	}
}

// newRows are the ledger rows since the fault, for a person who reads a failure.
func (w *world) newRows() string {
	return w.text(`SELECT string_agg(concat_ws(' ', s.external_id, c.event, c.reason, c.delta, c.effective_at), '; '
		ORDER BY c.seq) FROM license_changes c JOIN subscriptions s ON s.id = c.subscription_id
		WHERE c.recorded_at >= $1`,
		w.since)
}

// fault sets a fault of the distributor.
func (w *world) fault(f sandbox.Fault) {
	w.t.Helper()
	_, err := w.Far.AddFault(f)
	w.must(err)
}

const customers = "/api/v1/cloud/customers"

func listOf(customer string) string { return "/api/v1/customers/" + customer + "/subscriptions" }

const everyList = "/api/v1/customers/*/subscriptions"

// rich is a customer with at least n living subscriptions; the i-th of them.
func (w *world) rich(n, i int) sandbox.Customer {
	w.t.Helper()
	lives := map[string]int{}
	for _, s := range w.listed() {
		if !ends(s.Status) {
			lives[s.CustomerNo]++
		}
	}
	for _, c := range w.Far.Customers() {
		if !c.Gone && lives[c.CustomerNo] >= n {
			if i == 0 {
				return c
			}
			i--
		}
	}
	w.t.Fatalf("no customer has %d living subscriptions", n)
	return sandbox.Customer{}
}

// alive is the i-th living subscription of a customer.
func (w *world) alive(customer string, i int) sandbox.Subscription {
	w.t.Helper()
	for _, s := range w.Far.Subscriptions() {
		if s.CustomerNo == customer && !s.Gone && !ends(s.Status) {
			if i == 0 {
				return s
			}
			i--
		}
	}
	w.t.Fatalf("customer %s has too few living subscriptions", customer)
	return sandbox.Subscription{}
}

// grow is a true change at another customer, which must arrive whatever goes wrong elsewhere.
func (w *world) grow(customer string) {
	w.t.Helper()
	s := w.alive(customer, 0)
	w.must(w.Far.SetSeats(s.ID, s.Quantity+2))
}

// TestReliabilityPage holds docs/reliability.md to the table.
//
//	SEATLEDGER_WRITE_DOCS=1 go test ./internal/nights -run TestReliabilityPage
func TestReliabilityPage(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "docs", "reliability.md")
	want := reliabilityPage()
	if os.Getenv("SEATLEDGER_WRITE_DOCS") != "" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil || string(have) != want {
		t.Errorf("docs/reliability.md differs from the table of faults (%v): "+
			"SEATLEDGER_WRITE_DOCS=1 go test ./internal/nights -run TestReliabilityPage", err)
	}
}

func reliabilityPage() string {
	var b strings.Builder
	b.WriteString(reliabilityHead)
	b.WriteString("| # | Fault | How it is made | What Seatledger does | What the pages say |\n| --- | --- | --- | " +
		"--- | --- |\n")
	for _, r := range append(rows(), elsewhere()...) {
		says := strings.Join(r.says, "; ")
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.no, r.fault, r.how, r.does, plain(says))
	}
	b.WriteString(seedsTable())
	return b.String()
}

// plain takes the marks of an expression out of the words that are looked for.
func plain(words string) string {
	return strings.NewReplacer(".*", " ... ", `\.`, ".", `\d+`, "n", "|", " or ", "(", "", ")", "", "?",
		"").Replace(words)
}
