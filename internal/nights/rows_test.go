package nights

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"seatledger/internal/distributor/sandbox"
)

const reliabilityHead = `# Reliability

What can go wrong between Seatledger and a distributor, and on the machines it runs on. This page is made from one
table of tests (` + "`internal/nights`" + `): each row starts from a world in step with its distributor, makes the
fault, plays a night by the clock from two o'clock until morning, and looks: no seat lost or doubled, nothing closed
that lives, nothing that ended revived, the ledger's counted rows equal to the billable seats, the true sentence on
the page, requests bounded and no pause of the distributor's broken. Then the fault is taken away: one clean run makes
all equal to the distributor, and a second one writes nothing.

Numbers are those of the usual list of 44 faults of a reading client; *seen* was met with an earlier version. 14
(single-use refresh tokens), 24 (cursors), 26 (a detail call) and 29 (reading by change date) do not concern this
distributor's API: the client signs in by application, pages by number, reads lists alone and compares everything each
time. "Again at night" means: 5, 15 and 60 minutes later, until SEATLEDGER_SYNC_UNTIL.

`

// many is a world in which a large change is large: more than five subscriptions of more than two customers.
func many() options {
	return options{data: sandbox.DataOptions{Customers: 15, Subscriptions: 60, Seed: 3}}
}

func rows() []row {
	return slices.Concat(unreachable(), passing(), oneAccount(), empty(), shifting(), values(), records(), people(),
		database())
}

// unreachable: the way to the distributor is spoiled all night.
func unreachable() []row {
	all := []row{
		{no: "1", fault: "the name does not resolve", how: "name server of the test",
			says: []string{"does not resolve"}},
		{no: "2", fault: "connections are refused", how: "listener closed", says: []string{"connection was refused"}},
		{no: "3", fault: "connections are reset", how: "TCP reset before the handshake",
			says: []string{"broke|reset|closed"}},
		{no: "4", fault: "connections are taken, and nothing is said", how: "open socket",
			says: []string{"did not answer|in time|no complete answer"}},
		{no: "7", fault: "a certificate that nobody vouches for", how: "TLS front", says: []string{"certificate"}},
		{no: "7", fault: "a certificate that has ended", how: "TLS front", says: []string{"certificate"}},
		{no: "7", fault: "a certificate for another name", how: "TLS front", says: []string{"certificate"}},
		{no: "7", fault: "TLS 1.0", how: "TLS front", says: []string{"TLS"}},
		{no: "7", fault: "no TLS at all", how: "TLS front", says: []string{"TLS"}},
	}
	for i := range all {
		all[i].does = "The night fails with the cause and is tried again; nothing changes"
		all[i].ends, all[i].retried, all[i].calls = notRead, true, 1
		all[i].inject = func(w *world) {
			w.front.set(way(all[i].fault))
			if way(all[i].fault) == silent { // each try takes its half minute: two are enough
				w.App.Sync.Patience, w.App.Sync.SyncUntil = []time.Duration{}, w.App.Sync.SyncAt+10*time.Minute
			}
		}
	}
	return all
}

func status(code int) sandbox.Fault { return sandbox.Fault{Kind: "status", Status: code} }

func on(path string, times int, f sandbox.Fault) sandbox.Fault {
	f.Path, f.Times = path, times
	return f
}

func inject(all ...sandbox.Fault) func(*world) {
	return func(w *world) {
		for _, f := range all {
			w.fault(f)
		}
	}
}

const token = "/oauth2/v1/token"

