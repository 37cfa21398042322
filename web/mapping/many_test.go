package mapping_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/webtest"
)

// clear is a provider with n accounts that are certain.
func (w world) clear(n int) (provider uuid.UUID, accounts []uuid.UUID) {
	w.t.Helper()
	provider = w.provider("North")
	for i, c := range towns(n) {
		accounts = append(accounts, w.account(provider, fmt.Sprint(i), c))
		w.customer(c)
	}
	w.suggest(provider)
	return provider, accounts
}

func TestABatchIsPreviewedConfirmedAndTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, accounts := w.clear(5)
	c := w.operator()
	preview := c.Get("/mapping/bulk").Shows("5 accounts would be mapped", "Subscriptions that get a customer")
	if got := w.value(`SELECT count(*)::text FROM provider_accounts WHERE state = 'mapped'`); got != "0" {
		t.Fatalf("the preview mapped %s", got)
	}
	preview.Form("#accept").Submit().Want(http.StatusUnprocessableEntity).
		Shows("Confirm that you have looked at the list")
	batch := preview.Form("#accept").Tick("confirm", "on").Submit().Next().Shows("Mapped 5 of 5 accounts", "Undo")
	if got := w.value(`SELECT count(*)::text FROM provider_accounts WHERE state = 'mapped'`); got != "5" {
		t.Errorf("%s are mapped", got)
	}
	c.Get("/mapping").Shows("Everything is mapped").Form(`form[action="/mapping/undo"]`).Submit().Next().
		Shows("5 mappings are taken back")
	for _, a := range accounts {
		if w.state(a) != "unmapped" {
			t.Error(w.state(a))
		}
	}
	c.Get(batch.Path()).Shows("taken back")
}

func TestABatchTellsTheLoserAndGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, accounts := w.clear(4)
	c := w.operator()
	preview := c.Get("/mapping/bulk")
	form := preview.Form("#accept").Tick("confirm", "on")
	// Somebody else is quicker: one account is excluded, another has the CRM account of a third.
	other := w.SignIn(auth.Admin)
	other.Post("/mapping/"+accounts[0].String()+"/exclude", url.Values{"reason": {"a test"}}).Want(303)
	customer := strings.Split(form.Values["pair"][3], ":")
	thief := w.account(w.providerOf(accounts[0]), "thief", company{name: "Thief"})
	other.Post("/mapping/"+thief.String()+"/accept", url.Values{"crm_account_id": {customer[1]}}).Want(303)
	form.Submit().Next().Shows("Mapped 2 of 4 accounts", "2 were skipped", "is excluded meanwhile, by Robin",
		"is already mapped to Thief")
	if twice := w.value(`SELECT count(*)::text
		FROM (SELECT FROM provider_accounts WHERE state = 'mapped' GROUP BY crm_account_id
		HAVING count(*) > 1) x`); twice != "0" {
		t.Errorf("%s CRM accounts were given twice", twice)
	}
}

func (w world) providerOf(account uuid.UUID) uuid.UUID {
	w.t.Helper()
	return uuid.MustParse(w.value(`SELECT provider_id::text FROM provider_accounts WHERE id = ?`, account))
}

func TestATakenCRMAccountIsTakenOverWithItsImpactShownFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	c := company{name: "Redwood Legal", domain: "redwood.example"}
	wrong := w.account(p, "1", company{name: "Someone Else"})
	customer := w.customer(c)
	right := w.account(p, "2", c)
	person := w.operator()
	person.Post("/mapping/"+wrong.String()+"/accept", url.Values{"crm_account_id": {customer.String()}}).Want(303)
	w.suggest(p)
	page := person.Get("/mapping?at="+right.String()).Shows("Redwood Legal is taken by Someone Else", "Robin Operator")
	if page.Doc().Find(`[data-key="a"]`).Length() != 0 {
		t.Error("what is taken can be accepted with one key")
	}
	question := page.Follow("Take over or exchange").
		Shows("Subscriptions of Someone Else that lose customer and contract", "waits to be mapped again")
	question.Form(`form[action$="/swap"]`).Submit().Next().Shows("Mapped Redwood Legal to Redwood Legal").
		Form(`form[action="/mapping/undo"]`)
	if w.state(right) != "mapped Redwood Legal" || w.state(wrong) != "unmapped" {
		t.Errorf("%s, %s", w.state(right), w.state(wrong))
	}
	person.Get("/mapping").Form(`form[action="/mapping/undo"]`).Submit().Next()
	if w.state(right) != "unmapped" || w.state(wrong) != "mapped Redwood Legal" {
		t.Errorf("undone: %s, %s", w.state(right), w.state(wrong))
	}
}

func TestANoIsRememberedUntilTheDataChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	c := towns(1)[0]
	a := w.account(p, "1", c)
	customer := w.customer(c)
	w.suggest(p)
	person := w.operator()
	open := func() *webtest.Page { return person.Get("/mapping?at=" + a.String()) }
	open().Form(`form[action$="/none"]`).Submit().Next()
	person.Get("/mapping").Shows("Nothing waits here")
	w.suggest(p)
	person.Get("/mapping?show=no_match").Shows("None of the candidates fitted", "Take the no back", c.name)
	w.exec(`UPDATE crm_accounts SET phone = '+1 503 555 9999', version = version + 1 WHERE id = ?`, customer)
	w.suggest(p)
	open().Shows("Accept " + c.name)
	person.Get("/mapping/history").Shows("the data have changed since", "said no")
}

func TestASnoozeEndsByItselfOrByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, accounts := w.clear(1)
	person := w.operator()
	person.Post("/mapping/"+accounts[0].String()+"/snooze",
		url.Values{"days": {"7"}}).Next().Shows("is put aside until", "Nothing waits here")
	person.Get("/mapping?show=snoozed").Shows("Put aside until").Form(`form[action="/mapping/undo"]`)
	w.exec(`UPDATE mapping_snoozes SET until = current_date`)
	person.Get("/mapping").Shows("1 of 1")
	person.Post("/mapping/"+accounts[0].String()+"/snooze",
		url.Values{"days": {"5000"}}).Want(http.StatusUnprocessableEntity)
}

func TestThePartsOfTheScoreAddUpAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, accounts := w.clear(6)
	person := w.operator()
	for _, a := range accounts {
		doc := person.Get("/mapping?at=" + a.String()).Doc()
		var sum, total float64
		doc.Find(".waterfall tbody .num").Each(func(_ int, s *goquerySelection) { sum += number(t, s.Text()) })
		total = number(t, strings.Split(doc.Find(".waterfall tfoot .num").Text(), ",")[0])
		if d := sum - total; d > 0.001 || d < -0.001 || total == 0 {
			t.Errorf("%.2f is not %.2f", sum, total)
		}
	}
}

func TestListAndHistoryGiveTheSameRowsAsFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, accounts := w.clear(3)
	person := w.operator()
	person.Get("/mapping/list").Form(`form[action="/mapping/`+accounts[1].String()+`/accept"]`).Submit().Next().
		Shows("Mapping queue as a list", "Undo")
	if rows := person.Get("/mapping/list.csv?band=certain").Records(); len(rows) != 2 ||
		rows[0]["confidence"] != "certain" || rows[0]["crm_account"] == "" {
		t.Errorf("%v", rows)
	}
	rows := person.Get("/mapping/history.csv?by=person").Records()
	if len(rows) != 1 || rows[0]["action"] != "map" || rows[0]["actor"] != "Robin Operator" ||
		rows[0]["probability"] == "" {
		t.Errorf("%v", rows)
	}
	person.Look("/mapping/list?band=sure").Want(http.StatusUnprocessableEntity)
	person.Get("/mapping/history?by=machine").Shows("No decision matches")
}

func TestAViewerOnlyLooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.clear(2)
	page := w.SignIn(auth.Viewer).Get("/mapping").Shows("1 of 2")
	if n := page.Doc().Find("main form[method=post]").Length(); n != 0 {
		t.Errorf("%d forms", n)
	}
}
