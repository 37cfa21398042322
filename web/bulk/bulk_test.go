package bulk_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/webtest"
)

func TestManyAreEndedAsThePreviewSaidAndOneUndoBringsThemBack(t *testing.T) {
	t.Parallel()
	s := newShop(t, november)
	ids := s.subscribe(3)
	s.made("/subscriptions/" + ids[2] + "/deactivate")
	page := s.admin.Post("/subscriptions/deactivate", values("id", ids[0], "id", ids[1], "id", ids[2])).Next()
	page.Shows("Deactivate 2 subscriptions", "Seats that end", "20", "it has ended already",
		"Nothing is sent to the distributor", "deactivate 2")
	if n := s.states("state"); n["inactive"] != 1 {
		t.Fatalf("the preview ended some: %v", n)
	}
	form := page.Form(`form[action$="/apply"]`)
	form.Set("confirm", "yes").Submit().Want(http.StatusUnprocessableEntity).Shows("Type deactivate 2 exactly")
	done := form.Set("confirm", "deactivate 2", "note", "moved away").Submit().Next().
		Shows("2 of 3 subscriptions deactivated", "1 was left alone", "Undo")
	if n := s.states("state"); n["inactive"] != 3 {
		t.Fatalf("%v", n)
	}
	// Twice the same form does nothing more.
	form.Submit().Want(http.StatusSeeOther)
	if n := s.number(`SELECT count(*) FROM license_changes WHERE event = 'deactivate'`); n != 3 {
		t.Errorf("%d closing rows", n)
	}
	if rows := s.admin.Get(done.Path() + "/records.csv").Records(); len(rows) != 3 || rows[0]["state"] != "done" {
		t.Errorf("%v", rows)
	}
	s.admin.Get("/bulk").Shows("Deactivate subscriptions")
	undo := done.Form(`form[action$="/undo"]`)
	undo.Submit().Next().Shows("Undone: 2 subscriptions are taken back", "active again")
	if n := s.states("state"); n["inactive"] != 1 || n["active"] != 2 {
		t.Errorf("%v", n)
	}
	undo.Submit().Want(http.StatusConflict).Shows("Nothing of this is left to take back")
}

func TestRefundAndDayAreLookedAtAgainBeforeTheyAreConfirmed(t *testing.T) {
	t.Parallel()
	s := newShop(t, november)
	ids := s.subscribe(2)
	s.admin.Post("/subscriptions/sign-off", values("id", ids[0], "id", ids[1])).Want(http.StatusSeeOther)
	invoice := s.made(s.contract+"/invoices", "kind", "full_cycle", "period_end", "2026-12-01", "earlier", "on")
	s.made(invoice + "/bill")
	page := s.admin.Post("/subscriptions/deactivate", values("id", ids[0], "id", ids[1])).Next()
	// Nine days of 20 seats at 10 dollars a seat and month of 30 days.
	page.Shows("without refund", "60.00 USD")
	again := page.Form(`form[action$="/again"]`)
	again.Set("effective_at", "soon").Submit().Want(http.StatusUnprocessableEntity).Shows("Enter a date as")
	page = again.Set("effective_at", "2026-11-25", "refund", "yes").Submit().Next().Shows("with refund", "40.00 USD")
	page.Submit(`form[action$="/apply"]`, "confirm", "deactivate 2").Shows("2 of 2 subscriptions deactivated")
	if n := s.number(`SELECT count(*) FROM license_changes WHERE event = 'deactivate' AND refund
		AND effective_at = '2026-11-25'`); n != 2 {
		t.Errorf("%d closing rows with refund", n)
	}
	// And back, through the deed of activating many.
	page = s.admin.Post("/subscriptions/activate", values("id", ids[0], "id", ids[1])).Next().
		Shows("Activate 2 subscriptions")
	page = page.Submit(`form[action$="/apply"]`).Shows("2 of 2 subscriptions activated")
	page.Submit(`form[action$="/undo"]`).Shows("2 subscriptions are taken back")
	if n := s.states("state"); n["inactive"] != 2 {
		t.Errorf("%v", n)
	}
}

