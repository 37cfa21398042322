package review_test

import (
	"flag"
	"testing"

	"seatledger/internal/testkit/pgtest"
)

// Each random history is some thirty transactions; -rapid.checks=500 looks further.
func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "25")
	pgtest.Main(m)
}
