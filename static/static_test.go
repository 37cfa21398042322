package static_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"seatledger/static"
)

func get(t *testing.T, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestFilesAreKeptForEverUnderTheirHash(t *testing.T) {
	t.Parallel()
	types := map[string]string{
		"app.css": "text/css; charset=utf-8", "js/app.js": "text/javascript; charset=utf-8",
		"icons/sprite.svg": "image/svg+xml", "vendor/htmx.min.js": "text/javascript; charset=utf-8",
	}
	for name, kind := range types {
		w := get(t, static.URL(name))
		if w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: status %d, %d bytes", name, w.Code, w.Body.Len())
		}
		if got := w.Header().Get("Content-Type"); got != kind {
			t.Errorf("%s: content type %q, want %q", name, got, kind)
		}
		if got := w.Header().Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: cache control %q", name, got)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: may be sniffed", name)
		}
	}
}

func TestAnOldHashGivesThePresentFileUnkept(t *testing.T) {
	t.Parallel()
	w := get(t, static.Prefix+"0000000000000000/app.css")
	if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("status %d, cache control %q", w.Code, w.Header().Get("Cache-Control"))
	}
}

func TestUnknownFilesAndFoldersAreNotFound(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "js", "js/", "css/tokens.css", "../static.go", "vendor/README.md", "nothing.js"} {
		if w := get(t, static.URL(name)); w.Code != http.StatusNotFound {
			t.Errorf("%q: status %d", name, w.Code)
		}
	}
}

func TestScriptsImportOnlyWhatIsThere(t *testing.T) {
	t.Parallel()
	imports := regexp.MustCompile(`import "\./([^"]+)"`)
	found := imports.FindAllStringSubmatch(get(t, static.URL("js/app.js")).Body.String(), -1)
	if len(found) == 0 {
		t.Fatal("app.js imports nothing")
	}
	for _, m := range found {
		if !static.Has("js/" + m[1]) {
			t.Errorf("app.js imports %s, which is not there", m[1])
		}
	}
}

func TestTheOrderOfTheLayersComesFirst(t *testing.T) {
	t.Parallel()
	css := get(t, static.URL("app.css")).Body.String()
	if at := strings.Index(css, "@layer"); at < 0 ||
		!strings.HasPrefix(css[at:], "@layer tokens, base, layout, parts, util;") {
		t.Error("the style sheet does not begin with the order of its layers")
	}
}

func TestVendoredFilesAreUnmodified(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("vendor/README.md")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(get(t, static.URL("vendor/htmx.min.js")).Body.Bytes())
	if !strings.Contains(string(readme), hex.EncodeToString(sum[:])) {
		t.Error("htmx.min.js is not the file that vendor/README.md names")
	}
}
