//go:build linux

package embedded

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// Start brings the private PostgreSQL up and returns once it answers. The
// first start makes the cluster, its roles and the database. Its errors are of
// kind Unavailable and say what to do: no server binaries, another app on the
// folder, a folder of another major version or of another user.
//
// ctx bounds the start only; the server runs until Stop or the end of the app.
func Start(ctx context.Context, o Options) (*Server, error) {
	o = o.withDefaults()
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	o.Dir = dir
	lock, err := o.lock(ctx)
	if err != nil {
		return nil, err
	}
	s, err := o.startLocked(ctx)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	s.lock = lock
	o.Log.Info("private PostgreSQL is ready", "version", s.Version(), "binaries", s.bin.dir, "user", s.as.name,
		"folder", o.Dir)
	return s, nil
}

func (o Options) startLocked(ctx context.Context) (*Server, error) {
	major, err := o.clusterMajor()
	if err != nil {
		return nil, err
	}
	var c cluster
	if c.as, err = o.account(); err != nil {
		return nil, err
	}
	if c.bin, err = o.findBinaries(ctx, c.as, major); err != nil {
		return nil, err
	}
	if err := o.checkOwner(c.as); err != nil {
		return nil, err
	}
	if c.passwords, err = o.loadPasswords(major != 0); err != nil {
		return nil, err
	}
	if major == 0 {
		return o.create(ctx, c)
	}
	return o.resume(ctx, c)
}

// resume starts the server on a cluster that is there.
func (o Options) resume(ctx context.Context, c cluster) (*Server, error) {
	dir, err := os.Open(o.Dir)
	if err != nil {
		return nil, err
	}
	c.dir = dir
	if err := o.awaitLeftover(ctx, dir); err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	s, err := o.run(ctx, c)
	if err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return s, nil
}

// FindVersion tells the version of the server that a new cluster would get.
func FindVersion(ctx context.Context, o Options) (string, error) {
	o = o.withDefaults()
	as, err := o.account()
	if err != nil {
		return "", err
	}
	b, err := o.findBinaries(ctx, as, 0)
	return b.version, err
}
