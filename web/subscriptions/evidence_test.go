package subscriptions_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestADateIsReadWhereItCanMeanOneDayOnlyElseAPersonSaysIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.wire.list(licence("S-1", "startDate", "20260301"), licence("S-2", "startDate", "01-Mar-2026"),
		licence("S-3", "startDate", "2026/03/05"),
		licence("S-4", "startDate", "1772323200"), licence("S-5", "startDate", "spring"),
		licence("S-6", "endDate", "03/04/2027"))
	run := h.run("/sync-subscriptions")
	for id, day := range map[string]string{"S-1": "2026-03-01", "S-2": "2026-03-01", "S-3": "2026-03-05",
		"S-4": "2026-03-01"} {
		if got := h.sub(id)["start_date"]; got != day || has(h.sub(id)["checks"], "date") {
			t.Errorf("%s starts %q, checks %q", id, got, h.sub(id)["checks"])
		}
	}
	run.Shows("Dates that cannot be read", "spring", "03/04/2027")

	s := h.sub("S-5")
	if s["start_date"] != "" || s["start_text"] != "spring" || s["review"] != "fail" || !has(s["checks"], "date") ||
		h.changes("S-5") != "" {
		t.Fatalf("%v, ledger %q", s, h.changes("S-5"))
	}
	if e := h.sub("S-6"); e["end_date"] != "" || e["end_text"] != "03/04/2027" || !has(e["checks"], "date") ||
		e["review"] != "fail" {
		t.Errorf("%v", e)
	}
	listed := h.admin.Get("/subscriptions.csv?check=date").Records()
	if len(listed) != 2 {
		t.Errorf("%d have such a date", len(listed))
	}
	h.admin.Look("/subscriptions?check=nonsense").Want(http.StatusUnprocessableEntity)
	h.admin.Get("/subscriptions?check=date").Shows("Business Premium")

	record := "/subscriptions/" + s["id"]
	page := h.admin.Get(record).Shows("A date cannot be read", "spring", "no seat counts")
	for _, nonsense := range []string{"32 March", "", "0226-03-01", "2027-01-15"} {
		refused := page.FormTo(record+"/dates").Set("start_date",
			nonsense).Submit().Want(http.StatusUnprocessableEntity)
		if value, _ := refused.Doc().Find(`input[name="start_date"]`).Attr("value"); value != nonsense {
			t.Errorf("typed %q, shown again %q", nonsense, value)
		}
	}
	if h.changes("S-5") != "" {
		t.Errorf("a refused day dated it: %s", h.changes("S-5"))
	}
	page.FormTo(record+"/dates").Set("start_date", "2026-03-01").Submit().Next().Shows("The day was noted")
	if got := h.changes("S-5"); got != "2026-03-01 create 8" {
		t.Errorf("%s", got)
	}
	if s := h.sub("S-5"); s["start_date"] != "2026-03-01" || has(s["checks"], "date") {
		t.Errorf("%v", s)
	}
	h.admin.Post(record+"/dates", url.Values{"start_date": {"2026-04-01"}}).Want(http.StatusConflict)
	if again := h.run("/sync-subscriptions"); again.Has("spring") || h.changes("S-5") != "2026-03-01 create 8" {
		t.Errorf("the next sync: %s", h.changes("S-5"))
	}
}

func TestARenewalUnderANewIdIsAskedAboutAndOneStepEndsTheOldOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	begins := h.today().AddDays(-9)
	old := licence("411842_1", "startDate", "2026-01-01", "endDate", begins.String())
	old["autoRenew"] = false
	h.wire.list(old, licence("411846_1", "startDate", begins.String(), "endDate", begins.AddMonths(12).String()))
	h.run("/sync-subscriptions")
	was, is := h.sub("411842_1"), h.sub("411846_1")
	if !has(was["checks"], "past_end") || !has(was["checks"], "renewal") || was["auto_renew"] != "false" ||
		!has(is["checks"], "renewal") || is["auto_renew"] != "" {
		t.Fatalf("old %v\nnew %v", was, is)
	}
	h.admin.Get("/subscriptions/"+was["id"]).Shows("Renews by itself: no", "Its renewal?")
	page := h.admin.Get("/subscriptions/"+is["id"]).Shows("Its renewal?", "411842_1")
	page.FormTo("/subscriptions/" + is["id"] + "/renewed").Submit().Next().Shows("411842_1 ends on " + begins.String())
	if got := h.changes("411842_1"); got != begins.String()+" deactivate -8, 2026-01-01 create 8" &&
		got != "2026-01-01 create 8, "+begins.String()+" deactivate -8" {
		t.Errorf("%s", got)
	}
	if h.sub("411842_1")["state"] != "inactive" || h.sub("411846_1")["state"] != "active" ||
		has(h.sub("411846_1")["checks"], "renewal") {
		t.Errorf("%v\n%v", h.sub("411842_1"), h.sub("411846_1"))
	}
	h.admin.Post("/subscriptions/"+is["id"]+"/renewed", url.Values{"other_id": {was["id"]}}).Want(http.StatusConflict)
	before := h.changes("411842_1")
	h.run("/sync-subscriptions")
	if h.changes("411842_1") != before {
		t.Errorf("the next sync changed it: %s", h.changes("411842_1"))
	}
}

