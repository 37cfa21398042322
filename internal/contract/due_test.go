package contract_test

import (
	"testing"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
)

func TestPaymentTermsAreReadAndDated(t *testing.T) {
	t.Parallel()
	issued, err := clock.ParseDate("2026-01-31")
	if err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string][2]string{
		"":                       {"", ""},
		"0":                      {"0", "2026-01-31"},
		"30":                     {"30", "2026-03-02"},
		" 30  Days ":             {"30", "2026-03-02"},
		"Net 14":                 {"14", "2026-02-14"},
		"30 days net":            {"30", "2026-03-02"},
		"eom":                    {"eom+0", "2026-01-31"},
		"EOM+10":                 {"eom+10", "2026-02-10"},
		"end of month + 10 days": {"eom+10", "2026-02-10"},
		"eom + 30":               {"eom+30", "2026-03-02"},
	} {
		due, ok := contract.ParseDue(typed)
		if !ok || due.String() != want[0] || due.On(issued).String() != want[1] {
			t.Errorf("%q: %v %q due %s, want %v", typed, ok, due, due.On(issued), want)
		}
	}
	for _, typed := range []string{"soon", "-3", "30 months", "eom-3", "1000", "30.5"} {
		if _, ok := contract.ParseDue(typed); ok {
			t.Errorf("%q was read", typed)
		}
	}
}
