package bulk_test

import (
	"net/http"
	"strings"
	"testing"

	"seatledger/internal/testkit/webtest"
)

// market is a shop with customers that are mapped and have no contract, each with one subscription of ten seats at a
// cost of eight dollars.
func market(t *testing.T, customers ...string) (*shop, string) {
	t.Helper()
	s := newShop(t, november)
	list := s.made("/price-lists", "name", "Standard", "currency", "USD")
	for _, part := range customers {
		s.made(list+"/items", "part_number", "PN-"+part, "product_name", "Product "+part, "unit", "month", "term",
			"annual", "billing_frequency", "monthly", "unit_price", "12.50", "effective_from", "2020-01-01")
	}
	for _, name := range customers {
		s.customer(name)
		s.made(s.provider+"/subscriptions", "account_external_id", "A-"+name, "external_id", "S-"+name, "part_number",
			"PN-"+name, "product", "Product "+name, "quantity", "10", "unit_cost", "8", "cost_period", "month",
			"currency", "USD", "term", "annual", "billing_frequency", "monthly", "start_date", "2026-05-02")
	}
	return s, strings.TrimPrefix(list, "/price-lists/")
}

// customer makes a customer with an account that is mapped to it.
func (s *shop) customer(name string) string {
	s.t.Helper()
	id := strings.TrimPrefix(s.made("/crm-accounts", "external_id", "C-"+name, "name", name), "/crm-accounts/")
	s.made(s.provider+"/accounts", "external_id", "A-"+name, "name", name)
	for _, r := range s.admin.Get("/accounts.csv").Records() {
		if r["external_id"] == "A-"+name {
			s.made("/accounts/"+r["id"]+"/map", "crm_account_id", id)
		}
	}
	return id
}

// upload gives a file to the form of a page, and gives the address of its preview.
func (s *shop) upload(path, content string) string {
	s.t.Helper()
	form := s.admin.Get(path).FormTo(path)
	return form.File("file", content).Submit().Want(http.StatusSeeOther).Location()
}

func (s *shop) apply(work string) *webtest.Page {
	s.t.Helper()
	p := s.admin.Get(work)
	digest := p.Doc().Find("input[name=digest]").AttrOr("value", "")
	pairs := []string{"digest", digest}
	if word := p.Doc().Find("[data-phrase]").AttrOr("data-phrase", ""); word != "" {
		pairs = append(pairs, "confirm", word)
	}
	s.made(work+"/apply", pairs...)
	return s.admin.Get(work)
}