func TestAPastEndWarnsWhateverTheWordAndSaysWhetherItRenews(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	past := h.today().AddDays(-40).String()
	yes := licence("S-1", "endDate", past)
	yes["autoRenew"] = true
	h.wire.list(yes, licence("S-2", "endDate", past, "status", "Suspended"),
		licence("S-3", "endDate", past, "status", ""),
		licence("S-4", "endDate", past, "status", "Gone fishing"), licence("S-5", "endDate", past, "status", "Expired"),
		licence("S-6", "endDate", h.today().AddDays(100).String()))
	h.run("/sync-subscriptions")
	for id, says := range map[string]string{"S-1": "yes", "S-2": "unknown", "S-3": "unknown", "S-4": "unknown"} {
		s := h.sub(id)
		if !has(s["checks"], "past_end") || s["state"] != "active" {
			t.Errorf("%s: %s, checks %q", id, s["state"], s["checks"])
		}
		h.admin.Get("/subscriptions/" + s["id"]).Shows("Renews by itself: " + says)
	}
	for _, id := range []string{"S-5", "S-6"} {
		if has(h.sub(id)["checks"], "past_end") {
			t.Errorf("%s: %q", id, h.sub(id)["checks"])
		}
	}
	if n := len(h.admin.Get("/subscriptions.csv?check=past_end").Records()); n != 4 {
		t.Errorf("the filter finds %d", n)
	}
}

func TestTheSameVendorIdTwiceHoldsTheLaterUntilAPersonDecides(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.wire.list(licence("S-2", "vendorSubscriptionId", "V-1", "startDate", "2026-02-01", "endDate", "2027-01-31"),
		licence("S-1", "vendorSubscriptionId", "V-1"), licence("S-3", "vendorSubscriptionId", "V-3"))
	h.run("/sync-subscriptions")
	first, later := h.sub("S-1"), h.sub("S-2")
	if first["state"] != "active" || has(first["checks"], "twin") || later["state"] != "held" ||
		later["hold_reason"] != "twin" || !has(later["checks"], "twin") || h.sub("S-3")["state"] != "active" {
		t.Fatalf("first %v\nlater %v", first, later)
	}
	page := h.admin.Get("/subscriptions/"+later["id"]).Shows("S-1 of the same provider", "V-1")
	h.run("/sync-subscriptions")
	if h.sub("S-2")["hold_reason"] != "twin" || h.sub("S-1")["state"] != "active" {
		t.Errorf("the second run: %v", h.sub("S-2"))
	}
	// One that comes along later is the later one, whatever its start.
	h.wire.list(licence("S-2", "vendorSubscriptionId", "V-1", "startDate", "2026-02-01", "endDate", "2027-01-31"),
		licence("S-1", "vendorSubscriptionId", "V-1"),
		licence("S-3", "vendorSubscriptionId", "V-3"),
		licence("S-0", "vendorSubscriptionId", "V-3", "startDate", "2025-01-01"))
	h.run("/sync-subscriptions")
	if h.sub("S-0")["hold_reason"] != "twin" || h.sub("S-3")["state"] != "active" {
		t.Errorf("%v\n%v", h.sub("S-0"), h.sub("S-3"))
	}
	page.FormTo("/subscriptions/" + later["id"] + "/no-twin").Submit().Next()
	if s := h.sub("S-2"); s["state"] != "active" || has(s["checks"], "twin") || has(h.sub("S-1")["checks"], "twin") {
		t.Errorf("declared to be two: %v", s)
	}
}

