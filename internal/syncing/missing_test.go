package syncing_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/provider"
	"seatledger/internal/syncing"
)

func listOf(account string) string { return "/api/v1/customers/" + account + "/subscriptions" }

// crowded is an account with several living subscriptions.
func (w *world) crowded(nth int) string {
	w.t.Helper()
	var ids []string
	w.ok(w.db.Read(w.t.Context()).Raw(`SELECT a.external_id FROM provider_accounts a JOIN subscriptions s
		ON s.account_id = a.id WHERE s.state <> 'inactive' GROUP BY 1 HAVING count(*) > 1 ORDER BY 1`).Scan(&ids).Error)
	return ids[nth]
}

func (w *world) waits(r syncing.Run) (why []string) {
	w.t.Helper()
	w.ok(w.db.Read(w.t.Context()).Raw(`SELECT why FROM sync_plan_rows WHERE run_id = ? AND state = 'waits'`,
		r.ID).Scan(&why).Error)
	return why
}

func TestAnAccountThatIsSuddenlyEmptyWaitsSixHours(t *testing.T) {
	t.Parallel()
	w := ready(t)
	account := w.crowded(0)
	w.fault(sandbox.Fault{Path: listOf(account), Kind: "empty_list"})
	before := w.count(`SELECT count(*) FROM license_changes`)
	r := w.subscriptions()
	if r.Gone != 0 || len(w.waits(r)) < 2 || w.count(`SELECT count(*) FROM license_changes`) != before {
		t.Fatalf("an empty list was believed at once: gone %d, %v", r.Gone, w.waits(r))
	}
	const unseen = `SELECT count(*) FROM subscriptions s JOIN subscription_absences b ON b.subscription_id = s.id
		JOIN subscription_reviews v ON v.subscription_id = s.id WHERE b.since = '2026-11-20'
		AND v.checks::text LIKE '%Not seen since 2026-11-20%' AND s.state <> 'inactive'`
	missed := w.count(unseen)
	if missed == 0 || missed != len(w.waits(r)) {
		t.Errorf("%d of %d are said not to be seen", missed, len(w.waits(r)))
	}
	w.clock.Advance(5 * time.Hour)
	versionsBefore := w.count(versions)
	if r := w.subscriptions(); r.Gone != 0 || w.count(versions) != versionsBefore {
		t.Errorf("after five hours: gone %d", r.Gone)
	}
	w.clock.Advance(20 * time.Hour)
	if r := w.subscriptions(); r.Gone != missed {
		t.Errorf("a day later: gone %d of %d: %s", r.Gone, missed, r.Message)
	}
	if n := w.count(`SELECT count(*) FROM license_changes WHERE event = 'deactivate' AND reason = 'gone'
		AND effective_at = '2026-11-20'`); n == 0 {
		t.Error("what is gone is not dated on the day on which it was first missed")
	}
	if n := w.count(`SELECT count(*) FROM subscription_absences`); n != 0 {
		t.Errorf("%d absences are left", n)
	}
}

func TestAnEmptyListThatHealsLeavesNothing(t *testing.T) {
	t.Parallel()
	w := ready(t)
	// 12 % of the accounts, and one whose list has no total
	for i, account := range []string{w.crowded(0), w.crowded(1)} {
		w.fault(sandbox.Fault{Path: listOf(account), Kind: []string{"empty_list", "no_records"}[i]})
	}
	w.subscriptions()
	w.far.ClearFaults()
	w.subscriptions()
	if n := w.count(`SELECT count(*) FROM license_changes WHERE reason IN ('gone', 'back')`); n != 0 {
		t.Errorf("%d rows of seats that went out and came back", n)
	}
	if n := w.count(`SELECT count(*) FROM subscription_absences`); n != 0 {
		t.Errorf("%d absences are left", n)
	}
}