// passing: what is over before morning must have left no trace by then.
func passing() []row {
	revoked := sandbox.Fault{Kind: "change", Path: everyList, Times: 1, Do: []sandbox.Step{{Op: "revoke"}}}
	all := []row{
		{no: "seen", fault: "one 503 in the check at two o'clock", how: "`status` 503 on the customer list, once",
			inject: inject(on(customers, 1, status(503)))},
		{no: "seen", fault: "one connection drops at the token endpoint", how: "`reset` on the token endpoint, once",
			inject: inject(on(token, 1, sandbox.Fault{Kind: "reset"}))},
		{no: "19", fault: "a maintenance page at the token endpoint", how: "`html` on the token endpoint, twice",
			inject: inject(on(token, 2, sandbox.Fault{Kind: "html"}))},
		{no: "2", fault: "an hour of 503 from everything", how: "`status` 503 on every path, 40 times", signIns: 60,
			inject: inject(on("/**", 40, status(503)))},
		{no: "8", fault: "429 with Retry-After: 2", how: "`status` 429, `retry_after` 2, three times",
			silence: 2 * time.Second,
			inject:  inject(sandbox.Fault{Kind: "status", Status: 429, RetryAfter: "2", Path: everyList, Times: 3})},
		{no: "8, seen", fault: "429 with Retry-After: 90", how: "`status` 429, `retry_after` 90, once",
			silence: 90 * time.Second,
			does:    "The run pauses and gives its place free; nobody asks before the pause is over; then it goes on",
			says:    []string{"paused until.*asked by the distributor"},
			inject:  inject(sandbox.Fault{Kind: "status", Status: 429, RetryAfter: "90", Path: everyList, Times: 1})},
		{no: "9", fault: "429 with a date in the past, garbage, a negative number, none", how: "`status` 429 four ways",
			inject: inject(sandbox.Fault{Kind: "status", Status: 429, RetryAfter: "date:-1h", Path: everyList,
				Times: 1},
				sandbox.Fault{Kind: "status", Status: 429, RetryAfter: "soon", Path: everyList, Times: 1},
				sandbox.Fault{Kind: "status", Status: 429, RetryAfter: "-5", Path: everyList, Times: 1},
				sandbox.Fault{Kind: "status", Status: 429, Path: everyList, Times: 1})},
		{no: "10", fault: "503 for every third request", how: "`status` 503, `probability` 0.3",
			ends:   slices.Concat(read, partly),
			inject: inject(sandbox.Fault{Kind: "status", Status: 503, Path: "/api/**", Probability: 0.3, Seed: 5})},
		{no: "12", fault: "the token ends in the middle of the run", how: "`change` with step `revoke`",
			inject: inject(revoked)},
		{no: "12, seen", fault: "tokens die while the token endpoint answers 503",
			how: "`revoke`, and `status` 503 on the token " +
				"endpoint, three times", signIns: 12, inject: inject(on(token, 3, status(503)), revoked),
			act: func(w *world) { // the check at night signs in anew, so the fault is met by hand
				w.Far.ClearFaults()
				inject(revoked)(w)
				w.gate.at("/subscriptions", 1, func() { w.fault(on(token, 3, status(503))) })
				w.press("/sync-subscriptions")
				w.Far.ClearFaults()
				w.clock.advance(10 * time.Second)
				w.press("/sync-subscriptions")
			}},
		{no: "15", fault: "tokens say a life of 0 seconds", how: "`set_field` on the token endpoint", signIns: 8,
			inject: inject(sandbox.Fault{Kind: "set_field", Path: token, Field: "expires_in", Value: raw(0)})},
		{no: "15", fault: "tokens say a life that is a word", how: "`set_field` on the token endpoint", signIns: 8,
			inject: inject(sandbox.Fault{Kind: "set_field", Path: token, Field: "expires_in", Value: raw("a while")})},
		{no: "15", fault: "tokens say no life", how: "`drop_field` on the token endpoint", signIns: 8,
			inject: inject(sandbox.Fault{Kind: "drop_field", Path: token, Field: "expires_in"})},
		{no: "3", fault: "a connection breaks in the middle of an answer", how: "`reset_midway`, three times",
			inject: inject(on(everyList, 3, sandbox.Fault{Kind: "reset_midway"}))},
		{no: "6", fault: "half a body under the length of the whole", how: "`short`, three times",
			inject: inject(on(everyList, 3, sandbox.Fault{Kind: "short"}))},
		{no: "43", fault: "every answer takes 200 ms", how: "`latency_ms`", inject: func(w *world) {
			b := w.Far.Behaviour()
			b.LatencyMillis = 200
			w.must(w.Far.SetBehaviour(b))
		}},
		{no: "30", fault: "numbers come as strings", how: "`numbers_as_strings`",
			inject: inject(sandbox.Fault{Kind: "numbers_as_strings"})},
		{no: "18, seen", fault: "\"No error\" stands beside good lists", how: "`remark`",
			inject: inject(sandbox.Fault{Kind: "remark",
				Path: "/api/**"})},
		{no: "44", fault: "twelve passing failures by a seeded schedule", how: "`/faults/schedule`, seed 7",
			signIns: 12,
			inject: func(w *world) {
				_, err := w.Far.AddSchedule(sandbox.Schedule{Seed: 7, Calls: 60, Count: 12})
				w.must(err)
			}},
	}
	for i := range all {
		r := &all[i]
		if r.does == "" {
			r.does = "Asked again, in the run or later that night; by morning everything is read"
		}
		if r.ends == nil {
			r.ends = read
		}
		true_ := r.inject
		r.rows, r.inject = 1, func(w *world) {
			w.grow(w.rich(2, 1).CustomerNo)
			true_(w)
		}
		r.check = arrived
	}
	return all
}

