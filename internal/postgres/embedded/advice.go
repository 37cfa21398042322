//go:build linux

package embedded

import (
	"fmt"
	"os/exec"
	"strings"

	"seatledger/internal/errs"
)

// InstallCommand is the one command that installs the server on this system.
func InstallCommand() string {
	for _, c := range []struct{ program, command string }{
		{"apt-get", "apt-get install postgresql"},
		{"dnf", "dnf install postgresql-server"},
		{"brew", "brew install postgresql"},
		{"apk", "apk add postgresql"},
		{"zypper", "zypper install postgresql-server"},
		{"pacman", "pacman -S postgresql"},
	} {
		if _, err := exec.LookPath(c.program); err == nil {
			return c.command
		}
	}
	return "apt-get install postgresql"
}

func noBinaries(cause error) error {
	return errs.Because(errs.Unavailable, fmt.Sprintf(
		"No PostgreSQL server was found. Install one with: %s. Or set SEATLEDGER_DATABASE_URL to a server of your own.",
		InstallCommand()), cause)
}

func tooOld(b binaries) error {
	return errs.Newf(errs.Unavailable,
		"PostgreSQL %s in %s is too old: Seatledger needs version %d or later.", b.version, b.dir, MinMajor)
}

// wrongMajor refuses a cluster of another major version. Nothing is converted:
// only its own version can read it, so that is what the advice begins with.
func (o Options) wrongMajor(major int, found []binaries) error {
	have := "no PostgreSQL server is installed"
	if len(found) > 0 {
		have = "only PostgreSQL " + versions(found) + " is installed"
	}
	return errs.Newf(errs.Unavailable, "The data folder %s was made by PostgreSQL %d, and %s. Nothing was changed. "+
		"Install PostgreSQL %d (or point SEATLEDGER_POSTGRES_BIN at it) and start again. "+
		"To move to another version, back up while the old one runs: "+
		"%s > seatledger.sql, then load that file into an empty data folder.",
		o.Dir, major, have, major, o.backupCommand())
}

func versions(found []binaries) string {
	names := make([]string, len(found))
	for i, b := range found {
		names[i] = b.version
	}
	return strings.Join(names, " and ")
}

// backupCommand dumps the database of the running private server.
func (o Options) backupCommand() string {
	return fmt.Sprintf("PGPASSFILE='%s' pg_dump -h '%s' -U %s %s", o.passwordFile(), o.Dir, Superuser, Database)
}
