package evidence_test

import (
	"go/ast"
	"slices"
	"strings"
	"testing"

	"seatledger/internal/testkit/evidence"
)

// Numbers from outside are read by money.ParseNumber alone: decimal takes any exponent, and nine digits of one fill
// the
// memory when the number is compared. Files that bound the text themselves, each with a test of that, are named.
func TestNumbersFromOutsideAreReadInOnePlace(t *testing.T) {
	t.Parallel()
	bounded := []string{"internal/money/number.go", "internal/typedline/change.go", "internal/contract/usage.go",
		"internal/distributor/lenient/number.go", "internal/distributor/capture/masker.go", "internal/paging/kind.go",
		"internal/reconcile/number.go", "internal/supplier/read.go"}
	// What our own program wrote is no outside.
	own := []string{"web/supplierbills/list.go", "web/contractsync/view_offers.go", "web/subscriptions/ledgercard.go"}
	root, err := evidence.Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := evidence.Files(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.IsTest() || slices.Contains(bounded, f.Path) || slices.Contains(own, f.Path) ||
			strings.Contains(f.Path, "testkit/") || strings.Contains(f.Path, "/demo/") || strings.Contains(f.Path,
			"sandbox/") ||
			strings.Contains(f.Path, "oracle/") || strings.Contains(f.Path, "bench/") || strings.Contains(f.Path,
			"rehearsal") {
			continue
		}
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "NewFromString" {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "decimal" {
					t.Errorf("%s reads a number without a bound: use money.ParseNumber", f.Path)
				}
			}
			return true
		})
	}
}
