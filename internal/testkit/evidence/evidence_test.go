package evidence_test

import (
	"encoding/csv"
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"seatledger/internal/testkit/evidence"
)

// tree is the module, parsed once for a test.
func tree(t *testing.T) (root string, files []evidence.File) {
	t.Helper()
	root, err := evidence.Root()
	if err != nil {
		t.Fatal(err)
	}
	if files, err = evidence.Files(root); err != nil {
		t.Fatal(err)
	}
	return root, files
}

func page(t *testing.T, root, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "docs", "security", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// words is how a state is written, and what must then stand beside it.
const (
	met           = "met"
	partly        = "partly"
	missing       = "missing"
	notApplicable = "not applicable"
)

// onPaper are the sections of the standard that ask for documentation: a page is their proof, not a test.
var onPaper = regexp.MustCompile(`^(2\.1|5\.1|6\.1|7\.1|8\.1|11\.1|13\.1|14\.1|15\.1|16\.1)\.\d+$`)

// TestTheASVSTableIsWholeAndItsTestsExist holds docs/security/asvs.md to the standard's list of ids and to the tree.
func TestTheASVSTableIsWholeAndItsTestsExist(t *testing.T) {
	t.Parallel()
	root, files := tree(t)
	tests, text := evidence.Tests(files), page(t, root, "asvs.md")
	want := levels(t)
	had, states := map[string]bool{}, map[string]int{}
	for _, row := range evidence.Rows(text, 4) {
		id, level, state, proof := row[0], row[1], row[2], row[3]
		if want[id] == "" || want[id] != level || had[id] {
			t.Errorf("%s (%s) is no requirement of levels 1 and 2, of another level, or there twice", id, level)
		}
		had[id] = true
		states[state]++
		proved(t, id, proof, root, tests)
		switch names := evidence.Named(proof); {
		case len(strings.Fields(proof)) == 0:
			t.Errorf("%s says nothing", id)
		case state == met && len(names) == 0 && !(onPaper.MatchString(id) && len(evidence.Linked(proof)) > 0):
			t.Errorf("%s is called met and names no test", id)
		case (state == missing || state == notApplicable) && len(strings.Fields(proof)) < 2:
			t.Errorf("%s is %s without saying why", id, state)
		case !slices.Contains([]string{met, missing, notApplicable}, state):
			t.Errorf("%s is %q", id, state)
		}
	}
	for id := range want {
		if !had[id] {
			t.Errorf("%s has no row", id)
		}
	}
	says := fmt.Sprintf("%d met, %d missing, %d not applicable", states[met], states[missing], states[notApplicable])
	if !strings.Contains(text, says) {
		t.Errorf("the page does not say %q", says)
	}
}

// TestTheFortyChecksNameTestsThatExist holds docs/security/checks.md to its numbers and to the tree.
func TestTheFortyChecksNameTestsThatExist(t *testing.T) {
	t.Parallel()
	root, files := tree(t)
	tests, next := evidence.Tests(files), 1
	for _, row := range evidence.Rows(page(t, root, "checks.md"), 4) {
		no, state, proof := row[0], row[2], row[3]
		if no != fmt.Sprint(next) {
			t.Errorf("check %s stands where %d should", no, next)
		}
		next++
		proved(t, no, proof, root, tests)
		if (state == met || state == partly) && len(evidence.Named(proof)) == 0 ||
			!slices.Contains([]string{met, partly, missing}, state) || len(strings.Fields(proof)) == 0 {
			t.Errorf("check %s is %q by %q", no, state, proof)
		}
	}
	if next != 41 {
		t.Errorf("%d checks, want 40", next-1)
	}
}

// proved holds that every test and every page that is named is there.
func proved(t *testing.T, id, proof, root string, tests map[string]bool) {
	t.Helper()
	for _, name := range evidence.Named(proof) {
		if !tests[name] {
			t.Errorf("%s names %s, which no file of the tree has", id, name)
		}
	}
	for _, file := range evidence.Linked(proof) {
		if _, err := os.Stat(filepath.Join(root, "docs", "security", filepath.FromSlash(file))); err != nil {
			t.Errorf("%s links to %s: %v", id, file, err)
		}
	}
	if strings.Contains(proof, ".Test") && len(evidence.Named(proof)) == 0 {
		t.Errorf("%s names a test in a way that nobody reads: %s", id, proof)
	}
}

func levels(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "asvs-5.0.0-levels.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil || len(all) != 254 {
		t.Fatalf("%d lines, %v", len(all), err)
	}
	out := map[string]string{}
	for _, r := range all[1:] {
		out[r[0]] = r[1]
	}
	return out
}