func TestWhatChangedAfterThePreviewIsNamedAndNothingIsDone(t *testing.T) {
	t.Parallel()
	s := newShop(t, november)
	ids := s.subscribe(3)
	page := s.admin.Post("/subscriptions/deactivate", values("all", "1", "filter", "q=product")).Next().
		Shows("Deactivate 3 subscriptions", "all that match")
	// Two people: the other one changes a seat count and takes another record out of the filter.
	s.made("/subscriptions/"+ids[1]+"/quantity", "quantity", "12", "effective_at", "2026-11-20")
	form := page.Form(`form[action$="/apply"]`).Set("confirm", "deactivate 3")
	form.Submit().Want(http.StatusConflict).Shows("Nothing was changed", "1 stand differently", "Product 01")
	if n := s.states("state"); n["inactive"] != 0 {
		t.Errorf("%v", n)
	}
	fresh := s.admin.Get(page.Path()).Form(`form[action$="/again"]`).Submit().Next()
	fresh.Submit(`form[action$="/apply"]`, "confirm", "deactivate 3").Shows("3 of 3 subscriptions deactivated")
	// Another preview's digest confirms nothing.
	s.admin.Post(page.Path()+"/apply", values("digest", "x", "confirm", "deactivate 3")).Want(http.StatusConflict)
}

func TestWhatChangedBetweenDeedAndUndoIsKeptByName(t *testing.T) {
	t.Parallel()
	s := newShop(t, november)
	ids := s.subscribe(3)
	page := s.admin.Get("/subscriptions").Form(`form[action="/bulk"]`).Submit().Next().Shows("Sign off 3 subscriptions",
		"Price per month", "300.00 USD")
	page = page.Submit(`form[action$="/apply"]`, "note", "all right").Shows("3 of 3 subscriptions signed off")
	// One gets another price, and so its signature lapses.
	s.made("/subscriptions/"+ids[1]+"/price", "unit_price", "11", "price_period", "month", "note", "raised")
	page.Submit(`form[action$="/undo"]`).Shows("2 subscriptions are taken back", "1 was kept", "Product 01",
		"its signature has lapsed since")
	if n := s.states("review"); n["signed"] != 0 {
		t.Errorf("%v", n)
	}
	// A signature that was taken back was never given: nothing is billed by it.
	if left := s.number(`SELECT count(*) FROM sign_offs WHERE NOT taken_back`); left != 1 {
		t.Errorf("%d signatures count", left)
	}
	s.admin.Get("/subscriptions/" + ids[0]).Shows("taken back by")
}

func TestASignatureThatAnInvoiceStandsOnIsKept(t *testing.T) {
	t.Parallel()
	s := newShop(t, november)
	ids := s.subscribe(1)
	page := s.admin.Post("/subscriptions/sign-off", values("all", "1")).Next().Submit(`form[action$="/apply"]`)
	s.made(s.contract+"/invoices", "kind", "full_cycle", "period_end", "2026-12-01", "earlier", "on")
	page.Submit(`form[action$="/undo"]`).Shows("1 was kept", "it stands on an invoice that was made since")
	if n := s.states("review"); n["signed"] != len(ids) {
		t.Errorf("%v", n)
	}
}

