//go:build linux

package embedded

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"

	"seatledger/internal/errs"
)

// Attach reaches the private PostgreSQL that another process of the app runs
// on o.Dir, so that a command can be given while the app serves. Stopping what
// it returns leaves the server running. Start gives ErrRunning when this is the way.
func Attach(ctx context.Context, o Options) (*Server, error) {
	o = o.withDefaults()
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	o.Dir = dir
	major, err := o.clusterMajor()
	if err != nil {
		return nil, err
	}
	s := &Server{log: o.Log, lost: make(chan struct{}), stopped: make(chan struct{})}
	s.bin = binaries{version: strconv.Itoa(major), major: major}
	if s.passwords, err = o.loadPasswords(true); err != nil {
		return nil, err
	}
	if s.dir, err = os.Open(o.Dir); err != nil {
		return nil, err
	}
	probe, err := s.dial(ctx)
	if err != nil {
		return nil, errors.Join(errs.Because(errs.Unavailable, "No private PostgreSQL runs on "+o.Dir+".", err),
			s.dir.Close())
	}
	return s, probe.Close()
}
