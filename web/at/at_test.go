package at_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// address is a path of the site that begins at the top.
var address = regexp.MustCompile(`^/(providers|accounts|crm-accounts|crm-sources|contracts|price-lists|subscriptions|` +
	`changes|invoices|invoice-lines|cutovers|sync-runs|audit|mapping|bulk|settings|views|notices|renewals|billing|billing-runs|mails|` +
	`books|money|four-eyes)([/?.]|$)`)

// TestAddressesHaveOneHome reads the screens: an address that begins at the top stands here and in the table of
// routes, nowhere else. What is added to one, as "/edit", stands where it is used.
func TestAddressesHaveOneHome(t *testing.T) {
	t.Parallel()
	read := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.HasPrefix(path, "../site/") || path == "../at/at.go" {
			return err
		}
		read++
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		added := map[ast.Node]bool{} // to what stands before it
		ast.Inspect(file, func(n ast.Node) bool {
			if sum, is := n.(*ast.BinaryExpr); is && sum.Op == token.ADD {
				added[sum.Y] = true
			}
			lit, is := n.(*ast.BasicLit)
			if !is || lit.Kind != token.STRING || added[lit] {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err == nil && address.MatchString(text) {
				t.Errorf("%s: the address %q stands outside of its home", set.Position(lit.Pos()), text)
			}
			return true
		})
		return nil
	})
	if err != nil || read < 100 {
		t.Errorf("%d files read, %v", read, err)
	}
}
