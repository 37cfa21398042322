package samehistories_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A random test outside would play other histories in each run of one commit, and main would turn red by chance.
func TestEveryRandomTestTakesTheSeed(t *testing.T) {
	t.Parallel()
	root := os.DirFS(filepath.Join("..", "..", ".."))
	draws, takes := map[string]bool{}, map[string]bool{}
	err := fs.WalkDir(root, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(root, path)
		dir := filepath.Dir(path)
		draws[dir] = draws[dir] || bytes.Contains(text, []byte(`"pgregory.net/rapid"`))
		takes[dir] = takes[dir] || bytes.Contains(text, []byte(`"seatledger/internal/testkit/samehistories"`)) ||
			bytes.Contains(text, []byte(`pgtest.Main(`))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for dir, random := range draws {
		if random && dir != "internal/testkit/samehistories" {
			n++
			if !takes[dir] {
				t.Errorf("%s draws random histories and takes no seed: import samehistories", dir)
			}
		}
	}
	if n == 0 {
		t.Error("no random test was found")
	}
}