// Ten seats at 10.00 a month from January to the end of June cost 600.00, whenever that is billed.
func TestAManualSubscriptionEndsAtTheEndThatWasTyped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	manual := h.byHand("A1,PE1,PN-PE,Prod,10,1,month,USD,annual,monthly,2026-01-01,2026-06-30",
		"A1,PE2,PN-P2,Other,4,1,month,USD,annual,monthly,2026-01-01,")
	h.upload(manual, byHandColumns+
		",at_end\nA1,PE3,PN-P3,Third,4,1,month,USD,annual,monthly,2026-01-01,2026-06-30,renews\n")
	s := h.sub("PE1")
	if s["at_end"] != "ends" || s["auto_renew"] != "false" || s["ends_on"] != "2026-07-01" ||
		!has(s["checks"], "past_end") || h.changes("PE1") != "2026-01-01 create 10" {
		t.Fatalf("%v, ledger %q", s, h.changes("PE1"))
	}
	if o := h.sub("PE2"); o["at_end"] != "" || o["ends_on"] != "" {
		t.Errorf("no end typed: %v", o)
	}
	if r := h.sub("PE3"); r["at_end"] != "renews" || r["auto_renew"] != "true" || r["ends_on"] != "" ||
		!has(r["checks"], "past_end") {
		t.Errorf("it renews: %v", r)
	}
	h.atTheirEnd()
	if h.sub("PE1")["state"] != "active" {
		t.Error("closed before anybody could sign it: its days would never be billed")
	}
	h.price("PE1", "10")
	h.sign("PE1")
	h.atTheirEnd()
	if got := h.changes("PE1"); !strings.Contains(got, "2026-07-01 deactivate -10") ||
		h.sub("PE1")["state"] != "inactive" || h.sub("PE3")["state"] != "active" {
		t.Errorf("%s, %v", got, h.sub("PE1"))
	}
	h.admin.Get("/subscriptions/" + h.sub("PE1")["id"]).Shows("first day without seats 2026-07-01")
	if total := h.bill("2026-11-01"); total != "600" {
		t.Errorf("billed %s", total)
	}
}

// Eight seats at 4.65 are billed once, though two records bear the same vendor's id.
func TestTheSameVendorIdTwiceIsBilledOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	month := h.lastMonth()
	end := month.AddMonths(12).AddDays(-1).String()
	h.wire.list(licence("S-1", "vendorSubscriptionId", "V-1", "startDate", month.String(), "endDate", end),
		licence("S-2", "vendorSubscriptionId", "V-1", "startDate", month.String(), "endDate", end))
	h.run("/sync-subscriptions")
	h.billFrom(month.String())
	h.price("S-1", "4.65")
	h.price("S-2", "4.65")
	h.sign("S-1")
	h.admin.Post("/subscriptions/sign-off", url.Values{"id": {h.sub("S-2")["id"]}}).Want(http.StatusConflict)
	if total := h.bill(month.AddMonths(1).String()); total != "37.2" {
		t.Errorf("billed %s", total)
	}
}

// Eight seats at 2.952 a month, of which a renewal on 10 November changes the id: nine days
// of the old one are 7.08 and 21 of the new one 16.53. November costs 23.61, and not the
// 40.15 that both together come to while nobody has said so.
func TestARenewalUnderANewIdIsBilledAsOne(t *testing.T) {
	t.Parallel()
	h := newHouseAt(t, "2026-11-20")
	h.wire.list(licence("411842_1", "startDate", "2026-06-10", "endDate", "2026-11-10"),
		licence("411846_1", "startDate", "2026-11-10", "endDate", "2027-11-10"))
	h.run("/sync-subscriptions")
	h.billFrom("2026-11-01")
	for _, id := range []string{"411842_1", "411846_1"} {
		h.price(id, "2.952")
		h.sign(id)
	}
	h.preview("2026-12-01").Shows("40.15")
	old := "/subscriptions/" + h.sub("411842_1")["id"]
	h.admin.Get(old).FormTo(old + "/renewed").Submit().Next()
	h.preview("2026-12-01").Shows("7.08", "16.53", "23.61")
	if total := h.bill("2026-12-01"); total != "23.61" {
		t.Errorf("billed %s", total)
	}
}

