package lenient

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever a record holds, its fields are read or left out, exactly and in letters that can be stored.
func FuzzRecord(f *testing.F) {
	for _, s := range []string{`{"a":1}`, `{"a":"2026-03-31T23:30:00.000-0800"}`, `{"a":"31/12/2026"}`, `{"a":1e400}`, `{"a":"1,234.56"}`,
		`{"a":{"b":[1,2]}}`, `{"a":null}`, `{"a":"\ud800"}`, `{"a":-0.5}`, `{"a":"\u0000"}`, `[]`, `{"a":9223372036854775808}`, `{"A":true}`,
		`{"a":"Jan 2, 2026 3:04 PM"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, ok := NewRecord(raw)
		if !ok {
			return
		}
		field := Field{"a", "a.b", "A"}
		if text := r.Text(field); !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			t.Errorf("text %q", text)
		}
		if n, err := r.Seats(field); err == nil && n < 0 {
			t.Errorf("%d seats of %s", n, raw)
		}
		if id, err := r.ID(field); err == nil && (id == "" || !utf8.ValidString(id)) {
			t.Errorf("id %q of %s", id, raw)
		}
		_, _ = r.Date(field)
		_, _, _ = r.Moment(field)
		_ = r.Amount(field)
		_ = r.Flag(field)
		_ = r.Parts(field)
		_ = r.Raw()
	})
}

// The text of an error comes out short and storable.
func FuzzComplaint(f *testing.F) {
	for _, s := range []string{`{"status":"error","message":"no"}`, `{"error":{"code":1,"message":"x"}}`, `<html><h1>503</h1></html>`, ``,
		`{"errors":["a","b"]}`, "\xff\x00", `{"message":"` + strings.Repeat("a", 5000) + `"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		_ = ReadComplaint(body)
		if _, _, err := ReadOne(body, "subscription"); err != nil {
			return
		}
		if clean := Clean(string(body)); !utf8.ValidString(clean) || strings.ContainsRune(clean, 0) {
			t.Errorf("%q", clean)
		}
	})
}
