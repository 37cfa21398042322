package backup

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file that is no whole backup is refused in words, whatever stands in it.
func FuzzVerify(f *testing.F) {
	made := func(entries ...string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for i := 0; i+1 < len(entries); i += 2 {
			if w, err := z.Create(entries[i]); err == nil {
				_, _ = w.Write([]byte(entries[i+1]))
			}
		}
		_ = z.Close()
		return b.Bytes()
	}
	for _, b := range [][]byte{nil, []byte("PK\x03\x04"), made(), made(headEntry, `{}`),
		made(headEntry, `{"what":"`+what+`","format":1}`),
		made(headEntry, `{"what":"`+what+`","format":99999}`, endEntry, `{}`),
		made(headEntry, `{"what":"`+what+`","format":1}`, endEntry, `{"tables":[{"name":"../x","bytes":-1}]}`)} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "x.backup")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Verify(path); err != nil && !strings.Contains(err.Error(),
			"is no backup that can be brought back") {
			t.Errorf("refused without a word: %v", err)
		}
	})
}