// arrived: what has changed at the distributor stands here by morning.
func arrived(w *world) {
	w.t.Helper()
	for _, wrong := range w.unlike() {
		w.t.Error("by morning: " + wrong)
	}
}

// grown: the true change at another customer has arrived.
func grown(w *world) {
	w.t.Helper()
	s := w.alive(w.rich(2, 1).CustomerNo, 0)
	if h := w.stored()[s.ID]; h.quantity != s.Quantity {
		w.t.Errorf("%s has %d seats, the distributor has %d: one account's fault kept another's change away", s.ID,
			h.quantity,
			s.Quantity)
	}
}

// oneAccount: one account cannot be read, all night; the others are.
func oneAccount() []row {
	all := []row{
		{no: "11", fault: "500 for ever on one account", how: "`status` 500", says: []string{"500"}},
		{no: "16, seen", fault: "403 on one account", how: "`status` 403", says: []string{"403"}},
		{no: "17", fault: "404 on one account", how: "`status` 404", says: []string{"404"}},
		{no: "17", fault: "410 on one account", how: "`status` 410", says: []string{"410"}},
		{no: "seen", fault: "a redirect on one account's list", how: "`redirect`",
			says: []string{"redirect|elsewhere|another address"}},
		{no: "4", fault: "one account's list hangs", how: "`hang`",
			says: []string{"did not answer|in time|no complete answer"}},
		{no: "5", fault: "one account's list drips", how: "`drip`",
			says: []string{"did not|in time|no complete answer"}},
		{no: "6", fault: "one account's list is cut with a length that fits", how: "`cut`",
			says: []string{"read|understood|JSON"}},
		{no: "18", fault: "an error inside a 200", how: "`error_in_200`", says: []string{"RuntimeError"}},
		{no: "18", fault: "a nested error inside a 200", how: "`biz_error`", says: []string{"The operation failed"}},
		{no: "18", fault: "status: error inside a 200", how: "`status_error`", says: []string{"The operation failed"}},
		{no: "19", fault: "a maintenance page in a 200", how: "`html`", says: []string{"page|HTML|understood|JSON"}},
		{no: "20", fault: "an empty body", how: "`empty`"},
		{no: "20", fault: "null", how: "`null`"},
		{no: "20", fault: "an empty object", how: "`empty_object`"},
		{no: "20", fault: "a list without its records", how: "`no_records`"},
		{no: "25", fault: "a total one too high", how: "`total_mismatch` 1"},
		{no: "25", fault: "a total one too low", how: "`total_mismatch` -1"},
		{no: "41", fault: "an answer of 80 MB", how: "`huge`", says: []string{"large|big|MiB|MB"}},
		{no: "41", fault: "200 MB packed small", how: "`gzip_bomb`", says: []string{"large|big|MiB|MB"}},
		{no: "41", fault: "a header of 1 MB", how: "`big_header`", says: []string{"header|large|big"}},
	}
	for i := range all {
		r := &all[i]
		f := kindOf(r.how)
		r.does = "That account is said to be unread and stays as it is; all others are read"
		r.ends, r.rows, r.check = partly, 1, grown
		r.inject = func(w *world) {
			w.grow(w.rich(2, 1).CustomerNo)
			f.Path = listOf(w.rich(2, 0).CustomerNo)
			w.fault(f)
		}
	}
	return all
}

// kindOf reads "`status` 500" as the fault that it names.
func kindOf(how string) sandbox.Fault {
	kind, rest, _ := strings.Cut(strings.Trim(how, "`"), "`")
	f, n := sandbox.Fault{Kind: kind}, 0
	_, _ = fmt.Sscan(rest, &n)
	switch kind {
	case "status":
		f.Status = n
	case "total_mismatch":
		f.Count = n
	case "huge":
		f.Bytes = 80 << 20
	}
	return f
}

