package cutovers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/htmlcheck"
)

func TestACustomerIsMovedThroughThePagesAloneAndTheRunIsFinished(t *testing.T) {
	t.Parallel()
	m := open(t, 12)
	m.begin().Shows("Twins paired and confirmed", "0 of 1", "Contoso", "2 subscriptions undecided")
	if text := m.client.Get(m.run).Text(); strings.Contains(text, "to be accepted") {
		t.Error("10 and 12 seats are no exact pair")
	}
	m.pair()
	m.take("confirm").Next().Shows("1 customer confirmed.", "frozen", "held (cutover)", "Confirmed: old ones frozen")
	m.take("reassign").Next().Shows("1 customer reassigned.")

	m.take("retire", "confirm", "retire").Want(http.StatusUnprocessableEntity).
		Shows("Type retire 1 exactly as it stands here")
	m.take("retire", "confirm", "retire 1").Want(http.StatusConflict).Shows("What came of it", "Nobody has signed off")
	m.sign(m.newID)
	m.take("retire", "confirm", "retire 1").Next().Shows("1 customer retired.", "ended "+m.next.String())

	proved := m.client.Get(m.run+"/proof").Shows("Not proved yet", "Seats change from 10 to 12")
	change, _ := proved.Doc().Find(`input[name="change"]`).Attr("value")
	proved.FormTo(m.run+"/acknowledge").Tick("change", change).Set("note",
		"two more were ordered").Submit().Next().Shows("Every day is covered exactly once", "two more were ordered",
		"by Robin Operator")

	m.post("/finish", "name", "Spring move").Want(http.StatusConflict).Shows("Old provider deactivated")
	m.exec(`UPDATE providers SET active = false, deactivated_at = now(), deactivated_by = 'Bea Example' WHERE id = ?`,
		m.old.ID)
	m.client.Get(m.run+"/finish").FormTo(m.run+"/finish").Set("name",
		"spring").Submit().Want(http.StatusUnprocessableEntity)
	m.client.Get(m.run+"/finish").FormTo(m.run+"/finish").Set("name",
		"Spring move").Submit().Next().Shows("The cut-over is finished")
	m.post("/undo", "crm_account_id", m.customer.String()).Want(http.StatusConflict)
	m.client.Get(m.run).Shows("finished", "The proof stays here as the final report")
}

func TestTheProofsFileHasEveryDayOnceAndItsColumns(t *testing.T) {
	t.Parallel()
	m := open(t, 10)
	m.begin()
	p := m.client.Get(m.run + "/proof.csv")
	if !strings.HasPrefix(string(p.Body),
		"crm_account,crm_account_id,product,part_number,day,seats_before,seats_after,verdict,why,forfeited,counted_before,counted_after,billed_before,billed_after\r\n") {
		t.Errorf("%.100s", p.Body)
	}
	seen := map[string]map[string]string{}
	for _, r := range p.Records() {
		if seen[r["day"]] != nil {
			t.Errorf("%s stands twice", r["day"])
		}
		seen[r["day"]] = r
	}
	last, first := seen[m.next.AddDays(-1).String()], seen[m.next.String()]
	if last["verdict"] != "ok" || last["seats_before"] != "10" || last["seats_after"] != "0" ||
		last["part_number"] != "PN-1" || last["crm_account"] != "Contoso" || first["verdict"] != "undecided" {
		t.Errorf("%v\n%v", last, first)
	}
	list := m.client.Get("/cutovers.csv?state=open").Records()
	if len(list) != 1 || list[0]["name"] != "Spring move" || list[0]["old_provider"] != "By hand" ||
		list[0]["switch_day"] != m.next.String() {
		t.Errorf("%v", list)
	}
}

func TestTheExactPairsAreAcceptedInAStepOfTheirOwn(t *testing.T) {
	t.Parallel()
	m := open(t, 10)
	m.begin()
	m.client.Get(m.run).Shows("1 exact pair waits to be accepted")
	ask := m.client.Get(m.run).Form("#customers-bulk").Set("all", "1").Submit().Want(200)
	if ask.Shows("Confirm 1 customer", "10",
		"120.00 USD before, 120.00 USD after").Doc().Find(`input[name="exact"]`).Length() != 0 {
		t.Error("confirming accepts pairs too")
	}
	ask.FormTo(m.run+"/confirm").Submit().Want(http.StatusConflict).
		Shows("Say what becomes of Business Premium (S1, 10 seats).", "Open the subscription")
	m.page().Shows("Exact pairs", "Accept the exact pair").Form(`form[action$="/pairs"]:has(input[name="exact"])`).
		Submit().Next().Shows("1 customer paired.", "goes on as")
	m.post("/pairs", "crm_account_id", m.customer.String(), "ask",
		"1").Want(200).Shows("Accept the exact pairs of 1 customer").
		FormTo(m.run + "/pairs").Submit().Next().Shows("No exact pair waits for a decision.")
	m.take("confirm").Next().Shows("1 customer confirmed.")
}

