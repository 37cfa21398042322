package words_test

import (
	"testing"

	"seatledger/internal/words"
)

func TestNumbersOfThingsReadAsPeopleSayThem(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"0 accounts": words.Counted(0, "account"), "1 account": words.Counted(1, "account"),
		"999 accounts": words.Counted(999, "account"), "1,000 accounts": words.Counted(1000, "account"),
		"1,234,567 entries": words.Counted(1234567, "entry", "entries"), "1 entry": words.Counted(1, "entry",
			"entries"),
		"-1 seat": words.Counted(-1, "seat"), "-12,400 seats": words.Counted(-12400, "seat"), "-100": words.Count(-100),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
