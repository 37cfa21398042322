package lenient

import (
	"bytes"
	"encoding/json"
	"regexp"
	"testing"
	"unicode/utf8"
)

var emptyArray = regexp.MustCompile(`\[\s*\]`)

func checkStorable(t *testing.T, raw json.RawMessage) {
	t.Helper()
	out := Storable(raw)
	if !json.Valid(out) || !utf8.Valid(out) || hasNULEscape(out) {
		t.Errorf("%q became %q", raw, out)
	}
	if again := Storable(out); !bytes.Equal(again, out) {
		t.Errorf("%q changes again to %q", out, again)
	}
}

// hasNULEscape looks for \u0000 that is not itself escaped.
func hasNULEscape(b []byte) bool {
	for i := 0; i+5 < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		if bytes.HasPrefix(b[i:], []byte(`\u0000`)) {
			return true
		}
		i++
	}
	return false
}

func TestARecordIsKeptByteForByteUnlessPostgreSQLRefusesIt(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{ "a" : 1.50, "b":"é\u00e9\ud83d\ude00", "c":[-1e3,true,null] }`: `{ "a" : 1.50, "b":"é\u00e9\ud83d\ude00", "c":[-1e3,true,null] }`,
		`{"a":"x\u0000y"}`:                     `{"a":"x\ufffdy"}`,
		`{"a":"x\\u0000y"}`:                    `{"a":"x\\u0000y"}`,
		`{"a\u0000":1}`:                        `{"a\ufffd":1}`,
		`{"a":"\ud800"}`:                       `{"a":"\ufffd"}`,
		`{"a":"\ud800\u0041"}`:                 `{"a":"\ufffd\u0041"}`,
		`{"a":"\udc00\ud800\udc00"}`:           `{"a":"\ufffd\ud800\udc00"}`,
		"{\"a\":\"x\xffy\"}":                   `{"a":"x\ufffdy"}`,
		`{"a":1e999999999}`:                    `{"a":"1e999999999"}`,
		`{"a":1e-999999}`:                      `{"a":"1e-999999"}`,
		`{"a":123456789012345678901234567890}`: `{"a":123456789012345678901234567890}`,
	} {
		if got := string(Storable(json.RawMessage(in))); got != want {
			t.Errorf("%q: %q", in, got)
		}
		checkStorable(t, json.RawMessage(in))
	}
}

func FuzzStorable(f *testing.F) {
	f.Add([]byte(`{"a":"\ud800\u0000","b":1e400}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if body, err := check(raw); err == nil {
			checkStorable(t, body)
		}
	})
}
