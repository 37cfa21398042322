//go:build linux

package embedded

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"seatledger/internal/errs"
)

// passwords are those of the three roles, by role.
type passwords map[string]string

// passwordFile is in the form of libpq, so that psql and pg_dump can use it as PGPASSFILE.
func (o Options) passwordFile() string { return o.Dir + ".pgpass" }

// loadPasswords reads the passwords of a cluster, or makes them before there is one.
func (o Options) loadPasswords(clusterExists bool) (passwords, error) {
	text, err := os.ReadFile(o.passwordFile())
	if errors.Is(err, fs.ErrNotExist) && !clusterExists {
		return o.makePasswords()
	}
	if err != nil {
		return nil, errs.Because(errs.Unavailable, "The passwords of the private PostgreSQL cannot be read from "+
			o.passwordFile()+". Put that file back from a backup; it belongs to the data folder "+o.Dir+".", err)
	}
	return parsePasswords(string(text), o.passwordFile())
}

func parsePasswords(text, file string) (passwords, error) {
	p := passwords{}
	for line := range strings.Lines(text) {
		if f := strings.Split(strings.TrimSpace(line), ":"); len(f) == 5 {
			p[f[3]] = f[4]
		}
	}
	for _, role := range roles() {
		if p[role] == "" {
			return nil, errs.Newf(errs.Unavailable,
				"%s has no password for the role %s. Put the file back from a backup.", file, role)
		}
	}
	return p, nil
}

// makePasswords writes the file whole before the cluster is made, so that a
// cluster never stands without its passwords.
func (o Options) makePasswords() (passwords, error) {
	p := passwords{}
	var text strings.Builder
	for _, role := range roles() {
		p[role] = rand.Text()
		fmt.Fprintf(&text, "*:*:*:%s:%s\n", role, p[role])
	}
	return p, writeWhole(o.passwordFile(), text.String())
}

func roles() []string { return []string{Superuser, OwnerRole, AppRole} }

// writeWhole writes a private file so that a crash leaves all of it or nothing.
func writeWhole(name, text string) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