func TestASecondLookFindsWhatOneListLacked(t *testing.T) {
	t.Parallel()
	w := ready(t)
	account := w.crowded(0)
	w.fault(sandbox.Fault{Path: listOf(account), Kind: "empty_list", Times: 1})
	r := w.subscriptions()
	if r.State != syncing.Succeeded || r.Gone != 0 || len(w.waits(r)) != 0 {
		t.Errorf("%s, gone %d, waits %v", r.State, r.Gone, w.waits(r))
	}
}

func TestOneThatCannotBeReadStopsGoneForNobodyElse(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]sandbox.Fault{
		"always 404":         {Kind: "status", Status: 404},
		"without a quantity": {Kind: "set_field", Field: "quantity", Value: json.RawMessage(`null`), Row: 1},
		"a redirect":         {Kind: "redirect", To: "https://elsewhere.example/"},
		"forbidden":          {Kind: "status", Status: 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ready(t)
			victim, _ := w.living(0)
			bad := w.crowded(1)
			if bad == w.accountOf(victim) {
				bad = w.crowded(2)
			}
			fault.Path = listOf(bad)
			w.fault(fault)
			if r := w.subscriptions(); r.State != syncing.Partial || r.Failed != 1 {
				t.Fatalf("%s, failed %d: %s", r.State, r.Failed, r.Message)
			}
			w.ok(w.far.SetSubscriptionGone(victim, true))
			first, second := w.subscriptions(), w.subscriptions()
			if first.Gone+second.Gone != 1 {
				t.Errorf("gone %d, then %d: %v", first.Gone, second.Gone, w.waits(second))
			}
			if name == "without a quantity" && first.Gone != 1 {
				t.Error("one record without a quantity held back another customer's")
			}
		})
	}
}

func TestThatAllFirstListsAreRefusedEndsTheRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, middling())
	w.accounts()
	w.fault(sandbox.Fault{Path: allLists, Kind: "redirect", To: "https://elsewhere.example/"})
	r := w.subscriptions()
	if r.State != syncing.Failed || r.Done > 14 {
		t.Errorf("%s after %d accounts: %s", r.State, r.Done, r.Message)
	}
}

func TestACustomerMissingFromTheListKeepsItsSubscriptions(t *testing.T) {
	t.Parallel()
	w := ready(t)
	account := w.crowded(0)
	w.ok(w.db.Read(t.Context()).Exec(`UPDATE provider_accounts SET provider_status = 'gone', gone_at = ?
		WHERE external_id = ?`, w.clock.Now(), account).Error)
	before := w.count(`SELECT count(*) FROM license_changes`)
	if r := w.subscriptions(); r.State != syncing.Succeeded || r.Gone != 0 ||
		w.count(`SELECT count(*) FROM license_changes`) != before {
		t.Errorf("%s, gone %d: %s", r.State, r.Gone, r.Message)
	}
	w.fault(sandbox.Fault{Path: listOf(account), Kind: "status", Status: 404})
	if r := w.subscriptions(); r.State != syncing.Succeeded || r.Gone != 0 {
		t.Errorf("its list answers 404: %s, gone %d: %s", r.State, r.Gone, r.Message)
	}
}

func TestWhatMovesToACustomerNotReadYetIsNotGone(t *testing.T) {
	t.Parallel()
	w := ready(t)
	id, have := w.living(0)
	fresh, err := w.far.AddCustomer(sandbox.NewCustomer{Company: sandbox.Company{Name: "New Example"}})
	w.ok(err)
	w.ok(w.far.MoveSubscription(id, fresh.CustomerNo))
	r := w.subscriptions()
	if r.Gone != 0 || len(w.waits(r)) != 1 || !strings.Contains(w.waits(r)[0], "not read yet") {
		t.Fatalf("gone %d, waits %v", r.Gone, w.waits(r))
	}
	w.accounts()
	w.subscriptions()
	if n := w.count(`SELECT count(*) FROM subscriptions WHERE external_id = ? AND state <> 'inactive'
		AND ledger_quantity = ?`, id, have); n != 1 {
		t.Error("it did not move with its seats")
	}
	if n := w.count(`SELECT count(*) FROM license_changes WHERE reason IN ('gone', 'back')`); n != 0 {
		t.Errorf("%d rows of seats that went out and came back", n)
	}
}