func TestContractsAreMadeForAllMappedCustomersWithoutOneAndTakenBack(t *testing.T) {
	t.Parallel()
	s, list := market(t, "Aspen", "Birch")
	s.made("/crm-accounts", "external_id", "C-9", "name", "Nobody's")
	form := s.admin.Get("/contracts/make")
	if !strings.Contains(form.Text(), "2 mapped customers have no active contract") {
		t.Fatalf("%s", form.Text())
	}
	work := s.made("/contracts/make", "all", "1", "filter", "contract=no&mapped=yes", "price_list_id", list, "name",
		"Cloud", "bill_from", "2026-12-01", "payment_terms", "30", "keep_defaults", "on")
	if says := s.admin.Get(work).Text(); !strings.Contains(says, "250.00 USD") ||
		!strings.Contains(says, "From 2026-05-02, billed from 2026-12-01") {
		t.Errorf("the preview says neither 2 x 10 x 12.50 nor the days: %s", says)
	}
	if n := len(s.admin.Get("/contracts.csv").Records()); n != 1 {
		t.Fatalf("a preview made %d contracts", n-1)
	}
	s.apply(work)
	made := 0
	for _, r := range s.admin.Get("/contracts.csv").Records() {
		if r["name"] != "Cloud" {
			continue
		}
		made++
		if r["currency"] != "USD" || r["start_date"] != "2026-05-02" || r["bill_from"] != "2026-12-01" ||
			r["is_default"] != "true" || r["payment_terms"] != "30" {
			t.Errorf("%v", r)
		}
	}
	if made != 2 {
		t.Fatalf("%d contracts were made", made)
	}
	if price := s.states("unit_price"); price["12.5"] != 2 {
		t.Errorf("prices %v", price)
	}
	if form := s.admin.Get("/contracts/new").Doc(); form.Find("[name=payment_terms]").AttrOr("value", "") != "30" {
		t.Error("the terms were not kept as defaults")
	}

	// One is touched, and so is left alone; the other is as though it had never been.
	var aspen string
	for _, r := range s.admin.Get("/contracts.csv").Records() {
		if r["name"] == "Cloud" && r["crm_account"] == "Aspen" {
			aspen = r["id"]
		}
	}
	s.admin.Post("/contracts/"+aspen+"/deactivate", nil).Want(http.StatusSeeOther)
	s.admin.Post("/contracts/"+aspen+"/activate", nil).Want(http.StatusSeeOther)
	s.made(work + "/undo")
	if says := s.admin.Get(work).Text(); !strings.Contains(says, "the contract was changed since") {
		t.Errorf("%s", says)
	}
	waiting := s.states("contract")
	if waiting[""] != 1 || waiting["Cloud"] != 1 {
		t.Errorf("subscriptions by contract: %v", waiting)
	}
	// Birch waits again, and may be given one of the same name.
	again := s.made("/contracts/make", "all", "1", "filter", "contract=no&mapped=yes", "price_list_id", list, "name",
		"Cloud")
	s.apply(again)
	if now := s.states("contract"); now["Cloud"] != 2 {
		t.Errorf("subscriptions by contract: %v", now)
	}
}

func TestTermsThatNoContractCouldHaveAreRefusedInTheForm(t *testing.T) {
	t.Parallel()
	s, list := market(t, "Aspen")
	for field, value := range map[string]string{"price_list_id": "", "billing_day": "31", "payment_terms": "soon",
		"bill_from": "tomorrow"} {
		v := values("all", "1", "filter", "contract=no&mapped=yes", "price_list_id", list, "name", "Cloud")
		v.Set(field, value)
		p := s.admin.Post("/contracts/make", v).Want(http.StatusUnprocessableEntity)
		if p.Doc().Find("[name="+field+"][aria-invalid]").Length() == 0 {
			t.Errorf("%s %q: %s", field, value, p.Text())
		}
	}
}

func TestTermsOfManyContractsAreChangedAndPutBack(t *testing.T) {
	t.Parallel()
	s, list := market(t, "Aspen", "Birch")
	s.apply(s.made("/contracts/make", "all", "1", "filter", "contract=no&mapped=yes", "price_list_id", list, "name",
		"Cloud"))
	other := strings.TrimPrefix(s.made("/price-lists", "name", "Euro", "currency", "EUR"), "/price-lists/")
	work := s.made("/contracts/change", "all", "1", "filter", "price_list="+list, "payment_terms", "eom+10",
		"billing_day", "15")
	s.apply(work)
	terms := func(column string) map[string]int {
		out := map[string]int{}
		for _, r := range s.admin.Get("/contracts.csv").Records() {
			out[r[column]]++
		}
		return out
	}
	if got := terms("payment_terms"); got["eom+10"] != 2 || got[""] != 1 {
		t.Errorf("payment terms %v", got)
	}
	if got := terms("billing_day"); got["15"] != 2 || got["1"] != 1 {
		t.Errorf("billing days %v", got)
	}
	refused := s.made("/contracts/change", "all", "1", "filter", "", "price_list_id", other)
	if says := s.admin.Get(refused).Text(); !strings.Contains(says, "Prices are never converted") {
		t.Errorf("a list of another currency: %s", says)
	}
	s.made(work + "/undo")
	if got := terms("payment_terms"); got[""] != 3 {
		t.Errorf("payment terms after the undo %v", got)
	}
}

