package backup

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// opened is a backup file whose head and end were read.
type opened struct {
	zip  *zip.ReadCloser
	path string
	head Head
	end  end
	size int64
}

// mostWords is the longest head or end that is read.
const mostWords = 16 << 20

func open(path string) (*opened, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, errNotWhole(path, "it was cut off, or is something else")
	}
	o := &opened{zip: z, path: path, size: info.Size()}
	if err := o.words(); err != nil {
		_ = z.Close()
		return nil, err
	}
	return o, nil
}

func (o *opened) words() error {
	if err := o.json(headEntry, &o.head); err != nil || o.head.What != what {
		return errNotWhole(o.path, "it does not say that it is one")
	}
	if o.head.Format > format {
		return errNotWhole(o.path, "a newer Seatledger wrote it ("+o.head.Program+"); use that one")
	}
	if err := o.json(endEntry, &o.end); err != nil {
		return errNotWhole(o.path, "its end is missing")
	}
	return nil
}

func (o *opened) json(name string, into any) error {
	f, err := o.zip.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return json.NewDecoder(io.LimitReader(f, mostWords)).Decode(into)
}

func (o *opened) close() { _ = o.zip.Close() }

// table gives the rows of a table. Reading to the end proves nothing yet: see proved.
func (o *opened) table(t Table) (io.ReadCloser, error) {
	f, err := o.zip.Open(t.entry())
	if err != nil {
		return nil, errNotWhole(o.path, t.Name+" is missing in it")
	}
	return f, nil
}

// prove reads every table and compares it with what the end says of it.
func (o *opened) prove() error {
	for _, t := range o.end.Tables {
		f, err := o.table(t)
		if err != nil {
			return err
		}
		sum := sha256.New()
		n, err := io.Copy(sum, f)
		_ = f.Close()
		if err != nil || n != t.Bytes || hex.EncodeToString(sum.Sum(nil)) != t.SHA256 {
			return errNotWhole(o.path, fmt.Sprintf("%s is not as it was written", t.Name))
		}
	}
	return nil
}

func (o *opened) summary() Summary { return Summary{o.head, o.end.Tables, o.size} }

// Verify proves that a file is whole and as it was written.
func Verify(path string) (Summary, error) {
	o, err := open(path)
	if err != nil {
		return Summary{}, err
	}
	defer o.close()
	return o.summary(), o.prove()
}
