package bulk_test

import (
	"net/http"
	"strings"
	"testing"

	"seatledger/internal/testkit/webtest"
)

// record is a subscription as its file says it.
func (s *shop) record(external string) map[string]string {
	s.t.Helper()
	for _, r := range s.admin.Get("/subscriptions.csv").Records() {
		if r["external_id"] == external {
			return r
		}
	}
	s.t.Fatalf("there is no subscription %s", external)
	return nil
}

// prices are the dated prices of a subscription that hold, by their days.
func (s *shop) prices(external string) map[string]string {
	s.t.Helper()
	out := map[string]string{}
	for _, r := range s.admin.Get("/subscriptions/" + s.record(external)["id"] + "/prices.csv").Records() {
		if r["set_aside"] != "true" {
			out[r["effective_on"]] = r["unit_price"]
		}
	}
	return out
}

// row is a row of the causes, by the code in its link.
func causeRow(p *webtest.Page, filter string) string {
	for _, href := range p.Links() {
		if strings.Contains(href, filter) {
			return href
		}
	}
	return ""
}

func TestFailingReviewsAreGroupedByCauseAndMendedTogether(t *testing.T) {
	t.Parallel()
	s, _ := market(t, "Aspen", "Birch", "Cedar")
	// Cedar's contract is made by hand and is no default: what waits does not land by itself.
	for _, name := range []string{"Aspen", "Birch"} {
		s.contractOf(name)
	}
	s.accounts(0)
	page := s.admin.Get("/subscriptions/causes")
	href := causeRow(page, "cause=contract")
	if href == "" || !page.Has("240.00 USD") {
		t.Fatalf("no contract: 3 rows at a cost of 3 x 10 x 8: %s", page.Text())
	}
	csv := strings.Replace(href, "/subscriptions?", "/subscriptions.csv?", 1)
	if n := len(s.admin.Get(csv).Records()); n != 3 {
		t.Fatalf("the cause opens %d rows, want 3", n)
	}
	if list := s.admin.Get(href); !list.Has("no contract that fits") {
		t.Errorf("a row does not say what fails: %s", list.Text())
	}

	work := s.made("/bulk", "deed", "set-contract", "all", "1", "filter", "cause=contract&review=fail")
	says := s.admin.Get(work)
	if !says.Has("its customer has no active contract: make one first") || !says.Has("250.00 USD") {
		t.Errorf("%s", says.Text())
	}
	s.apply(work)
	if got := s.states("contract"); got["Projects"] != 2 || got[""] != 1 {
		t.Fatalf("contracts %v", got)
	}
	if got := s.record("S-Aspen")["unit_price"]; got != "12.5" {
		t.Errorf("price %q", got)
	}
	// Aspen is signed since, and so it is left alone.
	s.made("/subscriptions/sign-off", "id", s.record("S-Aspen")["id"])
	s.made(work + "/undo")
	if got := s.states("contract"); got["Projects"] != 1 || got[""] != 2 {
		t.Errorf("contracts after the undo %v", got)
	}
	if !s.admin.Get(work).Has("it was signed off since") {
		t.Error("nobody says why one is kept")
	}
}

// contractOf makes a contract of a customer that is its only one, and no default.
func (s *shop) contractOf(name string) {
	s.t.Helper()
	list := ""
	for _, r := range s.admin.Get("/price-lists.csv").Records() {
		list = r["id"]
	}
	for _, r := range s.admin.Get("/crm-accounts.csv").Records() {
		if r["name"] == name {
			s.made("/contracts", "crm_account_id", r["id"], "name", "Projects", "price_list_id", list, "start_date",
				"2026-01-01", "bill_from", "2026-11-01")
		}
	}
}