func TestOneIdUnderTwoCustomersIsAConflictAndNothingMoves(t *testing.T) {
	t.Parallel()
	w := ready(t)
	id, _ := w.living(0)
	own := w.accountOf(id)
	other := w.crowded(0)
	if other == own {
		other = w.crowded(1)
	}
	w.fault(sandbox.Fault{Path: listOf(other), Kind: "set_field", Field: "subscriptionId", Row: 1,
		Value: json.RawMessage(`"` + id + `"`)})
	first := w.subscriptions()
	if first.State != syncing.Partial || !strings.Contains(first.Message, "listed twice") {
		t.Fatalf("%s: %s", first.State, first.Message)
	}
	w.subscriptions()
	after := w.count(versions)
	third := w.subscriptions()
	if w.count(versions) != after {
		t.Errorf("the third run changed something: %s", third.Message)
	}
	if w.accountOf(id) != own {
		t.Error("it moved")
	}
}

func TestAFullLastPageAndATotalThatIsTooLowCloseNobody(t *testing.T) {
	t.Parallel()
	w := ready(t)
	account := w.crowded(0)
	w.ok(w.db.Read(t.Context()).Exec(`UPDATE providers SET page_size = 1`).Error)
	w.fault(sandbox.Fault{Path: listOf(account), Kind: "total_mismatch", Count: -1})
	before := w.count(`SELECT count(*) FROM license_changes`)
	r := w.subscriptions()
	if r.State != syncing.Partial || r.Gone != 0 || len(w.waits(r)) != 0 {
		t.Errorf("%s, gone %d, waits %v: %s", r.State, r.Gone, w.waits(r), r.Message)
	}
	if w.count(`SELECT count(*) FROM license_changes`) != before {
		t.Error("rows were written")
	}
}

func TestACustomerThatOneListLackedIsAskedForOnceMore(t *testing.T) {
	t.Parallel()
	w := ready(t)
	victim := w.far.Customers()[2].CustomerNo
	w.ok(w.far.SetCustomerGone(victim, true))
	// it is back before the list is read again, as one that had changed its page
	w.sync.Connect = w.between(w.sync.Connect, func() { w.ok(w.far.SetCustomerGone(victim, false)) })
	if r := w.accounts(); r.State != syncing.Succeeded || r.Gone != 0 {
		t.Errorf("%s, gone %d: %s", r.State, r.Gone, r.Message)
	}
}

type connecting = func(context.Context, provider.Provider) (distributor.Connector, error)

// between lets something happen after the first list of customers.
func (w *world) between(connect connecting, happens func()) connecting {
	return func(ctx context.Context, p provider.Provider) (distributor.Connector, error) {
		c, err := connect(ctx, p)
		return &shifting{Connector: c, happens: happens}, err
	}
}

type shifting struct {
	distributor.Connector
	happens func()
}

func (s *shifting) Accounts(ctx context.Context) (distributor.AccountListing, error) {
	got, err := s.Connector.Accounts(ctx)
	if s.happens != nil {
		s.happens()
		s.happens = nil
	}
	return got, err
}