func TestTicksSurvivePagingAndFiltersWithoutAScript(t *testing.T) {
	t.Parallel()
	s := newShop(t, november)
	ids := s.subscribe(27)
	first := s.admin.Get("/subscriptions?size=25&sort=product")
	bar := first.FormTo("/subscriptions/sign-off").Tick("id", ids[0]).Tick("id", ids[3])
	bar.Action = "/ticks/subscriptions"
	back := bar.Submit().Next()
	if got := back.Doc().Find(`tbody input[name=id][checked]`).Length(); got != 2 {
		t.Errorf("%d are ticked on the page itself", got)
	}
	second := s.admin.Get("/subscriptions?q=product+26").Shows("2 selected on other pages")
	lacks(t, s.SignIn(auth.Billing).Get("/subscriptions"), "selected on other pages") // they are one person's
	form := second.FormTo("/subscriptions/sign-off").Tick("id", ids[26])
	preview := form.Submit().Next().Shows("Sign off 3 subscriptions", "Product 00", "Product 03", "Product 26")
	preview.Submit(`form[action$="/apply"]`).Shows("3 of 3 subscriptions signed off")
	lacks(t, s.admin.Get("/subscriptions?q=product+26"), "selected on other pages")
	// Off again: a page takes back its own ticks, and one button all of them.
	s.admin.Post("/ticks/subscriptions", values("id", ids[5], "shown", ids[5])).Want(http.StatusSeeOther)
	s.admin.Post("/ticks/subscriptions", values("id", ids[6], "shown", ids[5], "shown", ids[6])).
		Want(http.StatusSeeOther)
	if n := s.number(`SELECT count(*) FROM kept_ticks`); n != 1 {
		t.Errorf("%d ticks", n)
	}
	s.admin.Post("/ticks/subscriptions", values("clear", "1")).Want(http.StatusSeeOther)
	if n := s.number(`SELECT count(*) FROM kept_ticks`); n != 0 {
		t.Errorf("%d ticks", n)
	}
	s.admin.Post("/ticks/nonsense", values("clear", "1")).Want(http.StatusNotFound)
	s.admin.Post("/ticks/subscriptions", values("id", "x")).Want(http.StatusUnprocessableEntity)
}

func TestTwoWhoConfirmAtOnceDoItOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t, november)
	s.subscribe(4)
	page := s.admin.Post("/subscriptions/deactivate", values("all", "1")).Next()
	form := page.Form(`form[action$="/apply"]`).Set("confirm", "deactivate 4")
	other := s.SignIn(auth.Billing)
	var all sync.WaitGroup
	for _, c := range []*webtest.Client{s.admin, other, s.admin, other} {
		all.Go(func() {
			if got := c.Post(page.Path()+"/apply", form.Values).Status; got != http.StatusSeeOther {
				t.Errorf("answered %d", got)
			}
		})
	}
	all.Wait()
	if n := s.number(`SELECT count(*) FROM license_changes WHERE event = 'deactivate'`); n != 4 {
		t.Errorf("%d closing rows", n)
	}
	if n := s.number(`SELECT count(*) FROM audit_events WHERE action = 'bulk.applied'`); n != 1 {
		t.Errorf("%d confirmations", n)
	}
}

func TestARecordThatIsGoneIsNamed(t *testing.T) {
	t.Parallel()
	s := newShop(t, november)
	s.accounts(3)
	page := s.admin.Post("/accounts/exclude", values("all", "1", "filter", "state=unmapped")).Next().
		Shows("Exclude 3 accounts")
	form := page.Form(`form[action$="/apply"]`)
	form.Submit().Want(http.StatusUnprocessableEntity).Shows("Reason: this is needed")
	if _, err := s.DB.Owner().Exec(t.Context(),
		`DELETE FROM provider_accounts WHERE external_id = 'X-00002'`); err != nil {
		t.Fatal(err)
	}
	refused := form.Set("reason", "a test").Submit().Want(http.StatusConflict).
		Shows("are no longer there", "Waiting 00002")
	page = refused.Form(`form[action$="/again"]`).Submit().Next().Shows("Exclude 2 accounts")
	page = page.Submit(`form[action$="/apply"]`, "reason", "a test").Shows("2 of 2 accounts excluded")
	if n := s.number(`SELECT count(*) FROM provider_accounts WHERE exclude_reason = 'a test'`); n != 2 {
		t.Errorf("%d are excluded", n)
	}
	// One is decided about since: it is kept, and the other stands as before.
	id := s.admin.Get("/accounts.csv?q=X-00001").Records()[0]["id"]
	s.made("/accounts/" + id + "/include")
	page.Submit(`form[action$="/undo"]`).Shows("1 account is taken back", "Waiting 00001", "no longer the last decision")
}