// empty: lists that are good, and empty or short.
func empty() []row {
	emptyOf := func(times int, variant string, n int) func(*world) {
		return func(w *world) {
			for i := range n {
				w.fault(sandbox.Fault{Kind: "empty_list", Path: listOf(w.rich(1, i).CustomerNo), Times: times,
					Variant: variant})
			}
		}
	}
	name := func(i int) func(w *world) { return func(w *world) { w.names(w.rich(1, i)) } }
	return []row{
		{no: "21", fault: "the list of customers is empty", how: "`empty_list`", does: "Stopped; nothing changes",
			says: []string{"listed no customers at all"}, inject: inject(sandbox.Fault{Kind: "empty_list",
				Path: customers})},
		{no: "21, seen", fault: "one account answers an empty list once", how: "`empty_list`, once",
			does: "Not believed: asked again in the run; its seats stay", inject: emptyOf(1, "", 1)},
		{no: "21, seen", fault: "one account's list is empty all night", how: "`empty_list`",
			does: "Not believed until a run at " +
				"least six hours later lacks it too; its seats stay, and the page names it", inject: emptyOf(0, "", 1),
			check: name(0)},
		{no: "21, seen", fault: "12 % of the accounts are empty all night", how: "`empty_list` on two of twelve",
			does: "As one: their seats stay, and the page names them", inject: emptyOf(0, "", 2), check: name(1)},
		{no: "20, seen", fault: "no records, and no total", how: "`empty_list`, `no_total`",
			does:   "As an empty list: not believed",
			inject: emptyOf(0, "no_total", 1)},
		{no: "seen", fault: "an account is really empty", how: "all its subscriptions deleted", rows: -1,
			does: "Closed in the second night, dated on the day they were first missed",
			inject: func(w *world) {
				for _, s := range w.Far.Subscriptions() {
					if s.CustomerNo == w.rich(2, 2).CustomerNo {
						defer func() { w.must(w.Far.SetSubscriptionGone(s.ID, true)) }()
					}
				}
			},
			act: func(w *world) { w.night(); w.night() }, ends: read,
			check: func(w *world) {
				arrived(w)
				if n := w.number(`SELECT count(*) FROM license_changes WHERE event = 'deactivate' AND recorded_at >= $1
					AND effective_at <> '2026-11-21'`, w.since); n > 0 {
					w.t.Errorf("%d closings are not dated on the day they were first missed: %s", n, w.newRows())
				}
			}},
		{no: "seen", fault: "a subscription has really ended, beside others", how: "one subscription deleted", rows: 1,
			does: "A second look lacks it too: closed in the same night", ends: read, check: arrived,
			inject: func(w *world) { w.must(w.Far.SetSubscriptionGone(w.alive(w.rich(3, 0).CustomerNo, 1).ID, true)) }},
		{no: "17, seen", fault: "one customer always answers 404, and a subscription of another ends", rows: 1,
			how:  "`status` 404 on one list, a subscription of another deleted",
			act:  func(w *world) { w.night(); w.night() },
			does: "The other's is closed, at the latest a run later", ends: partly,
			inject: func(w *world) {
				sub := w.alive(w.rich(3, 1).CustomerNo, 1)
				w.fault(on(listOf(w.rich(2, 0).CustomerNo), 0, status(404)))
				w.must(w.Far.SetSubscriptionGone(sub.ID, true))
			},
			check: endedIsClosed},
		{no: "31, seen", fault: "one record has no quantity, and a subscription of another account ends", rows: 1,
			how:  "`drop_field` quantity, a subscription of another deleted",
			act:  func(w *world) { w.night(); w.night() },
			does: "The record waits for a person; the other's is closed, at the latest a run later", ends: partly,
			inject: func(w *world) {
				sub := w.alive(w.rich(3, 1).CustomerNo, 1)
				w.fault(sandbox.Fault{Kind: "drop_field", Field: "quantity", Row: 1, Path: listOf(w.withLicence(0))})
				w.must(w.Far.SetSubscriptionGone(sub.ID, true))
			},
			check: endedIsClosed},
	}
}

// withLicence is a customer whose first record is a licence: a usage row may lack its quantity.
func (w *world) withLicence(n int) string {
	w.t.Helper()
	return w.text(`SELECT a.external_id FROM subscriptions s JOIN provider_accounts a ON a.id = s.account_id
		WHERE s.external_id = ANY ($1) AND s.kind = 'licence' AND s.state <> 'inactive' ORDER BY a.external_id OFFSET $2
		LIMIT 1`,
		w.firsts(), n)
}

// firsts are the first records of every list.
func (w *world) firsts() []string {
	var ids []string
	last := ""
	for _, s := range w.Far.Subscriptions() {
		if !s.Gone && s.CustomerNo != last {
			ids, last = append(ids, s.ID), s.CustomerNo
		}
	}
	return ids
}

