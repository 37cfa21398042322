//go:build linux

package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"seatledger/internal/errs"
)

// childDir is the data folder as initdb and postgres see it: the first file
// handed down to them. So their user need not be able to walk to it, and its
// path may be longer than a socket address.
const childDir = "/proc/self/fd/3"

// port only names the socket; nothing listens on the network.
const port = "5432"

// lock takes the folder for this process, or names the one that has it. A
// moment's patience covers an app that has just been killed.
func (o Options) lock(ctx context.Context) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(o.Dir), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(o.Dir+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = poll(ctx, time.Second, func() bool {
		return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
	})
	if err != nil {
		holder := make([]byte, 32)
		n, _ := f.ReadAt(holder, 0)
		return nil, errors.Join(errs.Because(errs.Unavailable, fmt.Sprintf(
			"Seatledger is already running on %s (process %s). Stop that one first, or set SEATLEDGER_DATA_DIR to "+
				"another folder.",
			o.Dir, strings.TrimSpace(string(holder[:n]))), ErrRunning), f.Close())
	}
	if err := errors.Join(f.Truncate(0), writeAt(f, fmt.Sprintln(os.Getpid()))); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func writeAt(f *os.File, text string) error {
	_, err := f.WriteAt([]byte(text), 0)
	return err
}

// poll asks until yes, for at most so long.
func poll(ctx context.Context, limit time.Duration, yes func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !yes() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// clusterMajor reads the version that made the folder; 0 means there is no
// cluster yet and the folder is free to take.
func (o Options) clusterMajor() (int, error) {
	text, err := os.ReadFile(filepath.Join(o.Dir, "PG_VERSION"))
	if err == nil {
		major, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil || major <= 0 {
			return 0, errs.Newf(errs.Unavailable,
				"The file PG_VERSION in %s holds no version that can be read. Nothing was changed; "+
					"put the folder back from a backup.", o.Dir)
		}
		return major, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	entries, err := os.ReadDir(o.Dir)
	if len(entries) > 0 {
		return 0, errs.Newf(errs.Unavailable,
			"The folder %s is not empty and is no PostgreSQL data folder. Nothing was changed; "+
				"move its files away or set SEATLEDGER_DATA_DIR to another folder.", o.Dir)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	return 0, nil
}