func TestRowsThatWaitForAMappingAreCountedApart(t *testing.T) {
	t.Parallel()
	s, _ := market(t, "Aspen")
	s.made(s.provider+"/accounts", "external_id", "A-9", "name", "Nobody")
	s.made(s.provider+"/subscriptions", "account_external_id", "A-9", "external_id", "S-9", "part_number", "PN-9",
		"product", "Product 9", "quantity", "1", "unit_cost", "8", "cost_period", "month", "currency", "USD", "term",
		"annual", "billing_frequency", "monthly", "start_date", "2026-05-02")
	page := s.admin.Get("/subscriptions/causes")
	if !page.Has("1 subscription waits for a mapping") {
		t.Errorf("%s", page.Text())
	}
	if n := len(s.admin.Get("/subscriptions.csv?review=fail").Records()); n != 2 {
		t.Fatalf("%d fail", n)
	}
	if n := len(s.admin.Get("/subscriptions.csv?review=fail&unmapped=no").Records()); n != 1 {
		t.Errorf("%d are to mend", n)
	}
	list := s.admin.Get("/subscriptions")
	if !list.Has("Fail 1") || !list.Has("Wait for a mapping 1") {
		t.Errorf("tabs: %s", list.Text())
	}
}

func TestPricesAreSetByARuleDatedAndTakenBack(t *testing.T) {
	t.Parallel()
	s, _ := market(t, "Aspen", "Birch")
	s.contractOf("Aspen")
	s.contractOf("Birch")
	s.apply(s.made("/bulk", "deed", "set-contract", "all", "1", "filter", ""))
	before := s.prices("S-Aspen")

	// 12.50 a month and 4 % from January on: 13.00 for each of 20 seats.
	raise := s.made("/bulk", "deed", "set-price", "all", "1", "filter", "", "base", "current", "change",
		"percent", "value", "4", "effective_on", "2027-01-01", "step", "0.05")
	page := s.admin.Get(raise)
	if !page.Has("260.00 USD") || !page.Has("before: 250.00 USD, difference +10.00 USD") {
		t.Fatalf("%s", page.Text())
	}
	s.apply(raise)
	if got := s.prices("S-Aspen"); got["2027-01-01"] != "13" || len(got) != len(before)+1 {
		t.Errorf("prices %v", got)
	}
	if got := s.record("S-Aspen")["unit_price"]; got != "12.5" {
		t.Errorf("the price of today is %s", got)
	}
	s.made(raise + "/undo")
	if got := s.prices("S-Aspen"); len(got) != len(before) || got["2027-01-01"] != "" {
		t.Errorf("prices after the undo %v", got)
	}

	// Never below cost, unless said.
	cheap := s.made("/bulk", "deed", "set-price", "all", "1", "filter", "q=aspen", "base", "cost", "change", "percent",
		"value", "-50")
	if page := s.admin.Get(cheap); !page.Has("raised to its cost") || !page.Has("80.00 USD") {
		t.Errorf("%s", page.Text())
	}
	loss := s.made("/bulk", "deed", "set-price", "all", "1", "filter", "q=aspen", "base", "cost", "change", "percent",
		"value", "-50", "below_cost", "on")
	if page := s.admin.Get(loss); !page.Has("below cost") || !page.Has("40.00 USD") {
		t.Errorf("%s", page.Text())
	}
	s.admin.Post(loss+"/again", values("base", "list", "change", "margin", "value", "20")).
		Want(http.StatusUnprocessableEntity).Shows("A margin is reckoned over cost")
	s.admin.Post("/bulk", values("deed", "set-price", "all", "1", "filter", "", "base", "cost", "change",
		"percent", "value", "a lot")).Want(http.StatusUnprocessableEntity)
}

