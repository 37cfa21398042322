package auth

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the lists of stolen passwords are published under this hash
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Breached is a file of passwords that were stolen somewhere: one SHA-1 in hexadecimal a line, in ascending order,
// with
// whatever behind it after a colon, as such lists are published. It is searched where it lies, however large.
type Breached struct {
	file *os.File
	size int64
}

// longestLine is more than a line of such a file has.
const longestLine = 128

// OpenBreached opens the list; an empty path is none.
func OpenBreached(path string) (*Breached, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("list of stolen passwords: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("list of stolen passwords: %w", err), f.Close())
	}
	b := &Breached{file: f, size: info.Size()}
	first, err := b.lineAt(0)
	if err != nil || !isSHA1(first) {
		return nil, errors.Join(fmt.Errorf("list of stolen passwords %s: its first line is no SHA-1", path),
			f.Close())
	}
	return b, nil
}

func isSHA1(line string) bool {
	sum, err := hex.DecodeString(line)
	return err == nil && len(sum) == sha1.Size
}

// Holds tells whether a password stands in the list. What cannot be read holds none: a list that is being replaced
// keeps nobody from changing a password.
func (b *Breached) Holds(password string) bool {
	if b == nil {
		return false
	}
	sum := sha1.Sum([]byte(password)) //nolint:gosec // as above
	want := strings.ToUpper(hex.EncodeToString(sum[:]))
	low, high := int64(0), b.size
	for low < high {
		middle := low + (high-low)/2
		line, next, err := b.lineFrom(middle)
		switch {
		case err != nil || line == "" || line > want:
			high = middle
		case line == want:
			return true
		default:
			low = next
		}
	}
	line, _, err := b.lineFrom(low)
	return err == nil && line == want
}

// lineFrom is the first line that begins at or behind a place, and where the one after it may begin.
func (b *Breached) lineFrom(at int64) (line string, next int64, err error) {
	if at > 0 {
		text, err := b.read(at - 1)
		if err != nil {
			return "", 0, err
		}
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			return "", b.size, nil
		}
		at += int64(end)
	}
	line, err = b.lineAt(at)
	return line, at + 1, err
}

// lineAt is the hash of the line that begins at a place; empty at the end.
func (b *Breached) lineAt(at int64) (string, error) {
	text, err := b.read(at)
	if err != nil {
		return "", err
	}
	if end := bytes.IndexAny(text, ":\r\n"); end >= 0 {
		text = text[:end]
	}
	return strings.ToUpper(string(text)), nil
}

func (b *Breached) read(at int64) ([]byte, error) {
	text := make([]byte, longestLine)
	n, err := b.file.ReadAt(text, at)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return text[:n], err
}
