//go:build linux

package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"seatledger/internal/errs"
)

// binaries is one installation of the server.
type binaries struct {
	dir     string // holds initdb and postgres
	version string // as it names itself: "15.20"
	major   int
}

func (b binaries) postgres() string { return filepath.Join(b.dir, "postgres") }
func (b binaries) initdb() string   { return filepath.Join(b.dir, "initdb") }

// findBinaries gives the installation to run a cluster of the given major
// version (0: a new cluster). The order is that of DESIGN section 3.
func (o Options) findBinaries(ctx context.Context, as account, major int) (binaries, error) {
	var found []binaries
	if o.BinDir != "" {
		b, err := inspect(ctx, as, o.BinDir)
		if err != nil {
			return binaries{}, errs.Because(errs.Unavailable, "SEATLEDGER_POSTGRES_BIN is "+o.BinDir+
				", but the user "+as.name+" cannot run initdb and postgres there. "+
				"Name a folder that holds both and that this user can read.", err)
		}
		found = append(found, b)
	}
	if o.BinDir == "" || major != 0 && major != found[0].major {
		found = append(found, o.searchSystem(ctx, as)...)
	}
	if b, ok := pick(found, major); ok {
		return b, nil
	}
	if major == 0 && o.BinDir != "" {
		return binaries{}, tooOld(found[0])
	}
	return o.lastResort(ctx, as, major, found)
}

// lastResort takes the npm build if it can serve the major version.
func (o Options) lastResort(ctx context.Context, as account, major int, found []binaries) (binaries, error) {
	if major != 0 && major != npmMajor {
		return binaries{}, o.wrongMajor(major, found)
	}
	b, err := o.npmBinaries(ctx, as)
	switch {
	case err == nil:
		return b, nil
	case major != 0 && len(found) > 0:
		return binaries{}, o.wrongMajor(major, found)
	case len(found) > 0:
		return binaries{}, tooOld(found[0])
	default:
		return binaries{}, noBinaries(err)
	}
}

// pick takes the first of the wanted major version, or the newest that is new
// enough for a new cluster.
func pick(found []binaries, major int) (binaries, bool) {
	if major != 0 {
		i := slices.IndexFunc(found, func(b binaries) bool { return b.major == major })
		if i < 0 {
			return binaries{}, false
		}
		return found[i], true
	}
	if len(found) == 0 {
		return binaries{}, false
	}
	newest := slices.MaxFunc(found, func(a, b binaries) int { return cmp.Compare(a.major, b.major) })
	return newest, newest.major >= MinMajor
}

// searchSystem lists what is installed, in the order of the search.
func (o Options) searchSystem(ctx context.Context, as account) []binaries {
	var found []binaries
	seen := map[string]bool{}
	for _, dir := range o.searchDirs() {
		b, err := inspect(ctx, as, dir)
		switch {
		case err == nil && !seen[b.dir]:
			seen[b.dir] = true
			found = append(found, b)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			o.Log.Warn("passed over a PostgreSQL server that cannot be run", "folder", dir, "user", as.name,
				"error", err)
		}
	}
	return found
}

func (o Options) searchDirs() []string {
	if o.SearchDirs != nil {
		return o.SearchDirs
	}
	dirs := filepath.SplitList(os.Getenv("PATH"))
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",         // Debian, Ubuntu
		"/usr/lib/postgresql*/bin",          // openSUSE
		"/usr/libexec/postgresql*",          // Alpine
		"/usr/pgsql-*/bin",                  // the RPMs of postgresql.org
		"/usr/local/pgsql/bin",              // built from source
		"/opt/homebrew/opt/postgresql*/bin", // Homebrew on Apple silicon
		"/usr/local/opt/postgresql*/bin",    // Homebrew on Intel
		"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
	} {
		match, _ := filepath.Glob(pattern) // the only error is a bad pattern
		dirs = append(dirs, match...)
	}
	return dirs
}

var versionLine = regexp.MustCompile(`\(PostgreSQL\) ((\d+)[^\s]*)`)

// inspect asks a folder's postgres for its version. Links are followed first:
// distributions link single programs into PATH. It is asked as the user that
// will run it, so that a build which that user cannot read is not found.
func inspect(ctx context.Context, as account, dir string) (binaries, error) {
	server, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
	if err != nil {
		return binaries{}, err
	}
	server, err = filepath.Abs(server)
	if err != nil {
		return binaries{}, err
	}
	b := binaries{dir: filepath.Dir(server)}
	if _, err := os.Stat(b.initdb()); err != nil {
		return binaries{}, err
	}
	cmd := exec.CommandContext(ctx, b.postgres(), "-V")
	as.apply(cmd)
	out, err := cmd.Output()
	if err != nil {
		return binaries{}, fmt.Errorf("%s -V: %w", b.postgres(), err)
	}
	m := versionLine.FindStringSubmatch(string(out))
	if m == nil {
		return binaries{}, fmt.Errorf("%s -V says %q", b.postgres(), strings.TrimSpace(string(out)))
	}
	b.version = m[1]
	b.major, err = strconv.Atoi(m[2])
	return b, err
}
