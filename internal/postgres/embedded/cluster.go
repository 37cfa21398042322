//go:build linux

package embedded

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"seatledger/internal/errs"
)

// cluster is what it takes to run the server: its folder, its user, its
// programs and the passwords of its roles.
type cluster struct {
	dir       *os.File
	as        account
	bin       binaries
	passwords passwords
}

// create makes a new cluster, with roles and database, in a folder beside Dir
// and moves it there once it is whole, the server already running. So Dir never
// holds half a cluster, and a killed attempt is simply begun again.
func (o Options) create(ctx context.Context, c cluster) (*Server, error) {
	fresh := o.Dir + ".new"
	dir, err := o.emptyFolder(ctx, fresh, c.as)
	if err != nil {
		return nil, err
	}
	c.dir = dir
	if err := o.initdb(ctx, c); err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	s, err := o.run(ctx, c)
	if err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	if err := errors.Join(s.createDatabase(ctx), o.moveIntoPlace(fresh)); err != nil {
		return nil, errors.Join(err, s.abandon(ctx))
	}
	return s, nil
}

// emptyFolder makes the folder of a new cluster. What a killed attempt left
// there bears a name only this package gives, and goes.
func (o Options) emptyFolder(ctx context.Context, path string, as account) (*os.File, error) {
	if err := o.clear(ctx, path); err != nil {
		return nil, err
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		return nil, err
	}
	if err := os.Chown(path, as.uid, as.gid); err != nil {
		return nil, err
	}
	return os.Open(path)
}

func (o Options) clear(ctx context.Context, path string) error {
	dir, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := errors.Join(o.awaitLeftover(ctx, dir), dir.Close()); err != nil {
		return err
	}
	return os.RemoveAll(path)
}

func (o Options) moveIntoPlace(fresh string) error {
	// Not os.Rename: that refuses when an empty folder stands in the place.
	if err := syscall.Rename(fresh, o.Dir); err != nil {
		return errs.Because(errs.Unavailable, "The new PostgreSQL data folder cannot be moved to "+o.Dir+
			". If that is a mount point, mount its parent instead.", err)
	}
	parent, err := os.Open(filepath.Dir(o.Dir))
	if err != nil {
		return err
	}
	return errors.Join(parent.Sync(), parent.Close())
}
