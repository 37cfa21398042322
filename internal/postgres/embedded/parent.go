package embedded

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ParentGone is closed when the app runs under `go run` and that has ended.
// `go run` hands on neither TERM nor KILL, and would leave the app behind.
// For any other start, from a shell or a service manager, the channel stays
// open: there a parent may end while the app goes on. It watches until ctx ends.
func ParentGone(ctx context.Context) <-chan struct{} {
	gone := make(chan struct{})
	parent := os.Getppid()
	executable, err := os.Executable()
	if err != nil || !underGoRun(executable, processName(parent), os.Getenv("GOCACHE")) {
		return gone
	}
	go watchParent(ctx, parent, gone)
	return gone
}

// watchParent asks again and again. A death signal from the system would come
// too early: it follows the thread of `go run` that started us, not its process.
func watchParent(ctx context.Context, parent int, gone chan<- struct{}) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		if os.Getppid() != parent {
			close(gone)
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// underGoRun tells whether the go tool built this program for one run: the
// executable lies where only the go tool puts it, in a go-build folder of the
// temp folder or in the build cache. A program that somebody built into the
// temp folder is none of these.
func underGoRun(executable, parentName, buildCache string) bool {
	if parentName == "go" || buildCache != "" && strings.HasPrefix(executable, buildCache+string(filepath.Separator)) {
		return true
	}
	for _, folder := range strings.Split(filepath.ToSlash(executable), "/") {
		number, ours := strings.CutPrefix(folder, "go-build")
		if ours && strings.Trim(number, "0123456789") == "" {
			return true
		}
	}
	return false
}

// processName is empty where the system does not tell.
func processName(pid int) string {
	name, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "comm"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(name))
}