// may are packages of others that a mistake makes dangerous, and the folders that use them; nobody else does. A folder
// with a star at its end stands for all below it. Tools for tests and measurements are left out.
var may = map[string][]string{
	"unsafe":                     {},
	"C":                          {},
	"plugin":                     {},
	"text/template":              {},
	"html/template":              {"internal/distributor/sandbox"},
	"encoding/gob":               {},
	"encoding/xml":               {},
	"encoding/asn1":              {},
	"net/smtp":                   {},
	"net/http/pprof":             {},
	"expvar":                     {},
	"net/rpc":                    {},
	"math/rand":                  {},
	"math/rand/v2":               {"internal/distributor/sandbox"},
	"crypto/md5":                 {},
	"crypto/sha1":                {"internal/auth"}, // lists of stolen passwords are published under it
	"crypto/des":                 {},
	"crypto/rc4":                 {},
	"crypto/dsa":                 {},
	"crypto/rsa":                 {},
	"crypto/aes":                 {"web/session"}, // GCM, for a token that is shown once
	"crypto/cipher":              {"web/session"},
	"golang.org/x/crypto/bcrypt": {},
	"golang.org/x/crypto/argon2": {"internal/auth"},
	"os/exec": {"internal/demo", "internal/imports/sheet", "internal/postgres/embedded",
		"internal/secret"},
}

var notInTheProgram = regexp.MustCompile(`^internal/(testkit|bench|tools)/`)

// TestOnlyNamedPackagesUseWhatIsDangerous walks the imports of everything that is in the program.
func TestOnlyNamedPackagesUseWhatIsDangerous(t *testing.T) {
	t.Parallel()
	_, files := tree(t)
	used, looked := map[string]bool{}, 0
	for _, f := range files {
		if f.IsTest() || notInTheProgram.MatchString(f.Path) {
			continue
		}
		looked++
		for _, path := range f.Imports() {
			where, watched := may[path]
			if watched && !slices.Contains(where, f.Dir()) {
				t.Errorf("%s imports %s", f.Path, path)
			}
			used[path+" "+f.Dir()] = true
		}
	}
	for path, where := range may {
		for _, dir := range where {
			if !used[path+" "+dir] {
				t.Errorf("%s no longer imports %s: take it off the list", dir, path)
			}
		}
	}
	if looked < 500 {
		t.Errorf("only %d files were looked at", looked)
	}
}

// TestSecretsAreSealedWithAES256GCMAlone looks at which of Tink's templates the program asks for.
func TestSecretsAreSealedWithAES256GCMAlone(t *testing.T) {
	t.Parallel()
	_, files := tree(t)
	asked := map[string]bool{}
	for _, f := range files {
		if f.IsTest() {
			continue
		}
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && strings.HasSuffix(s.Sel.Name, "KeyTemplate") {
				asked[s.Sel.Name] = true
			}
			return true
		})
	}
	if len(asked) != 1 || !asked["XAES256GCM192BitNonceKeyTemplate"] {
		t.Errorf("the program asks for %v", asked)
	}
}

// TestLogsGoToOnePlaceAlone looks at who makes a logger that writes: obs alone, onto what main hands to it, and main
// hands the process's own outputs. Nobody opens a file, a socket or the system's log for it.
func TestLogsGoToOnePlaceAlone(t *testing.T) {
	t.Parallel()
	_, files := tree(t)
	makers := map[string]bool{}
	for _, f := range files {
		if f.IsTest() || notInTheProgram.MatchString(f.Path) {
			continue
		}
		for _, path := range f.Imports() {
			if path == "log" || path == "log/syslog" {
				t.Errorf("%s imports %s", f.Path, path)
			}
		}
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			of, is := s.X.(*ast.Ident)
			if is && of.Name == "slog" && (s.Sel.Name == "NewTextHandler" || s.Sel.Name == "NewJSONHandler") {
				makers[f.Dir()] = true
			}
			return true
		})
	}
	if len(makers) != 1 || !makers["internal/obs"] {
		t.Errorf("loggers that write are made in %v", makers)
	}
}