func TestWhatMovesWhileListsAreReadIsNotGone(t *testing.T) {
	t.Parallel()
	w := ready(t)
	id, have := w.living(0)
	from := w.accountOf(id)
	var to string
	w.ok(w.db.Read(t.Context()).Raw(`SELECT external_id FROM provider_accounts WHERE external_id < ?
		ORDER BY external_id LIMIT 1`, from).Scan(&to).Error)
	if to == "" {
		id, have = w.living(len(w.far.Subscriptions()) / 2)
		w.ok(w.db.Read(t.Context()).Raw(`SELECT min(external_id) FROM provider_accounts`).Scan(&to).Error)
	}
	w.ok(w.db.Read(t.Context()).Exec(`UPDATE providers SET concurrency = 1`).Error)
	connect := w.sync.Connect
	w.sync.Connect = func(ctx context.Context, p provider.Provider) (distributor.Connector, error) {
		c, err := connect(ctx, p)
		return &moving{Connector: c, after: to, move: func() { w.ok(w.far.MoveSubscription(id, to)) }}, err
	}
	r := w.subscriptions()
	if r.Gone != 0 || len(w.waits(r)) != 1 || !strings.Contains(w.waits(r)[0], "moved to "+to) {
		t.Fatalf("gone %d, waits %v", r.Gone, w.waits(r))
	}
	w.sync.Connect = connect
	w.subscriptions()
	if n := w.count(`SELECT count(*) FROM subscriptions s JOIN provider_accounts a ON a.id = s.account_id
		WHERE s.external_id = ? AND s.state <> 'inactive' AND s.ledger_quantity = ? AND a.external_id = ?`, id, have,
		to); n != 1 {
		t.Error("it did not move with its seats")
	}
	if n := w.count(`SELECT count(*) FROM license_changes WHERE reason IN ('gone', 'back')`); n != 0 {
		t.Errorf("%d rows of seats that went out and came back", n)
	}
}

// moving moves a subscription once the account that it goes to was read.
type moving struct {
	distributor.Connector
	after string
	move  func()
}

func (m *moving) Subscriptions(ctx context.Context, account string) (distributor.SubscriptionListing, error) {
	got, err := m.Connector.Subscriptions(ctx, account)
	if account == m.after && m.move != nil {
		m.move()
		m.move = nil
	}
	return got, err
}

func TestAMarkedAccountTakesNoSafetyFromOthers(t *testing.T) {
	t.Parallel()
	w := ready(t)
	victim, _ := w.living(0)
	bad := w.crowded(1)
	if bad == w.accountOf(victim) {
		bad = w.crowded(2)
	}
	w.fault(sandbox.Fault{Path: listOf(bad), Kind: "status", Status: 404})
	var ids []uuid.UUID
	w.ok(w.db.Read(t.Context()).Raw(`SELECT id FROM provider_accounts WHERE external_id = ?`, bad).Scan(&ids).Error)
	id := ids[0]
	if err := w.sync.MarkUnreadable(t.Context(), person, id, " "); err == nil {
		t.Error("an account was marked without a reason")
	}
	w.ok(w.sync.MarkUnreadable(t.Context(), person, id, "Agreement not signed"))
	w.ok(w.far.SetSubscriptionGone(victim, true))
	r := w.subscriptions()
	if r.State != syncing.Succeeded || r.Gone != 1 || r.Failed != 0 {
		t.Errorf("%s, gone %d, failed %d: %s %v", r.State, r.Gone, r.Failed, r.Message, w.waits(r))
	}
	w.ok(w.sync.MarkUnreadable(t.Context(), person, id, ""))
	if r := w.subscriptions(); r.State != syncing.Partial || r.Failed != 1 {
		t.Errorf("taken back: %s, failed %d", r.State, r.Failed)
	}
}

// A customer that the list lacks is no proof about its subscriptions: they stay, and their review says so.
func TestACustomerThatIsGoneFailsTheReviewOfItsSubscriptionsUntilItIsBack(t *testing.T) {
	t.Parallel()
	w, _ := settled(t)
	var victim string
	w.ok(w.db.Read(t.Context()).Raw(`SELECT a.external_id FROM provider_accounts a WHERE EXISTS (
		SELECT FROM subscriptions s WHERE s.account_id = a.id AND s.state <> 'inactive')
		ORDER BY a.external_id LIMIT 1`).Scan(&victim).Error)
	const told = `SELECT count(*) FROM subscription_reviews v JOIN subscriptions s ON s.id = v.subscription_id
		WHERE s.state <> 'inactive' AND s.review = 'fail' AND v.checks @> '[{"code": "account_gone"}]'`
	w.fault(sandbox.Fault{Path: "/api/v1/cloud/customers", Kind: "omit", Record: victim})
	w.accounts()
	if n, want := w.count(told), w.count(`SELECT count(*) FROM subscriptions s
		JOIN provider_accounts a ON a.id = s.account_id
		WHERE s.state <> 'inactive' AND a.provider_status = 'gone'`); n == 0 || n != want {
		t.Errorf("%d of %d reviews say that the account is gone", n, want)
	}
	w.far.ClearFaults()
	w.accounts()
	if n := w.count(told); n != 0 {
		t.Errorf("%d reviews still say so after it is back", n)
	}
}

