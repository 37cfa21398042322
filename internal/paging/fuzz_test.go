package paging_test

import (
	"testing"
	"unicode/utf8"
)

// What an address says of a place in a list is one that we wrote, or it is refused; whatever passes is of the kind that
// its column has.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", "x", "eyJzIjoicXVhbnRpdHkiLCJrIjoiMSIsImkiOiIwMDAwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEifQ",
		"eyJzIjoicHJvZHVjdCIsImsiOiInOyBEUk9QIFRBQkxFIHgiLCJpIjoiMDAwMDAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAxIn0",
		"e30", "bnVsbA", "AAAA"} {
		f.Add("quantity", s)
		f.Add("-product", s)
	}
	f.Add("id;drop table x", "")
	f.Fuzz(func(t *testing.T, sort, after string) {
		o, err := sorts().Parse(sort)
		if err != nil {
			return
		}
		c, err := o.Cursor(after)
		if err != nil || c == nil {
			return
		}
		if !utf8.ValidString(c.Key) {
			t.Errorf("%q %q gave the key %q", sort, after, c.Key)
		}
		if where, _ := o.Where(c); where == "true" {
			t.Errorf("%q %q narrows nothing", sort, after)
		}
	})
}
