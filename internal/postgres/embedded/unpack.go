//go:build linux

package embedded

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// unpack checks an npm archive against its checksum and lays its server out
// under dir, readable by every user.
func unpack(archive, checksum, dir string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := verify(f, checksum); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := extract(f, dir); err != nil {
		return err
	}
	return restoreLinks(dir)
}

func verify(r io.Reader, checksum string) error {
	h := sha512.New()
	if _, err := io.Copy(h, r); err != nil {
		return err
	}
	if got := base64.StdEncoding.EncodeToString(h.Sum(nil)); got != checksum {
		return fmt.Errorf("the package has the checksum sha512-%s, not sha512-%s; it is not used", got, checksum)
	}
	return nil
}

func extract(r io.Reader, dir string) error {
	plain, err := gzip.NewReader(r)
	if err != nil {
		return err
	}
	entries := tar.NewReader(plain)
	for {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(entry.Name, "package/")
		if entry.Typeflag != tar.TypeReg || !strings.HasPrefix(name, "native/") {
			continue
		}
		if err := writeEntry(entries, dir, name); err != nil {
			return err
		}
	}
}

func writeEntry(r io.Reader, dir, name string) error {
	if !filepath.IsLocal(name) {
		return fmt.Errorf("the package holds a file outside itself: %s", name)
	}
	path := filepath.Join(dir, name)
	if err := readableFolders(dir, filepath.Dir(path)); err != nil {
		return err
	}
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, r)
	mode := os.FileMode(0o644)
	if strings.HasPrefix(name, "native/bin/") {
		mode = 0o755
	}
	return errors.Join(err, out.Chmod(mode), out.Close())
}

// readableFolders makes the folders down to path, open to all whatever the umask.
func readableFolders(root, path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if path != root {
		if err := readableFolders(root, filepath.Dir(path)); err != nil {
			return err
		}
	}
	return errors.Join(os.Mkdir(path, 0o755), os.Chmod(path, 0o755))
}

// restoreLinks does what the package's install script would do: npm archives
// carry no links, so they are listed in a file.
func restoreLinks(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "native", "pg-symlinks.json"))
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(text, &links); err != nil {
		return fmt.Errorf("pg-symlinks.json: %w", err)
	}
	for _, l := range links {
		if !filepath.IsLocal(l.Source) || !filepath.IsLocal(l.Target) {
			return fmt.Errorf("the package links outside itself: %s", l.Target)
		}
		to, err := filepath.Rel(filepath.Dir(l.Target), l.Source)
		if err != nil {
			return err
		}
		if err := os.Symlink(to, filepath.Join(dir, l.Target)); err != nil {
			return err
		}
	}
	return nil
}
