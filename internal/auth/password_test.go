package auth

import (
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
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
		Service{}.checkPassword(f, "password", password, ada)
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
		if (Service{}).checkPassword(f, "password", p, User{}); len(f) == 0 && len(p) >= MinPassword {
			t.Errorf("%q is good", p)
		}
	}
}

func TestStolenPasswordsAreRefusedWhereAListIsGiven(t *testing.T) {
	t.Parallel()
	stolen := []string{"a sentence that was stolen", "another one of them", "Größe und Würde", "last of the lot 42"}
	var lines []string
	for i := range 500 {
		lines = append(lines, sha1Of(fmt.Sprintf("filler %d", i))+":"+strconv.Itoa(i*i))
	}
	for _, p := range stolen {
		lines = append(lines, sha1Of(p)+":1")
	}
	slices.Sort(lines)
	path := filepath.Join(t.TempDir(), "stolen.txt")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\r\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := OpenBreached(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 500 {
		if !list.Holds(fmt.Sprintf("filler %d", i)) || list.Holds(fmt.Sprintf("other %d", i)) {
			t.Fatalf("line %d is not found, or another one is", i)
		}
	}
	for _, p := range stolen {
		f := errs.Fields{}
		(Service{Breached: list}).checkPassword(f, "password", p, User{})
		if f["password"] == "" {
			t.Errorf("%q is taken", p)
		}
		f = errs.Fields{}
		if (Service{}).checkPassword(f, "password", p, User{}); len(f) > 0 {
			t.Errorf("%q is refused without a list: %v", p, f)
		}
	}
	if err := os.WriteFile(path+"2", []byte("no hashes\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{path + "2", path + "3"} {
		if _, err := OpenBreached(bad); err == nil {
			t.Errorf("%s is a list", bad)
		}
	}
}

func sha1Of(s string) string { return fmt.Sprintf("%X", sha1.Sum([]byte(s))) }
