package evidence_test

import (
	"os/exec"
	"strings"
	"testing"

	"seatledger/internal/testkit/evidence"
)

// A build with the tag production holds nothing that only shows or tests the program: no demo, no sandbox, no test kit.
func TestABuildForProductionHoldsNoSamples(t *testing.T) {
	t.Parallel()
	root, err := evidence.Root()
	if err != nil {
		t.Fatal(err)
	}
	for tags, want := range map[string]bool{"production": false, "": true} {
		cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", tags, "./web")
		cmd.Dir = root
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, pkg := range strings.Fields(string(out)) {
			own := strings.TrimPrefix(pkg, "seatledger/internal/")
			if own != pkg && (strings.HasPrefix(own, "demo") || strings.HasPrefix(own, "testkit") ||
				strings.Contains(own, "sandbox") || strings.HasPrefix(own, "bench")) {
				found = append(found, own)
			}
		}
		if (len(found) > 0) != want {
			t.Errorf("with the tags %q it holds %v", tags, found)
		}
	}
}