func TestARefusalLinksToEachThingThatIsMissing(t *testing.T) {
	t.Parallel()
	m := open(t, 12)
	m.begin()
	links := m.post("/confirm", "crm_account_id",
		m.customer.String()).Want(http.StatusConflict).Doc().Find(".work-list a")
	if links.Length() != 2 || links.First().AttrOr("href", "") != "/subscriptions/"+m.oldID.String() {
		t.Errorf("%d links, the first to %s", links.Length(), links.First().AttrOr("href", ""))
	}
}

func TestEndedBesideNewOfOneProductIsConfirmedByName(t *testing.T) {
	t.Parallel()
	m := open(t, 10)
	m.begin()
	ended := []string{"crm_account_id", m.customer.String(), "kind", "ended", "old_subscription_id", m.oldID.String()}
	fresh := []string{"crm_account_id", m.customer.String(), "kind", "new", "new_subscription_id", m.newID.String()}
	for _, order := range [][2][]string{{ended, fresh}, {fresh, ended}} {
		m.post("/pairs", order[0]...).Want(http.StatusSeeOther)
		ask := m.post("/pairs", order[1]...).Want(http.StatusConflict).
			Shows("if they are one subscription, pair them instead", "Type Contoso to confirm")
		ask.FormTo(m.run+"/pairs").Set("confirm",
			"yes").Submit().Want(http.StatusUnprocessableEntity).Shows("Type Contoso exactly as it stands here")
		if n := m.page().Doc().Find(`form[action$="/undo"][action*="/pairs/"]`).Length(); n != 1 {
			t.Errorf("%d decisions stand", n)
		}
		ask.FormTo(m.run+"/pairs").Set("confirm", "Contoso").Submit().Next().Shows("1 decision was kept")
		for range 2 {
			m.page().Form(`form[action$="/undo"][action*="/pairs/"]`).Submit().Next().
				Shows("The decision was taken back.")
		}
	}
	m.post("/pairs", append(fresh, "from_start", "1")...).Want(http.StatusConflict).Shows("is billed from its start",
		"Type Contoso to confirm")
}

func TestTheSecondPersonIsToldWhoWasFirst(t *testing.T) {
	t.Parallel()
	m := open(t, 10)
	m.begin()
	both := make(chan int, 2)
	for range 2 {
		go func() {
			both <- m.post("/confirm", "crm_account_id", m.customer.String(), "exact", "1").Status
		}()
	}
	if a, b := <-both, <-both; a != http.StatusSeeOther || b != http.StatusSeeOther {
		t.Errorf("%d and %d", a, b)
	}
	m.post("/confirm", "crm_account_id",
		m.customer.String()).Next().Shows("Nothing was changed. Contoso: Done already by Robin Operator")
}

func TestADecisionIsTakenBackAndSaidAnotherWay(t *testing.T) {
	t.Parallel()
	m := open(t, 12)
	m.begin()
	m.pair()
	m.page().Form(`form[action$="/undo"][action*="/pairs/"]`).Submit().Next().Shows("The decision was taken back.")
	m.page().Form(`form[action$="/pairs"]:has(select[name="choice"])`).Set("choice",
		"ended").Submit().Next().Shows("no twin: ends")
	m.page().Form(`form[action$="/pairs"]:has(input[name="kind"][value="new"])`).Submit().Want(http.StatusConflict).
		FormTo(m.run+"/pairs").Set("confirm", "Contoso").Submit().Next().Shows("no twin: new")
	m.take("confirm").Next()
	if all := m.client.Get(m.run + "/proof").Text(); !strings.Contains(all, "Seats change") &&
		!strings.Contains(all, "seats are new") {
		t.Errorf("%.2000s", all)
	}
}