// oneByOne has one list read after the other.
func (w *world) oneByOne() {
	w.t.Helper()
	w.ok(w.db.Read(w.t.Context()).Exec(`UPDATE providers SET concurrency = 1`).Error)
}

// moveBehind moves a subscription, while its list is read, to a customer, and reads: it is missed for the first time.
func (w *world) moveBehind(from string, to sandbox.Customer, more ...sandbox.Step) string {
	w.t.Helper()
	id := w.livingOf(from)
	w.fault(sandbox.Fault{Path: listOf(from), Kind: "change", Times: 1,
		Do: append(more, sandbox.Step{Op: "move", ID: id, To: to.CustomerNo})})
	if r := w.subscriptions(); r.Gone != 0 || len(w.waits(r)) == 0 {
		w.t.Fatalf("it was not missed: gone %d, %v", r.Gone, w.waits(r))
	}
	return id
}

// livingOf is a living subscription of a customer.
func (w *world) livingOf(account string) (id string) {
	w.t.Helper()
	w.ok(w.db.Read(w.t.Context()).Raw(`SELECT s.external_id FROM subscriptions s JOIN provider_accounts a
		ON a.id = s.account_id WHERE a.external_id = ? AND s.state <> 'inactive' ORDER BY 1 LIMIT 1`,
		account).Scan(&id).Error)
	return id
}

func (w *world) stateOf(id string) (state string) {
	w.t.Helper()
	w.ok(w.db.Read(w.t.Context()).Raw(`SELECT state FROM subscriptions WHERE external_id = ?`, id).Scan(&state).Error)
	return state
}

// What was seen to have moved to a customer is not gone while that customer's list is suddenly empty and not believed.
func TestWhatMovedToACustomerWhoseListIsSuddenlyEmptyWaits(t *testing.T) {
	t.Parallel()
	w := ready(t)
	w.oneByOne()
	from, to := w.crowded(1), w.crowded(0)
	id := w.moveBehind(from, w.customer(to))
	w.clock.Advance(24 * time.Hour)
	w.fault(sandbox.Fault{Path: listOf(to), Kind: "empty_list"})
	if r := w.subscriptions(); r.Gone != 0 || w.stateOf(id) == "inactive" {
		t.Errorf("gone %d: %v", r.Gone, w.waits(r))
	}
	w.far.ClearFaults()
	w.clock.Advance(24 * time.Hour)
	if r := w.subscriptions(); r.Gone != 0 || w.stateOf(id) == "inactive" {
		t.Errorf("afterwards: gone %d, it is %s", r.Gone, w.stateOf(id))
	}
}

// A new customer that lists nothing once is asked again before what vanished when it came is gone.
func TestANewCustomerThatListsNothingIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := ready(t)
	fresh, err := w.far.AddCustomer(sandbox.NewCustomer{Company: sandbox.Company{Name: "New Leaf Ltd",
		Domain: "newleaf.example"}})
	w.ok(err)
	w.ok(w.far.SetCustomerGone(fresh.CustomerNo, true))
	id := w.moveBehind(w.crowded(1), fresh, sandbox.Step{Op: "join", ID: fresh.CustomerNo})
	w.clock.Advance(24 * time.Hour)
	w.accounts()
	w.fault(sandbox.Fault{Path: listOf(fresh.CustomerNo), Kind: "empty_list", Times: 1})
	if r := w.subscriptions(); r.Gone != 0 || w.stateOf(id) == "inactive" {
		t.Errorf("gone %d: %v", r.Gone, w.waits(r))
	}
}