func TestManyContractsAreToldWhereTheirDocumentsGo(t *testing.T) {
	t.Parallel()
	s, list := market(t, "Aspen", "Birch")
	s.apply(s.made("/contracts/make", "all", "1", "filter", "contract=no&mapped=yes", "price_list_id", list, "name",
		"Cloud"))
	named := func() (n int) {
		for _, r := range s.admin.Get("/contracts.csv?recipients=named").Records() {
			if r["recipients"] == "ap@house.example, cfo@house.example" && r["language"] == "fr" {
				n++
			}
		}
		return n
	}
	v := values("all", "1", "filter", "price_list="+list, "recipients", "ap@house.example, nobody")
	s.admin.Post("/contracts/change", v).Want(http.StatusUnprocessableEntity).Shows("is not an e-mail address")
	work := s.made("/contracts/change", "all", "1", "filter", "price_list="+list,
		"recipients", "ap@house.example, cfo@house.example", "language", "fr")
	s.apply(work)
	if n := named(); n != 2 {
		t.Errorf("%d name them", n)
	}
	if n := len(s.admin.Get("/contracts.csv?recipients=none").Records()); n != 1 {
		t.Errorf("%d name nobody", n)
	}
	s.made(work + "/undo")
	if n := named(); n != 0 {
		t.Errorf("after the undo %d name them", n)
	}
}

func TestAContractWithoutACurrencyTakesThatOfItsPriceList(t *testing.T) {
	t.Parallel()
	s, list := market(t, "Aspen")
	var customer string
	for _, r := range s.admin.Get("/crm-accounts.csv").Records() {
		if r["name"] == "Aspen" {
			customer = r["id"]
		}
	}
	form := s.admin.Get("/contracts/new?crm_account_id=" + customer)
	if got := form.Doc().Find("[name=start_date]").AttrOr("value", ""); got != "2026-05-02" {
		t.Errorf("start %q", got)
	}
	if got := form.Doc().Find("[name=bill_from]").AttrOr("value", ""); got != "2026-12-01" {
		t.Errorf("billed from %q", got)
	}
	if !strings.Contains(form.Text(), "Older than that day: 1") ||
		!strings.Contains(form.Text(), "125.00 USD per month") {
		t.Errorf("%s", form.Text())
	}
	record := s.made("/contracts", "crm_account_id", customer, "name", "Cloud", "price_list_id", list, "start_date",
		"2026-05-02", "bill_from", "2026-12-01", "is_default", "on")
	if says := s.admin.Get(record).Text(); !strings.Contains(says, "1 subscription began earlier") {
		t.Errorf("%s", says)
	}
	for _, r := range s.admin.Get("/contracts.csv").Records() {
		if r["name"] == "Cloud" && r["currency"] != "USD" {
			t.Errorf("currency %q", r["currency"])
		}
	}
}

func TestContractsComeFromAFileAndGoBackIntoOne(t *testing.T) {
	t.Parallel()
	s, _ := market(t, "Aspen", "Birch")
	const file = "crm_account_external_id,name,price_list,start_date,bill_from,billing_day,is_default\r\n" +
		"C-Aspen,Cloud,Standard,2026-05-02,2026-12-01,1,true\r\n" +
		"C-Birch,Cloud,Standard,2026-05-02,2026-12-01,31,true\r\n" +
		"C-None,Cloud,Standard,2026-05-02,2026-12-01,1,true\r\n"
	preview := s.upload("/contracts/import", file)
	says := s.admin.Get(preview).Text()
	if !strings.Contains(says, "billing_day: Enter a day from 1 to 28") {
		t.Errorf("%s", says)
	}
	if n := len(s.admin.Get("/contracts.csv").Records()); n != 1 {
		t.Fatalf("a preview made %d contracts", n-1)
	}
	s.made(preview + "/apply")
	if n := len(s.admin.Get("/contracts.csv").Records()); n != 2 {
		t.Fatalf("%d contracts stand", n)
	}
	back := s.upload("/contracts/import", string(s.admin.Get("/contracts.csv").Body))
	if says := s.admin.Get(back).Text(); strings.Contains(says, "refused 1") || !strings.Contains(says, "Unchanged") {
		t.Errorf("our own file: %s", says)
	}
}