// names wants the page to name a customer.
func (w *world) names(c sandbox.Customer) {
	w.t.Helper()
	if shown := w.shown(); !strings.Contains(shown, c.Company.StellrName) && !strings.Contains(shown, c.CustomerNo) {
		w.t.Errorf("no page names %s %s", c.CustomerNo, c.Company.StellrName)
	}
}

func endedIsClosed(w *world) {
	w.t.Helper()
	far := w.listed()
	for id, h := range w.stored() {
		if _, there := far[id]; !there && h.state != "inactive" {
			w.t.Errorf("%s has ended at the distributor two nights ago and is %s", id, h.state)
		}
	}
}

func steps(path, pageNo string, after bool, all ...sandbox.Step) sandbox.Fault {
	f := sandbox.Fault{Kind: "change", Path: path, Times: 1, Afterwards: after, Do: all}
	if pageNo != "" {
		f.Query = map[string]string{"pageNo": pageNo}
	}
	return f
}

// shifting: lists that change while they are read, or lie about what is on them.
func shifting() []row {
	paged := options{pageSize: 5}
	standing := func(w *world) {
		w.t.Helper()
		for _, a := range w.admin.Get("/accounts.csv?provider=" + w.provider.String()).Records() {
			if a["provider_status"] == "gone" {
				w.t.Errorf("%s counts as gone", a["external_id"])
			}
		}
	}
	return []row{
		{no: "22, seen", fault: "two customers change places between two pages; the total stays",
			how:  "`change` with `swap` at page 2",
			does: "Who was missed is asked for once more before anything counts as gone", options: paged,
			check: standing,
			inject: func(w *world) {
				all := w.Far.Customers()
				w.fault(steps(customers, "2", false, sandbox.Step{Op: "swap", ID: all[1].CustomerNo,
					To: all[8].CustomerNo}))
			}},
		{no: "22, seen", fault: "a customer leaves and another joins between two pages; the total stays",
			how: "`change` with `leave` and `join` at page 2", options: paged,
			does: "The one that paging skipped is asked for; nothing of it is closed",
			inject: func(w *world) {
				all := w.Far.Customers()
				w.must(w.Far.SetCustomerGone(all[11].CustomerNo, true))
				w.press("/sync-accounts")
				w.fault(steps(customers, "2", false, sandbox.Step{Op: "leave", ID: all[0].CustomerNo},
					sandbox.Step{Op: "join", ID: all[11].CustomerNo}))
			},
			check: func(w *world) {
				if n := w.number(`SELECT count(*) FROM provider_accounts WHERE provider_status = 'gone'
					AND external_id = $1`,
					w.Far.Customers()[5].CustomerNo); n > 0 {
					w.t.Error("the customer that paging skipped counts as gone")
				}
			},
			undo: func(w *world) {
				for _, c := range w.Far.Customers() {
					w.must(w.Far.SetCustomerGone(c.CustomerNo, false))
				}
			}},
		{no: "34, seen", fault: "a customer is missing from the list while its own list is fine", how: "`omit`",
			does: "The list is read once more; the account may count as gone, its subscriptions stay as they are",
			inject: func(w *world) {
				w.fault(sandbox.Fault{Kind: "omit", Path: customers, Record: w.rich(2,
					0).CustomerNo})
			}},
		{no: "34", fault: "a customer is away for a night, and comes back", how: "`DELETE` and `restore`",
			does:   "The account is gone, its subscriptions stay as they are until they are proved gone",
			inject: func(w *world) { w.must(w.Far.SetCustomerGone(w.rich(2, 0).CustomerNo, true)) },
			undo: func(w *world) {
				for _, c := range w.Far.Customers() {
					w.must(w.Far.SetCustomerGone(c.CustomerNo, false))
				}
			}},
		{no: "25, seen", fault: "a full last page with a total that is too low", how: "`low_total`",
			does: "The page after a full one is asked for before anything may be gone", options: options{pageSize: 2},
			inject: func(w *world) {
				w.fault(sandbox.Fault{Kind: "low_total", Path: listOf(w.rich(4,
					0).CustomerNo)})
			}},
		{no: "25", fault: "the customer list's total is too low", how: "`low_total`", options: paged, check: standing,
			does:   "As above",
			inject: inject(sandbox.Fault{Kind: "low_total", Path: customers})},
		{no: "23", fault: "the same record twice in a list", how: "`duplicate`", does: "It counts once",
			inject: inject(sandbox.Fault{Kind: "duplicate", Path: everyList})},
		{no: "23", fault: "page 1 for ever", how: "`repeat_page`", does: "Noticed; the customers that it hides stay",
			options: paged,
			check:   standing, inject: inject(sandbox.Fault{Kind: "repeat_page", Path: customers})},
		{no: "22", fault: "later pages skip a record", how: "`page_shift` 1", options: paged, check: standing,
			does: "The sum tells; nothing counts as gone", inject: inject(sandbox.Fault{Kind: "page_shift",
				Path: customers})},
		{no: "22", fault: "later pages repeat a record", how: "`page_shift` -1", options: paged, check: standing,
			does: "It counts once", inject: inject(sandbox.Fault{Kind: "page_shift", Path: customers, Count: -1})},
		{no: "35, seen", fault: "a subscription moves, while the run reads, to a customer that was read already",
			loose: true,
			how:   "`change` with `move` at the later list", does: "Seen nowhere and asked for again: moved, not gone",
			inject: func(w *world) {
				w.fault(steps(listOf(w.rich(3, 1).CustomerNo), "", false, sandbox.Step{Op: "move",
					ID: w.alive(w.rich(3, 1).CustomerNo, 1).ID, To: w.rich(2, 0).CustomerNo}))
			}},
		{no: "35, seen", fault: "a subscription moves, while the run reads, to a customer not listed yet", loose: true,
			how:  "`change` with `join` and `move` at its list",
			does: "It waits until the customer list was read once more",
			inject: func(w *world) {
				fresh, err := w.Far.AddCustomer(sandbox.NewCustomer{Company: sandbox.Company{Name: "New Leaf Ltd",
					Domain: "newleaf.example"}})
				w.must(err)
				w.must(w.Far.SetCustomerGone(fresh.CustomerNo, true))
				from := w.rich(3, 1).CustomerNo
				w.fault(steps(listOf(from), "", false, sandbox.Step{Op: "join", ID: fresh.CustomerNo},
					sandbox.Step{Op: "move", ID: w.alive(from, 1).ID, To: fresh.CustomerNo}))
			}},
		{no: "33, seen", fault: "one id is listed under two customers", how: "`also_lists`", ends: partly,
			does: "A conflict: it stays where it was and keeps contract and sign-off; three nights change nothing",
			inject: func(w *world) {
				w.fault(sandbox.Fault{Kind: "also_lists", Path: listOf(w.rich(2, 3).CustomerNo),
					Record: w.alive(w.rich(2, 0).CustomerNo, 0).ID})
			},
			act: func(w *world) {
				w.night()
				before := w.untouched()
				w.night()
				w.night()
				for table, digest := range w.untouched() {
					if before[table] != digest {
						w.t.Errorf("the second and third night wrote %s", table)
					}
				}
			}, says: []string{"two customers|two accounts|more than one|also listed|conflict"}},
		{no: "33", fault: "a record names another customer than that in whose list it stands", ends: partly,
			how:  "`set_field` customerNo of one record",
			does: "A conflict: it stays where and what it was",
			inject: func(w *world) {
				f := field(listOf(w.rich(2, 0).CustomerNo), "customerNo", w.rich(2, 3).CustomerNo)
				f.Row = 1
				w.fault(f)
			}, says: []string{"another customer|conflict"}},
		{no: "33", fault: "one id twice in a list, with other seats", how: "`poison` `same_id`", ends: partly,
			does: "A conflict: it stays as it was",
			inject: func(w *world) {
				w.fault(sandbox.Fault{Kind: "poison", Variant: "same_id", Path: listOf(w.withLicence(0))})
			}},
	}
}