func (w *world) customer(no string) sandbox.Customer {
	w.t.Helper()
	for _, c := range w.far.Customers() {
		if c.CustomerNo == no {
			return c
		}
	}
	w.t.Fatalf("no customer %s", no)
	return sandbox.Customer{}
}

// What any list of a run had, at whichever look, is not gone in it, although an earlier run missed it already.
func TestWhatASecondLookSeesElsewhereIsNotGone(t *testing.T) {
	t.Parallel()
	w := ready(t)
	w.oneByOne()
	from, to := w.crowded(1), w.crowded(0)
	id := w.moveBehind(from, w.customer(to))
	w.fault(sandbox.Fault{Path: listOf(to), Kind: "empty_list", Times: 1})
	if r := w.subscriptions(); r.Gone != 0 || w.stateOf(id) == "inactive" {
		t.Fatalf("it moved to a list that was empty once, and was closed: gone %d", r.Gone)
	}
	if r := w.subscriptions(); r.Gone != 0 || w.accountOf(id) != to {
		t.Errorf("it is with %s, not with %s: %s", w.accountOf(id), to, r.Message)
	}
}

// That an earlier run missed something proves nothing where its list was not believed then: it is looked for everywhere
// again before it is gone.
func TestWhatWasMissedOnAnEmptyListIsLookedForEverywhere(t *testing.T) {
	t.Parallel()
	w := ready(t)
	w.oneByOne()
	from, to := w.crowded(1), w.crowded(0)
	id := w.livingOf(from)
	w.fault(sandbox.Fault{Path: listOf(from), Kind: "empty_list"})
	w.subscriptions()
	w.far.ClearFaults()
	w.clock.Advance(24 * time.Hour)
	w.fault(sandbox.Fault{Path: listOf(from), Kind: "change", Times: 1,
		Do: []sandbox.Step{{Op: "move", ID: id, To: to}}})
	if r := w.subscriptions(); r.Gone != 0 || w.stateOf(id) == "inactive" {
		t.Fatalf("it moved to a list that was read already, and was closed: gone %d", r.Gone)
	}
	if r := w.subscriptions(); r.Gone != 0 || w.accountOf(id) != to {
		t.Errorf("it is with %s, not with %s: %s", w.accountOf(id), to, r.Message)
	}
}

// One answer of another customer's list proves no move from a customer that is gone itself: it moves in the next run if
// it is still there, and stays where it is if it is not.
func TestAMoveFromACustomerThatIsGoneWaitsOneRun(t *testing.T) {
	t.Parallel()
	w := ready(t)
	from, to := w.crowded(1), w.crowded(0)
	id := w.livingOf(from)
	w.ok(w.far.SetCustomerGone(from, true))
	w.accounts()
	w.fault(sandbox.Fault{Path: listOf(to), Kind: "also_lists", Record: id})
	r := w.subscriptions()
	if w.accountOf(id) != from || !slices.ContainsFunc(w.waits(r), func(why string) bool {
		return strings.Contains(why, "next run if it is still listed elsewhere")
	}) {
		t.Fatalf("it is with %s: %v", w.accountOf(id), w.waits(r))
	}
	w.far.ClearFaults()
	w.clock.Advance(24 * time.Hour)
	if w.subscriptions(); w.accountOf(id) != from || w.stateOf(id) == "inactive" {
		t.Fatalf("it was a lie, and it is %s with %s", w.stateOf(id), w.accountOf(id))
	}
	w.fault(sandbox.Fault{Path: listOf(to), Kind: "also_lists", Record: id})
	for range 2 {
		w.clock.Advance(24 * time.Hour)
		w.subscriptions()
	}
	if w.accountOf(id) != to {
		t.Errorf("two runs have seen it with %s, and it is with %s", to, w.accountOf(id))
	}
}
