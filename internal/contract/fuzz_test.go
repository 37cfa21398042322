package contract

import "testing"

// Payment terms that are read say the same when they are written and read again.
func FuzzPaymentTerms(f *testing.F) {
	for _, s := range []string{"", "30", "30 days", "eom", "eom+15", "-1", "net 30", "99999999999", "eom+-5", "30 Tage"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, ok := ParseDue(text)
		if !ok {
			return
		}
		if again, ok := ParseDue(d.String()); !ok || again != d {
			t.Errorf("%q is %+v, written %q, read %+v", text, d, d.String(), again)
		}
	})
}
