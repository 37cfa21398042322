package reassign_test

import (
	"flag"
	"testing"

	"seatledger/internal/testkit/pgtest"
)

// Each random history is some fifty transactions in two worlds; -rapid.checks=500 looks further.
func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "20")
	pgtest.Main(m)
}
