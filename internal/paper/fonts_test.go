package paper

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// The fonts are those that docs/third-party.md names.
func TestTheFontsAreAsPublished(t *testing.T) {
	t.Parallel()
	s, err := fonts()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/third-party.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]font{"DejaVuSans.ttf": s.plain, "DejaVuSans-Bold.ttf": s.bold,
		"DroidSansFallback.ttf": s.asian} {
		sum := sha256.Sum256(f.data)
		if !strings.Contains(string(page), "| "+name+" | `"+hex.EncodeToString(sum[:])+"` |") {
			t.Errorf("%s has %x", name, sum)
		}
	}
}

func TestABrokenFontIsAnErrorAndNoPanic(t *testing.T) {
	t.Parallel()
	s, err := fonts()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 3, 20, 200, len(s.plain.data) / 2} {
		if _, err := coverage(s.plain.data[:n]); err == nil && n < 1000 {
			t.Errorf("%d bytes were read as a font", n)
		}
	}
}