func TestWhoMayNotDoItMayLook(t *testing.T) {
	t.Parallel()
	s := newShop(t, november)
	s.subscribe(1)
	page := s.admin.Post("/subscriptions/sign-off", values("all", "1")).Next()
	digest := page.Form(`form[action$="/apply"]`).Values
	for role, want := range map[auth.Role]int{auth.Viewer: http.StatusForbidden, auth.Operator: http.StatusForbidden} {
		c := s.SignIn(role)
		if n := c.Get(page.Path()).Doc().Find("main form[method=post]").Length(); n != 0 {
			t.Errorf("%s is offered %d forms", role, n)
		}
		c.Post(page.Path()+"/apply", digest).Want(want)
		c.Post(page.Path()+"/undo", nil).Want(want)
	}
	s.admin.Post("/subscriptions/deactivate", nil).Want(http.StatusUnprocessableEntity)
	s.admin.Post("/subscriptions/deactivate", values("id", "x")).Want(http.StatusUnprocessableEntity)
	s.admin.Post("/subscriptions/deactivate", values("all", "1", "filter", "state=odd")).
		Want(http.StatusUnprocessableEntity)
	s.admin.Look("/bulk/" + "0190a000-0000-7000-8000-000000000001").Want(http.StatusNotFound)
	s.admin.Look("/bulk/x").Want(http.StatusNotFound)
	s.admin.Post("/bulk", values("deed", "burn", "all", "1")).Want(http.StatusUnprocessableEntity)
	s.SignIn(auth.Operator).Post("/bulk", values("deed", "deactivate", "all", "1")).Want(http.StatusForbidden)
}

// Ten thousand are looked at, and taken back while they are being done: what had its turn goes back, what had not
// never gets it.
func TestTenThousandAreShownBegunAndTakenBack(t *testing.T) {
	t.Parallel()
	s := newShop(t, november)
	s.App.Bulk.Waits = 1 // an answer does what one transaction does
	const n = 10_000
	s.accounts(n)
	page := s.admin.Post("/accounts/exclude", values("all", "1", "filter", "state=unmapped")).Next()
	s.queue()
	page = s.admin.Get(page.Path()).Shows("Exclude 10,000 accounts", "more stand in the file")
	doing := page.Form(`form[action$="/apply"]`).Set("reason", "a test").Submit().Next().
		Shows("more follow by themselves", "Under way")
	doing.Form(`form[action$="/undo"]`).Submit().Want(http.StatusSeeOther)
	s.queue()
	if got := s.number(`SELECT count(*) FROM provider_accounts WHERE state = 'excluded'`); got != 0 {
		t.Errorf("%d are still excluded", got)
	}
	states := map[string]int{}
	for _, r := range s.admin.Get(page.Path() + "/records.csv").Records() {
		states[r["state"]+" "+r["why"]]++
	}
	if done := states["undone "]; done == 0 || done > n/2 ||
		done+states["skipped taken back before its turn"] != n {
		t.Errorf("%v", states)
	}
}

// queue does what the queue would: it goes on with what waits, until nothing does.
func (s *shop) queue() {
	s.t.Helper()
	for {
		var waiting []uuid.UUID
		err := s.DB.Read(s.t.Context()).Raw(`SELECT id FROM bulk_runs WHERE finished_at IS NULL`).Scan(&waiting).Error
		for _, run := range waiting {
			err = errors.Join(err, s.App.Bulk.Execute(s.t.Context(), run))
		}
		if err != nil {
			s.t.Fatal(err)
		}
		if len(waiting) == 0 {
			return
		}
	}
}

func lacks(t *testing.T, p *webtest.Page, text string) {
	t.Helper()
	if strings.Contains(string(p.Body), text) {
		t.Errorf("%s says %q", p.Path(), text)
	}
}
