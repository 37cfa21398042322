package auth

import (
	"strings"
	"testing"

	"seatledger/internal/errs"
)

func TestPasswordRules(t *testing.T) {
	t.Parallel()
	ada := User{Name: "Ada Example", Email: "ada.example@contoso.example"}
	for password, good := range map[string]bool{
		"":                               false,
		"seven77":                        false,
		"Password123":                    false,
		"ADA.EXAMPLE@contoso.example":    false,
		"Seatledger-2026":                false,
		"contoso1":                       false,
		"ada example":                    false,
		"zzzzzzzzzz":                     false,
		strings.Repeat("long ", 52):      false, // 260 characters
		strings.Repeat("all fine ", 28):  true,  // 252 characters
		"пароль-из-слов":                 true,
		"🦆🐈🐕🦊🐸🐙🦀🐡":                       true,
		"four plain words together":      true,
		"  spaces are part of it  ":      true,
		"correct horse battery staple 9": true,
	} {
		f := errs.Fields{}
		checkPassword(f, "password", password, ada)
		if got := len(f) == 0; got != good {
			t.Errorf("%q: good = %v, want %v (%v)", password, got, good, f)
		}
	}
}

func TestEveryCommonPasswordIsLongEnoughToBeTried(t *testing.T) {
	t.Parallel()
	for line := range strings.Lines(commonPasswords) {
		if p := strings.TrimSpace(line); len(p) < MinPassword || p != strings.ToLower(p) {
			t.Errorf("%q never matches: too short or not in lower case", p)
		}
	}
}
