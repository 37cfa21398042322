package anchor

import (
	"os"
	"path/filepath"
	"testing"
)

// An anchor, and a trail that was written out, come from elsewhere: what is none is refused, and none is taken for a
// proof that was not signed.
func FuzzAnchors(f *testing.F) {
	for _, s := range []string{"", "{}", "[]", `{"seq":1}`, `{"seq":-9223372036854775808,"hash":"00","signature":""}`,
		`{"seq":1,"hash":"zz","at":"2026-13-40T00:00:00Z","public_key":"00","signature":"00"}`,
		"{\"seq\":1}\n{\"seq\":2}\n", `{"format":1}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		dir := t.TempDir()
		anchors, trail := filepath.Join(dir, "x"+fileEnding), filepath.Join(dir, "trail.jsonl")
		for _, path := range []string{anchors, trail} {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := readAnchors(anchors); err != nil {
			return
		}
		if r, err := CheckFile(trail, Against{Paths: []string{anchors}}); err == nil && len(r.Good) > 0 &&
			len(r.Bad) == 0 &&
			len(content) < 64 {
			t.Errorf("%q proves something", content)
		}
	})
}
