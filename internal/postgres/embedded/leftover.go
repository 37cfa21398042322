//go:build linux

package embedded

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"seatledger/internal/errs"
)

// awaitLeftover waits for the server of an app that was killed: it is told of
// that death and shuts down by itself, which takes a moment under load.
func (o Options) awaitLeftover(ctx context.Context, dir *os.File) error {
	pids := serverProcesses(dir)
	if len(pids) == 0 {
		return nil
	}
	o.Log.Info("waiting for the PostgreSQL of an earlier run to end", "pid", pids[0])
	err := poll(ctx, o.LeftoverTimeout, func() bool {
		pids = serverProcesses(dir)
		return len(pids) == 0
	})
	if err == nil {
		return nil
	}
	return errs.Because(errs.Unavailable,
		"A PostgreSQL server (process "+strconv.Itoa(pids[0])+") still runs on "+o.Dir+
			". Stop it with: kill -INT "+strconv.Itoa(pids[0])+", then start again.", err)
}

// serverProcesses lists the PostgreSQL processes at home in the folder. It
// does not trust postmaster.pid, whose number may belong to somebody else by now.
func serverProcesses(dir *os.File) []int {
	home, err := dir.Stat()
	if err != nil {
		return nil
	}
	var pids []int
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, proc := range all {
		name, err := os.ReadFile(filepath.Join(proc, "comm"))
		if err != nil || strings.TrimSpace(string(name)) != "postgres" {
			continue
		}
		cwd, err := os.Stat(filepath.Join(proc, "cwd"))
		if err != nil || !os.SameFile(home, cwd) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(proc)); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