func TestAPriceFollowsItsListAndIsDatedAsTheListIs(t *testing.T) {
	t.Parallel()
	s, list := market(t, "Aspen")
	s.contractOf("Aspen")
	s.apply(s.made("/bulk", "deed", "set-contract", "all", "1", "filter", ""))
	work := s.made("/bulk", "deed", "set-price", "all", "1", "filter", "", "base", "list", "change", "percent", "value",
		"-10", "below_cost", "on", "effective_on", "2026-11-22", "follow", "on")
	s.apply(work)
	if got := s.prices("S-Aspen"); got["2026-11-22"] != "11.25" {
		t.Fatalf("12.50 less 10 %%: %v", got)
	}
	if r := s.record("S-Aspen"); !strings.Contains(s.admin.Get("/subscriptions/"+r["id"]).Text(),
		"it follows the price list") {
		t.Error("the review does not say that it follows")
	}
	s.made("/price-lists/"+list+"/items", "part_number", "PN-Aspen", "unit", "month", "term", "annual",
		"billing_frequency", "monthly", "unit_price", "20", "effective_from", "2027-02-01")
	if got := s.prices("S-Aspen"); got["2027-02-01"] != "18" || got["2026-11-22"] != "11.25" {
		t.Errorf("20.00 less 10 %% from February: %v", got)
	}
	s.made(work + "/undo")
	if got := s.prices("S-Aspen"); got["2026-11-22"] != "" || got["2027-02-01"] != "" {
		t.Errorf("after the undo: %v", got)
	}
	s.made("/price-lists/"+list+"/items", "part_number", "PN-Aspen", "unit", "month", "term", "annual",
		"billing_frequency", "monthly", "unit_price", "30", "effective_from", "2027-03-01")
	if got := s.prices("S-Aspen"); got["2027-03-01"] != "" {
		t.Errorf("it follows although that was taken back: %v", got)
	}
}

func TestAPriceOfAPersonEndsTheFollowingAndIsKept(t *testing.T) {
	t.Parallel()
	s, list := market(t, "Aspen")
	s.contractOf("Aspen")
	s.apply(s.made("/bulk", "deed", "set-contract", "all", "1", "filter", ""))
	work := s.made("/bulk", "deed", "set-price", "all", "1", "filter", "", "base", "list", "change", "percent", "value",
		"-10", "below_cost", "on", "effective_on", "2026-11-22", "follow", "on")
	s.apply(work)
	s.made("/subscriptions/"+s.record("S-Aspen")["id"]+"/price", "unit_price", "9.99", "price_period", "month",
		"effective_on", "2026-12-01", "note", "agreed")
	s.made("/price-lists/"+list+"/items", "part_number", "PN-Aspen", "unit", "month", "term", "annual",
		"billing_frequency", "monthly", "unit_price", "20", "effective_from", "2027-02-01")
	if got := s.prices("S-Aspen"); got["2026-12-01"] != "9.99" || got["2027-02-01"] != "" {
		t.Errorf("%v", got)
	}
	s.made(work + "/undo")
	if !s.admin.Get(work).Has("another price was set since") {
		t.Errorf("%s", s.admin.Get(work).Text())
	}
}

func TestPricesOfAListAreReckonedFromWhatIsInUseAndTakenBack(t *testing.T) {
	t.Parallel()
	s, _ := market(t, "Aspen", "Birch")
	list := s.made("/price-lists", "name", "From use", "currency", "USD")
	s.admin.Post(list+"/reckon", values("base", "cost", "change", "percent", "value", "lots", "effective_from",
		"2026-01-01")).Want(http.StatusUnprocessableEntity)
	preview := s.made(list+"/reckon", "base", "cost", "change", "percent", "value", "20", "ending", ".99",
		"effective_from", "2026-01-01")
	if n := len(s.admin.Get(list + ".csv").Records()); n != 0 {
		t.Fatalf("a preview made %d prices", n)
	}
	s.made(preview + "/apply")
	rows := s.admin.Get(list + ".csv").Records()
	if len(rows) != 2 {
		t.Fatalf("%d prices", len(rows))
	}
	for _, r := range rows { // 8.00 and 20 % are 9.60; the nearest that ends so is 9.99
		if r["unit_price"] != "9.99" || r["unit_cost"] != "8" || r["term"] != "annual" || r["unit"] != "month" {
			t.Errorf("%v", r)
		}
	}
	raise := s.made(list+"/reckon", "base", "list", "change", "percent", "value", "10", "effective_from", "2027-01-01",
		"product", "aspen")
	s.made(raise + "/apply")
	got := map[string]int{}
	for _, r := range s.admin.Get(list + ".csv").Records() {
		got[r["effective_from"]+" "+r["unit_price"]]++
	}
	if got["2026-01-01 9.99"] != 2 || got["2027-01-01 10.99"] != 1 {
		t.Errorf("%v", got)
	}
	s.made(raise + "/undo")
	if n := len(s.admin.Get(list + ".csv").Records()); n != 2 {
		t.Errorf("%d prices after the undo", n)
	}
}
