package bulk_test

import (
	"net/http"
	"strings"
	"testing"
)

// The rule by which usage is billed on is a term of a contract as any other: in the form, for many, in the file and
// back.
func TestTheRuleForUsageIsATermOfEachContract(t *testing.T) {
	t.Parallel()
	s, list := market(t, "Aspen", "Birch")
	rules := func() string {
		var out []string
		for _, r := range s.admin.Get("/contracts.csv").Records() {
			if r["name"] == "Cloud" {
				out = append(out, r["usage_rule"])
			}
		}
		return strings.Join(out, " ")
	}
	v := values("all", "1", "filter", "contract=no&mapped=yes", "price_list_id", list, "name", "Cloud", "usage_rule",
		"everything")
	s.admin.Post("/contracts/make", v).Want(http.StatusUnprocessableEntity).Shows("Enter elsewhere, cost, cost+15%")
	v.Set("usage_rule", "cost + 15 %")
	s.apply(s.admin.Post("/contracts/make", v).Want(http.StatusSeeOther).Location())
	if got := rules(); got != "cost+15% cost+15%" {
		t.Fatalf("made with %q", got)
	}
	record := ""
	for _, r := range s.admin.Get("/contracts.csv").Records() {
		if r["crm_account"] == "Aspen" {
			record = "/contracts/" + r["id"]
		}
	}
	s.admin.Get(record).Shows("at its cost plus 15 %")
	form := s.admin.Get(record + "/edit").FormTo(record)
	form.Set("usage_rule",
		"cost+2000%").Submit().Want(http.StatusUnprocessableEntity).Shows("a mark-up at most 1000 %")
	form.Set("usage_rule", "").Submit().Want(http.StatusSeeOther)
	s.admin.Get(record).Shows("billed elsewhere")

	work := s.made("/contracts/change", "all", "1", "filter", "price_list="+list, "usage_rule", "Margin 20")
	s.admin.Get(work).Shows("usage rule: margin 20%, was cost+15%")
	s.apply(work)
	if got := rules(); got != "margin 20% margin 20%" {
		t.Errorf("changed to %q", got)
	}
	s.made(work + "/undo")
	if got := rules(); got != "elsewhere cost+15%" && got != "cost+15% elsewhere" {
		t.Errorf("put back to %q", got)
	}

	columns := "crm_account_external_id,name,usage_rule\n"
	bad := s.upload("/contracts/import", columns+"C-Aspen,Cloud,cost-10%\n")
	s.admin.Get(bad).Shows("usage_rule: Enter elsewhere")
	s.made(s.upload("/contracts/import", columns+"C-Aspen,Cloud,cost\nC-Birch,Cloud,\n") + "/apply")
	if got := rules(); got != "cost elsewhere" && got != "elsewhere cost" {
		t.Errorf("the file made %q", got)
	}
}