func TestTheEndOfAManualSubscriptionIsSetOnItsPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.byHand("A1,PE1,PN-PE,Prod,10,1,month,USD,annual,monthly,2026-01-01,")
	h.price("PE1", "10")
	h.sign("PE1")
	if total := h.bill("2026-11-01"); total != "1000" {
		t.Fatalf("billed %s", total)
	}
	record := "/subscriptions/" + h.sub("PE1")["id"]
	end := func(pairs ...string) url.Values {
		form := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		return form
	}
	for _, refused := range []url.Values{
		end("end_date", "30 June"), end("end_date", "2025-06-30"), end("at_end", "renews"),
		end("end_date", "2026-06-30", "at_end", "stops"),
		end("end_date", "2026-06-30"), end("end_date", "2026-06-30", "refund", "perhaps"),
	} {
		h.admin.Post(record+"/end", refused).Want(http.StatusUnprocessableEntity)
	}
	if s := h.sub("PE1"); s["end_date"] != "" || s["ends_on"] != "" {
		t.Fatalf("a refused end was stored: %v", s)
	}
	page := h.admin.Get(record).Follow("Set the end…")
	page.FormTo(record+"/end").Set("end_date", "2026-06-30", "refund", "yes").Submit().Next().Shows("2026-07-01")
	// the page is stale
	page.FormTo(record+"/end").Set("end_date", "2026-05-31", "refund", "yes").Submit().Want(http.StatusConflict)
	h.atTheirEnd()
	if s := h.sub("PE1"); s["state"] != "inactive" || s["ends_on"] != "2026-07-01" ||
		!strings.Contains(h.changes("PE1"), "2026-07-01 deactivate -10") {
		t.Errorf("%v, %s", s, h.changes("PE1"))
	}
	h.admin.Get(record+"/end").FormTo(record+"/end").Set("end_date", "2099-12-31", "refund", "").Submit().Next()
	h.atTheirEnd()
	if s := h.sub("PE1"); s["state"] != "active" || !strings.Contains(h.changes("PE1"), "2026-07-01 activate 10") {
		t.Errorf("%v, %s", s, h.changes("PE1"))
	}
	other := "/subscriptions/" + h.listed("S-1")["id"]
	// its dates come from the distributor
	h.admin.Post(other+"/end", end("end_date", "2026-06-30")).Want(http.StatusConflict)
}

func TestWhatAnEndDateMeansIsToldByTheRecordElseByTheProvidersSetting(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	rows := func(status string) []map[string]any {
		return []map[string]any{
			// a year later: the day after
			licence("told", "startDate", "2025-06-10", "endDate", "2026-06-10", "status", status),
			// a day less: the last
			licence("last", "startDate", "2025-06-10", "endDate", "2026-06-09", "status", status),
			// to another's end: not told
			licence("aligned", "startDate", "2025-06-10", "endDate", "2026-03-20", "status", status),
		}
	}
	h.wire.list(rows("Activated")...)
	h.run("/sync-subscriptions")
	h.admin.Get("/subscriptions/" + h.sub("told")["id"]).Shows("the day after the last one, as its start and term tell")
	h.admin.Get("/subscriptions/" + h.sub("aligned")["id"]).Shows("a guess")
	page := h.admin.Get(h.provider + "/edit")
	if refused := page.FormTo(h.provider).Set("end_date_means",
		"noon").Submit(); refused.Status != http.StatusUnprocessableEntity {
		t.Errorf("noon answers %d", refused.Status)
	}
	page.FormTo(h.provider).Set("end_date_means", "day_after").Submit().Next()
	h.wire.list(rows("Expired")...)
	h.run("/sync-subscriptions")
	for id, day := range map[string]string{"told": "2026-06-10", "last": "2026-06-10", "aligned": "2026-03-20"} {
		if got := h.changes(id); !strings.Contains(got, day+" deactivate -8") {
			t.Errorf("%s: %s", id, got)
		}
		estimated := h.admin.Get("/changes.csv?subscription=" + h.sub(id)["id"]).Records()
		for _, c := range estimated {
			if c["event"] == "deactivate" && (c["estimated"] == "true") != (id == "aligned") {
				t.Errorf("%s: estimated %s", id, c["estimated"])
			}
		}
	}
}

// One that came to its end before anybody had signed it is closed all the same, and its days are not lost.
func TestWhatEndedUnsignedIsSignedAndBilled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.byHand("A1,PE1,PN-PE,Prod,10,1,month,USD,annual,monthly,2026-01-01,2026-06-30")
	if err := h.DB.Read(t.Context()).Exec(`UPDATE subscriptions SET first_seen_at = '2026-02-01'`).Error; err != nil {
		t.Fatal(err)
	}
	h.price("PE1", "10")
	h.atTheirEnd()
	s := h.sub("PE1")
	if s["state"] != "inactive" || !strings.Contains(h.changes("PE1"), "2026-07-01 deactivate -10") ||
		!has(s["checks"], "past_end") {
		t.Fatalf("%v, %s", s, h.changes("PE1"))
	}
	h.sign("PE1")
	if s := h.sub("PE1"); s["review"] != "" || s["checks"] != "" {
		t.Errorf("signed and ended, it is out of the review: %v", s)
	}
	if total := h.bill("2026-11-01"); total != "600" {
		t.Errorf("billed %s", total)
	}
}
