package auth

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"seatledger/internal/errs"
)

// Length of a password in characters. A sentence is welcome; the upper end only
// keeps somebody from making the server hash a book.
const (
	MinPassword = 8
	MaxPassword = 256
)

// The passwords that guessing tries first, of at least MinPassword characters, one per line in lower case: those of
// a public list of the 47,023 most common ones that are long enough, and what people of today add to them.
var (
	//go:embed passwords/common.txt.gz
	commonPacked []byte
	//go:embed passwords/more.txt
	commonMore string
)

var commonPasswords = sync.OnceValue(func() map[string]struct{} {
	out := map[string]struct{}{}
	for _, list := range []string{unpacked(commonPacked), commonMore} {
		for line := range strings.SplitSeq(list, "\n") {
			if line != "" {
				out[line] = struct{}{}
			}
		}
	}
	return out
})

// unpacked is part of the program, so what cannot be read is a fault of its build.
func unpacked(packed []byte) string {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic(err)
	}
	all, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	return string(all)
}

// checkPassword says what is wrong with a new password. Any character is good and
// none is asked for: length and not being guessable are what counts (ASVS 6.2).
func (s Service) checkPassword(f errs.Fields, field, password string, about User) {
	n := utf8.RuneCountInString(norm.NFC.String(password))
	switch {
	case n < MinPassword:
		f.Add(field, "Use at least %d characters. A few words in a row are good.", MinPassword)
	case n > MaxPassword:
		f.Add(field, "Use %d characters at most.", MaxPassword)
	case isCommon(password):
		f.Add(field, "This password is among the first that guessing tries. Choose another one.")
	case s.Breached.Holds(password):
		f.Add(field, "This password stands in a list of stolen ones. Choose another one.")
	case isAbout(password, about):
		f.Add(field, "This password is your name, your address or the name of this app. Choose another one.")
	}
}

func isCommon(password string) bool {
	p := strings.ToLower(password)
	if _, common := commonPasswords()[p]; common {
		return true
	}
	return strings.Count(p, p[:1]) == len(p) // one character all along
}

// isAbout refuses what anybody who knows the person would try first.
func isAbout(password string, u User) bool {
	local, domain, _ := strings.Cut(u.Email, "@")
	company, _, _ := strings.Cut(domain, ".")
	p := letters(password)
	for _, word := range []string{"seatledger", "stellr", "tdsynnex", u.Email, local, company, u.Name} {
		if w := letters(word); w != "" && p == w {
			return true
		}
	}
	return false
}

// letters drops what people put around a word to get past a rule.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("0123456789 .,-_!?@#$%^&*+='\"", r) {
			return -1
		}
		return r
	}, strings.ToLower(s))
}