// An import can be taken back: what it made is as though it had never been, what it changed has its terms again, and
// what was billed or touched since stays and says why.
func TestAnImportOfContractsIsTakenBack(t *testing.T) {
	t.Parallel()
	s, _ := market(t, "Aspen", "Birch", "Cedar", "Dogwood")
	columns := "crm_account_external_id,name,price_list,start_date,bill_from,payment_terms\n"
	for _, name := range []string{"Cedar", "Dogwood"} {
		s.made("/contracts", "crm_account_id", "C-"+name, "name", "Old", "currency", "USD",
			"billing_frequency", "monthly", "timing", "advance", "billing_day", "1", "start_date", "2026-05-01",
			"bill_from", "2026-11-01",
			"payment_terms", "30", "refunds", "global", "language", "en", "renewal", "propose")
	}
	file := s.upload("/contracts/import", columns+
		"C-Aspen,Cloud,Standard,2026-05-01,2026-11-01,14\n"+
		"C-Birch,Cloud,Standard,2026-05-01,2026-11-01,14\n"+
		"C-Cedar,Old,,2026-05-01,2026-10-01,14\n"+
		"C-Dogwood,Old,,2026-05-01,2026-11-01,14\n")
	s.made(file + "/apply")
	ids := map[string]string{}
	for _, r := range s.admin.Get("/contracts.csv").Records() {
		ids[r["crm_account"]] = r["id"]
	}
	s.made("/contracts/"+ids["Birch"]+"/lines", "text", "Set-up", "quantity", "1", "unit_amount", "100", "every",
		"once", "from", "2026-11-01")
	s.made("/contracts/"+ids["Birch"]+"/invoices", "kind", "full_cycle")
	s.admin.Post("/contracts/"+ids["Dogwood"]+"/deactivate", nil).Want(http.StatusSeeOther)

	ask := s.admin.Get(file + "/undo").Text()
	for _, says := range []string{"Birch", "It is kept: it has an invoice; void that first.", "Dogwood",
		"It is kept: it was changed after the import.", "payment_terms", "bill_from"} {
		if !strings.Contains(ask, says) {
			t.Errorf("%q is not said: %s", says, ask)
		}
	}
	s.made(file + "/undo")
	stands := map[string]map[string]string{}
	for _, r := range s.admin.Get("/contracts.csv").Records() {
		stands[r["crm_account"]] = r
	}
	if r := stands["Cedar"]; r["payment_terms"] != "30" || r["bill_from"] != "2026-11-01" {
		t.Errorf("what was changed has not its terms again: %v", r)
	}
	if r := stands["Birch"]; r["payment_terms"] != "14" || r["name"] != "Cloud" {
		t.Errorf("what was billed does not stand: %v", r)
	}
	if r := stands["Aspen"]; r["active"] != "false" || !strings.Contains(r["name"], "taken back") {
		t.Errorf("what the import made stands: %v", r)
	}
	if r := s.record("S-Aspen"); r["contract"] != "" {
		t.Errorf("its subscription does not wait: %v", r)
	}
	if says := s.admin.Post(file+"/undo", nil).Text(); !strings.Contains(says, "has taken this import back already") {
		t.Errorf("%s", says)
	}
	// The same file makes and changes them again.
	again := s.upload("/contracts/import", columns+"C-Aspen,Cloud,Standard,2026-05-01,2026-11-01,14\n")
	s.made(again + "/apply")
	if r := s.record("S-Aspen"); r["contract"] != "Cloud" {
		t.Errorf("it did not land again: %v", r)
	}
}
