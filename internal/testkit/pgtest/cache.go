package pgtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
	"seatledger/internal/postgres/embedded"
)

// kept is how many clusters the cache holds: this checkout's and a few that
// other checkouts or server versions use.
const kept = 3

// cache is the folder of migrated clusters, one per server version and set of migrations.
type cache struct{ dir string }

func openCache() (cache, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	c := cache{filepath.Join(base, "seatledger", "pgtest")}
	return c, os.MkdirAll(c.dir, 0o700)
}

// copy gives a new copy of the cluster, made first if it is not there. One
// lock over the cache orders building, copying and clearing among binaries.
func (c cache) copy(ctx context.Context) (folder *copyFolder, err error) {
	version, err := embedded.FindVersion(ctx, options(c.dir))
	if err != nil {
		return nil, err
	}
	lock, err := lockFile(filepath.Join(c.dir, "lock"), true)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	cluster := filepath.Join(c.dir, "cluster-"+version+"-"+postgres.MigrationsHash())
	if _, err := os.Stat(cluster); errors.Is(err, fs.ErrNotExist) {
		err := c.build(ctx, cluster)
		if err != nil {
			return nil, fmt.Errorf("make the test cluster: %w", err)
		}
	}
	now := clock.System{}.Now()
	if err := os.Chtimes(cluster, now, now); err != nil { // used last, cleared last
		return nil, err
	}
	sweepCopies(scratch())
	return newCopy(cluster)
}

func (c cache) build(ctx context.Context, cluster string) error {
	building := filepath.Join(c.dir, "building")
	if err := os.RemoveAll(building); err != nil {
		return err
	}
	s, err := embedded.Start(ctx, options(building))
	if err != nil {
		return err
	}
	superuser := s.URL(embedded.Superuser, "postgres")
	err = execute(ctx, superuser, "drop database "+embedded.Database) // the copies need not carry it
	err = errors.Join(err, ensureTemplate(ctx, superuser))
	if err = errors.Join(err, s.Stop(ctx)); err != nil {
		return err
	}
	if err := os.Rename(building, cluster); err != nil {
		return err
	}
	return c.prune(cluster)
}

// prune clears the clusters used longest ago, never the current one.
func (c cache) prune(current string) error {
	all, err := filepath.Glob(filepath.Join(c.dir, "cluster-*"))
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(all, func(path string) bool { return path == current })
	slices.SortFunc(others, func(a, b string) int { return cmp.Compare(lastUse(b), lastUse(a)) })
	for _, old := range others[min(kept-1, len(others)):] {
		err = errors.Join(err, os.RemoveAll(old))
	}
	return err
}

func lastUse(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.ModTime().UnixNano()
}
