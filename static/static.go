// Package static holds style sheets, scripts and icons inside the binary and
// serves them under an address that carries a hash of all of them, so that
// browsers may keep them for ever. It knows nothing of the rest of the product.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

//go:embed css js icons vendor/htmx.min.js
var files embed.FS

// Prefix is the path that Handler expects to be mounted on.
const Prefix = "/static/"

// bundle is the whole style sheet: every file of css/ in the order of its name.
const bundle = "app.css"

var assets = sync.OnceValue(load)

type tree struct {
	hash  string
	files map[string][]byte
}

// URL is the address of a file, as "app.css", "js/app.js" or "icons/sprite.svg".
func URL(name string) string { return Prefix + assets().hash + "/" + name }

// Has tells whether there is such a file.
func Has(name string) bool {
	_, ok := assets().files[name]
	return ok
}

// Handler serves the files below Prefix. An address with an older hash gives the
// present file without the promise to keep it, for pages from before a deployment.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hash, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, Prefix), "/")
		body, ok := assets().files[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", contentType(name))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", cacheControl(hash == assets().hash))
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	})
}

func cacheControl(current bool) string {
	if current {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func load() tree {
	t := tree{files: map[string][]byte{}}
	sum := sha256.New()
	var css []byte
	_ = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		sum.Write([]byte(name))
		sum.Write(b)
		if path.Ext(name) == ".css" {
			css = append(css, b...)
			return nil
		}
		t.files[name] = b
		return nil
	})
	t.files[bundle] = css
	t.hash = hex.EncodeToString(sum.Sum(nil)[:8])
	return t
}