func field(path, name string, v any) sandbox.Fault {
	return sandbox.Fault{Kind: "set_field", Path: path, Field: name, Value: raw(v)}
}

// values: all at once becomes other than it was. Nothing of it is believed by itself.
func values() []row {
	all := []row{
		{no: "30, seen", fault: "every status becomes \"Cancelled\"", how: "`set_field` status",
			inject: inject(field(everyList, "status",
				"Cancelled"))},
		{no: "30, seen", fault: "no status is sent any more", how: "`drop_field` status",
			inject: inject(sandbox.Fault{Kind: "drop_field",
				Path: everyList, Field: "status"})},
		{no: "30, seen", fault: "the status is called otherwise", how: "`rename_field` status",
			inject: inject(sandbox.Fault{
				Kind: "rename_field", Path: everyList, Field: "status", To: "state_v2"})},
		{no: "32, seen", fault: "every quantity becomes 1", how: "`set_field` quantity",
			inject: inject(field(everyList, "quantity", 1))},
		{no: "32", fault: "every quantity grows tenfold", how: "`scale_field` quantity",
			inject: inject(sandbox.Fault{Kind: "scale_field",
				Path: everyList, Field: "quantity"})},
		{no: "32, seen", fault: "no unit price is sent any more", how: "`drop_field` unitPrice",
			inject: inject(sandbox.Fault{
				Kind: "drop_field", Path: everyList, Field: "unitPrice"})},
		{no: "32", fault: "every unit price doubles", how: "`scale_field` unitPrice",
			inject: inject(sandbox.Fault{Kind: "scale_field",
				Path: everyList, Field: "unitPrice", To: "2"})},
		{no: "28, seen", fault: "the end date is called otherwise", how: "`rename_field` endDate",
			inject: inject(sandbox.Fault{
				Kind: "rename_field", Path: everyList, Field: "endDate", To: "ends_v2"})},
		{no: "28, seen", fault: "the frequency is called otherwise, and the part number tells it",
			how: "`rename_field` billingFrequency", inject: inject(sandbox.Fault{
				Kind: "rename_field", Path: everyList, Field: "billingFrequency", To: "rhythm_v2"})},
		{no: "32", fault: "every currency becomes another", how: "`set_field` currency",
			inject: inject(field(everyList, "currency", "EUR"))},
		{no: "30", fault: "every product becomes another", how: "`set_field` mfgPartNo, skuNo", inject: inject(
			field(everyList, "mfgPartNo", "OTHER-1"))},
		{no: "28", fault: "every start date is 1970-01-01", how: "`set_field` startDate",
			inject: inject(field(everyList, "startDate",
				"1970-01-01T00:00:00.000Z"))},
		{no: "33", fault: "every customer gets another name", how: "`set_field` name", inject: inject(field(customers,
			"name", "Somebody"))},
		{no: "33", fault: "every customer gets another tenant id", how: "`set_field` microsoftTenantId",
			inject: inject(field(customers,
				"microsoftTenantId", "11111111-2222-3333-4444-555555555555"))},
	}
	for i := range all {
		r := &all[i]
		r.options = many()
		r.does = "Stopped before the first write: the plan says in numbers and names what would happen, and waits " +
			"for a person"
		if strings.Contains(r.how, "name") && !strings.Contains(r.how, "rename") || strings.Contains(r.how, "Tenant") {
			r.check = func(w *world) {
				if !slices.ContainsFunc(w.runs(), func(x ran) bool {
					return x.State == "stopped" ||
						x.State == "planned"
				}) {
					w.t.Errorf("the accounts were not stopped: %+v", w.runs())
				}
			}
		} else {
			r.ends = halted
		}
	}
	return append(all,
		row{no: "seen", fault: "one subscription grows tenfold", how: "`PATCH` quantity", rows: 1, ends: read,
			check: arrived,
			does:  "Applied, and told on the run's page", inject: func(w *world) {
				s := w.alive(w.rich(3, 0).CustomerNo, 0)
				w.must(w.Far.SetSeats(s.ID, 10*s.Quantity+500))
			}, undo: func(*world) {}},
		row{no: "30, seen", fault: "\"Partially Cancelled\"", how: "`set_field` status of one record",
			does: "Partial words close nothing",
			inject: func(w *world) {
				f := field(listOf(w.withLicence(0)), "status", "Partially Cancelled")
				f.Row = 1
				w.fault(f)
			}},
		row{no: "30", fault: "a status word nobody knows", how: "`set_field` status of one record", rows: 0,
			does: "It stays active, and its review fails",
			inject: func(w *world) {
				f := field(listOf(w.withLicence(0)), "status", "Quiescent")
				f.Row = 1
				w.fault(f)
			}},
		row{no: "30", fault: "an ended one's status goes blank", how: "`set_field` status of one record",
			does: "Blank revives nothing",
			inject: func(w *world) {
				for _, s := range w.Far.Subscriptions() {
					if ends(s.Status) {
						f := field(listOf(s.CustomerNo), "status", "")
						f.Kind = "set_field"
						w.fault(f)
						return
					}
				}
				w.t.Fatal("nothing has ended")
			}},
	)
}

