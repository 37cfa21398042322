package secret

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

const (
	keyMode = 0o600
	dirMode = 0o700
)

// stamp tells whether a file is still the one that was read.
type stamp struct {
	at   time.Time
	size int64
}

// OpenFile reads the master key. A missing file is fs.ErrNotExist.
func OpenFile(path string) (*Sealer, error) {
	return open(Source{Path: path})
}

// CreateFile makes a master key at path, readable by its owner only. It never
// writes over a file: then the error is fs.ErrExist.
func CreateFile(path string) (*Sealer, error) {
	keys, err := keyset.NewHandle(aead.XAES256GCM192BitNonceKeyTemplate())
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), dirMode); err != nil {
		return nil, err
	}
	if err := placeNew(path, keys); err != nil {
		return nil, err
	}
	return OpenFile(path)
}

// placeNew makes the file whole or not at all, also when the machine stops halfway:
// a link refuses to replace what is there.
func placeNew(path string, keys *keyset.Handle) error {
	tmp, err := writeBeside(path, keys)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp) }()
	if err := os.Link(tmp, path); err != nil {
		return fmt.Errorf("make master key: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

// replace puts new keys in the place of the old ones in one step.
func replace(path string, keys *keyset.Handle) error {
	tmp, err := writeBeside(path, keys)
	if err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return errors.Join(fmt.Errorf("replace master key: %w", err), os.Remove(tmp))
	}
	return syncDir(filepath.Dir(path))
}

func writeBeside(path string, keys *keyset.Handle) (string, error) {
	var b bytes.Buffer
	// The file is the root of trust: nothing could encrypt it that would not lie beside it.
	if err := insecurecleartextkeyset.Write(keys, keyset.NewJSONWriter(&b)); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".master-key-*") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = f.Write(b.Bytes())
	err = errors.Join(err, f.Chmod(keyMode), f.Sync(), f.Close())
	if err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func readKeys(path string) (*keyset.Handle, stamp, error) {
	seen, err := stampOf(path)
	if err != nil {
		return nil, stamp{}, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, stamp{}, fmt.Errorf("read master key: %w", err)
	}
	keys, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(b)))
	if err != nil {
		// The cause could quote the file, and the file is the key.
		return nil, stamp{}, fmt.Errorf("the master key file %s is not a key of Seatledger. "+
			"Restore it from its backup; it was left as it is", path)
	}
	return keys, seen, nil
}

func stampOf(path string) (stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, fmt.Errorf("master key: %w", err)
	}
	return stamp{info.ModTime(), info.Size()}, nil
}

// refresh reads the source again when it has changed. A file that is away for a
// moment leaves the keys in memory in force.
func (s *Sealer) refresh() error {
	if s.from.Command != "" {
		return s.refreshAsked()
	}
	if !s.from.IsFile() {
		return nil
	}
	now, err := stampOf(s.from.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	s.mu.RLock()
	same := now == s.seen
	s.mu.RUnlock()
	if same {
		return nil
	}
	keys, seen, err := readKeys(s.from.Path)
	if err != nil {
		return err
	}
	return s.use(keys, seen)
}
