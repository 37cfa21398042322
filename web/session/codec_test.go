package session

import (
	"maps"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
)

// What a session holds is read as it was written: texts, anything else, and what an older release wrote.
func TestASessionIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	texts := map[string]any{"user": "0192", "kept.x": "Müller \x00 \"quoted\"", "empty": ""}
	mixed := map[string]any{"user": "0192", "n": 7}
	old, err := scs.GobCodec{}.Encode(at, texts)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"texts": encoded(t, at, texts), "mixed": encoded(t, at, mixed), "old": old} {
		want := texts
		if name == "mixed" {
			want = mixed
		}
		until, values, err := codec{}.Decode(b)
		if err != nil || !until.Equal(at) || !maps.Equal(values, want) {
			t.Errorf("%s: %v %v, %v", name, until, values, err)
		}
	}
	if _, _, err := (codec{}).Decode([]byte("json:{")); err == nil {
		t.Error("half a session was read")
	}
}

func encoded(t *testing.T, at time.Time, values map[string]any) []byte {
	t.Helper()
	b, err := codec{}.Encode(at, values)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
