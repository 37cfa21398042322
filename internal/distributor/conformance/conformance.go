// Package conformance holds a connector to what every connector promises: it reads whole and only reads, the same
// again the same, an unreadable answer is an error and never an empty list, a record that cannot be read is kept and
// never 0, secrets stay where they are, and credentials that rotate are stored before they are used. It is for tests.
// It knows the port alone; what a distributor is like, and how it goes wrong, each connector's test brings along.
package conformance

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"seatledger/internal/distributor"
)

// Fault is a way in which the next answer to a list goes wrong.
type Fault string

// The faults that each stand-in must be able to show, once each.
const (
	Page      Fault = "a page of HTML with status 200"
	Cut       Fault = "an answer that breaks off"
	Busy      Fault = "a 503"
	DeadToken Fault = "a token that is no longer good"
	FewerThan Fault = "a total that is greater than what is listed"
	NoSeats   Fault = "a record without a quantity, beside the good ones"
	Refused   Fault = "a sign-in that is refused"
	LostToken Fault = "a sign-in whose answer never comes" // of rotating credentials
)

// Far is a stand-in of a distributor for one test, with a world in it.
type Far struct {
	// Customers are what it has: seats by subscription by customer.
	Customers map[string]map[string]int
	// Open gives a connector as a process does that starts now. What a vault keeps outlasts it.
	Open func(t *testing.T) distributor.Connector
	// Break lets the next answer go wrong: of a list, or of a sign-in, as the fault says.
	Break func(t *testing.T, f Fault)
	// Seats changes a subscription upstream.
	Seats func(t *testing.T, subscription string, n int)
	// Calls are all requests so far, in their order.
	Calls func() []Call
	// Secrets may stand in no error and on no layer of a check.
	Secrets []string
	// Full lets the vault take nothing more, of rotating credentials.
	Full func(bool)
	// Log has what was stored and what was sent, in their order; of rotating credentials.
	Log *Log
}

// Call is a request as the stand-in got it.
type Call struct{ Method, Path string }

// Subject is a connector under test.
type Subject struct {
	// Start makes a stand-in with at least 3 customers and 8 subscriptions, one customer without any.
	Start func(t *testing.T) *Far
	// SignIn is the path of the sign-in; Posts are further paths to which a POST only reads.
	SignIn string
	Posts  []string
	// Cannot are faults that this distributor's answers have no room for.
	Cannot []Fault
	// OneList says that there is one list of everything, and Lists how many calls it takes.
	OneList bool
	Lists   int
	// Rotates says that the credentials are replaced at each sign-in.
	Rotates bool
}

// Run holds a connector to all of it.
func Run(t *testing.T, s Subject) {
	t.Helper()
	for name, check := range map[string]func(*testing.T, Subject){
		"reads everything": whole, "says the same again": again, "only reads": onlyReads,
		"sees what changed": changed, "an answer that cannot be read is no empty list": unreadable,
		"a busy server is asked again": busy, "a dead token is replaced once": deadToken,
		"a sum that disagrees is not complete": fewer, "a record without seats is kept": noSeats,
		"a refused sign-in": refused, "whoever gives up is heard": givesUp, "many at once sign in once": atOnce,
		"what it cannot do it says": unsupported, "a check of the connection": verify,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, s)
		})
	}
	if s.OneList {
		t.Run("one list of everything", func(t *testing.T) {
			t.Parallel()
			oneList(t, s)
		})
	}
	if s.Rotates {
		rotating(t, s)
	}
}

// RunByHand holds a connector that reads nothing to what it promises all the same.
func RunByHand(t *testing.T, c distributor.Connector) {
	t.Helper()
	if c.Capabilities().Accounts || c.Capabilities().Subscriptions || !c.Capabilities().ManualEntry {
		t.Errorf("it says that it can %+v", c.Capabilities())
	}
	_, err := c.Accounts(t.Context())
	refusedAs(t, err, distributor.Unsupported)
	_, err = c.Subscriptions(t.Context(), "1")
	refusedAs(t, err, distributor.Unsupported)
	_, err = c.Changes(t.Context(), distributor.ChangeQuery{})
	refusedAs(t, err, distributor.Unsupported)
	if check := c.Verify(t.Context(), distributor.Hurried); check.Result() != distributor.Passed {
		t.Errorf("its check came to %s", check.Result())
	}
}

