package pgtest

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const copyPrefix = "seatledger-pgtest-"

// copyFolder is a binary's copy of a cluster in the scratch folder. It is locked
// while the binary lives, so that another can tell one left by a killed run.
type copyFolder struct {
	path string
	lock *os.File
}

func newCopy(cluster string) (*copyFolder, error) {
	path, err := os.MkdirTemp(scratch(), copyPrefix)
	if err != nil {
		return nil, err
	}
	lock, err := lockFile(filepath.Join(path, "alive"), false)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(path))
	}
	f := &copyFolder{path: path, lock: lock}
	if err := errors.Join(copyTree(cluster, path), f.trustSocket()); err != nil {
		return nil, errors.Join(err, f.remove())
	}
	return f, nil
}

// trustSocket saves each connection the slow check of its password. The socket
// is closed to other users, and the data are nobody's.
func (f *copyFolder) trustSocket() error {
	rules, err := os.OpenFile(filepath.Join(f.path, "postgres", "pg_hba.conf"), os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = rules.WriteString("local all all trust\n")
	return errors.Join(err, rules.Close())
}

func (f *copyFolder) remove() error {
	return errors.Join(os.RemoveAll(f.path), f.lock.Close())
}

// sweepCopies removes what killed runs of this user left. Nothing depends on
// its success, and other users' folders cannot be opened.
func sweepCopies(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, copyPrefix+"*"))
	for _, path := range left {
		lock, err := lockFile(filepath.Join(path, "alive"), false)
		if err != nil {
			continue
		}
		_ = (&copyFolder{path: path, lock: lock}).remove()
	}
}

// copyTree copies files and folders with their modes and owners; as root the
// cluster belongs to another user.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil || name == "." {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		if entry.IsDir() {
			err = os.Mkdir(target, info.Mode().Perm())
		} else {
			err = copyFile(path, target, info.Mode().Perm())
		}
		return errors.Join(err, keepOwner(target, info))
	})
}

func copyFile(from, to string, mode fs.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
