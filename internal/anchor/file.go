package anchor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	dirMode    = 0o700
	kept       = 30 // the latest anchors of which a folder is given those that it lacks
	fileEnding = ".anchor.json"
)

// FileName sorts by entry.
func (a Anchor) FileName() string {
	return fmt.Sprintf("%012d-%s%s", a.Seq, a.At.UTC().Format("20060102T150405Z"), fileEnding)
}

// writeMissing notes the latest anchors in the folder, as far as they do not stand there. Each replica may have a
// folder of its own.
func (k Keeper) writeMissing(ctx context.Context) error {
	if k.Folder == "" {
		return nil
	}
	var rows []Anchor
	err := k.DB.Read(ctx).Raw(`SELECT seq, hash, at, public_key, signature FROM audit_anchors ORDER BY id DESC LIMIT ?`,
		kept).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return err
	}
	if err := os.MkdirAll(k.Folder, dirMode); err != nil {
		return fmt.Errorf("anchors of the audit trail: %w", err)
	}
	for _, a := range rows {
		if err := writeOnce(filepath.Join(k.Folder, a.FileName()), a); err != nil {
			return fmt.Errorf("anchors of the audit trail: %w", err)
		}
	}
	return nil
}

// writeOnce makes a file whole or not at all, and never writes over one.
func writeOnce(path string, a Anchor) error {
	if _, err := os.Lstat(path); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	b, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".anchor-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(append(b, '\n'))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// noted is an anchor with the file that it was read from.
type noted struct {
	Anchor
	File string
}

// readAnchors reads one file, or all anchors of a folder.
func readAnchors(path string) ([]noted, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	files := []string{path}
	if info.IsDir() {
		if files, err = filepath.Glob(filepath.Join(path, "*"+fileEnding)); err != nil {
			return nil, err
		}
	}
	slices.Sort(files)
	var out []noted
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		n := noted{File: filepath.Base(f)}
		if err := json.Unmarshal(b, &n.Anchor); err != nil {
			return nil, fmt.Errorf("%s %w", f, errNoAnchor)
		}
		out = append(out, n)
	}
	return out, nil
}

func (n noted) name() string {
	if n.File == "" {
		return fmt.Sprintf("the anchor of %s in the database", moment(n.At))
	}
	return "the anchor " + strings.TrimSuffix(n.File, fileEnding)
}