// TestTheComponentsArePinnedAndTheirLicencesKnown holds docs/security/components.md to the modules that the program is
// built from; task sbom writes it anew.
func TestTheComponentsArePinnedAndTheirLicencesKnown(t *testing.T) {
	t.Parallel()
	root, err := evidence.Root()
	if err != nil {
		t.Fatal(err)
	}
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f",
		"{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}", "./web")
	list.Dir = root
	b, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	built, listed := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line != "" {
			built[line] = true
		}
	}
	for _, row := range evidence.Rows(page(t, root, "components.md"), 3) {
		listed[row[0]+" "+row[1]] = true
		if row[2] == "" {
			t.Errorf("%s has no licence", row[0])
		}
	}
	for module := range built {
		if !listed[module] {
			t.Errorf("%s is in the program and not on the page: task sbom", module)
		}
	}
	for module := range listed {
		if !built[module] {
			t.Errorf("%s is on the page and not in the program: task sbom", module)
		}
	}
}

// unsafeInScripts is what makes code out of text, reads what other windows send, or keeps data in the browser.
var unsafeInScripts = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|\beval\(|new Function|document\.write|` +
	`sessionStorage|indexedDB|postMessage|(?:window|self)\.addEventListener\("message"|document\.cookie|__proto__|` +
	`set(Timeout|Interval)\(\s*["'` + "`" + `]`)

// TestScriptsMakeNoCodeAndKeepNothing reads the scripts that pages load. The only thing that stays in a browser is
// whether keys are switched on.
func TestScriptsMakeNoCodeAndKeepNothing(t *testing.T) {
	t.Parallel()
	root, err := evidence.Root()
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := filepath.Glob(filepath.Join(root, "static", "js", "*.js"))
	if err != nil || len(scripts) < 10 {
		t.Fatalf("%d scripts, %v", len(scripts), err)
	}
	for _, path := range scripts {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if found := unsafeInScripts.FindString(string(b)); found != "" {
			t.Errorf("%s uses %s", filepath.Base(path), found)
		}
		for line := range strings.Lines(string(b)) {
			if strings.Contains(line, "localStorage") && !strings.Contains(line, "getItem(store)") &&
				!strings.Contains(line, `setItem(store, on ? "on" : "off")`) {
				t.Errorf("%s keeps something: %s", filepath.Base(path), line)
			}
		}
	}
}

// comparers are the functions that compare what somebody sends with a secret or its hash.
var comparers = map[string]string{"internal/auth/hash.go": "ConstantTimeCompare", "web/session/setup.go": "ConstantTimeCompare",
	"internal/distributor/sandbox/token.go": "ConstantTimeCompare"}

// secretNames are names of values that must not be compared with == or !=, unless with nothing.
var secretNames = regexp.MustCompile(`(?i)(password|secret|token|setupcode)$`)

// doors are the rooms of signing in; a session is looked up by the hash of its token and never compared with it.
var doors = []string{"internal/auth", "internal/secret", "internal/anchor", "internal/token", "web/session",
	"internal/sso", "web/sso"}

// TestSecretsAreComparedInConstantTime holds that the functions which compare secrets do it by crypto/subtle, and that
// nothing in the rooms of sign-in and sessions compares one by ==.
func TestSecretsAreComparedInConstantTime(t *testing.T) {
	t.Parallel()
	_, files := tree(t)
	found := map[string]bool{}
	for _, f := range files {
		if f.IsTest() {
			continue
		}
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if comparers[f.Path] == n.Sel.Name {
					found[f.Path] = true
				}
			case *ast.BinaryExpr:
				secret := isSecret(n.X) && !isNothing(n.Y) || isSecret(n.Y) && !isNothing(n.X)
				if (n.Op == token.EQL || n.Op == token.NEQ) && secret && slices.Contains(doors, f.Dir()) {
					t.Errorf("%s compares a secret by %s", f.Path, n.Op)
				}
			}
			return true
		})
	}
	for path := range comparers {
		if !found[path] {
			t.Errorf("%s no longer compares in constant time", path)
		}
	}
}

func isSecret(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return secretNames.MatchString(e.Name)
	case *ast.SelectorExpr:
		return secretNames.MatchString(e.Sel.Name)
	}
	return false
}

// isNothing tells whether something is an empty text, nil or a constant.
func isNothing(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.Ident:
		return e.Name == "nil"
	}
	return false
}
