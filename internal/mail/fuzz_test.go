package mail

import (
	"strings"
	"testing"

	"seatledger/internal/errs"
)

// An address that is taken begins no header and no command, and a line stays one.
func FuzzAddresses(f *testing.F) {
	for _, s := range []string{"", "ap@contoso.example", "a@b.example; c@d.example", "a@b.example\r\nBcc: x@y.example", "<a@b.example>", `"a b"@c.example`,
		"a@b", "ü@contoso.example", "a@[127.0.0.1]", "a@b.example,,;", "=?utf-8?q?a?= <a@b.example>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		problems := errs.Fields{}
		for _, a := range Addresses(problems, "to", text) {
			odd := strings.ContainsAny(a, "\r\n\x00<> ") || !strings.Contains(a, "@") || !IsAddress(a)
			if len(problems) == 0 && odd {
				t.Errorf("%q gave the address %q", text, a)
			}
		}
		if line := Line(text); strings.ContainsAny(line, "\r\n\x00") {
			t.Errorf("%q is the line %q", text, line)
		}
	})
}