// read takes one pass over everything, as a run does.
func read(ctx context.Context, c distributor.Connector, customers []string) (map[string]distributor.SubscriptionListing,
	error) {
	ctx = distributor.WithReading(ctx)
	out := map[string]distributor.SubscriptionListing{}
	for _, id := range customers {
		list, err := c.Subscriptions(ctx, id)
		if err != nil {
			return out, fmt.Errorf("%s: %w", id, err)
		}
		out[id] = list
	}
	return out, nil
}

func (f *Far) ids() []string { return slices.Sorted(maps.Keys(f.Customers)) }

// full is a customer that has subscriptions.
func (f *Far) full() string {
	for _, id := range f.ids() {
		if len(f.Customers[id]) > 0 {
			return id
		}
	}
	return ""
}

func seats(l distributor.SubscriptionListing) map[string]int {
	out := map[string]int{}
	for _, s := range l.Subscriptions {
		out[s.ExternalID] = s.Quantity
	}
	return out
}

func whole(t *testing.T, s Subject) {
	f := s.Start(t)
	c := f.Open(t)
	accounts, err := c.Accounts(t.Context())
	if err != nil || !accounts.Complete || len(accounts.Bad) > 0 {
		t.Fatalf("customers: complete %v (%s), %d bad, %v", accounts.Complete, accounts.Why, len(accounts.Bad), err)
	}
	var got []string
	for _, a := range accounts.Accounts {
		got = append(got, a.ExternalID)
		if a.Name == "" || len(a.Raw) == 0 {
			t.Errorf("customer %s has the name %q and %d bytes of its record", a.ExternalID, a.Name, len(a.Raw))
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, f.ids()) {
		t.Errorf("customers %v, want %v", got, f.ids())
	}
	lists, err := read(t.Context(), c, f.ids())
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range f.Customers {
		l := lists[id]
		if !l.Complete || len(l.Bad) > 0 || !maps.Equal(seats(l), want) || len(l.Subscriptions) != len(want) {
			t.Errorf("%s: complete %v (%s), %v, want %v", id, l.Complete, l.Why, seats(l), want)
		}
		for _, sub := range l.Subscriptions {
			if sub.AccountExternalID != id || len(sub.Raw) == 0 || sub.ProductName == "" || sub.Status == "" ||
				sub.Kind == "" || sub.UnitCost.Valid && sub.CostPeriod == "" && sub.FrequencyText != "" &&
				sub.Frequency != distributor.FreqUnknown {
				t.Errorf("%s: %+v", id, sub)
			}
		}
	}
}

func again(t *testing.T, s Subject) {
	f := s.Start(t)
	c := f.Open(t)
	first, err := read(t.Context(), c, f.ids())
	if err != nil {
		t.Fatal(err)
	}
	backwards := f.ids()
	slices.Reverse(backwards)
	second, err := read(t.Context(), f.Open(t), backwards)
	if err != nil {
		t.Fatal(err)
	}
	for id := range f.Customers {
		means := func(l distributor.SubscriptionListing) (out []string) {
			for _, sub := range l.Subscriptions {
				out = append(out, sub.ExternalID+" "+distributor.Meaning(sub.Raw))
			}
			slices.Sort(out)
			return out
		}
		if !slices.Equal(means(first[id]), means(second[id])) {
			t.Errorf("%s: first %v, then %v", id, means(first[id]), means(second[id]))
		}
	}
}

func onlyReads(t *testing.T, s Subject) {
	f := s.Start(t)
	c := f.Open(t)
	c.Verify(t.Context(), distributor.Hurried)
	_, _ = c.Accounts(t.Context())
	_, _ = read(t.Context(), c, f.ids())
	if c.Capabilities().ChangeLog {
		_, _ = c.Changes(t.Context(), distributor.ChangeQuery{AccountExternalID: f.full(), ContractNo: "1"})
	}
	for _, call := range f.Calls() {
		post := call.Method == http.MethodPost && (call.Path == s.SignIn || slices.Contains(s.Posts, call.Path))
		if call.Method != http.MethodGet && call.Method != http.MethodHead && !post {
			t.Errorf("it sent %s %s", call.Method, call.Path)
		}
	}
}

func changed(t *testing.T, s Subject) {
	f := s.Start(t)
	c := f.Open(t)
	if _, err := read(t.Context(), c, f.ids()); err != nil {
		t.Fatal(err)
	}
	of := f.full()
	sub := slices.Sorted(maps.Keys(f.Customers[of]))[0]
	f.Seats(t, sub, 4711)
	lists, err := read(t.Context(), c, f.ids())
	if err != nil || seats(lists[of])[sub] != 4711 {
		t.Errorf("the next reading has %d seats, %v", seats(lists[of])[sub], err)
	}
	f.Seats(t, sub, 4712)
	alone, err := c.Subscriptions(t.Context(), of)
	if err != nil || seats(alone)[sub] != 4712 {
		t.Errorf("asked for alone it has %d seats, %v", seats(alone)[sub], err)
	}
}

func unreadable(t *testing.T, s Subject) {
	for _, fault := range []Fault{Page, Cut} {
		f := s.Start(t)
		c := f.Open(t)
		if _, err := c.Accounts(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.Break(t, fault)
		list, err := c.Subscriptions(t.Context(), f.full())
		if err == nil && !maps.Equal(seats(list), f.Customers[f.full()]) {
			t.Errorf("%s: %d subscriptions and no error", fault, len(list.Subscriptions))
		}
		f.wellMade(t, err)
	}
}

func busy(t *testing.T, s Subject) {
	f := s.Start(t)
	c := f.Open(t)
	f.Break(t, Busy)
	if list, err := c.Subscriptions(t.Context(), f.full()); err != nil ||
		!maps.Equal(seats(list), f.Customers[f.full()]) {
		t.Errorf("%v, %v", seats(list), err)
	}
}

func deadToken(t *testing.T, s Subject) {
	f := s.Start(t)
	c := f.Open(t)
	if _, err := c.Accounts(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := f.signIns(s)
	f.Break(t, DeadToken)
	list, err := c.Subscriptions(t.Context(), f.full())
	if err != nil || !maps.Equal(seats(list), f.Customers[f.full()]) || f.signIns(s) != before+1 {
		t.Errorf("%v, %v, %d sign-ins", seats(list), err, f.signIns(s)-before)
	}
}

func (f *Far) signIns(s Subject) (n int) {
	for _, c := range f.Calls() {
		if c.Path == s.SignIn && c.Method == http.MethodPost {
			n++
		}
	}
	return n
}

func fewer(t *testing.T, s Subject) {
	if slices.Contains(s.Cannot, FewerThan) {
		return
	}
	f := s.Start(t)
	c := f.Open(t)
	if _, err := c.Accounts(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.Break(t, FewerThan)
	list, err := c.Subscriptions(t.Context(), f.full())
	if err == nil && list.Complete || err == nil && list.Why == "" {
		t.Errorf("it is complete, although the distributor counts more: %+v", list.Why)
	}
	f.wellMade(t, err)
}

func noSeats(t *testing.T, s Subject) {
	f := s.Start(t)
	c := f.Open(t)
	f.Break(t, NoSeats)
	list, err := c.Subscriptions(t.Context(), f.full())
	if err != nil || len(list.Bad) == 0 || list.Bad[0].Reason == "" {
		t.Fatalf("%d bad records, %v", len(list.Bad), err)
	}
	if !maps.Equal(seats(list), f.Customers[f.full()]) {
		t.Errorf("beside it stand %v, want %v", seats(list), f.Customers[f.full()])
	}
}

func refused(t *testing.T, s Subject) {
	f := s.Start(t)
	f.Break(t, Refused)
	c := f.Open(t)
	for range 3 {
		_, err := c.Subscriptions(t.Context(), f.full())
		refusedAs(t, err, distributor.NeedsCredentials)
		f.wellMade(t, err)
	}
	if n := f.signIns(s); n != 1 {
		t.Errorf("it signed in %d times: an account may get locked", n)
	}
}

func givesUp(t *testing.T, s Subject) {
	f := s.Start(t)
	ctx, done := context.WithCancel(t.Context())
	done()
	if _, err := f.Open(t).Subscriptions(ctx, f.full()); err == nil {
		t.Error("it answers who has given up")
	}
}

func atOnce(t *testing.T, s Subject) {
	f := s.Start(t)
	c := f.Open(t)
	var all sync.WaitGroup
	for _, id := range f.ids() {
		all.Go(func() {
			if list, err := c.Subscriptions(t.Context(), id); err != nil || !maps.Equal(seats(list), f.Customers[id]) {
				t.Errorf("%s: %v, %v", id, seats(list), err)
			}
		})
	}
	all.Wait()
	if n := f.signIns(s); n != 1 {
		t.Errorf("%d sign-ins for %d customers", n, len(f.Customers))
	}
}

func unsupported(t *testing.T, s Subject) {
	c := s.Start(t).Open(t)
	can := c.Capabilities()
	if !can.Accounts || !can.Subscriptions || !can.Verify {
		t.Errorf("a connector lists customers and subscriptions, and can be checked: %+v", can)
	}
	if _, reads := c.(distributor.BillReader); reads != can.Bills {
		t.Errorf("it says of bills %v, and reads them: %v", can.Bills, reads)
	}
	if !can.ChangeLog {
		_, err := c.Changes(t.Context(), distributor.ChangeQuery{AccountExternalID: "1", ContractNo: "1"})
		refusedAs(t, err, distributor.Unsupported)
	}
}

func verify(t *testing.T, s Subject) {
	f := s.Start(t)
	check := f.Open(t).Verify(t.Context(), distributor.Hurried)
	if check.Result() == distributor.Failed || len(check.Layers) < 4 {
		t.Errorf("a good connection: %+v", check.Layers)
	}
	f = s.Start(t) // a token that is kept is good without a sign-in
	f.Break(t, Refused)
	check = f.Open(t).Verify(t.Context(), distributor.Hurried)
	failed := false
	for _, l := range check.Layers {
		switch {
		case l.Result == distributor.Failed && l.Name == distributor.LayerToken && l.Message != "" && l.Advice != "":
			failed = true
		case failed && l.Result != distributor.Skipped:
			t.Errorf("after a refused sign-in, %s is %s", l.Name, l.Result)
		}
		f.noSecret(t, l.Message+l.Advice)
	}
	if !failed {
		t.Errorf("a refused sign-in: %+v", check.Layers)
	}
}

// wellMade holds an error to what people read of it.
func (f *Far) wellMade(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	e := distributor.AsError(err)
	if e.Kind == "" || e.Op == "" || e.Message == "" {
		t.Errorf("an error says too little: %+v", e)
	}
	f.noSecret(t, err.Error()+e.Sentence())
}

func (f *Far) noSecret(t *testing.T, text string) {
	t.Helper()
	for _, secret := range f.Secrets {
		if secret != "" && strings.Contains(text, secret) {
			t.Errorf("a secret shows: %s", text)
		}
	}
}

func refusedAs(t *testing.T, err error, kind distributor.ErrorKind) {
	t.Helper()
	if distributor.KindOf(err) != kind {
		t.Errorf("%v, want %s", err, kind)
	}
}

// oneList holds a connector to asking for everything once a reading, and anew where somebody looks twice.
func oneList(t *testing.T, s Subject) {
	f := s.Start(t)
	c := f.Open(t)
	if _, err := c.Accounts(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := len(f.Calls())
	ctx := distributor.WithReading(t.Context())
	for _, id := range f.ids() {
		if _, err := c.Subscriptions(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(f.Calls()) - before; n != s.Lists {
		t.Errorf("%d calls for %d customers, want %d", n, len(f.Customers), s.Lists)
	}
	of := f.full()
	sub := slices.Sorted(maps.Keys(f.Customers[of]))[0]
	f.Seats(t, sub, 99)
	if second, err := c.Subscriptions(ctx, of); err != nil || seats(second)[sub] != 99 {
		t.Errorf("a second look in the same reading: %v, %v", seats(second), err)
	}
	if list, err := c.Subscriptions(ctx, "nobody"); err == nil && len(list.Subscriptions) > 0 {
		t.Errorf("a customer that nobody knows has %d subscriptions", len(list.Subscriptions))
	}
}