func TestADryRunKeepsNothing(t *testing.T) {
	t.Parallel()
	m := open(t, 10)
	m.begin()
	m.post("/pairs", "crm_account_id", m.customer.String(), "kind", "twin", "old_subscription_id", m.oldID.String(),
		"new_subscription_id", m.newID.String()).Want(http.StatusSeeOther)
	before := m.Versions("sessions")
	m.client.Get(m.run+"/dry-run").Form("#customers-bulk").Set("all", "1").Submit().Want(200).Shows("Nothing was kept",
		"open to reassigned", "signed off")
	if diff := cmp.Diff(before, m.Versions("sessions")); diff != "" {
		t.Error(diff)
	}
}

func TestWhatCannotBeDoneIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	m := open(t, 12)
	m.client.Get("/cutovers/new").Shows("not the new API", "it reads the new API already")
	m.post("/cutovers", "name", "x", "old_provider_id", m.old.ID.String(), "new_provider_id",
		m.old.ID.String()).Want(http.StatusUnprocessableEntity).Shows("There is a problem")
	m.post("/cutovers", "name", "", "switch_day",
		"soon").Want(http.StatusUnprocessableEntity).Shows("Choose the provider that the customers leave.",
		"Enter a date as 2026-03-31.")
	m.begin()
	m.client.Get("/cutovers/new").Shows("in the open cut-over Spring move")
	m.post("/confirm").Want(http.StatusUnprocessableEntity).Shows("Tick the customers first.")
	m.post("/confirm", "crm_account_id", m.customer.String()).Want(http.StatusConflict).Shows("Say what becomes of")
	m.post("/pairs", "crm_account_id",
		m.customer.String()).Want(http.StatusUnprocessableEntity).Shows("Choose what becomes of the subscription")
	m.post("/pairs", "crm_account_id", m.customer.String(), "kind", "magic").Want(http.StatusUnprocessableEntity)
	m.post("/switch-day", "crm_account_id", m.customer.String(), "switch_day",
		"tomorrow").Want(http.StatusUnprocessableEntity).Shows("Enter a date")
	m.post("/acknowledge", "crm_account_id", m.customer.String(), "what",
		"all").Want(http.StatusConflict).Shows("There is no such change")
	m.post("/pairs/" + uuid.NewString() + "/undo").Want(http.StatusNotFound)
	m.client.Look("/cutovers/" + uuid.NewString()).Want(http.StatusNotFound)
	m.client.Look(m.run + "/customers/" + uuid.NewString()).Want(http.StatusNotFound)
	m.client.Look(m.run + "?step=nowhere").Want(http.StatusUnprocessableEntity)
	if got := m.client.Look(m.run + "/report").Path(); got != m.run {
		t.Errorf("a report of nothing leads to %s", got)
	}
}

func TestWhoMayOnlyLookSeesNoButtonsAndIsRefused(t *testing.T) {
	t.Parallel()
	m := open(t, 10)
	m.begin()
	m.client = m.SignIn(auth.Viewer)
	for _, path := range []string{m.run, m.run + "/customers/" + m.customer.String(), m.run + "/proof",
		m.run + "/carry"} {
		if n := m.client.Get(path).Doc().Find(htmlcheck.Deeds).Length(); n != 0 {
			t.Errorf("%s has %d forms that change something", path, n)
		}
	}
	m.post("/confirm", "crm_account_id", m.customer.String()).Want(http.StatusForbidden)
}

func TestAnAbandonedRunMovesNobody(t *testing.T) {
	t.Parallel()
	m := open(t, 10)
	m.begin()
	m.client.Get(m.run+"/abandon").FormTo(m.run+"/abandon").Submit().Next().Shows("abandoned", "Nobody was moved.")
	m.post("/confirm", "crm_account_id", m.customer.String(), "exact", "1").Want(http.StatusConflict)
}

func TestTheSecondPersonTakesNoFurtherStepBack(t *testing.T) {
	t.Parallel()
	m := open(t, 10)
	m.begin()
	m.pair()
	m.take("confirm").Next()
	m.take("reassign").Next()
	one, two := m.page().FormTo(m.run+"/undo").Submit().Want(200), m.page().FormTo(m.run+"/undo").Submit().Want(200)
	one.FormTo(m.run + "/undo").Submit().Next().Shows("1 customer taken back.")
	two.FormTo(m.run+"/undo").Submit().Next().Shows("Nothing was changed. Contoso: Done already by Robin Operator",
		"Reassign the history")
	m.post("/undo", "crm_account_id", m.customer.String(), "step",
		"reassigned").Next().Shows("Done already by Robin Operator")
	m.post("/undo", "crm_account_id", m.customer.String()).Next().Shows("1 customer taken back.",
		"Confirm this customer")
}