// records: single records that nobody can read.
func records() []row {
	var all []row
	for _, v := range []struct{ no, variant, what string }{
		{"31", "no_id", "a record without id"}, {"31", "null_id", "a record whose id is null"},
		{"31", "no_object", "a record that is no object"}, {"30", "null_quantity", "a quantity that is null"},
		{"32", "negative_quantity", "a negative quantity"}, {"32", "fractional_quantity", "half a seat"},
		{"32", "word_quantity", "a quantity in words"}, {"32", "huge_quantity", "a quantity of 10^18"},
	} {
		all = append(all, row{no: v.no, fault: v.what, how: "`poison` `" + v.variant + "`", ends: partly,
			does: "That record waits for a person; the others of its list are read", rows: 1, check: grown,
			inject: func(w *world) {
				w.grow(w.rich(2, 1).CustomerNo)
				w.fault(sandbox.Fault{Kind: "poison", Variant: v.variant, Path: listOf(w.rich(2, 0).CustomerNo)})
			}})
	}
	return append(all, row{no: "31", fault: "a byte that is no UTF-8", how: "`invalid_utf8`",
		does:   "Read, the byte replaced",
		inject: inject(sandbox.Fault{Kind: "invalid_utf8", Path: everyList})})
}

// people: what a person does while a run works, and what a refused sign-in is.
func people() []row {
	return []row{
		{no: "13, seen", fault: "the sign-in is refused", how: "credentials replaced, tokens revoked", ends: notRead,
			signIns: 3,
			does: "Asked once a night and not repeated, so that nothing is locked; " +
				"a person is told to mend the credentials",
			says: []string{"refused the sign-in"}, calls: 10,
			inject: func(w *world) { w.Far.SetCredentials([]sandbox.Credential{}); w.Far.RevokeTokens() },
			undo: func(w *world) {
				w.Far.SetCredentials(sandbox.DefaultCredentials())
				w.clock.advance(2 * time.Minute)
			}},
		{no: "36", fault: "twenty clicks at once", how: "twenty requests beside one another",
			does: "One run, found by all", ends: read,
			inject: func(*world) {}, act: func(w *world) {
				var all sync.WaitGroup
				var mu sync.Mutex
				led := map[string]bool{}
				for range 20 {
					all.Go(func() {
						p := w.admin.Post(w.page()+"/sync-subscriptions", url.Values{"anyway": {"on"}})
						mu.Lock()
						defer mu.Unlock()
						led[p.Location()] = true
					})
				}
				all.Wait()
				w.workAll()
				if len(led) != 1 {
					w.t.Errorf("twenty clicks led to %d runs", len(led))
				}
			}},
		{no: "42", fault: "a person cancels in the middle", how: "cancel at the fourth list",
			does: "Ended; what was read is kept",
			says: []string{"Cancelled by"}, inject: func(w *world) {
				w.gate.at("/subscriptions", 4, func() {
					id, _ := w.unfinished()
					w.admin.Post("/sync-runs/"+id.String()+"/cancel", url.Values{})
				})
				w.fault(sandbox.Fault{Kind: "slow", Millis: 1400, Path: everyList, After: 5})
			}, act: func(w *world) { w.press("/sync-subscriptions") }},
		{no: "42", fault: "a person deactivates the provider in the middle", how: "deactivate at the fourth list",
			does: "Ended; what was read is kept", inject: func(w *world) {
				w.gate.at("/subscriptions", 4, func() { w.admin.Post(w.page()+"/deactivate", url.Values{}) })
				w.fault(sandbox.Fault{Kind: "slow", Millis: 1400, Path: everyList, After: 5})
			}, act: func(w *world) { w.press("/sync-subscriptions") },
			undo: func(w *world) { w.admin.Post(w.page()+"/activate", url.Values{}) }},
		{no: "28", fault: "the clock goes back an hour in the middle of a run", how: "clock moved at the fourth list",
			ends: read,
			does: "The run ends as ever", inject: func(w *world) {
				w.gate.at("/subscriptions", 4, func() { w.clock.advance(-time.Hour) })
			}, act: func(w *world) { w.press("/sync-subscriptions") }},
		{no: "28", fault: "the clock goes ahead two hours in the middle of a run",
			how: "clock moved at the fourth list", ends: read,
			does: "The run ends as ever, or goes on by itself", inject: func(w *world) {
				w.gate.at("/subscriptions", 4, func() { w.clock.advance(2 * time.Hour) })
			}, act: func(w *world) { w.press("/sync-subscriptions") }, signIns: 6},
	}
}
