// Package evidence reads the tables of docs/security and the Go files of the tree, so that a page that says "this test
// proves it" can be held to it. It parses and never runs anything, and knows no rule of the product.
package evidence

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Root is the folder of the module, from a package of any depth below it.
func Root() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", fmt.Errorf("no go.mod above the working folder")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}

// File is one parsed Go file.
type File struct {
	Path   string // below the root, with slashes
	Syntax *ast.File
}

// IsTest tells whether it is built for tests alone.
func (f File) IsTest() bool { return strings.HasSuffix(f.Path, "_test.go") }

// Dir is its folder below the root.
func (f File) Dir() string {
	at := strings.LastIndexByte(f.Path, '/')
	return f.Path[:max(at, 0)]
}

// Imports are the packages it imports.
func (f File) Imports() []string {
	var out []string
	for _, i := range f.Syntax.Imports {
		if path, err := strconv.Unquote(i.Path.Value); err == nil {
			out = append(out, path)
		}
	}
	return out
}

// Files are all Go files of the module. testdata and folders that are hidden are left out.
func Files(root string) ([]File, error) {
	var out []File
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		below, err := filepath.Rel(root, path)
		out = append(out, File{Path: filepath.ToSlash(below), Syntax: syntax})
		return err
	})
	return out, err
}

// Tests are the tests and fuzz targets of some files, as folder.Name.
func Tests(files []File) map[string]bool {
	out := map[string]bool{}
	for _, f := range files {
		if !f.IsTest() {
			continue
		}
		for _, d := range f.Syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && isTest(fn) {
				out[f.Dir()+"."+fn.Name.Name] = true
			}
		}
	}
	return out
}

// isTest tells whether go test would run a function: by its name and by its one parameter.
func isTest(fn *ast.FuncDecl) bool {
	if len(fn.Type.Params.List) != 1 {
		return false
	}
	of, ok := fn.Type.Params.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	kind, ok := of.X.(*ast.SelectorExpr)
	return ok && (kind.Sel.Name == "T" && strings.HasPrefix(fn.Name.Name, "Test") ||
		kind.Sel.Name == "F" && strings.HasPrefix(fn.Name.Name, "Fuzz"))
}

// Rows are the cells of every row of the tables of a page that has so many columns; headings and lines are left out.
func Rows(page string, columns int) [][]string {
	var out [][]string
	heading := true
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			heading = true
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rule := strings.Trim(line, "|-: ") == ""
		if !heading && !rule && len(cells) == columns {
			out = append(out, cells)
		}
		heading = heading && !rule
	}
	return out
}

var (
	named  = regexp.MustCompile("`([a-z0-9/_]+\\.(?:Test|Fuzz)\\w+)`")
	linked = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
)

// Named are the tests that a cell names.
func Named(cell string) []string { return all(named, cell) }

// Linked are the files that a cell links to.
func Linked(cell string) []string { return all(linked, cell) }

func all(of *regexp.Regexp, cell string) []string {
	var out []string
	for _, m := range of.FindAllStringSubmatch(cell, -1) {
		out = append(out, m[1])
	}
	return out
}
