package match

import "testing"

func TestARefusedPairLeavesBothSidesToOthers(t *testing.T) {
	t.Parallel()
	accounts := []Record{{ID: "a", Name: "Harborview Dental"}, {ID: "b", Name: "Harborview Dental Group"}}
	crm := []Record{{ID: "x", Name: "Harborview Dental"}, {ID: "y", Name: "Redwood Legal"}}
	paired := func(o Options) map[string]string {
		o.MinProbability = 0.01
		out := map[string]string{}
		for _, c := range assign(accounts, crm, o).Pairs {
			out[c.AccountID] = c.CRMID
		}
		return out
	}
	if got := paired(Options{}); got["a"] != "x" {
		t.Fatalf("without a no: %v", got)
	}
	if got := paired(Options{Refused: map[Pair]bool{{"a", "x"}: true}}); got["a"] == "x" || got["b"] != "x" {
		t.Errorf("after a no: %v", got)
	}
}
