//go:build linux

package embedded

import (
	"io"
	"log/slog"
	"os"
)

// ServerProcesses lets tests look for orphans.
func ServerProcesses(dir *os.File) []int { return serverProcesses(dir) }

// Forget gives the folder's lock up while the server runs on.
func Forget(s *Server) {
	_ = s.lock.Close()
	s.lock = nil
}

// UnderGoRun is the decision behind ParentGone.
func UnderGoRun(executable, parentName, buildCache string) bool {
	return underGoRun(executable, parentName, buildCache)
}

// LogWriter takes the server's output for a log.
func LogWriter(log *slog.Logger) io.Writer { return newServerLog(log) }
