package auth

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

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

func TestTheMostCommonPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	if n := len(commonPasswords()); n < 10000 {
		t.Errorf("%d passwords, want at least the 10,000 most common", n)
	}
	for p := range commonPasswords() {
		if utf8.RuneCountInString(p) < MinPassword || p != strings.ToLower(p) {
			t.Errorf("%q never matches: too short or not in lower case", p)
		}
	}
	// SHA-256 as docs/third-party.md names it.
	const want = "3cfffcfb556be83eb8e193f92ed36c484b32915b37002868a6e5c1f10ceb82bc"
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(unpacked(commonPacked)))); got != want {
		t.Errorf("the list is another one: %s", got)
	}
	for _, p := range []string{"12345678", "football1", "trustno1", "1qaz2wsx", "Summer2026", "liverpool"} {
		f := errs.Fields{}
		if checkPassword(f, "password", p, User{}); len(f) == 0 && len(p) >= MinPassword {
			t.Errorf("%q is good", p)
		}
	}
}
