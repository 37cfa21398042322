package guard_test

import (
	"slices"
	"testing"

	"seatledger/internal/syncing/guard"
)

func TestANameIsLostWhereItsFieldIsReadFromAnother(t *testing.T) {
	t.Parallel()
	before := guard.Tally{guard.Records: 20, "vendor": 20, "vendorName=vendorName": 18, "vendorName=brand": 2}
	for _, c := range []struct {
		what string
		now  guard.Tally
		lost []string
	}{
		{"nothing is", guard.Tally{guard.Records: 20, "vendor": 20, "vendorName=vendorName": 18, "vendorName=brand": 2}, nil},
		{"on a few records it still stands", guard.Tally{guard.Records: 20, "vendor": 20, "vendorName=vendorName": 1,
			"vendorName=vendorId": 19}, nil},
		{"another took its place", guard.Tally{guard.Records: 20, "vendor": 20, "vendorName=vendorId": 20},
			[]string{"field called vendorName"}},
		{"it still stands, and another is read first since the dialect says so", guard.Tally{guard.Records: 20,
			"vendor": 20, "vendorName=brand": 20, "beside vendorName=vendorName": 20}, nil},
		{"the whole field", guard.Tally{guard.Records: 20}, []string{"vendor"}},
		{"few records prove nothing", guard.Tally{guard.Records: 5, "vendor": 5, "vendorName=vendorId": 5}, nil},
	} {
		if got := guard.Lost(before, c.now); !slices.Equal(got, c.lost) {
			t.Errorf("%s: lost %q, want %q", c.what, got, c.lost)
		}
	}
}
