package sheet

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	BecomeReader()
	os.Exit(m.Run())
}
